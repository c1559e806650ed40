"""Dates that are all possible and together not those of this batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._dates import write_dates
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, put
from airflow_provider_dqheal.detection.corruptions._hard import numbers
from airflow_provider_dqheal.detection.corruptions._shifts import ISSUE, LOAD
from airflow_provider_dqheal.detection.corruptions._where import one_of, rows_where

_ZONES = "reports on time zones (UTC against local) and daylight saving"
_LATE = "reports on late and backfilled data (dbt source freshness)"
_DAY = 86_400.0
Rng = np.random.Generator
Seconds = Callable[[Frame, Column, np.ndarray, "np.random.Generator", Severity], np.ndarray | None]
"""From a column and the rows hit to their new seconds since 1970."""


def _dates(name: str, description: str, source: str, part: bool = False) -> Callable[[Seconds], Seconds]:
    """Registers a change of dates; ``part``: only of a segment, a stretch or a mixture of the rows."""

    def add(change: Seconds) -> Seconds:
        @corruption(name, ISSUE, description, source)
        def _make(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
            for column in frame.each_of_kind(rng, "date", at_least=8):
                known = np.isfinite(column.numbers)
                rows, where = np.flatnonzero(known), "column"
                if part:
                    share = {"low": 0.15, "medium": 0.4, "high": 0.8}[severity]
                    rows, where = rows_where(frame, rng, known, share * float(rng.uniform(0.7, 1.2)))
                if len(rows) < 3:
                    continue
                seconds = change(frame, column, rows, rng, severity)
                if seconds is None:
                    continue
                values = column.text.copy()
                values[rows] = write_dates(seconds, column.form or "%Y-%m-%d")
                table = put(frame.table, column.name, values)
                if table[column.name].equals(frame.table[column.name]):
                    continue
                also = frozenset({"outliers", "missing_data"} if part else {"outliers"})
                return Draft(table, {ISSUE: (column.name,)}, {"where": where}, tolerated=also)
            return None

        return change

    return add


@_dates("dates_stale", "dates stay those of an earlier batch", _LATE)
def _stale(frame: Frame, column: Column, rows: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    past = frame.past(column.name)
    if not past:
        return None
    back = {"low": 1, "medium": min(3, len(past)), "high": len(past)}[severity]
    earlier = numbers(past[-back], column.form)
    earlier = earlier[np.isfinite(earlier)]
    if len(earlier) == 0:
        return None
    return np.sort(rng.choice(earlier, len(rows)))


@_dates("dates_of_load", "every date is that of the load", LOAD)
def _load(frame: Frame, column: Column, rows: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    values = column.numbers[rows]
    hit = rng.random(len(rows)) < {"low": 0.3, "medium": 0.6, "high": 1.1}[severity]
    return np.where(hit, values.max() + one_of(rng, 0.0, _DAY), values)


@_dates("clock_lost", "all times are midnight, the full hour or one time", _ZONES)
def _clock(frame: Frame, column: Column, rows: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    if not column.has_clock:
        return None
    step = {"low": 900.0, "medium": 3_600.0, "high": _DAY}[severity]
    return np.floor(column.numbers[rows] / step) * step


@_dates("dates_to_period_start", "all dates are the first of the month or the year", LOAD)
def _start(frame: Frame, column: Column, rows: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    days = (column.numbers[rows] // _DAY).astype("datetime64[D]")
    unit = "Y" if severity == "high" else "M"
    start = days.astype(f"datetime64[{unit}]").astype("datetime64[D]").astype(float) * _DAY
    hit = rng.random(len(rows)) < {"low": 0.3, "medium": 0.8, "high": 1.1}[severity]
    return np.where(hit, start, column.numbers[rows])


@_dates("dates_moved_in_part", "the dates of some rows are off by hours, days or months", _ZONES, part=True)
def _part(frame: Frame, column: Column, rows: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    hours = one_of(rng, 1.0, 2.0, 12.0, 24.0) if column.has_clock and rng.random() < 0.5 else 0.0
    days = one_of(rng, 1.0, 7.0, 30.0, 31.0, 90.0, 365.0) if hours == 0.0 else 0.0
    return column.numbers[rows] + one_of(rng, 1.0, -1.0) * (hours * 3_600 + days * _DAY)


@_dates("backfill_mixed_in", "rows of long ago come with the new ones", _LATE, part=True)
def _backfill(frame: Frame, column: Column, rows: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    span = {"low": 60, "medium": 200, "high": 1_500}[severity]
    return column.numbers[rows] - np.round(rng.uniform(20, span, len(rows))) * _DAY


@_dates("dates_spread", "dates cover a far longer or shorter stretch", _LATE)
def _spread(frame: Frame, column: Column, rows: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    values = column.numbers[rows]
    middle = float(np.median(values))
    if values.max() == values.min():
        return middle + np.round(rng.exponential({"low": 1.5, "medium": 5, "high": 30}[severity], len(rows))) * _DAY
    factor = {"low": 2.0, "medium": 5.0, "high": 30.0}[severity] ** one_of(rng, 1.0, -1.0)
    moved = middle + (values - middle) * factor
    return moved if column.has_clock else np.floor(moved / _DAY) * _DAY


@_dates("dates_drifting", "the clock runs too fast or too slow", _ZONES)
def _drifting(frame: Frame, column: Column, rows: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    end = {"low": 2.0, "medium": 10.0, "high": 60.0}[severity] * _DAY * one_of(rng, 1.0, -1.0)
    moved = column.numbers[rows] + np.linspace(0, end, len(rows))
    return moved if column.has_clock else np.floor(moved / _DAY) * _DAY
