"""Zeros, negatives, whole numbers."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, Self

import numpy as np

from airflow_provider_dqheal.profiling.states._base import Metrics, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView


@registry.register("signs")
@dataclass(frozen=True)
class Signs:
    """Rows of the numeric view that are zero, negative, whole, or on either side of one in size."""

    numbers: int = 0
    zeros: int = 0
    negatives: int = 0
    whole: int = 0
    proper: int = 0

    @classmethod
    def empty(cls) -> Self:
        """No numbers."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        numbers = view.numbers
        values = numbers.values
        if not len(values):
            return self
        whole = numbers.count if view.kind == "int" else numbers.weigh(values == np.rint(values))
        return self + type(self)(
            numbers.count,
            numbers.weigh(values == 0.0),
            numbers.weigh(values < 0.0),
            whole,
            numbers.weigh(np.abs(values) <= 1.0),
        )

    def __add__(self, other: Self) -> Self:
        return type(self)(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def to_json(self) -> Any:
        """[numbers, zeros, negatives, whole, proper]."""
        return list(astuple(self)) if self.numbers else None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(*value) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """Shares of the numbers."""
        return {
            "zero_fraction": share(self.zeros, self.numbers),
            "negative_fraction": share(self.negatives, self.numbers),
            "integer_fraction": share(self.whole, self.numbers),
            "unit_interval_fraction": share(self.proper, self.numbers),
        }
