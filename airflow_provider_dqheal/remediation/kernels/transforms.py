"""Whole-column transforms: which factor, if any, turns a batch's numbers back into the history's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.proof import Proof, is_whole
from airflow_provider_dqheal.remediation.kernels.row_context import Moved
from airflow_provider_dqheal.remediation.kernels.units import AFFINE, SCALES

PROBS = np.linspace(0.05, 0.95, 19)
_MIN_ROWS = 20
_PROVEN_SLACK = 3.0
_SHARP = 0.01
_WIDER = 3.0
_ASIDE = 10 / 9
"""A growth of everything to the nine- or the elevenfold is no moved point."""

_EXACTLY = 0.002
"""How far the middle of all rows may be from a factor beside sampling error, as a natural logarithm."""

_MIRRORED = 5
"""Different numbers that tell a column in which every sign is another one from one that holds but a few."""

_RAN_OUT = 6
"""Columns with more digits after the point are compared by level when nothing else tells factors apart."""


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
    def is_binary(self) -> bool:
        """Whether it counts bytes: one side is whole numbers."""
        return self.factor in ("1024", "0.0009765625")

    @property
    def is_shift(self) -> bool:
        """Whether it only adds a number."""
        return self.factor == "1"

    @property
    def is_decimal(self) -> bool:
        """Whether the factor is a power of ten, which moves the point and loses no digit."""
        return Decimal(self.offset) == 0 and set(self.factor) <= set("01.") and self.factor.count("1") == 1

    def undo_exactly(self, value: Decimal, places: int, single: bool = False) -> Decimal:
        """``x`` from one value, rounded to ``places`` digits where that absorbs the transform's own rounding.

        ``single``: to the nearest 32-bit float instead.
        """
        restored = (value - Decimal(self.offset)) / Decimal(self.factor)
        if single:
            return Decimal(repr(float(np.float32(float(restored)))))
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


@dataclass(frozen=True)
class Found:
    """The one transform that explains a column, how sure that is, and whether digits or values prove it.

    ``cut``: rounding lost digits, and every value is one that the history holds. ``single``: every value was a 32-bit
    float, printed in full.
    """

    transform: Transform
    confidence: float
    proven: bool
    cut: bool = False
    single: bool = False


def find_transform(
    values: np.ndarray, history: ColumnHistory, places: int, by_row: Callable[[], Moved | None] = lambda: None
) -> Found | None:
    """The one transform that brings ``values`` back to within sampling error; else None.

    It must explain the whole column and be the only one that does. Proof are digits and values (:class:`Proof`), or
    what the rest of the rows says: with it the level may have moved on a little as well; without it only powers of ten
    count, and other factors where batches are alike enough to tell them from a real shift.

    Args:
        values: the batch's numbers (N,), ascending.
        history: the column in the accepted batches.
        places: digits after the point that its numbers have.
        by_row: by how much the rest of the rows says that the column has moved; asked where nothing else tells.
    """
    spread = Spread(history)
    if len(spread.batches) < 2 or len(values) < _MIN_ROWS or spread.unit <= 0:
        return None
    tolerance, before = spread.tolerance(len(values)), spread.distance(values)
    if _is_mirrored(values, history, spread, tolerance):
        return Found(MIRROR, 0.97, proven=True)
    proof = Proof(values, history, places)
    far = before > 3 * tolerance
    if not far and not proof.is_strange:
        return None
    fitting: dict[Transform, float] = {}  # a column of which a part was right already does not stay in reach
    for option in _OPTIONS:
        restored = option.undo(values)
        counted = not option.is_binary or is_whole(values) or is_whole(history.all_numbers)
        if counted and proof.lands(restored, option) and _as_wide(restored, spread) and in_reach(restored, history):
            fitting[option] = spread.distance(restored)
    found = _recognised(proof, fitting, max(before, tolerance)) or _nearest(proof, spread, fitting, far, before)
    if found is None and any(distance <= before / 2.5 for distance in fitting.values()):
        found = _told(by_row(), fitting)
    if found is None:
        return None
    if proof.is_blurred or (not proof.is_single and proof.is_cut(found.transform)):
        traced = proof.known_near(np.unique(values), found.transform)
        return replace(found, cut=True) if bool(np.isfinite(traced).all()) else None
    return replace(found, single=proof.is_single)


def _recognised(proof: Proof, fitting: Mapping[Transform, float], bound: float) -> Found | None:
    """The transform under which values come back that were there before."""
    chosen = proof.recognised(fitting)
    return Found(chosen, 0.99, proven=True) if chosen is not None and fitting[chosen] < bound else None


def _told(moved: Moved | None, fitting: Mapping[Transform, float]) -> Found | None:
    """The one factor that is what the rest of the rows says, and no other is near it."""
    if moved is None:
        return None
    beside = {
        option: abs(float(np.log(float(option.factor))) - moved.ratio) for option in (_AS_IT_IS, *_OPTIONS)
        if not float(option.offset)
    }  # fmt: skip
    best, *others = sorted(beside, key=lambda option: beside[option])
    clear = moved.error + _EXACTLY < min(beside[other] for other in others) / _PROVEN_SLACK
    return (
        Found(best, 0.99, proven=True) if best in fitting and beside[best] <= moved.error + _EXACTLY and clear else None
    )


def _nearest(
    proof: Proof, spread: Spread, fitting: Mapping[Transform, float], far: bool, before: float
) -> Found | None:
    """The transform that comes nearest to the history, if it is near enough and no other is."""
    if not fitting:
        return None
    values, history, tolerance = proof.values, proof.history, spread.tolerance(len(proof.values))
    (best, distance), *others = sorted(fitting.items(), key=lambda item: item[1])
    runner = others[0][1] if others else float("inf")
    proven = proof.by_digits(best)
    if not proven and not best.is_decimal and not _is_sharp(values, best, history, spread):
        return None
    if proven and (far or proof.is_off_grid):
        unique = distance <= tolerance * (_PROVEN_SLACK if far else 1.0) and runner > 2 * distance
        nearer = distance <= before / (5 if far else 2.5)
        nearer |= distance <= before / 2.5 and not others and not best.is_decimal
    else:
        unique = distance <= tolerance and runner > max(2 * distance, 2 * tolerance) and far
        nearer = distance <= before / 5
    if not unique or not nearer:
        return None
    if best.is_decimal and not proven and _fits_aside(best.undo(values), distance, spread):
        return None
    return Found(best, float(np.clip(1 - distance / max(before, 1e-12), 0, 0.99)), proven)


_OPTIONS = (
    *(Transform(factor, "0", name) for factor, name in SCALES),
    *(Transform(factor, offset, name) for factor, offset, name in AFFINE),
)


_AS_IT_IS = Transform("1", "0", "nothing")
MIRROR = Transform("-1", "0", "another sign")


def _fits_aside(restored: np.ndarray, distance: float, spread: Spread) -> bool:
    """Whether a factor beside the transform's brings the values as near, as after a real change."""
    aside = min(spread.distance(restored * _ASIDE), spread.distance(restored / _ASIDE))
    return aside < max(distance, spread.own)


def _is_mirrored(values: np.ndarray, history: ColumnHistory, spread: Spread, tolerance: float) -> bool:
    """Whether all numbers are on the side of zero where none ever was, and on the other are the history's."""
    known = history.all_numbers
    sides = (known[0] >= 0 and values[-1] <= 0) or (known[-1] <= 0 and values[0] >= 0)
    if not sides or len(np.unique(values)) < _MIRRORED:
        return False
    restored = -values[::-1]
    return spread.distance(restored) <= tolerance and _as_wide(restored, spread) and in_reach(restored, history)


def _as_wide(restored: np.ndarray, spread: Spread) -> bool:
    """Whether the undone values spread about as the history's batches do, so that squeezing all to one is no match."""
    usual = [_inner(batch) for batch in spread.batches]
    now = _inner(restored)
    return min(usual) / _WIDER <= now <= max(usual) * _WIDER


def in_reach(values: np.ndarray, history: ColumnHistory, least: float = 0.0) -> bool:
    """Whether no value lies farther outside the history than that is wide (at least ``least`` of its size)."""
    low, high = (float(end) for end in history.all_numbers[[0, -1]])
    width = max(high - low, least * max(abs(low), abs(high)))
    if not len(values):
        return True
    return bool(low - width <= values.min() and values.max() <= high + width)


def _inner(values: np.ndarray) -> float:
    low, high = np.quantile(values, PROBS[[0, -1]])
    return float(high - low)


def _is_sharp(values: np.ndarray, transform: Transform, history: ColumnHistory, spread: Spread) -> bool:
    """Whether batches are so alike that no other factor comes near: medians agree to 1 %, or two numbers are undone."""
    if transform.is_shift:
        low, high = np.quantile(history.all_numbers, [0.05, 0.95])
        return bool(high - low <= abs(float(transform.offset)))  # else many a shift comes near
    if float(transform.offset):
        return True
    if history.style.most_places <= _RAN_OUT:
        return False
    medians = np.array([np.median(batch) for batch in spread.batches])
    now = float(np.median(transform.undo(values)))
    middle = float(np.median(medians))
    return middle != 0 and bool(np.ptp(np.append(medians, now)) <= _SHARP * abs(middle))
