"""Columns of JSON in which some cells are none any more: cut off, or written by another language's printer.

A cell by itself shows little: it begins as all do, and is somewhat shorter. That it does not read is a fact.
"""

from __future__ import annotations

from airflow_provider_dqheal.detection.off_form import off_form
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import OffForm
from airflow_provider_dqheal.profiling.json_text import is_json

_LEAST_BATCHES, _LEAST_CELLS = 3, 10
"""Batches of JSON, and cells in each, that make a column one."""
_NEARLY_ALL = 0.98


def json_cells(batch: BatchView, stack: Stack) -> tuple[OffForm, ...]:
    """The columns of JSON with more cells that are none than chance gives."""
    each = ((batch.columns.get(name), history) for name, history in stack.once(_columns_of).items())
    found = (off_form(view, "JSON", is_json, *history) for view, history in each if view is not None and view.values)
    return tuple(one for one in found if one is not None)


def _columns_of(stack: Stack) -> dict[str, tuple[int, int]]:
    """Of each column of JSON the cells of the history that are none, and all that hold a value."""
    found = {}
    for name, column in stack.columns.items():
        views = [view for view in column.views if view is not None and view.present >= _LEAST_CELLS]
        if len(views) < _LEAST_BATCHES or not all(is_json(view.values[0]) for view in views):
            continue
        failed = [_failed(view) for view in views]
        if all(count <= (1 - _NEARLY_ALL) * view.present for count, view in zip(failed, views, strict=True)):
            found[name] = sum(failed), int(sum(view.present for view in views))
    return found


def _failed(view: ColumnView) -> int:
    return int(sum(count for text, count in zip(view.values, view.counts.tolist(), strict=True) if not is_json(text)))
