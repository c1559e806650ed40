"""Lengths of text, in characters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling.states._base import Metrics, add_counts, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView

EXACT = 64
"""Longer text is counted by eighths of an octave (the lower bound of the step)."""


@registry.register("lengths")
@dataclass(frozen=True)
class Lengths:
    """Rows by length; ``total`` and ``squares`` are exact sums over all rows, empty text included."""

    rows: dict[str, int] = field(default_factory=dict)
    total: int = 0
    squares: int = 0
    longest: int = 0

    @classmethod
    def empty(cls) -> Self:
        """No text."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        if view.kind != "text" or not len(view.texts):
            return self
        lengths, counts = view.lengths, view.counts
        table = np.bincount(np.minimum(lengths, EXACT + 1), weights=counts)
        found = {str(i): int(table[i]) for i in np.flatnonzero(table[: EXACT + 1]).tolist()}
        long = lengths > EXACT
        for length, rows in zip(lengths[long].tolist(), counts[long].tolist(), strict=True):
            step = 1 << max(length.bit_length() - 4, 0)
            key = str(length // step * step)
            found[key] = found.get(key, 0) + rows
        total = int((lengths * counts).sum())
        squares = int((lengths * lengths * counts).sum())
        return self + type(self)(found, total, squares, int(lengths.max()))

    def __add__(self, other: Self) -> Self:
        return type(self)(
            add_counts(self.rows, other.rows),
            self.total + other.total,
            self.squares + other.squares,
            max(self.longest, other.longest),
        )

    def to_json(self) -> Any:
        """[rows, total, squares, longest]."""
        return [self.rows, self.total, self.squares, self.longest] if self.rows else None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(dict(value[0]), *value[1:]) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """length_mean, _std, _min, _max, _q05, _q50, _q95, _top_fraction and length_distinct."""
        names = ("mean", "std", "min", "max", "q05", "q50", "q95", "top_fraction", "distinct")
        count = sum(self.rows.values())
        if not count:
            return {f"length_{name}": None for name in names}
        lengths = np.array([int(key) for key in self.rows], float)
        rows = np.array(list(self.rows.values()), float)
        order = np.argsort(lengths)
        lengths, rows = lengths[order], rows[order]
        mean = self.total / count
        variance = (self.squares - self.total * self.total / count) / (count - 1) if count > 1 else None
        found = (
            mean,
            None if variance is None else float(np.sqrt(max(variance, 0.0))),
            float(lengths[0]),
            float(self.longest),
            *(_quantile(lengths, rows, q) for q in (0.05, 0.5, 0.95)),
            share(float(rows.max()), count),
            float(len(lengths)),
        )
        return {f"length_{name}": value for name, value in zip(names, found, strict=True)}


def _quantile(values: NDArray[np.float64], rows: NDArray[np.float64], q: float) -> float:
    return float(values[np.searchsorted(np.cumsum(rows), q * rows.sum())])
