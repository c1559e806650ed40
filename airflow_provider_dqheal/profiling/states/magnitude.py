"""Histogram of the size of numbers: decades of the absolute value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from airflow_provider_dqheal.profiling.states._base import Metrics, add_counts, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView

_LOWEST = -330


@registry.register("magnitude")
@dataclass(frozen=True)
class Magnitude:
    """Rows by floor(log10 |x|), zero left out; keys are decimal numbers as text."""

    decades: dict[str, int] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Self:
        """No numbers."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        numbers = view.numbers
        size = np.abs(numbers.values)
        there = size > 0
        if not there.any():
            return self
        weights = numbers.counts
        if not there.all():
            size = size[there]
            weights = None if weights is None else weights[there]
        decade = np.floor(np.log10(size)).astype(np.int64) - _LOWEST
        rows = np.bincount(decade, weights=weights)
        found = {str(i + _LOWEST): int(rows[i]) for i in np.flatnonzero(rows).tolist()}
        return self + type(self)(found)

    def __add__(self, other: Self) -> Self:
        return type(self)(add_counts(self.decades, other.decades))

    def to_json(self) -> Any:
        """The counter."""
        return self.decades or None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(dict(value)) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """magnitude_mean, magnitude_std, magnitude_min, magnitude_max, magnitude_top_fraction."""
        if not self.decades:
            return dict.fromkeys(
                ("magnitude_mean", "magnitude_std", "magnitude_min", "magnitude_max", "magnitude_top_fraction")
            )
        decades = np.array([int(key) for key in self.decades], float)
        rows = np.array(list(self.decades.values()), float)
        mean = float((decades * rows).sum() / rows.sum())
        return {
            "magnitude_mean": mean,
            "magnitude_std": float(np.sqrt(((decades - mean) ** 2 * rows).sum() / rows.sum())),
            "magnitude_min": float(decades.min()),
            "magnitude_max": float(decades.max()),
            "magnitude_top_fraction": share(float(rows.max()), float(rows.sum())),
        }
