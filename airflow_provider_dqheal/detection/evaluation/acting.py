"""The detector as the verdict acts: what lies beyond all that is clean is raised whatever the score."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from airflow_provider_dqheal.detection.beyond import LEAST_RATE, beyond_clean, named_beyond, plainly_named, told_by
from airflow_provider_dqheal.detection.compare import AT
from airflow_provider_dqheal.detection.evaluation._base import Judged
from airflow_provider_dqheal.detection.facts import findings_in, silent
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.issues._base import Reading


@dataclass(frozen=True, eq=False)
class Plain:
    """What a batch shows by itself.

    Attributes:
        beyond: whether it, or one of its columns, lies beyond all that is clean.
        columns: (columns,) bool: which columns do.
        named: by the place of an issue type (columns,) bool: those that plainly have it.
        told: the place of the issue type that a finding tells, or None: the likeliest is named.
    """

    beyond: bool
    columns: np.ndarray
    named: Mapping[int, np.ndarray]
    told: int | None


def plain_of(samples: Sequence[Sample]) -> list[Plain]:
    """What each of the batches shows by itself, by its measurements and the findings on the batch as a whole."""
    return [_plain(sample) for sample in samples]


def _plain(sample: Sample) -> Plain:
    values = sample.values.astype(float)
    raw = np.sign(values) * np.expm1(np.abs(values))
    readings = [_reading(name, row, sample.history) for name, row in zip(sample.columns, raw.tolist(), strict=True)]
    kinds = [reading.kind for reading in readings]
    found = [*sample.found, *(finding for reading in readings for finding in findings_in(reading))]
    found.sort(key=lambda finding: -finding.strength)

    def among(chosen: Collection[str | None]) -> np.ndarray:
        return np.asarray([name in chosen for name in sample.columns], dtype=bool)

    beyond = beyond_clean(found, sample.columns, kinds, raw)
    named = {place: among(those) for place, those in plainly_named(found, sample.columns, kinds, raw).items()}
    return Plain(bool(beyond), among(beyond), named, told_by(found))


def _reading(name: str, row: list[float], history: int) -> Reading:
    """A compared column of a sample as the issue types read it."""
    kind = next((kind for kind in ("number", "date", "bool") if row[AT[f"is_{kind}"]] > 0), "text")
    rows = float(np.expm1(row[AT["log_rows"]]))
    present = rows * (1.0 - row[AT["missing_share"]])
    return Reading(name, lambda measure: row[AT[measure]], history, rows, present, kind, silent)


def as_verdict(judged: Judged, plain: Sequence[Plain]) -> Judged:
    """An ensemble's opinions with what the batches show by themselves, as the verdict puts them together.

    Args:
        judged: with probabilities: they name what lies beyond all that is clean and no finding tells; its scores
            asked for what that leaves of the promise (``acting`` of :func:`~.held_out.judge_scored`).
        plain: of :func:`plain_of`, of the same batches.
    """
    if judged.probability is None:
        raise ValueError("opinions without probabilities do not name what is beyond all that is clean")
    beyond = np.asarray([one.beyond for one in plain], dtype=bool)
    flagged = judged.flagged | beyond
    predicted, blamed = judged.predicted.copy(), [one.copy() for one in judged.blamed]

    def name(row: int, issue: int, columns: np.ndarray) -> None:
        predicted[row, issue] = True
        if blamed:
            blamed[row][:, issue] |= columns

    for row in np.flatnonzero(beyond & ~judged.flagged).tolist():
        one = plain[row]
        name(row, named_beyond(judged.probability[row]) if one.told is None else one.told, one.columns)
    for row in np.flatnonzero(flagged).tolist():
        for issue, columns in plain[row].named.items():
            name(row, issue, columns)
    return replace(
        judged,
        score=np.where(beyond, np.maximum(judged.score, 0.0), judged.score),
        predicted=predicted,
        blamed=tuple(blamed),
        flagged=flagged,
        alarms={rate: found | beyond if rate >= LEAST_RATE else found for rate, found in judged.alarms.items()},
    )
