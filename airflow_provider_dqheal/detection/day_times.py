"""Moments that moved within the day: another time zone, or a daylight saving that a source forgot.

Their dates hardly move. But where each batch holds one day, some are of the day beside it; and where the day has its
busy hours, they are spread over it as before only when all are moved back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import DayTimes

_DAY, _HOUR, _HOURS = 86_400, 3_600, 24
_LEAST_BATCHES, _LEAST_ROWS = 5, 60
"""Batches that show how moments lie in the day, and rows of each."""
_LEAST_DAYS, _LEAST_BESIDE, _LEAST_SHARE = 3, 3, 0.02
"""Different days of the history; rows that are of another day than the batch's, and their share."""
_CLOCK = 0.5
"""Share of the moments that are not at midnight, in a column that tells times."""
_FARTHER, _BESIDE, _BACK = 1.5, 0.05, 1.2
"""Times the farthest batch of the history, and beside it, from which on hours differ; and up to which they agree."""


@dataclass(frozen=True, eq=False)
class _Usual:
    hours: np.ndarray
    """(batches, 24) share of the moments in each hour."""
    apart: float
    """How far a batch is from the mean of the others, at most: total variation."""
    one_day: bool
    """Whether each batch is of one day."""


def day_times(batch: BatchView, stack: Stack) -> tuple[DayTimes, ...]:
    """The columns of a batch whose moments lie at other times of the day than in all batches of the history."""
    found = []
    for name, usual in stack.once(_usual).items():
        view = batch.columns.get(name)
        if view is None or not view.temporal or view.weights.sum() < _LEAST_ROWS:
            continue
        hours, share = _moved_by(_by_hour(view), usual), _beside(view) if usual.one_day else 0.0
        if hours or share:
            found.append(DayTimes(name, hours, share))
    return tuple(found)


def _moved_by(now: np.ndarray, usual: _Usual) -> int:
    """The hours by which all moments are later (or earlier, below 0) than ever; 0 where nothing is told."""
    mean = usual.hours.mean(axis=0)
    if _apart(now, mean) <= _FARTHER * usual.apart + _BESIDE:
        return 0
    back = np.array([_apart(np.roll(now, -hours), mean) for hours in range(_HOURS)])
    best = int(back.argmin())
    if back[best] > _BACK * usual.apart:
        return 0
    return best if best <= _HOURS // 2 else best - _HOURS


def _beside(view: ColumnView) -> float:
    """The share of the moments that are of the day before or after that of most; 0 where others are of other days."""
    days, rows = _days(view)
    main = days[rows.argmax()]
    beside = rows[np.abs(days - main) == 1].sum()
    whole = rows.sum()
    if np.abs(days - main).max() > 1 or beside < max(_LEAST_BESIDE, _LEAST_SHARE * whole):
        return 0.0
    return float(beside / whole)


def _usual(stack: Stack) -> dict[str, _Usual]:
    """The columns of moments, and how they lay in the day."""
    found = {}
    for name in stack.all_of(temporal=True) if len(stack.batches) >= _LEAST_BATCHES else ():
        views = [view for view in stack.columns[name].views if view is not None]
        if len(views) < len(stack.batches) or any(view.weights.sum() < _LEAST_ROWS for view in views):
            continue
        if min(_with_time(view) for view in views) < _CLOCK:
            continue
        hours = np.stack([_by_hour(view) for view in views])
        others = (hours.sum(axis=0) - hours) / (len(hours) - 1)
        apart = max(_apart(own, rest) for own, rest in zip(hours, others, strict=True))
        days = [_days(view)[0] for view in views]
        one_day = all(len(one) == 1 for one in days) and len({int(one[0]) for one in days}) >= _LEAST_DAYS
        found[name] = _Usual(hours, apart, one_day)
    return found


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).sum() / 2)


def _by_hour(view: ColumnView) -> np.ndarray:
    hours = ((view.numbers % _DAY) // _HOUR).astype(int)
    found: np.ndarray = np.bincount(hours, view.weights, minlength=_HOURS)[:_HOURS] / max(view.weights.sum(), 1.0)
    return found


def _days(view: ColumnView) -> tuple[np.ndarray, np.ndarray]:
    """The days of a column, and the rows of each."""
    days, places = np.unique(np.floor(view.numbers / _DAY), return_inverse=True)
    return days, np.bincount(places, view.weights)


def _with_time(view: ColumnView) -> float:
    return float(view.weights[view.numbers % _DAY != 0].sum() / max(view.weights.sum(), 1.0))
