"""Columns that a date beside them determines: the year, quarter, month, week or day of a date in the same row.

Where every cell of such a column follows its date, it says nothing that the date does not say, and a new month in it is
as natural as the date that brings it. Where one does not, the column is judged like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView

_WEEK = 7
_THURSDAY = 3
"""1970 began on a Thursday, three days after its Monday; a week is of the year of its Thursday (ISO 8601)."""

_LEAST_CELLS = 3
_MOST_VALUES = 366
_HIGHEST = 2200


def months_of(seconds: np.ndarray) -> np.ndarray:
    """Calendar months since 1970, in UTC, of seconds since then."""
    return _moments(seconds).astype("datetime64[M]").astype(np.int64)


def _moments(seconds: np.ndarray) -> np.ndarray:
    return np.floor(seconds).astype("datetime64[s]")


def _since(moments: np.ndarray, start: str, unit: str) -> np.ndarray:
    """Whole units since the last start of a larger one: days since the first of the month."""
    first = moments.astype(f"datetime64[{start}]").astype(f"datetime64[{unit}]")
    return (moments.astype(f"datetime64[{unit}]") - first).astype(np.int64)


def _weekday(moments: np.ndarray) -> np.ndarray:
    """Days since Monday."""
    return (moments.astype("datetime64[D]").astype(np.int64) + _THURSDAY) % _WEEK


def _week(moments: np.ndarray) -> np.ndarray:
    """Weeks since the first one of the year (ISO 8601)."""
    thursday = moments.astype("datetime64[D]") + (_THURSDAY - _weekday(moments)).astype("timedelta64[D]")
    return _since(thursday, "Y", "D") // _WEEK


PARTS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "year": lambda moments: moments.astype("datetime64[Y]").astype(np.int64) + 1970,
    "quarter": lambda moments: _since(moments, "Y", "M") // 3,
    "month": lambda moments: _since(moments, "Y", "M"),
    "week": _week,
    "day of the month": lambda moments: _since(moments, "M", "D"),
    "day of the year": lambda moments: _since(moments, "Y", "D"),
    "day of the week": _weekday,
    "day of the week from Sunday": lambda moments: (_weekday(moments) + 1) % _WEEK,
    "hour": lambda moments: _since(moments, "D", "h"),
}
"""What a column may hold of moments in UTC, the first of them as 0 or 1."""


@dataclass(frozen=True)
class Rule:
    """A column holds ``part`` of ``date``, the first as ``first``.

    It is written in as many digits as it takes where ``plain``, or in always ``length`` (None: never so).
    """

    date: str
    part: str
    first: int
    plain: bool
    length: int | None

    def holds(self, batch: BatchView, name: str) -> bool:
        """Whether each cell of a column of the batch follows, and none is missing that its date does not lack."""
        view, date = batch.columns[name], batch.columns.get(self.date)
        if date is None or not date.temporal or view.rows - view.present > date.rows - date.present:
            return False
        alike = (self.plain and np.array_equal(view.lengths, _digits(view))) or bool(
            np.all(view.lengths == self.length)
        )
        return alike and bool(np.isfinite(view.numeric).all()) and _firsts(view, date, self.part) == {self.first}


def determined(batch: BatchView, stack: Stack) -> frozenset[str]:
    """The columns of a batch that follow a date beside them, as they do in each batch of the history."""
    rules = rules_of(stack)
    return frozenset(name for name, rule in rules.items() if name in batch.columns and rule.holds(batch, name))


def rules_of(stack: Stack) -> Mapping[str, Rule]:
    """The rules that a history obeys without exception, found once; a date is no part of another one."""
    held = stack.cache.get("calendar")
    if isinstance(held, dict):
        return held
    dates = [name for name, column in stack.columns.items() if all(one and one.temporal for one in column.views)]
    found = {}
    for name, column in stack.columns.items() if dates else ():
        if all(view is not None and _may_be_part(view) for view in column.views):
            rule = next((rule for date in dates for rule in _rules(name, date, stack)), None)
            if rule is not None:
                found[name] = rule
    stack.cache["calendar"] = found
    return found


def _rules(name: str, date: str, stack: Stack) -> Iterator[Rule]:
    """How a column may follow a date."""
    views = [batch.columns[name] for batch in stack.batches]
    if sum(view.present for view in views) < _LEAST_CELLS:
        return
    lengths = {int(length) for view in views for length in view.lengths}
    plain = all(np.array_equal(view.lengths, _digits(view)) for view in views)
    length = lengths.pop() if len(lengths) == 1 else None
    for part in PARTS:
        firsts = _firsts(views[0], stack.batches[0].columns[date], part)
        rule = Rule(date, part, next(iter(firsts), 0), plain, length)
        if len(firsts) == 1 and rule.first in (0, 1) and all(rule.holds(batch, name) for batch in stack.batches):
            yield rule


def _may_be_part(view: ColumnView) -> bool:
    """Whether a column holds whole numbers that may be of a calendar, and nothing else."""
    numbers = view.numbers
    return (
        not view.temporal
        and 0 < len(numbers) == len(view.values) <= _MOST_VALUES
        and bool(numbers[0] >= 0 and numbers[-1] <= _HIGHEST and np.all(numbers == np.floor(numbers)))
    )


def _digits(view: ColumnView) -> np.ndarray:
    """How many digits each of a column's values takes."""
    return 1.0 + np.floor(np.log10(np.maximum(view.numeric, 1.0)))


def _firsts(view: ColumnView, date: ColumnView, part: str) -> set[int]:
    """What the first of a part would have to be, in each of the rows that have both."""
    numbers, seconds = view.in_rows, date.in_rows
    known = np.isfinite(numbers) & np.isfinite(seconds)
    apart = numbers[known].astype(np.int64) - PARTS[part](_moments(seconds[known]))
    return set(np.unique(apart).tolist())
