"""Notifiers: tell the dashboard from a callback."""
