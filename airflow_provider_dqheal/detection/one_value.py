"""Columns that hold one value a batch (the day of an extract, a period), which is mistyped here and there.

2052-09 beside 2025-09 is new, as the value of every batch is, and often no date: nothing else shows it. Several
different slips of the pen of a batch's value are no other values of the column.
"""

from __future__ import annotations

from airflow_provider_dqheal.detection.likeness import mistyped
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import Mistyped

_LEAST_BATCHES = 5
_LEAST_ROWS = 10
_MAINLY = 0.7
"""Share of the rows that hold the value."""
_SEVERAL = 2
_SHOWN = 3


def one_value(batch: BatchView, stack: Stack) -> tuple[Mistyped, ...]:
    """The columns of a batch with several misspellings of their value."""
    each = ((name, batch.columns.get(name)) for name in stack.once(_with_one))
    return tuple(found for name, view in each if view is not None and (found := _found(name, view)) is not None)


def _with_one(stack: Stack) -> tuple[str, ...]:
    """The columns that held one value in every batch."""
    if len(stack.batches) < _LEAST_BATCHES:
        return ()
    return tuple(
        name
        for name, column in stack.columns.items()
        if all(view is not None and len(view.values) == 1 and view.present >= _LEAST_ROWS for view in column.views)
    )


def _found(name: str, view: ColumnView) -> Mistyped | None:
    if len(view.values) <= _SEVERAL or view.counts[0] < _MAINLY * view.present:
        return None
    value = view.values[0]
    slips = [at for at, text in enumerate(view.values) if mistyped(text, value)]
    if len(slips) < _SEVERAL:
        return None
    share = float(view.counts[slips].sum() / view.present)
    return Mistyped(name, value, share, tuple(view.values[at] for at in slips[:_SHOWN]))
