"""Published methods that the detector is measured against, implemented from their papers."""

from __future__ import annotations

from airflow_provider_dqheal.detection.yardsticks._base import Opinion, Yardstick
from airflow_provider_dqheal.detection.yardsticks.history_constraints import HISTORY_CONSTRAINTS
from airflow_provider_dqheal.detection.yardsticks.metric_anomalies import METRIC_ANOMALIES
from airflow_provider_dqheal.detection.yardsticks.nearest_neighbours import NEAREST_NEIGHBOURS
from airflow_provider_dqheal.detection.yardsticks.two_sample import TWO_SAMPLE

YARDSTICKS: tuple[Yardstick, ...] = (TWO_SAMPLE, NEAREST_NEIGHBOURS, HISTORY_CONSTRAINTS, METRIC_ANOMALIES)

__all__ = ["YARDSTICKS", "Opinion", "Yardstick"]
