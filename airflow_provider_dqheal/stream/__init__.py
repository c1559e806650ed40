"""The stream detector: profiles in, alerts out."""
