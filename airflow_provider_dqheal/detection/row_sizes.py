"""Numbers that do not go with the rest of their row: an amount ten times what price and pieces give.

Such a number may be a usual one of its column, so that nothing else shows it. A row is at odds where a size is much
farther from what the others say than in any accepted row; there have to be more of them than chance gives where the
history has none. All rows are where the column as a whole moved away from the others, far beyond how batches differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.detection.size_fit import LEAST_LEVEL, SizeFit, fit_sizes, sizes
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.issues._base import RowSizes

_BY_CHANCE = 0.01
"""How seldom chance has so many rows at odds, where one in as many rows as the history has is."""
_AS_FAR = 0.7
"""Share of the farthest column's distance, from which on a column of the same rows may be the wrong one as well."""
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class _Fits:
    names: tuple[str, ...]
    found: dict[int, SizeFit]
    usual: np.ndarray
    """(columns, 2) middle and spread of the sizes in the history."""


@dataclass(frozen=True, eq=False)
class _Odd:
    place: int
    rows: np.ndarray
    asked: int
    off: float
    unusual: float


def row_sizes(batch: BatchView, stack: Stack) -> tuple[RowSizes, ...]:
    """The column whose numbers do not go with the rest of their rows; of several in the same rows the likeliest.

    That is the one farthest off, and of those about as far off the least usual by itself.
    """
    fits = stack.once(_fits_of)
    now = sizes(batch.numbers_of(fits.names)) if fits.found else np.zeros((0, 0))
    odd = [one for place, fit in fits.found.items() if (one := _at_odds(now, place, fit, fits.usual[place]))]
    if not odd:
        return ()
    farthest = max(one.off for one in odd)
    worst = max((one for one in odd if one.off >= _AS_FAR * farthest), key=lambda one: one.unusual)
    name, fit = fits.names[worst.place], fits.found[worst.place]
    expected = np.exp(fit.expected(now)[worst.rows[:_SHOWN]]).tolist()
    texts = batch.columns[name].texts_at(worst.rows[:_SHOWN])
    told_by = tuple(fits.names[at] for at in fit.columns)
    return (RowSizes(name, told_by, len(worst.rows) / worst.asked, texts, tuple(expected)),)


def _at_odds(now: np.ndarray, place: int, fit: SizeFit, usual: np.ndarray) -> _Odd | None:
    own = now[:, place]
    signed = own - fit.expected(now)
    off = np.abs(signed)
    asked = fit.usual(now) & np.isfinite(off)
    rows = np.flatnonzero(asked & (off > fit.limit))
    if not len(rows) or at_least(len(rows), int(asked.sum()), 1 / (fit.told + 1)) > _BY_CHANCE:
        if asked.sum() < LEAST_LEVEL or abs(float(np.median(signed[asked]))) <= fit.most_level:
            return None
        rows = np.flatnonzero(asked)  # all of them moved
    unusual = float(np.median(np.abs(own[rows] - usual[0])) / usual[1])
    return _Odd(place, rows, int(asked.sum()), float(np.median(off[rows])), unusual)


def _fits_of(stack: Stack) -> _Fits:
    """What the sizes of each column are by those of others, where they tell them closely."""
    names = stack.all_of(temporal=False)
    batches = [sizes(batch.numbers_of(names)) for batch in stack.batches]
    every = fit_sizes(batches) if len(names) > 1 else {}
    close = {at: fit for at, fit in every.items() if np.isfinite(fit.limit)}
    pooled = np.concatenate(batches) if close else np.zeros((0, 0))
    known = {at: pooled[np.isfinite(pooled[:, at]), at] for at in close}
    usual = np.zeros((len(names), 2))
    for at, own in known.items():
        usual[at] = np.median(own), max(float(own.std()), 1e-9)
    return _Fits(names, close, usual)
