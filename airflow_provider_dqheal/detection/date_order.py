"""In which order a column writes day and month: by all its batches, where one alone does not tell.

A daily extract of the first of December says 12/01/2025 in every row. By itself it is read day first, as the twelfth of
January; where the days before said 11/30/2025, it is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.off_form import off_form
from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import OffForm
from airflow_provider_dqheal.profiling.dates import decode

_EITHER = re.compile(r"\s*(\d{1,2})[-/. ](\d{1,2})[-/. ] ?\d{2,4}")
_MONTHS, _LEAST_TOLD = 12, 50
"""A larger number is a day; cells of the history that have one, from which on these tell the column's order."""
_SECOND = 1e6


@dataclass(frozen=True, eq=False)
class DateOrder:
    """How many cells of a column are certainly ``day_first`` and ``month_first``.

    ``swapped`` (values,): the others read month first, in seconds since 1970; nan where nothing is to be told apart.
    """

    day_first: float
    month_first: float
    swapped: np.ndarray


def order_of(view: ColumnView) -> DateOrder | None:
    """The order in which a column of a batch writes day and month; None where it writes neither first."""
    if not view.temporal or not view.values or not _EITHER.match(view.values[0]):
        return None
    dates = decode(pa.array([text.strip() for text in view.values], pa.string()))
    either = (dates.kind == 4) & (view.numeric == dates.micros / _SECOND)
    days, months = (float(view.counts[dates.kind == kind].sum()) for kind in (2, 3))
    return DateOrder(days, months, np.where(either, dates.swapped / _SECOND, np.nan))


def month_first(view: ColumnView) -> ColumnView:
    """A column with the dates that can be read either way read month first."""
    order = order_of(view)
    return view if order is None else view.reread(np.where(np.isfinite(order.swapped), order.swapped, view.numeric))


def in_one_order(view: BatchView, stack: Stack) -> tuple[BatchView, Stack]:
    """A batch and its history with each column's dates read alike: as most of those that tell the order, of both.

    Both are returned as they are where dates are read day first, which is how they come.
    """
    turned, rewritten = [], []
    for name, column in stack.columns.items():
        mine = order_of(view.columns[name]) if name in view.columns else None
        before = _history(stack, column)
        told = [order for order in (mine, before) if order is not None]
        if sum(order.month_first for order in told) > sum(order.day_first for order in told):
            turned += [name] if mine is not None else []
            rewritten += [name] if before is not None else []
    return view.changed(turned, month_first), stack.changed(rewritten, month_first)


def turned_dates(batch: BatchView, stack: Stack) -> tuple[OffForm, ...]:
    """The columns with more dates than chance gives whose day is where the history has the month."""
    found = []
    for name, column in stack.columns.items():
        view, before = batch.columns.get(name), _history(stack, column)
        if view is None or not view.temporal or before is None or before.day_first + before.month_first < _LEAST_TOLD:
            continue
        told = before.day_first + before.month_first
        if before.day_first > before.month_first:
            found.append(off_form(view, "date with the day first", _may_be_day_first, before.month_first, told))
        else:
            found.append(off_form(view, "date with the month first", _may_be_month_first, before.day_first, told))
    return tuple(one for one in found if one is not None)


def _may_be_day_first(text: str) -> bool:
    date = _EITHER.match(text)
    return date is None or not int(date[1]) <= _MONTHS < int(date[2])


def _may_be_month_first(text: str) -> bool:
    date = _EITHER.match(text)
    return date is None or not int(date[2]) <= _MONTHS < int(date[1])


def _history(stack: Stack, column: ColumnStack) -> DateOrder | None:
    """What the history tells; no ``swapped``."""
    known: dict[str, DateOrder | None] = stack.cache.setdefault("date_order", {})  # type: ignore[assignment]
    if column.name not in known:
        orders = [order_of(view) for view in column.views if view is not None]
        told = [order for order in orders if order is not None]
        days, months = (sum(getattr(order, which) for order in told) for which in ("day_first", "month_first"))
        known[column.name] = DateOrder(days, months, np.zeros(0)) if told else None
    return known[column.name]
