"""What the numbers of a row make of each other: the common form of sums and products that hold in every row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

LEAST_ROWS, LEAST_BATCHES = 200, 5
"""Rows of the history that have all columns of a formula, and batches."""
_KEPT, _KEPT_IN_BATCH = 0.995, 0.98
"""Share of the history's rows that keep a formula, and of each batch's."""
_BY_CHANCE_ROWS, _BY_CHANCE = 50, 0.1
"""Rows that break it, at least, where one of its columns is moved by a row; and their share."""
_TELLS, _MOST_BROKEN = 0.999, 0.001
"""Share of the history's numbers that a formula has to tell to the last digit; of the rows that may miss it."""
_TIE = 1e-4
"""How near a last place may be to the middle of two before either may be meant."""
_MOST_PLACES, _ASKED = 6, 1_500
_EXACT = 1e-9
"""What is lost of a number, at most, in reckoning with it."""


F = TypeVar("F", bound="Formula")


@dataclass(frozen=True, eq=False)
class Formula(ABC):
    """A relation of several columns that rows keep.

    Attributes:
        columns: the places of its columns.
        places: digits after the point that each of them has.
        within: how far accepted rows are off, by rounding.
        told: rows of the history that were asked.
        broken: how many of them do not keep it.
        worst: the largest share of a batch that does not.
        exact: the columns whose numbers it tells to the last digit.
    """

    columns: tuple[int, ...]
    places: tuple[int, ...]
    within: float
    told: int
    broken: int
    worst: float
    exact: frozenset[int]

    @abstractmethod
    def off(self, numbers: np.ndarray) -> np.ndarray:
        """(rows,) how far the rows of a batch (rows, columns) are from it; nan where one number is missing."""

    @abstractmethod
    def expected(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """(rows,) what the other columns say of one of them; nan where one of those is missing."""

    @abstractmethod
    def tolerance(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """(rows,) how far an accepted number may be from what is expected of it."""

    @abstractmethod
    def slack(self, numbers: np.ndarray, places: Sequence[int]) -> np.ndarray:
        """(rows,) how far rows may be off whose numbers were rounded to so many digits after the point."""

    @abstractmethod
    def written(self, names: Sequence[str], column: int) -> str:
        """The formula solved for one of its columns."""

    def names_of(self, names: Sequence[str]) -> list[str]:
        """The names of its columns."""
        return [names[at] for at in self.columns]

    def rounded(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """(rows,) what is expected, as the column writes it; nan where two neighbours are as near."""
        return rounded(self.expected(numbers, column), self.places[self.columns.index(column)])


def rounded(numbers: np.ndarray, places: int) -> np.ndarray:
    """Numbers with so many digits after the point; nan in the middle of two."""
    scaled = numbers * 10.0**places
    tie = np.abs(scaled - np.floor(scaled) - 0.5) <= _TIE + _EXACT * np.abs(scaled)
    found: np.ndarray = np.where(tie, np.nan, np.round(scaled) / 10.0**places)
    return found


def places_of(numbers: np.ndarray) -> int:
    """Digits after the point that the numbers (N,) have, up to six."""
    known = numbers[np.isfinite(numbers)][:_ASKED]
    for places in range(_MOST_PLACES):
        scaled = known * 10.0**places
        if (np.abs(scaled - np.round(scaled)) <= 1e-6 + _EXACT * np.abs(scaled)).all():
            return places
    return _MOST_PLACES


def half_unit(places: Sequence[int]) -> np.ndarray:
    """Half of the last of so many digits after the point."""
    found: np.ndarray = 0.5 * 10.0 ** -np.asarray(places, float)
    return found


def complete(batches: Sequence[np.ndarray], columns: tuple[int, ...]) -> list[np.ndarray]:
    """The rows of each batch that have all of the columns; none where they are too few to show a formula."""
    own = [one[np.isfinite(one[:, columns]).all(axis=1)] for one in batches]
    own = [one for one in own if len(one)]
    return own if len(own) >= LEAST_BATCHES and sum(map(len, own)) >= LEAST_ROWS else []


def is_kept(off: Sequence[np.ndarray], within: float | Sequence[np.ndarray]) -> bool:
    """Whether nearly all rows of the history keep a formula, in each batch (rows,) of it."""
    kept = [np.abs(one) <= (within if isinstance(within, float) else within[at]) for at, one in enumerate(off)]
    return bool(np.concatenate(kept).mean() >= _KEPT and min(one.mean() for one in kept) >= _KEPT_IN_BATCH)


def is_no_chance(
    full: Sequence[np.ndarray], columns: tuple[int, ...], off: Callable[[np.ndarray], np.ndarray], within: float
) -> bool:
    """Whether rows would break a formula in which one of its columns is moved by a row."""
    for at in columns:
        moved = [one.copy() for one in full]
        for one in moved:
            one[:, at] = np.roll(one[:, at], 1)
        broken = np.abs(np.concatenate([off(one) for one in moved])) > within
        if broken.sum() < _BY_CHANCE_ROWS or broken.mean() < _BY_CHANCE:
            return False
    return True


def asked(formula: F, full: Sequence[np.ndarray]) -> F:
    """A formula with what the complete rows of each batch of the history say of it."""
    off = [np.abs(formula.off(one)) > formula.within for one in full]
    broken, worst = int(sum(one.sum() for one in off)), float(max(one.mean() for one in off))
    found = replace(formula, told=sum(map(len, full)), broken=broken, worst=worst)
    return replace(found, exact=_exact_columns(found, full))


def _exact_columns(formula: Formula, full: Sequence[np.ndarray]) -> frozenset[int]:
    """The columns that a formula tells to the last digit in nearly all complete rows of the history."""
    if formula.broken > _MOST_BROKEN * formula.told:
        return frozenset()
    rows = np.concatenate(full)
    found = set()
    for at, half in zip(formula.columns, half_unit(formula.places).tolist(), strict=True):
        told = formula.rounded(rows, at)
        known = np.isfinite(told)
        right = np.abs(told[known] - rows[known, at]) < half
        if len(right) >= LEAST_ROWS and right.mean() >= _TELLS:
            found.add(at)
    return frozenset(found)
