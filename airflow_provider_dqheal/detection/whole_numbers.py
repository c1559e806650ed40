"""Columns of decimals that hold whole numbers only: they were rounded, or went through a column of integers.

What was cut off is gone, and hardly moves the column; where numbers are whole by chance now and then, chance has to be
left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import WholeNumbers

_LEAST_BATCHES = 5
_ROWS, _USUAL, _CHANCE = 10, 0.15, 1e-6
_STEADY, _LEAST, _BATCHES = 2.0, 0.1, 4
"""Where more numbers were whole: how much farther from all whole each batch was than batches from each other, the share
of decimals in each, and the batches that show it."""
_SHOWN = 3

Whole = tuple[float, float]
"""Cells with a whole number, and with any number."""


def whole_numbers(batch: BatchView, stack: Stack) -> tuple[WholeNumbers, ...]:
    """The columns of a batch whose numbers are all whole, as in no batch of the history."""
    found = []
    for name, usual in stack.once(_decimals).items():
        view = batch.columns.get(name)
        if view is not None and is_narrowed(_whole(view), usual):
            most = max(whole / cells for whole, cells in usual if cells)
            found.append(WholeNumbers(name, most, tuple(view.values[:_SHOWN])))
    return tuple(found)


def is_narrowed(now: Whole, usual: Sequence[Whole]) -> bool:
    """Whether all numbers of a batch are whole, which was never so in the ``usual`` ones and is no chance.

    No batch may have had more than 15 % of its numbers whole, or always about as many.

    >>> is_narrowed((40, 40), [(2, 40), (1, 40)]), is_narrowed((39, 40), [(2, 40)]), is_narrowed((40, 40), [(30, 40)])
    (True, False, False)
    """
    whole, cells = now
    most = max((one / total for one, total in usual if total), default=1.0)
    if cells < _ROWS or whole < cells or most**cells > _CHANCE:
        return False
    return most <= _USUAL or _is_steady([one / total for one, total in usual if total >= _ROWS])


def _is_steady(shares: Sequence[float]) -> bool:
    """Whether batches had about as many whole numbers as each other, and all of them decimals."""
    most = max(shares, default=1.0)
    return len(shares) >= _BATCHES and 1 - most >= max(_LEAST, _STEADY * (most - min(shares)))


def _decimals(stack: Stack) -> dict[str, list[Whole]]:
    """The columns that held decimals in every batch, and how many of their numbers were whole."""
    if len(stack.batches) < _LEAST_BATCHES:
        return {}
    found = {}
    for name in stack.all_of(temporal=False):
        views = [view for view in stack.columns[name].views if view is not None]
        usual = [_whole(view) for view in views]
        if len(views) == len(stack.batches) and all(whole < cells for whole, cells in usual):
            found[name] = usual
    return found


def _whole(view: ColumnView) -> Whole:
    known = view.numbers[np.isfinite(view.numbers)], view.weights[np.isfinite(view.numbers)]
    return float(known[1][known[0] == np.round(known[0])].sum()), float(known[1].sum())
