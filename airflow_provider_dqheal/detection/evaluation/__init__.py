"""Measures the detector on tables, and on faults, that it was not trained on, beside yardsticks on the same batches.

Protocol: families of tables are split into folds; a model trained on the other folds scores a fold, and the
thresholds used on it are calibrated on the scores of the other folds. Cases that the corruption library marks as
undecidable from the history (a rule written down there) are kept and reported apart.
"""

from __future__ import annotations

from airflow_provider_dqheal.detection.evaluation.card import write_card
from airflow_provider_dqheal.detection.evaluation.lines import Lines, lines
from airflow_provider_dqheal.detection.evaluation.run import evaluate, measure
from airflow_provider_dqheal.detection.evaluation.store import (
    drawn_samples,
    load_samples,
    read_results,
    save_samples,
)

__all__ = [
    "Lines",
    "drawn_samples",
    "evaluate",
    "lines",
    "load_samples",
    "measure",
    "read_results",
    "save_samples",
    "write_card",
]
