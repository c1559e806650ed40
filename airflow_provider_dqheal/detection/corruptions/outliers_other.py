"""Dates, categories and pairs of values that cannot be right although their type is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._cells import cell_family, texts
from airflow_provider_dqheal.detection.corruptions._dates import write_dates
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, format_numbers, put
from airflow_provider_dqheal.detection.corruptions._where import few, rows_where

_ISSUE = "outliers"
_JENGA = "Schelter, Rukat, Biessmann 2021 (Jenga): scaling, noise, swapped values"
_RAHA = "Mahdavi et al. 2019 (Raha): typos, outliers, rule violations"
_USERS = "Great Expectations and Deequ user reports: values out of range"
Rows = np.ndarray


@cell_family("far_date", _ISSUE, "dates decades away from the others", _USERS, ("date",), rare=True)
def _far(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    years = int(rng.choice([-100, -50, -20, 10, 20, 76, 100, 200, -10]))
    if severity == "low":
        years = int(rng.choice([-10, -5, 5, 10]))
    seconds = column.numbers[rows] + years * 365.25 * 86_400
    if not column.has_clock:
        seconds = np.floor(seconds / 86_400) * 86_400
    return [
        new if np.isfinite(value) else text
        for new, value, text in zip(
            write_dates(np.nan_to_num(seconds), column.form or ""), seconds, texts(column, rows), strict=True
        )
    ]


@cell_family(
    "wrong_century", _ISSUE, "two-digit years land in the wrong century", "reports on year pivots", ("date",), rare=True
)
def _century(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    form = column.form or ""
    if "%Y" not in form:
        return None
    written = write_dates(np.nan_to_num(column.numbers[rows]), form.replace("%Y", "\x01%Y"))
    result = []
    for text, value in zip(written, texts(column, rows), strict=True):
        head, _, rest = text.partition("\x01")
        result.append(head + {"20": "19", "19": "20"}.get(rest[:2], "00") + rest[2:] if rest else value)
    return result


@cell_family(
    "epoch_date",
    _ISSUE,
    "single dates fall back to the epoch or a far default",
    _USERS,
    ("date",),
    rare=True,
    tolerated=("missing_data",),
)
def _epoch(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    seconds = float(rng.choice([0.0, -2_208_988_800.0, 4_070_908_800.0, 253_370_764_800.0]))
    return write_dates(np.full(len(rows), seconds), column.form or "")


@cell_family("category_typo", _ISSUE, "category names are misspelled", _RAHA, ("category",), rare=True)
def _typo(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    def misspell(text: str) -> str:
        if len(text) < 3:
            return text
        at, kind = int(rng.integers(1, len(text))), int(rng.integers(4))
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + text[at - 1] + text[at:]
        if kind == 2:
            return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
        return text[:at] + "abcdefghijklmnopqrstuvwxyz"[int(rng.integers(26))] + text[at + 1 :]

    return [misspell(text) for text in texts(column, rows)]


@cell_family(
    "category_case",
    _ISSUE,
    "category names change case or gain blanks in some rows",
    _RAHA,
    ("category",),
    rare=True,
    tolerated=("type_mismatch", "distribution_shift"),
)
def _case(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    kind = int(rng.integers(4))
    return [(text.upper(), text.lower(), text.title(), f" {text}")[kind] for text in texts(column, rows)]


@cell_family(
    "unknown_category",
    _ISSUE,
    "a few values that were never a category",
    _USERS,
    ("category",),
    rare=True,
    tolerated=("distribution_shift",),
)
def _alien(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    options = (
        "Atlantis",
        "zz",
        "OTHER_99",
        "Q",
        "new",
        "ABC",
        "misc",
        "9Z",
        column.distinct()[0] + " 2",
        column.distinct()[-1][:2],
    )
    one = options[int(rng.integers(len(options)))]
    return [one] * len(rows)


@corruption("cells_swapped", _ISSUE, "values of two columns are exchanged in some rows", _JENGA)
def _swapped(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    found = frame.of_kind(rng, "int", "float", at_least=3)
    if len(found) < 2 or rng.random() < 0.4:
        named = frame.of_kind(rng, "category", at_least=3)
        found = named if len(named) >= 2 else found
    if len(found) < 2:
        return None
    first, second = found[:2]
    fraction = few(rng, severity)
    rows, where = rows_where(frame, rng, first.present & second.present, fraction)
    left, right = first.text.copy(), second.text.copy()
    left[rows], right[rows] = second.text[rows], first.text[rows]
    if not np.any(left != first.text):
        return None
    table = put(put(frame.table, first.name, left), second.name, right)
    return Draft(
        table,
        {_ISSUE: (first.name, second.name)},
        {"where": where, "fraction": round(fraction, 4)},
        inverse="exchange them again",
    )


@corruption(
    "joint_outlier",
    _ISSUE,
    "each value is usual, the pair is not",
    "association rules and dependencies (HoloClean, Rekatsinas et al. 2017)",
)
def _joint(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    found = frame.of_kind(rng, "int", "float", at_least=10)
    if len(found) < 2:
        return None
    first, second = found[:2]
    fraction = few(rng, severity)
    known = np.isfinite(first.numbers) & np.isfinite(second.numbers)
    rows, where = rows_where(frame, rng, known, fraction)
    order = np.flatnonzero(known)[np.argsort(first.numbers[known])]
    rank = np.searchsorted(first.numbers[order], first.numbers[rows])
    opposite = order[np.clip(len(order) - 1 - rank, 0, len(order) - 1)]
    values = first.text.copy()
    values[rows] = first.text[opposite]
    if not np.any(values != first.text):
        return None
    return Draft(
        put(frame.table, first.name, values),
        {_ISSUE: (first.name,)},
        {"where": where, "fraction": round(fraction, 4), "with": second.name},
    )


@corruption(
    "spike_rows",
    _ISSUE,
    "all numbers of a few rows are inflated at once",
    "reports on test orders and total rows in the data",
)
def _spike(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    found = frame.of_kind(rng, "int", "float", at_least=3)
    if not found:
        return None
    fraction = few(rng, severity) * 0.5
    rows, where = rows_where(frame, rng, found[0].present, fraction)
    factor = float(rng.choice([10.0, 50.0, 200.0]))
    table, hit = frame.table, []
    for column in found:
        here = rows[np.isfinite(column.numbers[rows])]
        values = column.text.copy()
        values[here] = format_numbers(column, column.numbers[here] * factor)
        if np.any(values != column.text):
            table = put(table, column.name, values)
            hit.append(column.name)
    return Draft(table, {_ISSUE: tuple(hit)}, {"where": where, "factor": factor}) if hit else None
