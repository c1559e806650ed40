"""The detector as the verdict acts: what lies beyond all that is clean is raised whatever the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from airflow_provider_dqheal.detection.beyond import LEAST_RATE, beyond_clean, named_beyond
from airflow_provider_dqheal.detection.compare import AT
from airflow_provider_dqheal.detection.evaluation._base import Judged
from airflow_provider_dqheal.detection.facts import findings_in, silent
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.issues._base import Reading


def plain_of(samples: Sequence[Sample]) -> np.ndarray:
    """(N,) which samples lie beyond all that is clean, by their measurements."""
    return np.asarray([_is_plain(sample) for sample in samples], dtype=bool)


def _is_plain(sample: Sample) -> bool:
    values = sample.values.astype(float)
    raw = np.sign(values) * np.expm1(np.abs(values))
    readings = [_reading(name, row, sample.history) for name, row in zip(sample.columns, raw.tolist(), strict=True)]
    found = (finding for reading in readings for finding in findings_in(reading))
    return bool(beyond_clean(found, sample.columns, [reading.kind for reading in readings], raw))


def _reading(name: str, row: list[float], history: int) -> Reading:
    """A compared column of a sample as the issue types read it."""
    kind = next((kind for kind in ("number", "date", "bool") if row[AT[f"is_{kind}"]] > 0), "text")
    rows = float(np.expm1(row[AT["log_rows"]]))
    present = rows * (1.0 - row[AT["missing_share"]])
    return Reading(name, lambda measure: row[AT[measure]], history, rows, present, kind, silent)


def as_verdict(judged: Judged, plain: np.ndarray) -> Judged:
    """An ensemble's opinions with what the batches show by themselves, as the verdict puts them together.

    Args:
        judged: with probabilities: they name what lies beyond all that is clean.
        plain: (N,) of :func:`plain_of`.
    """
    if judged.probability is None:
        raise ValueError("opinions without probabilities do not name what is beyond all that is clean")
    predicted = judged.predicted.copy()
    for row in np.flatnonzero(plain & ~judged.flagged).tolist():
        predicted[row, named_beyond(judged.probability[row])] = True
    return replace(
        judged,
        score=np.where(plain, np.maximum(judged.score, 0.0), judged.score),
        predicted=predicted,
        flagged=judged.flagged | plain,
        alarms={rate: found | plain if rate >= LEAST_RATE else found for rate, found in judged.alarms.items()},
    )
