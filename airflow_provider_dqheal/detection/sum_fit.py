"""Sums that hold in every row: net and tax make gross, shares of parties make 100, on hand less reserved is available.

A sum of two or three columns is found by trying all of them on a few rows, a longer one by a linear fit whose weights
have to come out as 1 or -1; then all rows are asked. It counts where nearly every accepted row keeps it, and where
hardly any would if one of its columns moved by a row.

Source: Goodnight 1979, A Tutorial on the SWEEP Operator (forward selection on a matrix of correlations).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.size_fit import correlations, forward

LEAST_ROWS, LEAST_BATCHES = 200, 5
"""Rows of the history that have all columns of a sum, and batches."""
_MOST_COLUMNS, _MOST_PLACES = 7, 6
"""Columns beside the one that is fitted; digits after the point that are looked for."""
_NEARLY_ONE = 0.02
_KEPT, _KEPT_IN_BATCH = 0.995, 0.98
"""Share of the history's rows that keep a sum, and of each batch's."""
_BY_CHANCE_ROWS, _BY_CHANCE = 50, 0.1
"""Rows that break it, at least, where one of its columns is moved by a row; and their share."""
_FITTED_ROWS, _TRIED_ROWS, _TRIED = 1_500, 24, 0.8
"""Rows of a linear fit; rows that all short sums are tried on, and the share of these that has to keep one."""
_EXACT = 1e-9
"""What is lost of a number, at most, in adding it up."""


@dataclass(frozen=True, eq=False)
class SumFit:
    """A sum that rows keep: the columns times their weights make a constant.

    Attributes:
        columns: the places of its columns.
        weights: (columns,) 1 or -1.
        constant: what they make.
        places: digits after the point that each of them has.
        within: how far accepted rows are off, by rounding.
        told: rows of the history that were asked.
        broken: how many of them do not keep it.
    """

    columns: tuple[int, ...]
    weights: np.ndarray
    constant: float
    places: tuple[int, ...]
    within: float
    told: int
    broken: int

    def names_of(self, names: Sequence[str]) -> list[str]:
        """The names of its columns."""
        return [names[at] for at in self.columns]

    def off(self, numbers: np.ndarray) -> np.ndarray:
        """(rows,) how far the rows of a batch (rows, columns) are from the sum; nan where one number is missing."""
        told: np.ndarray = numbers[:, self.columns] @ self.weights - self.constant
        return told

    def expected(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """(rows,) what the other columns leave for one of them; nan where one of those is missing."""
        at = self.columns.index(column)
        rest = [place for place in self.columns if place != column]
        weights = np.delete(self.weights, at)
        told: np.ndarray = (self.constant - numbers[:, rest] @ weights) / self.weights[at]
        return told

    def written(self, names: Sequence[str], column: int) -> str:
        """The sum solved for one of its columns: ``fare + tip``."""
        own = float(self.weights[self.columns.index(column)])
        rest = [(names[at], -own * float(w)) for at, w in zip(self.columns, self.weights, strict=True) if at != column]
        rest.sort(key=lambda part: -part[1])
        constant = own * self.constant
        parts = [("+" if weight > 0 else "-", name) for name, weight in rest]
        if constant:
            parts.insert(0, ("+" if constant > 0 else "-", f"{abs(constant):.10g}"))
        text = " ".join(f"{sign} {part}" for sign, part in parts)
        return text.removeprefix("+ ")


def fit_sums(batches: Sequence[np.ndarray]) -> tuple[SumFit, ...]:
    """The sums that the rows of the history keep, each once.

    Args:
        batches: the numbers (rows, columns) of each batch of the history, nan where there is none.
    """
    if len(batches) < LEAST_BATCHES or sum(map(len, batches)) < LEAST_ROWS:
        return ()
    pooled = np.concatenate(batches)
    related, usable = correlations(pooled, LEAST_ROWS)
    places = [places_of(column) for column in pooled.T]
    found: dict[tuple[int, ...], SumFit] = {}
    for columns, weights in _short(pooled, np.flatnonzero(usable), places):
        if columns not in found and (fit := _asked(batches, columns, weights, places)) is not None:
            found[columns] = fit
    for target in np.flatnonzero(usable).tolist():
        if any(target in columns for columns in found):
            continue
        others = forward(related, target, _MOST_COLUMNS)
        part = _weighted(pooled, target, others) if others else None
        if part is not None and (fit := _asked(batches, *part, places)) is not None:
            found.setdefault(fit.columns, fit)
    return tuple(found.values())


def places_of(numbers: np.ndarray) -> int:
    """Digits after the point that the numbers (N,) have, up to six."""
    known = numbers[np.isfinite(numbers)][:_FITTED_ROWS]
    for places in range(_MOST_PLACES):
        scaled = known * 10.0**places
        if (np.abs(scaled - np.round(scaled)) <= 1e-6 + _EXACT * np.abs(scaled)).all():
            return places
    return _MOST_PLACES


def rounding(places: Sequence[int], largest: float) -> tuple[float, float]:
    """How far a sum of numbers with so many digits after the point may be off: added exactly, and each rounded."""
    exact = _EXACT * largest + 0.01 * 10.0 ** -max(places)
    return exact, exact + sum(0.5 * 10.0**-digits for digits in places)


def _short(
    pooled: np.ndarray, usable: np.ndarray, places: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Sums of two or three columns that a few rows keep, with their weights."""
    if len(usable) < 2:
        return
    rows = pooled[np.isfinite(pooled[:, usable]).mean(axis=1) > 0.5]
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _TRIED_ROWS)).astype(int)] if len(rows) else rows
    if len(rows) < _TRIED_ROWS:
        return
    half = 0.5 * 10.0 ** -np.array([places[at] for at in usable.tolist()], float)
    columns = rows[:, usable].T
    first, second = np.triu_indices(len(usable), 1)
    ones = np.concatenate([np.full(len(first), sign) for sign in (-1.0, 1.0)])
    first, second = np.tile(first, 2), np.tile(second, 2)
    made = columns[first] + ones[:, None] * columns[second]
    within = half[first] + half[second]
    for at in np.flatnonzero((_steadiness(made, within) >= _TRIED) & (ones < 0)).tolist():
        yield (int(usable[first[at]]), int(usable[second[at]])), np.array([1.0, -1.0])
    for third, column in enumerate(columns):
        # Each three columns once: the third comes after the first two, with either sign.
        late = np.flatnonzero((third > second) & (third > first))
        for sign in (1.0, -1.0):
            steady = _steadiness(made[late] + sign * column, within[late] + half[third]) >= _TRIED
            for at in late[steady].tolist():
                yield (
                    (int(usable[first[at]]), int(usable[second[at]]), int(usable[third])),
                    np.array([1.0, ones[at], sign]),
                )


def _steadiness(made: np.ndarray, within: np.ndarray) -> np.ndarray:
    """(sums,) the share of rows in which sums (sums, rows) are as in one of the first few rows."""
    best = np.zeros(len(made))
    for row in range(3):
        with np.errstate(invalid="ignore"):
            alike = np.abs(made - made[:, row : row + 1]) <= within[:, None] + _EXACT * np.abs(made)
        best = np.maximum(best, alike.mean(axis=1))
    return best


def _weighted(pooled: np.ndarray, target: int, others: tuple[int, ...]) -> tuple[tuple[int, ...], np.ndarray] | None:
    """The columns of the sum and their weights, if they come out whole."""
    rows = pooled[np.isfinite(pooled[:, [target, *others]]).all(axis=1)]
    rows = rows[:: max(1, len(rows) // _FITTED_ROWS)]
    if len(rows) < LEAST_ROWS // 2:
        return None
    for _ in range(2):  # the second time without the rows that do not keep it
        terms = np.column_stack([np.ones(len(rows)), rows[:, others]])
        scale = np.maximum(np.abs(terms).max(axis=0), 1e-300)
        weights = np.linalg.lstsq(terms / scale, rows[:, target], rcond=None)[0] / scale
        off = np.abs(rows[:, target] - terms @ weights)
        rows = rows[off <= max(10 * float(np.median(off)), 1e-12)]
        if len(rows) < LEAST_ROWS // 2:
            return None
    beside = weights[1:]
    whole = np.round(beside)
    counts = (np.abs(whole) == 1) & (np.abs(beside - whole) <= _NEARLY_ONE)
    if not counts.any() or (~counts & (np.abs(beside) > _NEARLY_ONE)).any():
        return None
    parts = sorted([(target, 1.0), *((at, -w) for at, w, ok in zip(others, whole.tolist(), counts, strict=True) if ok)])
    return tuple(at for at, _ in parts), np.array([weight for _, weight in parts])


def _asked(
    batches: Sequence[np.ndarray], columns: tuple[int, ...], weights: np.ndarray, places: Sequence[int]
) -> SumFit | None:
    """The sum, if the history's rows keep it, and would not by chance."""
    own = [one[:, columns] for one in batches]
    full = [one[np.isfinite(one).all(axis=1)] for one in own]
    full = [one for one in full if len(one)]
    if len(full) < LEAST_BATCHES or sum(map(len, full)) < LEAST_ROWS:
        return None
    made = [one @ weights for one in full]
    pooled = np.concatenate(made)
    largest = float(np.abs(np.concatenate(full)).max())
    constant = float(np.median(pooled))
    constant = round(constant, max(places[at] for at in columns))
    own_places = tuple(places[at] for at in columns)
    exact, rounded = rounding(own_places, largest)
    within = exact if (np.abs(pooled - constant) <= exact).mean() >= _KEPT else rounded
    kept = [np.abs(one - constant) <= within for one in made]
    if np.concatenate(kept).mean() < _KEPT or min(one.mean() for one in kept) < _KEPT_IN_BATCH:
        return None
    for at, weight in enumerate(weights.tolist()):
        moved = [one + weight * (np.roll(part[:, at], 1) - part[:, at]) for one, part in zip(made, full, strict=True)]
        broken = np.abs(np.concatenate(moved) - constant) > within
        if broken.sum() < _BY_CHANCE_ROWS or broken.mean() < _BY_CHANCE:
            return None
    broken_rows = int(sum((~one).sum() for one in kept))
    return SumFit(columns, weights, constant, own_places, within, len(pooled), broken_rows)
