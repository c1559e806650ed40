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

from airflow_provider_dqheal.detection.formula import (
    LEAST_BATCHES,
    LEAST_ROWS,
    Formula,
    asked,
    complete,
    half_unit,
    is_kept,
    is_no_chance,
    places_of,
)
from airflow_provider_dqheal.detection.size_fit import correlations, forward

_MOST_COLUMNS = 7
"""Columns beside the one that is fitted."""
_NEARLY_ONE = 0.02
_KEPT = 0.995
"""Share of the history's rows that add up exactly, where a sum has to."""
_FITTED_ROWS, _TRIED_ROWS, _TRIED = 1_500, 24, 0.9
"""Rows of a linear fit; rows that all short sums are tried on, and the share of these that has to keep one."""
_TOP = 0.96
"""Share of a column's most frequent number up to which a short sum of it can be told from chance."""
_EXACT = 1e-9
"""What is lost of a number, at most, in adding it up."""


@dataclass(frozen=True, eq=False)
class SumFit(Formula):
    """A sum that rows keep: the columns times their ``weights``, 1 or -1 each, make a ``constant``."""

    weights: np.ndarray
    constant: float

    def off(self, numbers: np.ndarray) -> np.ndarray:
        """See :class:`Formula`."""
        told: np.ndarray = numbers[:, self.columns] @ self.weights - self.constant
        return told

    def expected(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """See :class:`Formula`."""
        at = self.columns.index(column)
        rest = [place for place in self.columns if place != column]
        weights = np.delete(self.weights, at)
        told: np.ndarray = (self.constant - numbers[:, rest] @ weights) / self.weights[at]
        return told

    def tolerance(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """See :class:`Formula`."""
        return np.full(len(numbers), self.within)

    def slack(self, numbers: np.ndarray, places: Sequence[int]) -> np.ndarray:
        """See :class:`Formula`."""
        own = numbers[:, self.columns]
        largest = float(np.abs(own[np.isfinite(own)]).max(initial=0.0))
        return np.full(len(numbers), max(self.within, _rounding(places, largest)[1]))

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
    varied = [at for at in np.flatnonzero(usable).tolist() if _top_share(pooled[:, at]) <= _TOP]
    for columns, weights in short_sums(pooled, np.asarray(varied, int), half_unit(places) / 2):
        if columns not in found and (fit := _asked(batches, columns, weights, places)) is not None:
            found[columns] = fit
    for target in np.flatnonzero(usable).tolist():
        if any(target in columns for columns in found):
            continue
        others = forward(related, target, _MOST_COLUMNS)
        part = weighted(pooled, target, others) if others else None
        if part is not None and (fit := _asked(batches, *part, places)) is not None:
            found.setdefault(fit.columns, fit)
    return tuple(found.values())


def _top_share(numbers: np.ndarray) -> float:
    """The share of the most frequent one among the numbers (N,) that are there."""
    _, counts = np.unique(numbers[np.isfinite(numbers)], return_counts=True)
    return float(counts.max(initial=0) / max(1, counts.sum()))


def _rounding(places: Sequence[int], largest: float) -> tuple[float, float]:
    """How far a sum of numbers with so many digits after the point may be off: added exactly, and each rounded."""
    exact = _EXACT * largest + 0.01 * 10.0 ** -max(places)
    return exact, exact + float(half_unit(places).sum())


def short_sums(
    pooled: np.ndarray, usable: np.ndarray, half: np.ndarray
) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Sums of two or three columns that a few rows keep: the columns in ascending order, and their weights.

    Args:
        pooled: numbers (rows, columns), nan where there is none.
        usable: the places of the columns to try.
        half: (rows, columns) or (columns,) how far each number may be off in one row; two rows are compared.
    """
    if len(usable) < 2:
        return
    chosen = np.flatnonzero(np.isfinite(pooled[:, usable]).mean(axis=1) > 0.5)
    chosen = (
        chosen[np.linspace(0, len(chosen) - 1, min(len(chosen), _TRIED_ROWS)).astype(int)] if len(chosen) else chosen
    )
    if len(chosen) < _TRIED_ROWS:
        return
    columns, half = pooled[np.ix_(chosen, usable)].T, np.broadcast_to(half, pooled.shape)[np.ix_(chosen, usable)].T
    first, second = np.triu_indices(len(usable), 1)
    ones = np.concatenate([np.full(len(first), sign) for sign in (-1.0, 1.0)])
    first, second = np.tile(first, 2), np.tile(second, 2)
    made = columns[first] + ones[:, None] * columns[second]
    within = half[first] + half[second]
    for at in np.flatnonzero((_steadiness(made, within) >= _TRIED) & (ones < 0)).tolist():
        yield (int(usable[first[at]]), int(usable[second[at]])), np.array([1.0, -1.0])
    for third, column in enumerate(columns):
        late = np.flatnonzero(third > second)  # each three columns once
        for sign in (1.0, -1.0):
            steady = _steadiness(made[late] + sign * column, within[late] + half[third]) >= _TRIED
            for at in late[steady].tolist():
                yield (
                    (int(usable[first[at]]), int(usable[second[at]]), int(usable[third])),
                    np.array([1.0, ones[at], sign]),
                )


def _steadiness(made: np.ndarray, within: np.ndarray) -> np.ndarray:
    """(sums,) the share of rows in which sums (sums, rows) are as in one of the first few rows.

    Of the rows that have all numbers, or of half of all where fewer have.
    """
    best, asked = np.zeros(len(made)), np.maximum(np.isfinite(made).sum(axis=1), made.shape[1] / 2)
    for row in range(3):
        with np.errstate(invalid="ignore"):
            near = within + within[:, row : row + 1] + _EXACT * np.abs(made)
            alike = np.abs(made - made[:, row : row + 1]) <= near
        best = np.maximum(best, alike.sum(axis=1) / asked)
    return best


def weighted(pooled: np.ndarray, target: int, others: tuple[int, ...]) -> tuple[tuple[int, ...], np.ndarray] | None:
    """The columns that a linear fit finds to make a constant, and their weights, if they come out as 1 or -1."""
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
    full = complete(batches, columns)
    if not full:
        return None
    made = [one[:, columns] @ weights for one in full]
    pooled = np.concatenate(made)
    largest = float(np.abs(np.concatenate(full)[:, columns]).max())
    own_places = tuple(places[at] for at in columns)
    constant = round(float(np.median(pooled)), max(own_places))
    exact, by_places = _rounding(own_places, largest)
    within = exact if (np.abs(pooled - constant) <= exact).mean() >= _KEPT else by_places
    if not is_kept([one - constant for one in made], within):
        return None
    found = SumFit(columns, own_places, within, 0, 0, 0.0, frozenset(), weights, constant)
    return asked(found, full) if is_no_chance(full, columns, found.off, within) else None
