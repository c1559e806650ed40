"""Whole-column transforms: which factor, if any, turns a batch's numbers back into the history's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.units import AFFINE, SCALES

PROBS = np.linspace(0.05, 0.95, 19)
_MIN_ROWS = 20


@dataclass(frozen=True)
class Transform:
    """The batch holds ``factor * x + offset`` of what it should hold; ``name`` says which change that is."""

    factor: str
    offset: str
    name: str

    def undo(self, values: np.ndarray) -> np.ndarray:
        """``x`` from the observed values (float64)."""
        restored: np.ndarray = (values - float(self.offset)) / float(self.factor)
        return restored

    def undo_exactly(self, value: Decimal, places: int) -> Decimal:
        """``x`` from one value, rounded to ``places`` digits where that absorbs the transform's own rounding."""
        restored = (value - Decimal(self.offset)) / Decimal(self.factor)
        return round(restored, places) if places < 15 else round(restored, 12)


@dataclass(frozen=True)
class Spread:
    """How far batches of one column lie apart by themselves.

    Distances compare quantiles in units of the pooled inner spread, on a logarithmic scale where all values are
    positive and span more than a factor of 4.
    """

    history: ColumnHistory

    @cached_property
    def batches(self) -> list[np.ndarray]:
        """Batches with enough numbers."""
        return [values for values in self.history.numbers if len(values) >= _MIN_ROWS]

    @cached_property
    def logarithmic(self) -> bool:
        """Whether quantiles are compared as logarithms."""
        known = self.history.all_numbers
        low, high = np.quantile(known, [0.05, 0.95]) if len(known) else (0.0, 0.0)
        return bool(len(known) and known[0] > 0 and low > 0 and high / low > 4)

    def quantiles(self, values: np.ndarray) -> np.ndarray:
        """The compared quantiles of ``values``; nan where a logarithm does not exist."""
        found = np.quantile(values, PROBS)
        if self.logarithmic:
            with np.errstate(invalid="ignore", divide="ignore"):
                found = np.log(found)
        return found

    @cached_property
    def centre(self) -> np.ndarray:
        """Quantiles of all batches together."""
        return self.quantiles(self.history.all_numbers)

    @cached_property
    def unit(self) -> float:
        """The pooled inner spread; a constant column has the size of its value."""
        spread = float(self.centre[-1] - self.centre[0])
        return spread if spread > 0 else max(abs(float(self.centre[0])), 1e-9)

    def distance(self, values: np.ndarray) -> float:
        """Mean absolute quantile difference from all batches together; infinite when it cannot be compared."""
        found = self.quantiles(values)
        return float(np.abs(found - self.centre).mean() / self.unit) if np.isfinite(found).all() else float("inf")

    @cached_property
    def own(self) -> float:
        """The largest distance of a batch from the others, at least what sampling alone gives."""
        worst = 0.0
        for index, values in enumerate(self.history.numbers):
            if len(values) >= _MIN_ROWS and len(self.batches) > 1:
                worst = max(worst, Spread(self.history.without(index)).distance(values))
        return worst

    def tolerance(self, rows: int) -> float:
        """How far a batch of that many rows may lie from the history and still be like it."""
        return max(1.5 * self.own, 0.6 / np.sqrt(max(rows, 1)), 0.01)


def find_transform(values: np.ndarray, history: ColumnHistory, places: int) -> tuple[Transform, float] | None:
    """The one transform that brings ``values`` back to within sampling error, and the confidence; else None.

    It must explain the whole column, be the only one that does, and land on the history's own grid of digits
    where the history has one (a real shift does not).
    """
    spread = Spread(history)
    if len(spread.batches) < 2 or len(values) < _MIN_ROWS or spread.unit <= 0:
        return None
    tolerance, before = spread.tolerance(len(values)), spread.distance(values)
    if before <= 3 * tolerance:
        return None
    options = [Transform(factor, "0", name) for factor, name in SCALES]
    options += [Transform(factor, offset, name) for factor, offset, name in AFFINE]
    scored = sorted(
        (spread.distance(restored), index)
        for index, option in enumerate(options)
        if _on_grid(restored := option.undo(values), values, option, places)
    )
    if not scored:
        return None
    best, runner = scored[0], scored[1] if len(scored) > 1 else (float("inf"), -1)
    if best[0] > tolerance or runner[0] <= max(2 * tolerance, 3 * best[0]) or best[0] > before / 5:
        return None
    chosen = options[best[1]]
    return chosen, float(np.clip(1 - best[0] / max(before, 1e-12), 0, 0.99))


def _on_grid(restored: np.ndarray, values: np.ndarray, transform: Transform, places: int) -> bool:
    """Whether the undone values have no more digits than the history's, up to what rounding in the batch explains."""
    if places > 6:
        return True
    grid = 10.0**-places
    off = np.abs(restored / grid - np.round(restored / grid))
    noise = 1e-6 * np.maximum(1.0, np.abs(restored) / grid) * 1e-6 + 1e-6
    if bool((off <= noise).all()):
        return True
    rounding = 0.5 * _grid_of(values) / abs(float(transform.factor)) / grid
    return rounding < 0.25 and bool((off <= rounding * 1.01 + 1e-6).all())


def _grid_of(values: np.ndarray) -> float:
    """The smallest power of ten that all values are multiples of, down to 1e-9."""
    for digits in range(10):
        scaled = values * 10.0**digits
        if bool((np.abs(scaled - np.round(scaled)) < 1e-6 * np.maximum(1.0, np.abs(scaled) * 1e-6)).all()):
            return 10.0**-digits
    return 1e-10
