"""What is measured: the truth about batches, and what one method said of each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.samples import Sample

PROMISES: tuple[float, ...] = (0.01, 0.03, 0.05, 0.1)
"""Stated false-alarm rates that are checked."""


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth about N batches.

    Attributes:
        labels: (N, issue types) 1 true, 0 false, -1 tolerated.
        clean: (N,) nothing was done to the batch.
        ordered: (N,) of a table whose batches come in time order.
        hard: (N,) undecidable from the history.
        history: (N,) batches of history.
        severity: (N,) low, medium, high, or empty.
        corruption: (N,) fault families joined by ``+``, or empty.
        table: (N,) key of the table.
        run: (N,) the seed of the run in which it was judged.
        names: per batch the columns that it shares with the history.
        columns: per batch (columns, issue types) 1 where the column has the issue.
    """

    labels: np.ndarray
    clean: np.ndarray
    ordered: np.ndarray
    hard: np.ndarray
    history: np.ndarray
    severity: np.ndarray
    corruption: np.ndarray
    table: np.ndarray
    run: np.ndarray
    names: tuple[tuple[str, ...], ...]
    columns: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def faulty(self) -> np.ndarray:
        """(N,) something is wrong and the history can tell."""
        return np.asarray(~self.clean & ~self.hard)

    @property
    def clean_ordered(self) -> np.ndarray:
        """(N,) clean and in time order."""
        return np.asarray(self.clean & self.ordered)


_ARRAYS = ("labels", "clean", "ordered", "hard", "history", "severity", "corruption", "table", "run")


def truth_of(samples: Sequence[Sample], run: int = 0) -> Truth:
    """The truth about samples that were judged in one run."""
    return Truth(
        labels=np.stack([s.labels for s in samples]).astype(np.int8),
        clean=np.asarray([s.clean for s in samples]),
        ordered=np.asarray([s.ordered for s in samples]),
        hard=np.asarray([s.hard for s in samples]),
        history=np.asarray([s.history for s in samples]),
        severity=np.asarray([s.severity for s in samples]),
        corruption=np.asarray([s.corruption for s in samples]),
        table=np.asarray([s.key for s in samples]),
        run=np.full(len(samples), run),
        names=tuple(s.columns for s in samples),
        columns=tuple(s.column_labels > 0 for s in samples),
    )


@dataclass(frozen=True, eq=False)
class Judged:
    """What one method said of the same N batches.

    Attributes:
        score: (N,) higher is more anomalous.
        flagged: (N,) whether it raises anything.
        predicted: (N, issue types) which issues it names.
        blamed: per batch (columns, issue types), the columns it blames; empty when it blames none.
        probability: (N, issue types + 1) calibrated probabilities, the last of "something is wrong"; None without.
        alarms: per promised rate (N,) whether it would raise anything at that promise.
        seconds: for all N batches, from their measurements to the opinion (training included where there is any).
    """

    score: np.ndarray
    flagged: np.ndarray
    predicted: np.ndarray
    blamed: tuple[np.ndarray, ...] = ()
    probability: np.ndarray | None = None
    alarms: Mapping[float, np.ndarray] = field(default_factory=dict)
    seconds: float = 0.0


def take_truth(truth: Truth, rows: np.ndarray) -> Truth:
    """The truth about some of the batches."""
    return Truth(
        **{name: getattr(truth, name)[rows] for name in _ARRAYS},
        names=tuple(truth.names[i] for i in rows.tolist()),
        columns=tuple(truth.columns[i] for i in rows.tolist()),
    )


def take(judged: Judged, rows: np.ndarray) -> Judged:
    """The opinions on some of the batches; the seconds in proportion."""
    return Judged(
        score=judged.score[rows],
        flagged=judged.flagged[rows],
        predicted=judged.predicted[rows],
        blamed=tuple(judged.blamed[i] for i in rows.tolist()) if judged.blamed else (),
        probability=None if judged.probability is None else judged.probability[rows],
        alarms={rate: found[rows] for rate, found in judged.alarms.items()},
        seconds=judged.seconds * len(rows) / max(len(judged.score), 1),
    )


def join_truth(parts: Sequence[Truth]) -> Truth:
    """Several runs after one another."""
    return Truth(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS},
        names=tuple(names for part in parts for names in part.names),
        columns=tuple(columns for part in parts for columns in part.columns),
    )


def join(parts: Sequence[Judged]) -> Judged:
    """Several runs of one method after one another."""
    known = [part.probability for part in parts if part.probability is not None]
    return Judged(
        score=np.concatenate([part.score for part in parts]),
        flagged=np.concatenate([part.flagged for part in parts]),
        predicted=np.concatenate([part.predicted for part in parts]),
        blamed=tuple(blamed for part in parts for blamed in part.blamed),
        probability=np.concatenate(known) if len(known) == len(parts) else None,
        alarms={rate: np.concatenate([part.alarms[rate] for part in parts]) for rate in parts[0].alarms},
        seconds=sum(part.seconds for part in parts),
    )


def no_columns(truth: Truth) -> tuple[np.ndarray, ...]:
    """Blame on nothing, for methods that only judge the batch."""
    return tuple(np.zeros((len(names), len(ISSUE_ORDER)), dtype=bool) for names in truth.names)
