"""Columns that stand in an order in every row, a start before its end or a bid below its ask, and no longer do.

Each of the two may hold usual values, so that nothing else shows it. An order counts where the history's rows would
often break it by chance, were the columns independent, and none did. The levels of numbers stand in an order often
enough by themselves, and may cross one day: only where nearly all rows break it, and lie as far apart the other way
round, the two are taken for swapped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.row_pairs import Broken, seen_in, wrong_ones
from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.issues._base import RowOrder

_LEAST_ROWS, _LEAST_BATCHES = 200, 5
"""Rows of the history that have both columns, and batches."""
_BY_CHANCE, _BY_CHANCE_SHARE = 50.0, 0.1
"""Rows of the history that would break an order, at least, were the two columns independent; and their share."""
_SELDOM = 1e-4
"""How seldom chance breaks an order so often, where one in as many rows as the history has would."""
_LEAST_BROKEN, _LEAST_SHARE, _NEARLY_ALL = 3, 0.01, 0.9
"""Rows of the batch that break it, and their share; of numbers, whose levels often stand in an order, nearly all."""
_AS_FAR = 0.5
"""Part of the usual distance between two columns of numbers that they have to lie apart when swapped."""


@dataclass(frozen=True, eq=False)
class _Orders:
    names: tuple[str, ...]
    dates: int
    """The place of the first date: numbers come before."""
    pairs: tuple[_Pair, ...]


@dataclass(frozen=True)
class _Pair:
    """Places of the lower and of the upper column.

    ``known`` rows of the history have both; ``apart``: how far apart they were in the middle one of its batches.
    """

    low: int
    high: int
    known: int
    apart: float


def row_order(batch: BatchView, stack: Stack) -> tuple[RowOrder, ...]:
    """Of each broken order the column that is the wrong one, by all that are broken; both, where that is not told."""
    orders = stack.once(_orders_of)
    if not orders.pairs:
        return ()
    now = batch.numbers_of(orders.names)
    broken = [one for pair in orders.pairs if (one := _broken(now, pair, pair.high < orders.dates)) is not None]
    found = []
    for column, beside, one in wrong_ones(now, orders.names, broken):
        lower, seen = column == orders.names[one.low], seen_in(batch, column, beside, one.rows)
        found.append(RowOrder(column, beside, lower, len(one.rows) / one.both, seen))
    return tuple(found)


def _broken(now: np.ndarray, pair: _Pair, numbers: bool) -> Broken | None:
    """An order and the rows that break it; None where chance may break it so, or two levels of numbers just crossed."""
    low, high = pair.low, pair.high
    both = int((np.isfinite(now[:, low]) & np.isfinite(now[:, high])).sum())
    rows = np.flatnonzero(now[:, low] > now[:, high])
    least = _NEARLY_ALL if numbers else _LEAST_SHARE
    if len(rows) < max(_LEAST_BROKEN, least * both) or at_least(len(rows), both, 1 / (pair.known + 1)) > _SELDOM:
        return None
    if numbers and float(np.median(now[rows, low] - now[rows, high])) < _AS_FAR * pair.apart:
        return None
    return Broken(low, high, rows, both)


def _orders_of(stack: Stack) -> _Orders:
    """The orders that every row of the history keeps, though the columns by themselves would not."""
    numbers, dates = stack.all_of(temporal=False), stack.all_of(temporal=True)
    names = (*numbers, *dates)
    group = np.repeat([0, 1], [len(numbers), len(dates)])
    batches = [batch.numbers_of(names) for batch in stack.batches] if len(names) > 1 else []
    pairs = []
    if batches:
        pooled = np.concatenate(batches)
        for low, high in np.argwhere(_kept(pooled) & (group[:, None] == group)).tolist():
            both = [batch for batch in batches if (np.isfinite(batch[:, low]) & np.isfinite(batch[:, high])).any()]
            known = int((np.isfinite(pooled[:, low]) & np.isfinite(pooled[:, high])).sum())
            enough = known >= _LEAST_ROWS and len(both) >= _LEAST_BATCHES
            if enough and sum(_by_chance(batch[:, low], batch[:, high]) for batch in both) >= max(
                _BY_CHANCE, _BY_CHANCE_SHARE * known
            ):
                apart = float(np.median([np.nanmedian(batch[:, high] - batch[:, low]) for batch in both]))
                pairs.append(_Pair(low, high, known, apart))
    return _Orders(names, len(numbers), tuple(pairs))


def _kept(pooled: np.ndarray) -> np.ndarray:
    """(columns, columns) bool: whether no row has more in the first than in the second, and they are not one."""
    with np.errstate(invalid="ignore"):
        kept = np.asarray([~(column[:, None] > pooled).any(axis=0) for column in pooled.T])
    np.fill_diagonal(kept, False)
    return kept


def _by_chance(low: np.ndarray, high: np.ndarray) -> float:
    """How many of a batch's rows would break the order, were the columns independent."""
    both = np.isfinite(low) & np.isfinite(high)
    above = len(low[both]) - np.searchsorted(np.sort(low[both]), high[both], side="right")
    return float(above.mean())
