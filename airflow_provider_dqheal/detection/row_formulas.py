"""Numbers that are no longer what others of their row make: a total that is not the sum of its parts, nor the product.

Each of them may be a usual one of its column, so that nothing else shows it. A formula is broken where more rows miss
it than chance gives where as few do as in the history's worst batch, by more than the batch's own digits round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.formula import Formula, places_of
from airflow_provider_dqheal.detection.formula_fit import fit_formulas
from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.issues._base import RowFormula

_SELDOM = 1e-4
"""How seldom chance breaks a formula so often, where one in as many rows as the history has would."""
_LEAST_BROKEN, _LEAST_SHARE, _MOSTLY = 3, 0.01, 0.5
"""Rows of the batch that break it, and their share; from the last share on, a column as a whole is wrong."""
_LEAST_RELATED = 20
"""Rows of which it is asked how columns go together."""
_LEAST_RELATION = 0.2
"""Sum of the correlations of a column, at least, that what it lost of them is a part of."""
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class _Formulas:
    names: tuple[str, ...]
    found: tuple[Formula, ...]
    usual: np.ndarray
    """(columns, 2) middle and spread of the numbers in the history."""
    related: np.ndarray
    """(columns, columns) rank correlations in the history, 0 of a column with itself."""


@dataclass(frozen=True, eq=False)
class _Broken:
    fit: Formula
    rows: np.ndarray
    asked: int
    rounded: int | None
    """The one column that has fewer digits after the point than ever."""


def row_formulas(batch: BatchView, stack: Stack) -> tuple[RowFormula, ...]:
    """Of each broken formula the column that is the wrong one, by the others, by its values or by what it goes with."""
    formulas = stack.once(_formulas_of)
    if not formulas.found:
        return ()
    now = batch.numbers_of(formulas.names)
    broken = [one for fit in formulas.found if (one := _broken(now, fit)) is not None]
    if not broken:
        return ()
    kept = {at for fit in formulas.found if all(fit is not one.fit for one in broken) for at in fit.columns}
    found: dict[str, RowFormula] = {}
    for one in sorted(broken, key=lambda one: -len(one.rows) / one.asked):
        at = _wrong(now, one, formulas, broken, kept)
        name = formulas.names[at]
        view, shown = batch.columns[name], one.rows[:_SHOWN]
        texts = tuple(view.values[place] for place in view.aligned[shown].tolist())
        expected = tuple(one.fit.expected(now, at)[shown].tolist())
        formula = one.fit.written(formulas.names, at)
        found.setdefault(name, RowFormula(name, formula, len(one.rows) / one.asked, texts, expected))
    return tuple(found.values())


def _broken(now: np.ndarray, fit: Formula) -> _Broken | None:
    """A formula and the rows that break it; None where chance may break it so."""
    off = np.abs(fit.off(now))
    asked = int(np.isfinite(off).sum())
    rows = np.flatnonzero(off > fit.within)
    if len(rows) < max(_LEAST_BROKEN, _LEAST_SHARE * asked):
        return None
    places = [places_of(now[:, at]) for at in fit.columns]
    coarser = [at for at, here, usual in zip(fit.columns, places, fit.places, strict=True) if here < usual]
    if len(coarser) > 1:  # all rounded by themselves: what they make is off by that
        rows = np.flatnonzero(off > fit.slack(now, places))
        if len(rows) < max(_LEAST_BROKEN, _LEAST_SHARE * asked):
            return None
    if at_least(len(rows), asked, max(fit.worst, (fit.broken + 1) / (fit.told + 1))) > _SELDOM:
        return None
    return _Broken(fit, rows, asked, coarser[0] if len(coarser) == 1 else None)


def _wrong(now: np.ndarray, one: _Broken, formulas: _Formulas, broken: Sequence[_Broken], kept: set[int]) -> int:
    """The place of the wrong column: the rounded one, or that of most broken formulas and of none that is kept.

    Of several such it is the one least like its history.
    """
    if one.rounded is not None:
        return one.rounded
    counts = {at: sum(at in other.fit.columns for other in broken) for at in one.fit.columns if at not in kept}
    counts = counts or dict.fromkeys(one.fit.columns, 1)
    likely = [at for at, count in counts.items() if count == max(counts.values())]
    if len(one.rows) < _MOSTLY * one.asked:
        strange = {at: _unusual(now[one.rows, at], formulas.usual[at]) for at in likely}
    else:
        moved = {at: _unusual(np.nanmedian(now[:, at], keepdims=True), formulas.usual[at]) for at in likely}
        apart = np.nan_to_num(np.abs(_related(now) - formulas.related)).sum(axis=0)
        lost = apart / np.maximum(np.abs(formulas.related).sum(axis=0), _LEAST_RELATION)
        strange = {at: max(moved[at] - 1.0, 0.0) + float(lost[at]) for at in likely}
    return max(strange, key=lambda at: strange[at])


def _unusual(numbers: np.ndarray, usual: np.ndarray) -> float:
    """How far numbers are from the column's usual, in its spreads."""
    known = numbers[np.isfinite(numbers)]
    return float(np.median(np.abs(known - usual[0])) / usual[1]) if len(known) else 0.0


def _related(numbers: np.ndarray) -> np.ndarray:
    """(columns, columns) rank correlations; 0 where too few rows have both."""
    there = np.isfinite(numbers)
    ranks = np.where(there, numbers, np.inf).argsort(axis=0).argsort(axis=0).astype(float)
    told = there.sum(axis=0)
    centred = np.where(there, ranks - (told - 1) / 2, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0))
    scaled = centred / np.maximum(spread, 1e-9)
    both = there.astype(float).T @ there
    related: np.ndarray = np.where(both >= _LEAST_RELATED, scaled.T @ scaled, 0.0)
    np.fill_diagonal(related, 0.0)
    return related


def _formulas_of(stack: Stack) -> _Formulas:
    """The formulas that the history's rows keep."""
    names = stack.all_of(temporal=False)
    batches = [batch.numbers_of(names) for batch in stack.batches]
    found = fit_formulas(batches) if len(names) > 1 else ()
    if not found:
        return _Formulas(names, (), np.zeros((0, 2)), np.zeros((0, 0)))
    usual = np.ones((len(names), 2))
    pooled = np.concatenate(batches)
    for at in {at for fit in found for at in fit.columns}:
        own = pooled[np.isfinite(pooled[:, at]), at]
        low, middle, high = np.quantile(own, [0.25, 0.5, 0.75]).tolist()
        usual[at] = middle, max(high - low, 0.1 * float(own.std()), 1e-9)
    related = np.mean([_related(one) for one in batches if len(one)], axis=0)
    return _Formulas(names, found, usual, related)
