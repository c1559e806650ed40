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


def plain_of(samples: Sequence[Sample]) -> list[np.ndarray]:
    """Per sample (columns,) bool: which columns lie beyond all that is clean, by their measurements."""
    return [_plain_columns(sample) for sample in samples]


def _plain_columns(sample: Sample) -> np.ndarray:
    values = sample.values.astype(float)
    raw = np.sign(values) * np.expm1(np.abs(values))
    readings = [_reading(name, row, sample.history) for name, row in zip(sample.columns, raw.tolist(), strict=True)]
    found = (finding for reading in readings for finding in findings_in(reading))
    beyond = beyond_clean(found, sample.columns, [reading.kind for reading in readings], raw)
    return np.asarray([name in beyond for name in sample.columns], dtype=bool)


def _reading(name: str, row: list[float], history: int) -> Reading:
    """A compared column of a sample as the issue types read it."""
    kind = next((kind for kind in ("number", "date", "bool") if row[AT[f"is_{kind}"]] > 0), "text")
    rows = float(np.expm1(row[AT["log_rows"]]))
    present = rows * (1.0 - row[AT["missing_share"]])
    return Reading(name, lambda measure: row[AT[measure]], history, rows, present, kind, silent)


def as_verdict(judged: Judged, beyond: Sequence[np.ndarray]) -> Judged:
    """An ensemble's opinions with what the batches show by themselves, as the verdict puts them together.

    Args:
        judged: with probabilities: they name what lies beyond all that is clean.
        beyond: of :func:`plain_of`, of the same batches.
    """
    if judged.probability is None:
        raise ValueError("opinions without probabilities do not name what is beyond all that is clean")
    plain = np.asarray([columns.any() for columns in beyond], dtype=bool)
    predicted, blamed = judged.predicted.copy(), [one.copy() for one in judged.blamed]
    for row in np.flatnonzero(plain & ~judged.flagged).tolist():
        issue = named_beyond(judged.probability[row])
        predicted[row, issue] = True
        if blamed:
            blamed[row][:, issue] |= beyond[row]
    return replace(
        judged,
        score=np.where(plain, np.maximum(judged.score, 0.0), judged.score),
        predicted=predicted,
        blamed=tuple(blamed),
        flagged=judged.flagged | plain,
        alarms={rate: found | plain if rate >= LEAST_RATE else found for rate, found in judged.alarms.items()},
    )
