"""What a yardstick is: a published way to judge a batch by its history, in its documented automatic mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from airflow_provider_dqheal.detection.schema_diff import schema_diff
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView


@dataclass(frozen=True)
class Opinion:
    """What a yardstick says of one batch.

    Attributes:
        score: higher is more anomalous; comparable over batches and tables.
        alarm: whether it flags the batch in its automatic mode.
        flagged: the issue types it names, each with its columns (none for what concerns the whole batch).
    """

    score: float
    alarm: bool
    flagged: Mapping[str, tuple[str, ...]]


Judge = Callable[[Stack, BatchView], Opinion]


@dataclass(frozen=True)
class Yardstick:
    """One method to measure against.

    Attributes:
        name: snake_case, equal to the file name.
        title: for people.
        source: author, year, section.
        names_issues: False where it only says yes or no.
        judge: its opinion of a batch, from the history (oldest first) and the batch.
    """

    name: str
    title: str
    source: str
    names_issues: bool
    judge: Judge


def collect(hits: Iterable[tuple[str, str | None]]) -> dict[str, tuple[str, ...]]:
    """Issue types with their columns, from pairs of an issue type and a column (None: the whole batch).

    >>> collect([("outliers", "b"), ("missing_data", None), ("outliers", "a"), ("outliers", "b")])
    {'outliers': ('b', 'a'), 'missing_data': ()}
    """
    found: dict[str, dict[str, None]] = {}
    for issue, column in hits:
        columns = found.setdefault(issue, {})
        if column is not None:
            columns[column] = None
    return {issue: tuple(columns) for issue, columns in found.items()}


def schema_hits(history: Stack, batch: BatchView) -> list[tuple[str, str | None]]:
    """Columns that are new, gone, or of another type: the comparison that every tool makes exactly."""
    diff = schema_diff(batch, history)
    names = [*diff.added, *diff.removed, *(name for name, _, _ in diff.retyped)]
    return [("schema_drift", name) for name in names]
