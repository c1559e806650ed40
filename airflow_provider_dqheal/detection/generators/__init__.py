"""Synthetic tables for what the real ones are thin in; every generator is seeded and makes clean batches only."""

from __future__ import annotations

from airflow_provider_dqheal.detection.generators._base import Generator, generators, registry

__all__ = ["Generator", "generators", "registry"]
