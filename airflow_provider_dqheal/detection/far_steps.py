"""Columns whose level went on from batch to batch, and now goes on many times as far as ever, or as far back.

The ensemble sees the levels of such a column as steps, squashed: a clock that leaps by forty years looks to it like one
that leaps by a week. Of clean batches of the training corpus none goes seven times as far, of some six hundred.
"""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.detection.describe import readable
from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import FarStep

_TIMES, _TIMES_OF_DECIMALS = 50.0, 15.0
"""How many times the largest step so far a step is: dates and counters pause now and then, measured numbers do not."""
_LEAST_BATCHES = 5


def far_steps(batch: BatchView, stack: Stack) -> tuple[FarStep, ...]:
    """The columns of a batch whose median is that far from the one before."""
    each = ((name, batch.columns.get(name)) for name in stack.once(_going_on))
    return tuple(step for name, view in each if view is not None and (step := _step(view, stack.columns[name])))


def _going_on(stack: Stack) -> tuple[str, ...]:
    """The columns whose level goes on from batch to batch, over enough of these."""
    if len(stack.batches) < _LEAST_BATCHES:
        return ()
    return tuple(name for name, one in stack.columns.items() if one.moving and np.isfinite(one.medians).all())


def _step(view: ColumnView, column: ColumnStack) -> FarStep | None:
    middle = view.quantiles(np.asarray([0.5]))
    if middle is None:
        return None
    usual, step = float(np.abs(np.diff(column.medians)).max()), float(middle[0] - column.medians[-1])
    measured = not view.temporal and bool((view.numbers != np.round(view.numbers)).any())
    if abs(step) <= (_TIMES_OF_DECIMALS if measured else _TIMES) * usual or abs(step) <= column.width:
        return None
    now, before = (readable(value, view.temporal) for value in (middle[0], column.medians[-1]))
    return FarStep(column.name, step / usual, now, before)
