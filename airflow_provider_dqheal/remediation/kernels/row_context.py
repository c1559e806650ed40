"""What the other columns of a row say of a number in it: bmi by weight and height, an amount by price and pieces.

Sizes go by multiplication: the logarithm of a number is fitted by those of other columns (:mod:`size_fit`), or taken
from rows with the same text elsewhere (an article's price): whichever comes nearer in batches it was not made from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.coded import CodedColumn
from airflow_provider_dqheal.detection.group_fit import fit_group
from airflow_provider_dqheal.detection.size_fit import LEAST_BATCHES, fit_sizes, sizes
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.numbers import numbers_in
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text

_AGREES, _DIFFERS = (1.5, 0.02), (3.0, 0.1)
"""Times the reach, and beside it, up to which a number agrees with its row, and from which on it does not."""
_MOVED_ROWS, _MOVED = 20, 0.95
"""Rows that tell how far a whole column has moved, and the share of them that has to have moved alike."""
_SURELY = 4.0
"""Standard errors of a median beside which it surely lies."""
_TELLS, _EXACT = 20.0, 1e-6
"""Times what a formula is off by rounding, from which on it tells a size; how far the size is off beside that."""
Sizes = np.ndarray
"""(rows,) float64: natural logarithms of the sizes of numbers, nan where there is none or it is zero."""


@dataclass(frozen=True)
class Moved:
    """A change of all sizes of a column by ``ratio``, give or take ``error``, both as natural logarithms."""

    ratio: float
    error: float


@dataclass(frozen=True)
class RowContext:
    """What the rest of each row says of one column's numbers.

    Attributes:
        columns: the other columns that tell.
        expected: (rows,) the natural logarithm of the number's size; nan where the row does not tell.
        usual: (rows,) bool, whether the others are as they were; beyond that, they only tell what they agree with.
        reach: how far accepted rows are from what others say, as a natural logarithm.
        drift: how far the middle of an accepted batch is, at most.
        limit: how far a row may be off before it is at odds; infinite where the others do not tell closely. Of each row
            where it is an array.
    """

    columns: tuple[str, ...]
    expected: Sizes
    usual: np.ndarray
    reach: float
    drift: float
    limit: float | np.ndarray

    def at_odds(self, own: Sizes) -> np.ndarray:
        """Positions of the rows whose sizes (rows,) are farther from what the others say than in any accepted row."""
        off = np.abs(own - self.expected)
        odd: np.ndarray = np.flatnonzero(self.usual & np.isfinite(off) & (off > self.limit))
        return odd

    def moved(self, own: Sizes) -> Moved | None:
        """By how much all sizes of a batch (rows,) are off from what the rest of their rows says; None if not alike."""
        off = (own - self.expected)[self.usual]
        off = off[np.isfinite(off)]
        if len(off) < _MOVED_ROWS:
            return None
        middle = float(np.median(off))
        if (np.abs(off - middle) <= _AGREES[0] * self.reach + _AGREES[1]).mean() < _MOVED:
            return None
        return Moved(middle, 2 * self.drift + _SURELY * float(off.std()) / float(np.sqrt(len(off))))

    def agrees(self, rows: np.ndarray, value: float) -> bool | None:
        """Whether ``value`` is as the rest of each of ``rows`` says; None where that cannot be told."""
        if not value or not len(rows) or not np.isfinite(value):
            return None
        off = np.abs(np.log(abs(value)) - self.expected[rows])
        if (off <= _AGREES[0] * self.reach + _AGREES[1]).all():
            return True
        return False if (off[self.usual[rows]] >= _DIFFERS[0] * self.reach + _DIFFERS[1]).any() else None


def context_of(history: TableHistory, target: str, cells: Callable[[str], Cells]) -> RowContext | None:
    """The tightest context of a column's numbers, None where the others tell too little.

    Args:
        history: the accepted batches.
        target: the column.
        cells: a column of the batch, by name; the names of the last accepted batch that it lacks raise KeyError.
    """
    names = [name for name in _others(history, target) if history.columns[name].batches]
    ours = [sizes_of(history.cells(at, target)) for at in range(len(history.samples))] if names else []
    found = [
        _by_formula(history, target, cells),
        _by_sizes(history, names, ours, cells),
        *(_by_text(history, name, ours, cells) for name in names),
    ]
    return min((one for one in found if one is not None), key=lambda one: one.reach, default=None)


def sizes_of(cells: Cells) -> Sizes:
    """The sizes of a column's numbers, by row."""
    return sizes(numbers_in(cells))


def _others(history: TableHistory, target: str) -> list[str]:
    """The columns that every sample has, but the target; none where there is too little to learn from."""
    if len(history.samples) < LEAST_BATCHES:
        return []
    shared = set.intersection(*(set(sample.column_names) for sample in history.samples))
    return [name for name in history.columns if name in shared and name != target] if target in shared else []


def _by_formula(history: TableHistory, target: str, cells: Callable[[str], Cells]) -> RowContext | None:
    """A sum or product that the rows keep."""
    names, formulas = history.formulas
    place = names.index(target) if target in names else -1
    found = min(
        (one for one in formulas if place in one.columns), key=lambda one: (one.broken, one.within), default=None
    )
    if found is None:
        return None
    others = [at for at in found.columns if at != place]
    try:
        now = {at: numbers_in(cells(names[at])) for at in others}
    except KeyError:
        return None
    rows = len(next(iter(now.values())))
    numbers = np.column_stack([now.get(at, np.full(rows, np.nan)) for at in range(len(names))])
    told, within = found.expected(numbers, place), found.tolerance(numbers, place)
    told = np.where(np.abs(told) > _TELLS * within, told, np.nan)
    limit = np.where(np.isfinite(told), within / np.abs(told), 0.0) + _EXACT
    return RowContext(tuple(names[at] for at in others), sizes(told), np.ones(rows, bool), _EXACT, _EXACT, limit)


def _by_sizes(
    history: TableHistory, names: Sequence[str], ours: Sequence[Sizes], cells: Callable[[str], Cells]
) -> RowContext | None:
    """A fit on the sizes of numeric columns."""
    numeric = [name for name in names if history.columns[name].is_numeric and not history.columns[name].is_key]
    theirs = [[own, *(sizes_of(history.cells(at, name)) for name in numeric)] for at, own in enumerate(ours)]
    fit = fit_sizes([np.column_stack(one) for one in theirs], targets=[0]).get(0)
    if fit is None:
        return None
    told_by = [numeric[at - 1] for at in fit.columns]
    try:
        now = {at: sizes_of(cells(name)) for at, name in zip(fit.columns, told_by, strict=True)}
    except KeyError:
        return None
    rows = len(next(iter(now.values())))
    every = np.column_stack([now.get(at, np.full(rows, np.nan)) for at in range(len(numeric) + 1)])
    return RowContext(tuple(told_by), fit.expected(every), fit.usual(every), fit.reach, _drift(fit.off), fit.limit)


def _by_text(
    history: TableHistory, name: str, ours: Sequence[Sizes], cells: Callable[[str], Cells]
) -> RowContext | None:
    """The middle size in the rows with the same text in another column."""
    if not ours or len(history.columns[name].present) < 2:
        return None
    theirs = [history.cells(at, name) for at in range(len(ours))]
    fit = fit_group(CodedColumn.of((one.values, one.codes) for one in theirs), ours)
    if fit is None:
        return None
    try:
        now = _texts(cells(name))
    except KeyError:
        return None
    return RowContext((name,), fit.expected(now), np.ones(len(now), bool), fit.reach, _drift(fit.off), fit.limit)


def _texts(cells: Cells) -> list[Text]:
    return [cells.values[at] for at in cells.codes.tolist()]


def _drift(off: Sequence[np.ndarray]) -> float:
    """How far the median of a batch left out is from what others say, at most."""
    medians = [abs(float(np.nanmedian(one))) for one in off if np.isfinite(one).any()]
    return max(medians, default=0.0)
