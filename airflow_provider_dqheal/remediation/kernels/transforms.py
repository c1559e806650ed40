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
_GRID_PLACES = 6
"""Columns with more digits after the point have no grid that could prove anything."""
_PROVEN_SLACK = 3.0
_ON_GRID = 0.97
_SHARP = 0.01
_CHANCE = 1e-6


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

    @property
    def is_decimal(self) -> bool:
        """Whether the factor is a power of ten, which moves the point and loses no digit."""
        return Decimal(self.offset) == 0 and set(self.factor) <= set("01.") and self.factor.count("1") == 1

    def undo_exactly(self, value: Decimal, places: int) -> Decimal:
        """``x`` from one value, rounded to ``places`` digits where that absorbs the transform's own rounding."""
        restored = (value - Decimal(self.offset)) / Decimal(self.factor)
        if self.is_decimal:
            return restored
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

    It must explain the whole column, be the only one that does, and land on the history's own grid of digits.
    Where the digits prove it (:func:`_is_proven`) the level may have moved on a little as well; where they cannot, only
    powers of ten count, and other factors where batches are alike enough to tell them from a real shift.
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
    chosen = options[best[1]]
    proven = places <= _GRID_PLACES and _is_proven(values, chosen, history, places)
    if not proven and not chosen.is_decimal and not _is_sharp(values, chosen, history, spread):
        return None
    bound = tolerance * (_PROVEN_SLACK if proven else 1.0)
    if best[0] > bound or runner[0] <= max(2 * best[0], 2 * tolerance) or best[0] > before / 5:
        return None
    return chosen, float(np.clip(1 - best[0] / max(before, 1e-12), 0, 0.99))


def _is_sharp(values: np.ndarray, transform: Transform, history: ColumnHistory, spread: Spread) -> bool:
    """Whether batches are so alike that no other factor comes near: medians agree to 1 %, or two numbers are undone."""
    if float(transform.offset):
        return True
    if history.style.most_places <= _GRID_PLACES:
        return False
    medians = np.array([np.median(batch) for batch in spread.batches])
    now = float(np.median(transform.undo(values)))
    middle = float(np.median(medians))
    return middle != 0 and bool(np.ptp(np.append(medians, now)) <= _SHARP * abs(middle))


def _is_proven(values: np.ndarray, transform: Transform, history: ColumnHistory, places: int) -> bool:
    """Whether the digits of ``values`` could not have come but by the transform (odds below one in a million).

    Either most values have more digits than the column ever had, and the undone ones have not; or all are multiples
    of the factor times the column's grid, which few values of the history are.
    """
    grid = 10.0**-places
    if not _multiples(values, grid).mean() > 0.5:
        return True
    factor = abs(float(transform.factor))
    if factor <= 1 or float(transform.offset):
        return False
    usual = float(_multiples(history.all_numbers, grid * factor).mean())
    return usual <= 0.5 and max(usual, 0.01) ** len(values) < _CHANCE and bool(_multiples(values, grid * factor).all())


def _multiples(values: np.ndarray, grid: float) -> np.ndarray:
    """Mask of the values that are whole multiples of ``grid`` up to rounding of floats."""
    scaled = values / grid
    whole: np.ndarray = np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1.0, np.abs(scaled) * 1e-6)
    return whole


def _on_grid(restored: np.ndarray, values: np.ndarray, transform: Transform, places: int) -> bool:
    """Whether nearly all undone values have no more digits than the history's, up to what rounding explains."""
    if places > _GRID_PLACES:
        return True
    grid = 10.0**-places
    off = np.abs(restored / grid - np.round(restored / grid))
    noise = 1e-6 * np.maximum(1.0, np.abs(restored) / grid) * 1e-6 + 1e-6
    if transform.is_decimal:
        return bool((off <= noise).mean() >= _ON_GRID)
    if bool((off <= noise).all()):
        return True
    rounding = 0.5 * _grid_of(values) / abs(float(transform.factor)) / grid
    return rounding < 0.25 and bool((off <= rounding * 1.01 + 1e-6).all())


def _grid_of(values: np.ndarray) -> float:
    """The smallest power of ten that all values are multiples of, down to 1e-9."""
    return next((10.0**-digits for digits in range(10) if bool(_multiples(values, 10.0**-digits).all())), 1e-10)
