"""Counters that start again: the week after the last of a year is the first one, and no step back.

A column of weeks, months or numbers per year goes on from batch to batch until it starts again. The first time is
unlike everything its history shows, and yet what it is for. Its values after the turn are read on, as if it had not
started again (week 1 after week 53 is 54), so that everything else about them is judged as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.calendar import months_of
from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView

ENDS = {
    0: frozenset({3, 6, 11, 23, 51, 52, 53, 59}),
    1: frozenset({4, 7, 12, 24, 28, 29, 30, 31, 52, 53, 60, 365, 366}),
}
"""The last of the quarters, days, months, hours, weeks, ... that start at 0, and of those that start at 1."""

_OF_A_YEAR = frozenset({11, 12, 51, 52, 53, 365, 366})
_REACH = 2.0
"""How far into its new round a counter may be, in usual widths and steps of a batch."""

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_MOST = 0.95


@dataclass(frozen=True, eq=False)
class _Turn:
    """A counter that started again at ``start`` (0 or 1) after ``end``; ``after``: (values,) bool, those behind it."""

    start: int
    end: int
    after: np.ndarray


def read_on(view: BatchView, stack: Stack) -> BatchView:
    """The batch with each counter that starts again read on; itself where none does."""
    turned = {}
    for name, column in stack.columns.items():
        found = _turn(view.columns[name], column) if column.goes_on and name in view.columns else None
        if found is not None and _is_allowed(found, view, stack, name):
            turned[name] = _read_on(view.columns[name], found)
    return replace(view, columns={**view.columns, **turned}) if turned else view


def _turn(view: ColumnView, column: ColumnStack) -> _Turn | None:
    """Where a column of a batch starts again, by itself."""
    last = _last(column)
    if view.temporal or not len(view.numbers) or not _are_whole(view.numbers, last.numbers):
        return None
    start, middle = int(view.numbers[0]), column.levels[-1]
    behind = view.numbers < middle
    if start not in ENDS or not behind.any() or not column.low >= start:
        return None
    end = int(max(column.high, view.numbers[-1]))
    into = view.numbers[behind][-1] - start
    far = into >= (end - start) / 2 or into > _REACH * (column.width + column.step)
    if far or last.numbers[0] <= start + into:
        return None  # no new round, or the numbers of the last one have been here all the time
    return _Turn(start, end, np.nan_to_num(view.numeric, nan=np.inf) < middle)


def _is_allowed(turn: _Turn, view: BatchView, stack: Stack, name: str) -> bool:
    """Whether the calendar beside a counter turned with it, or, where none is, the counter was at an end of one."""
    rows = np.append(turn.after, False)[view.columns[name].aligned]
    turns, stays = False, False
    for now, before, years in _calendars(view, stack, rows):
        if np.mean(now < before) > 1 - _MOST:
            return False
        if np.mean(years > 0) >= _MOST:
            turns = True
        else:
            stays = True
    at_end = turn.end in ENDS[turn.start]
    return turns or (at_end and not (stays and turn.end in _OF_A_YEAR))


def _calendars(view: BatchView, stack: Stack, rows: np.ndarray) -> Iterator[tuple[np.ndarray, float, np.ndarray]]:
    """Of each column of years, or of dates that go on: its numbers in some rows, and what they were before.

    That is the middle of the batch before, and the years (of dates, the months) since then.
    """
    for name, column in stack.columns.items():
        mine = view.columns.get(name)
        if mine is None or not len(mine.numbers):
            continue
        numbers = mine.in_rows[rows]
        numbers = numbers[np.isfinite(numbers)]
        known = column.levels
        if not len(numbers) or not len(known):
            continue
        if mine.temporal and column.goes_on:
            months = months_of(numbers) - months_of(known[-1:])
            yield numbers, float(known[-1]), months
        elif _is_year(column):
            yield numbers, float(known[-1]), numbers - known[-1]


def _is_year(column: ColumnStack) -> bool:
    """Whether a column holds one year per batch, or two at the turn of them, and never went back."""
    last = _last(column)
    return (
        not last.temporal
        and len(last.numbers) > 0
        and column.low >= _FIRST_YEAR
        and column.high <= _LAST_YEAR
        and _are_whole(last.numbers)
        and column.width <= 1
        and column.never_fell
    )


def _read_on(view: ColumnView, turn: _Turn) -> ColumnView:
    """A column with its values behind the turn read on."""
    period = turn.end - turn.start + 1
    numeric = np.where(turn.after, view.numeric + period, view.numeric)
    values = pa.array(
        [_shifted(text, period) if moved else text for text, moved in zip(view.values, turn.after, strict=True)],
        pa.string(),
    )
    return view.reread(numeric, values)


def _shifted(text: str, period: int) -> str:
    """A whole number as text, some later, written alike.

    >>> _shifted("01", 53), _shifted("1.0", 12), _shifted("1e0", 4)
    ('54', '13.0', '5')
    """
    whole, point, rest = text.partition(".")
    if not whole.isdigit():
        return str(int(float(text)) + period)
    return f"{int(whole) + period:0{len(whole)}d}{point}{rest}"


def _are_whole(*numbers: np.ndarray) -> bool:
    return all(bool(np.all(some == np.floor(some))) for some in numbers)


def _last(column: ColumnStack) -> ColumnView:
    """The last batch of the history that holds numbers; the last of all where none does."""
    there = [view for view in column.views if view is not None]
    return next((view for view in reversed(there) if len(view.numbers)), there[-1])
