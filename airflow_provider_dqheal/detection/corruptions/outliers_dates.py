"""Dates and truth values that cannot be right although they are written as always."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._cells import Rewritten, cell_family, texts
from airflow_provider_dqheal.detection.corruptions._dates import write_dates
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, put
from airflow_provider_dqheal.detection.corruptions._where import few, rows_where

_ISSUE = "outliers"
_FUTURE = "Great Expectations and Soda reports on dates in the future"
_TYPED = "reports on dates typed by hand; Mahdavi et al. 2019 (Raha)"
_ORDER = "Deequ reports on compliance between columns (start before end)"
_DAY = 86_400.0
Rows = np.ndarray
Rng = np.random.Generator


def _moved(column: Column, rows: Rows, seconds: np.ndarray) -> Rewritten:
    """The dates of those rows moved by seconds, whole days where the column has no time."""
    form = column.form or ""
    if not column.has_clock:
        seconds = np.round(seconds / _DAY) * _DAY
    target = column.numbers[rows] + seconds
    if not np.isfinite(target).any():
        return None
    written = write_dates(np.nan_to_num(target), form)
    return [
        new if np.isfinite(value) else text
        for new, value, text in zip(written, target, texts(column, rows), strict=True)
    ]


@cell_family("date_ahead", _ISSUE, "dates days to months ahead of all others", _FUTURE, ("date",), rare=True)
def _ahead(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    low, high = {"low": (5, 40), "medium": (40, 400), "high": (400, 4_000)}[severity]
    latest = np.nanmax(column.numbers) - column.numbers[rows]
    return _moved(column, rows, latest + rng.uniform(low, high, len(rows)) * _DAY)


@cell_family("date_behind", _ISSUE, "dates months to years before all others", _FUTURE, ("date",), rare=True)
def _behind(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    low, high = {"low": (20, 90), "medium": (90, 800), "high": (800, 9_000)}[severity]
    earliest = np.nanmin(column.numbers) - column.numbers[rows]
    return _moved(column, rows, earliest - rng.uniform(low, high, len(rows)) * _DAY)


@cell_family(
    "date_digit_wrong", _ISSUE, "a digit of the year is wrong (2042 for 2024, 0204)", _TYPED, ("date",), rare=True
)
def _digit(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if column.typed or "%Y" not in (column.form or ""):
        return None
    result: list[str | None] = []
    for text in texts(column, rows):
        digits = [place for place in range(len(text) - 3) if text[place : place + 4].isdigit()]
        if not digits:
            return None
        at = digits[0]
        year = text[at : at + 4]
        new = (
            year[:2] + year[3] + year[2],
            year[1] + year[0] + year[2:],
            f"{year[0]}{int(rng.integers(10))}{year[2:]}",
        )
        result.append(text[:at] + new[int(rng.integers(3))] + text[at + 4 :])
    return result


@cell_family(
    "date_far_block",
    _ISSUE,
    "a run of rows has the clock of a device that was reset",
    _FUTURE,
    ("date",),
    rare=True,
    where="block",
)
def _reset(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    start = float(rng.choice([0.0, 315_532_800.0, 946_684_800.0, 1_388_534_400.0]))
    seconds = start - column.numbers[rows] + np.arange(len(rows)) * float(rng.choice([1.0, 60.0, 3_600.0]))
    return _moved(column, rows, seconds)


@corruption("dates_crossed", _ISSUE, "the end lies before the start", _ORDER)
def _crossed(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    found = frame.of_kind(rng, "date", at_least=10)
    pairs = [
        (first, second)
        for first in found
        for second in found
        if first.name != second.name
        and first.form == second.form
        and np.nanmean(first.numbers <= second.numbers) > 0.98
        and np.nanmean(first.numbers < second.numbers) > 0.5
    ]
    if not pairs:
        return None
    first, second = pairs[int(rng.integers(len(pairs)))]
    both = np.isfinite(first.numbers) & np.isfinite(second.numbers)
    fraction = few(rng, severity)
    rows, where = rows_where(frame, rng, both, fraction)
    left, right = first.text.copy(), second.text.copy()
    left[rows], right[rows] = second.text[rows], first.text[rows]
    table = put(put(frame.table, first.name, left), second.name, right)
    params = {"where": where, "fraction": round(fraction, 4)}
    return Draft(table, {_ISSUE: (first.name, second.name)}, params, inverse="exchange them again")


@cell_family(
    "flag_rare_value",
    _ISSUE,
    "a flag that is never (or always) set is set in some rows",
    _TYPED,
    ("bool",),
    rare=True,
    tolerated=("distribution_shift",),
)
def _flag(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    values = column.distinct()
    if len(values) != 1:
        return None
    one = values[0]
    for yes, no in (("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("1", "0"), ("on", "off")):
        other = no if one.lower() == yes else yes if one.lower() == no else None
        if other is not None:
            cased = other.upper() if one.isupper() else other.title() if one.istitle() else other
            return [cased] * len(rows)
    return None
