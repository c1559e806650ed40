"""Mergeable statistics of one column: one statistic a file, found by registration."""

from airflow_provider_dqheal.profiling.states._base import Metrics, State, registry, share

__all__ = ["Metrics", "State", "registry", "share"]
