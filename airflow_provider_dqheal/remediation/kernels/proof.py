"""What proves that a column was rescaled: its digits, and values that come back as ones that were there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.numbers import significant_digits

if TYPE_CHECKING:
    from airflow_provider_dqheal.remediation.kernels.transforms import Transform

_SIGNIFICANT = 14
"""Digits that a float64 holds surely; a grid finer than that proves nothing."""

_ON_GRID = 0.97
_CHANCE = 1e-6
_LOST = 1e-3
"""Odds below which it is no chance that no value of a batch has as many digits as those of the history."""

_SIGNIFICANT_AFTER = 12
_RECOGNISED = 0.5
_RECOGNISED_OF_MANY = 0.3
_RIVAL = 0.2
_BY_CHANCE, _FARTHER = 0.5, 3.0
"""Share of the recognised values that another reading may have by chance, if it is so many times as far away."""
_FEWEST = 4
_MANY = 30
"""Different values that there have to be, at least, for half or for a third of them to prove anything."""

_LONG, _COINCIDENCES = 7, 4
"""Values of so many digits that come back as known ones, and of so many others not one: no chance does that."""

_SAME = 1e-9
_SINGLE = 1e-9
"""Relative distance to the nearest 32-bit float that counts as one; half way between two it is 3e-8 to 6e-8."""

_BLURRED = 1e-8
"""Values that were cut off more coarsely than this cannot be told from 32-bit floats."""

_ULPS = 4e-15
"""Relative error of a float64 after a few operations."""


@dataclass(frozen=True)
class Proof:
    """The evidence in one column: ``values`` (N,) ascending, and ``places`` digits after the history's points."""

    values: np.ndarray
    history: ColumnHistory
    places: int

    @cached_property
    def is_strange(self) -> bool:
        """Whether the values cannot be the column's as they are: too many digits, or hardly one known or in range."""
        known = self.history.all_numbers
        inside = float(((self.values >= known[0]) & (self.values <= known[-1])).mean()) if len(known) else 1.0
        return self.is_off_grid or inside < 0.1 or (self._known_share(self.values) <= _RIVAL and inside < 0.5)

    @cached_property
    def is_off_grid(self) -> bool:
        """Whether most values have more digits than the column ever had."""
        return self._has_grid and not bool(multiples(self.values, 10.0**-self.places).mean() > 0.5)

    @cached_property
    def _has_grid(self) -> bool:
        """Whether a float64 can tell the history's numbers from those beside them."""
        known = self.history.all_numbers
        largest = float(np.abs(known[[0, -1]]).max()) if len(known) else 0.0
        return self.places + np.ceil(np.log10(max(largest, 1.0))) <= _SIGNIFICANT - 2

    @cached_property
    def is_single(self) -> bool:
        """Whether the history's numbers are 32-bit floats that were printed in full."""
        known = self.history.all_numbers
        return len(known) > 0 and not self._has_grid and bool(singles(known, 0.0).all())

    def lands(self, restored: np.ndarray, transform: Transform) -> bool:
        """Whether nearly all undone values are written as the history's are, up to what rounding explains."""
        if self.is_single:
            cut, sharp = self._cut, (self._cut < _BLURRED) & (self.values != 0)
            return int(sharp.sum()) < _FEWEST or bool(singles(restored, cut)[sharp].mean() >= _ON_GRID)
        return not self._has_grid or on_grid(restored, self.values, transform, self.places)

    def by_digits(self, transform: Transform) -> bool:
        """Whether the digits of the values could not have come but by the transform (odds below one in a million).

        Either most values have more digits than the column ever had, and the undone ones have not; or all, less the
        offset, are multiples of the factor times the column's grid, which few values of the history are.
        """
        if self.is_single:
            there = self.values != 0
            return bool(there.any()) and not bool(singles(self.values, 0.0)[there].mean() > 0.5)
        if not self._has_grid:
            return False
        if self.is_off_grid:
            return True
        grid, offset = abs(float(transform.factor)) * 10.0**-self.places, float(transform.offset)
        usual = float(multiples(self.history.all_numbers - offset, grid).mean())
        chance = max(usual, 0.01) ** len(np.unique(self.values))
        return usual <= 0.5 and chance < _CHANCE and bool(multiples(self.values - offset, grid).all())

    def is_cut(self, transform: Transform) -> bool:
        """Whether the undone values lack digits that the history's have: rounding cost some, and not all are exact.

        Only moved points are asked: other factors are undone to the column's own digits. What was cut has to matter:
        numbers that agree to a billionth are the same.
        """
        finest = _grid_of(self.values) / abs(float(transform.factor))
        if not transform.is_decimal or finest < 10.0**-_SIGNIFICANT_AFTER:
            return False
        if float(self._cut.max(initial=0.0)) <= _SAME:
            return False
        as_short = float(multiples(self.history.all_numbers, finest).mean())
        return as_short ** len(self.values) < _LOST

    @cached_property
    def is_blurred(self) -> bool:
        """Whether values that were 32-bit floats lack digits that tell which."""
        return self.is_single and bool((self._cut[self.values != 0] >= _BLURRED).any())

    def recognised(self, options: Mapping[Transform, float]) -> Transform | None:
        """The one transform under which most different values are such as the history holds; None when none is.

        Of the values as they are, and under any other transform, hardly one may be known; under one that leaves the
        values far from the history (``options`` holds the distances), no more than chance gives where much is known.
        """
        shares = {option: self._known_share(option.undo(self.values)) for option in options}
        if not shares:
            return None
        best = max(shares, key=lambda option: shares[option])
        different = len(np.unique(self.values))
        sure = shares[best] >= _RECOGNISED and different >= _MANY
        others = [
            share
            for option, share in shares.items()
            if option != best
            and not (sure and share <= _BY_CHANCE * shares[best] and options[option] > _FARTHER * options[best])
        ]
        rival = max([self._known_share(self.values), *others])
        if is_recognised(shares[best], rival, different) or (not rival and self._coincides(best)):
            return best
        return None

    def _coincides(self, transform: Transform) -> bool:
        """Whether several undone values are known ones with so many digits that not one of them is so by chance."""
        hits = known_ones(transform.undo(self.values), self.history.different_numbers)
        long = [value for value in hits.tolist() if significant_digits(Decimal(f"{value:.12g}")) >= _LONG]
        return len(long) >= _COINCIDENCES

    def known_near(self, values: np.ndarray, transform: Transform) -> np.ndarray:
        """(N,) the history's number that each value came from, as far as rounding tells; nan where none or several."""
        restored = transform.undo(values)
        slack = self._cut_off / abs(float(transform.factor)) + _ULPS * np.abs(restored)
        first = np.searchsorted(self.history.different_numbers, restored - slack)
        last = np.searchsorted(self.history.different_numbers, restored + slack, side="right")
        found: np.ndarray = np.full(len(values), np.nan)
        single = last - first == 1
        found[single] = self.history.different_numbers[first[single]]
        return found

    @cached_property
    def _cut_off(self) -> float:
        """Half of the last digit that the values have."""
        return 0.5 * _grid_of(self.values)

    @cached_property
    def _cut(self) -> np.ndarray:
        """(N,) what was cut off of each value, relative to it."""
        relative: np.ndarray = self._cut_off / np.maximum(np.abs(self.values), 1e-300)
        return relative

    def _known_share(self, values: np.ndarray) -> float:
        return known_share(values, self.history.different_numbers)


def known_share(values: np.ndarray, known: np.ndarray) -> float:
    """Share of the different ``values``, 0 left out, that are among ``known`` (ascending, each once).

    0 where there are hardly any, as that would prove nothing.
    """
    different = np.count_nonzero(np.unique(values))
    return len(known_ones(values, known)) / different if different >= _FEWEST else 0.0


def known_ones(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The different ``values``, 0 left out, that are among ``known`` (ascending, each once)."""
    different = np.unique(values[values != 0])
    if len(known) < 2:
        return different[:0]
    at = np.clip(np.searchsorted(known, different), 1, len(known) - 1)
    near = np.minimum(np.abs(known[at - 1] - different), np.abs(known[at] - different))
    found: np.ndarray = different[near <= _SAME * np.abs(different)]
    return found


def is_recognised(share: float, rival: float, different: int) -> bool:
    """Whether one reading's share of known values, and hardly any under another, prove it: ``different`` values."""
    return share >= (_RECOGNISED_OF_MANY if different >= _MANY else _RECOGNISED) and rival <= _RIVAL * share


def singles(values: np.ndarray, cut: np.ndarray | float) -> np.ndarray:
    """Mask of the values that are 32-bit floats, or zero; ``cut`` is what was cut off of each, relative to it."""
    nearest = values.astype(np.float32).astype(np.float64)
    same: np.ndarray = np.abs(nearest - values) <= (_SINGLE + cut) * np.abs(values)
    return same


def is_whole(values: np.ndarray) -> bool:
    """Whether all are whole numbers."""
    return bool((values == np.round(values)).all())


def multiples(values: np.ndarray, grid: float) -> np.ndarray:
    """Mask of the values that are whole multiples of ``grid`` up to rounding of floats."""
    scaled = values / grid
    whole: np.ndarray = np.abs(scaled - np.round(scaled)) <= 1e-6 + _ULPS * np.abs(scaled)
    return whole


def on_grid(restored: np.ndarray, values: np.ndarray, transform: Transform, places: int) -> bool:
    """Whether nearly all undone values have no more than ``places`` digits, up to what rounding explains."""
    grid = 10.0**-places
    off = np.abs(restored / grid - np.round(restored / grid))
    noise = 1e-6 + _ULPS * np.abs(restored) / grid
    if transform.is_decimal:
        return bool((off <= noise).mean() >= _ON_GRID)
    if bool((off <= noise).all()):
        return True
    rounding = 0.5 * _grid_of(values) / abs(float(transform.factor)) / grid
    return rounding < 0.25 and bool((off <= rounding * 1.01 + noise).all())


def _grid_of(values: np.ndarray) -> float:
    """The smallest power of ten that all values are multiples of, down to 1e-12."""
    return next((10.0**-digits for digits in range(13) if bool(multiples(values, 10.0**-digits).all())), 1e-13)
