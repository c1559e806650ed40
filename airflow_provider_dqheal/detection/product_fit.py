"""Products that hold in every row: price times pieces, a rate in per cent, a tax of 21 %, an average of a total.

They are sums of logarithms, and found as such. One of the columns is what
the others make, rounded to its last digit; the factor has to be a number that a person would write down.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

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
from airflow_provider_dqheal.detection.size_fit import correlations, forward, sizes
from airflow_provider_dqheal.detection.sum_fit import short_sums, weighted

_MOST_COLUMNS, _WORTH = 3, 0.96
"""Columns beside the one that is fitted, and how far each has to shrink the variance that is left."""
_ROUNDED = 0.01
"""How far rounding moves a number (natural logarithm), at most, in short products that are looked for."""
_MOST_DIGITS, _LARGEST = 7, 1e15
"""Of a factor that a person would write down, and how large one is."""
_EXACT = 1e-9
"""What is lost of a number, at most, in multiplying it."""


@dataclass(frozen=True, eq=False)
class ProductFit(Formula):
    """A product that rows keep: the ``result`` is ``factor`` times the other columns, each to a power of 1 or -1.

    ``powers`` are of all columns in turn; that of the result is -1 and is not used.
    """

    result: int
    factor: float
    powers: tuple[int, ...]

    def off(self, numbers: np.ndarray) -> np.ndarray:
        """See :class:`Formula`."""
        told: np.ndarray = numbers[:, self.result] - self.expected(numbers, self.result)
        return np.where(np.abs(told) <= _EXACT * np.abs(numbers[:, self.result]), 0.0, told)

    def expected(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """See :class:`Formula`."""
        own = 1 if column == self.result else -self.powers[self.columns.index(column)]
        told = np.full(len(numbers), self.factor**own)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for at, power in zip(self.columns, self.powers, strict=True):
                if at != column:
                    told = told * numbers[:, at] if power * own > 0 else told / numbers[:, at]
        return np.where(np.isfinite(told), told, np.nan)

    def tolerance(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """See :class:`Formula`."""
        if column == self.result:
            return np.full(len(numbers), self.within)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: np.ndarray = np.abs(self.expected(numbers, column)) * self.within / np.abs(numbers[:, self.result])
        return found

    def slack(self, numbers: np.ndarray, places: Sequence[int]) -> np.ndarray:
        """See :class:`Formula`."""
        told, own = np.abs(self.expected(numbers, self.result)), np.full(len(numbers), self.within)
        with np.errstate(divide="ignore", invalid="ignore"):
            for at, half in zip(self.columns, half_unit(places).tolist(), strict=True):
                own = own + (half if at == self.result else half / np.abs(numbers[:, at]) * told)
        return own

    def written(self, names: Sequence[str], column: int) -> str:
        """The product solved for one of its columns: ``price * pieces``, ``100 * votes / registered``."""
        own = 1 if column == self.result else -self.powers[self.columns.index(column)]
        parts = [(names[at], power * own) for at, power in zip(self.columns, self.powers, strict=True) if at != column]
        over = [name for name, power in parts if power > 0]
        under = [name for name, power in parts if power < 0]
        times, through = f"{self.factor**own:.10g}", f"{self.factor**-own:.10g}"
        if len(through) < len(times):
            under = [*under, through]
        elif times != "1":
            over = [times, *over]
        return " / ".join([" * ".join(over) or "1", *under])


def fit_products(batches: Sequence[np.ndarray], known: Container[tuple[int, ...]] = ()) -> tuple[ProductFit, ...]:
    """The products that the rows of the history keep, each once.

    Args:
        batches: the numbers (rows, columns) of each batch of the history, nan where there is none.
        known: columns, in ascending order, of which another formula is known already.
    """
    if len(batches) < LEAST_BATCHES or sum(map(len, batches)) < LEAST_ROWS:
        return ()
    numbers = np.concatenate(batches)
    pooled = sizes(numbers)
    related, usable = correlations(pooled, LEAST_ROWS)
    half = np.minimum(half_unit([places_of(column) for column in numbers.T]) / np.exp(pooled), _ROUNDED)
    found: dict[tuple[int, ...], ProductFit] = {}
    for columns, weights in short_sums(pooled, np.flatnonzero(usable), half):
        if columns not in known and (fit := _tightest(batches, columns, weights)):
            found[columns] = fit
    for target in np.flatnonzero(usable).tolist():
        if any(target in columns for columns in found):
            continue
        others = forward(related, target, _MOST_COLUMNS, _WORTH)
        part = weighted(pooled, target, others) if others else None
        if part is not None and part[0] not in known and (fit := _tightest(batches, *part)):
            found.setdefault(fit.columns, fit)
    return tuple(found.values())


def _tightest(batches: Sequence[np.ndarray], columns: tuple[int, ...], weights: np.ndarray) -> ProductFit | None:
    """The product solved for the column that is rounded least, for its size."""
    pooled = np.concatenate(batches)
    every = _asked(batches, columns, weights)
    return min(every, key=lambda fit: fit.within / float(np.nanmedian(np.abs(pooled[:, fit.result]))), default=None)


def _asked(batches: Sequence[np.ndarray], columns: tuple[int, ...], weights: np.ndarray) -> Iterator[ProductFit]:
    """The product solved for each column that the others make to its last digit, if not by chance."""
    full = complete(batches, columns)
    if not full:
        return
    pooled = np.concatenate(full)
    places = tuple(places_of(pooled[:, at]) for at in columns)
    for at, own, weight in zip(columns, places, weights.tolist(), strict=True):
        powers = tuple(round(-one / weight) for one in weights.tolist())
        within = float(half_unit([own])[0] * (1 + 1e-6))
        plain = ProductFit(columns, places, within, 0, 0, 0.0, frozenset(), at, 1.0, powers)
        fit = _with_factor(plain, pooled)
        if fit is None or not is_kept([fit.off(one) for one in full], within):
            continue
        if is_no_chance(full, columns, fit.off, within):
            yield asked(fit, full)


def _with_factor(plain: ProductFit, rows: np.ndarray) -> ProductFit | None:
    """The product with the shortest factor with which most rows keep it."""
    told = plain.expected(rows, plain.result)
    there = np.isfinite(told) & (told != 0) & (rows[:, plain.result] != 0)
    if not there.any():
        return None
    with np.errstate(over="ignore"):
        ratio = float(np.median(rows[there, plain.result] / told[there]))
    if not 1 / _LARGEST <= abs(ratio) <= _LARGEST:
        return None
    for digits in range(1, _MOST_DIGITS + 1):
        for factor in (float(f"{ratio:.{digits - 1}e}"), 1.0 / float(f"{1 / ratio:.{digits - 1}e}")):
            fit = replace(plain, factor=factor)
            if is_kept([fit.off(rows[there])], plain.within):
                return fit
    return None
