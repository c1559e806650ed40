"""A column as a reader without knowledge of literal forms sees it: missing cells, one type, its values or numbers.

The yardsticks get what their usual readers give them, not the text-level reading of this project: missing is what
pandas takes for missing, a column is numeric when (nearly) all of its history parses as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView

NOT_AVAILABLE = frozenset(
    ("", "#n/a", "#na", "<na>", "n/a", "na", "nan", "none", "null", "-nan", "1.#ind", "1.#qnan", "-1.#ind", "-1.#qnan")
)
"""What pandas.read_csv takes for missing, in lower case."""

_NUMERIC = 0.99
CATEGORIES = 50
"""A text or code column with more distinct values over its history is not a category."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column of one batch. ``numbers``/``weights`` ascending; ``values`` with their counts."""

    name: str
    rows: float
    missing: float
    values: dict[str, float]
    numbers: np.ndarray
    weights: np.ndarray
    temporal: bool
    length: float

    @property
    def present(self) -> float:
        """Cells that are not missing."""
        return max(self.rows - self.missing, 0.0)

    @property
    def parsed(self) -> float:
        """Share of present cells that read as a number (1 when there are none)."""
        if self.temporal or self.present <= 0:
            return 0.0 if self.temporal else 1.0
        return min(float(self.weights.sum()) / self.present, 1.0)


def column_of(view: ColumnView) -> Column:
    """Reads a column of a profile."""
    words = {word: count for word, count in view.words.items() if word.strip().lower() not in NOT_AVAILABLE}
    values = {**dict(zip(view.values, view.counts.tolist(), strict=True)), **words}
    present = max(view.present, 1.0)
    return Column(
        name=view.name,
        rows=view.rows,
        missing=view.null + view.empty + view.word - sum(words.values()),
        values=values,
        numbers=view.numbers,
        weights=view.weights,
        temporal=view.temporal,
        length=float((view.lengths * view.counts).sum()) / present,
    )


@dataclass(frozen=True, eq=False)
class Past:
    """The history of one column: its batches, oldest first, and how a reader types it: number, category, date, text."""

    name: str
    batches: tuple[Column, ...]
    kind: str


def past_of(history: Stack) -> dict[str, Past]:
    """The columns of a history, read once."""
    if "yardstick columns" in history.cache:
        return history.cache["yardstick columns"]  # type: ignore[return-value]
    found = {}
    for name, stack in history.columns.items():
        batches = tuple(column_of(view) for view in stack.views if view is not None)
        found[name] = Past(name, batches, _kind(batches))
    history.cache["yardstick columns"] = found
    return found


def shared(history: Stack, batch: BatchView) -> list[tuple[Past, Column]]:
    """The columns that the history and the batch have both."""
    past = past_of(history)
    return [(past[name], column_of(view)) for name, view in batch.columns.items() if name in past]


def _kind(batches: tuple[Column, ...]) -> str:
    filled = [batch for batch in batches if batch.present > 0]
    if not filled:
        return "text"
    if all(batch.temporal for batch in filled):
        return "date"
    if all(batch.parsed >= _NUMERIC for batch in filled):
        return "number"
    distinct = len({value for batch in filled for value in batch.values})
    return "category" if distinct <= CATEGORIES else "text"


def merged(columns: tuple[Column, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of several batches together, ascending, with their weights."""
    numbers = np.concatenate([column.numbers for column in columns])
    weights = np.concatenate([column.weights for column in columns])
    order = np.argsort(numbers, kind="stable")
    return numbers[order], weights[order]


def kolmogorov(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> float:
    """Largest gap between two weighted empirical distributions (numbers ascending, weights)."""
    grid = np.concatenate([first[0], second[0]])
    gap = np.zeros(len(grid))
    for sign, (numbers, weights) in ((1.0, first), (-1.0, second)):
        reach = np.concatenate([[0.0], np.cumsum(weights)])
        gap += sign * reach[np.searchsorted(numbers, grid, side="right")] / reach[-1]
    return float(np.abs(gap).max(initial=0.0))
