"""Anomaly checks on metrics over time: a metric outside mean +- 3 standard deviations of its history is flagged."""

from __future__ import annotations

import math

import numpy as np

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.detection.yardsticks._base import Opinion, Yardstick, collect, schema_hits
from airflow_provider_dqheal.detection.yardsticks._columns import shared
from airflow_provider_dqheal.detection.yardsticks._statistics import ISSUE_OF, summaries_of, summary

SIGMAS = 3.0
"""The default of Deequ's normal strategies."""

_MOST = 1e6


def judge(history: Stack, batch: BatchView) -> Opinion:
    """Flags every metric beyond three standard deviations; the score is the largest deviation in those units."""
    found: list[tuple[float, str, str | None]] = []
    known = summaries_of(history)
    for past, column in shared(history, batch):
        now = summary(column)
        for name, values in known[past.name].items():
            found.append((deviation(now[name], values), ISSUE_OF[name], past.name))
    sizes = np.asarray([float(one.row_count) for one in history.batches])
    fewer = batch.row_count < sizes.mean()
    size_issue = "missing_data" if fewer else "distribution_shift"
    found.append((deviation(float(batch.row_count), sizes), size_issue, None))
    hits = schema_hits(history, batch)
    flagged = hits + [(issue, name) for z, issue, name in sorted(found, key=lambda f: -f[0]) if z > SIGMAS]
    score = max(z for z, _, _ in found) + (_MOST if hits else 0.0)
    return Opinion(score, bool(flagged), collect(flagged))


def deviation(value: float, history: np.ndarray) -> float:
    """Distance from the mean of the history in its sample standard deviations; a metric that is gone counts as far."""
    known = history[np.isfinite(history)]
    if len(known) < 2:
        return 0.0
    if not math.isfinite(value):
        return _MOST
    centre, spread = float(known.mean()), float(known.std(ddof=1))
    gap = abs(value - centre)
    if gap <= 1e-9 * max(abs(centre), 1.0):
        return 0.0
    return min(gap / spread, _MOST) if spread > 0 else _MOST


METRIC_ANOMALIES = Yardstick(
    name="metric_anomalies",
    title="anomaly checks on metrics, 3 sigma",
    source="Schelter et al. 2018, Automating Large-Scale Data Quality Verification, VLDB, section 3.4; Deequ",
    names_issues=True,
    judge=judge,
)
