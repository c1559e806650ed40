"""Moments of the numeric view to the fourth, with the range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from airflow_provider_dqheal.profiling.power import NOTHING, Power
from airflow_provider_dqheal.profiling.states._base import Metrics, registry
from airflow_provider_dqheal.profiling.view import ColumnView


@registry.register("moments")
@dataclass(frozen=True)
class Moments:
    """Count, mean and central power sums of finite numbers."""

    power: Power = NOTHING

    @classmethod
    def empty(cls) -> Self:
        """No numbers."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        numbers = view.numbers
        return type(self)(self.power + Power.of(numbers.values, numbers.counts))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.power + other.power)

    def to_json(self) -> Any:
        """As :meth:`Power.to_json`."""
        return self.power.to_json()

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(Power.from_json(value))

    def metrics(self, row_count: int) -> Metrics:
        """number_count; the moments themselves are read by the profile, which picks numbers or dates."""
        return {"number_count": float(self.power.count)}
