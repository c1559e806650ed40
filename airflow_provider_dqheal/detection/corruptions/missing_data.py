"""Values that are missing, openly or in disguise, and rows that did not come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._cells import cell_family, texts
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, Kind, put
from airflow_provider_dqheal.detection.corruptions._where import Where, rows_where, share

_ISSUE = "missing_data"
_RUBIN = "Rubin 1976, missingness mechanisms; Jenga (Schelter et al. 2021)"
_DISGUISED = "Pearson 2006, disguised missing data; FAHES (Qahtan et al. 2018)"
_DEEQU = "Deequ and Great Expectations user reports: completeness"
_LOAD = "reports on late and partial loads (Monte Carlo, dbt freshness and volume tests)"
_ANY: tuple[Kind, ...] = ("int", "float", "bool", "date", "category", "text", "id", "key")


def _pattern(name: str, description: str, source: str, where: Where | None) -> None:
    @cell_family(name, _ISSUE, description, source, _ANY, where=where)
    def _empty(
        column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
    ) -> Sequence[str | None] | None:
        return [column.blank] * len(rows)


_pattern("empty_scattered", "cells are empty completely at random", _RUBIN, "scattered")
_pattern("empty_by_value", "cells are empty depending on a value (missing not at random)", _RUBIN, "by_value")
_pattern("empty_segment", "cells of one segment (a shop, a country) are empty", _DEEQU, "segment")
_pattern("empty_block", "a run of successive rows is empty", _LOAD, "block")
_pattern("empty_tail", "the last rows are empty: the write broke off", _LOAD, "tail")


@cell_family("column_empty", _ISSUE, "a column is empty throughout", _DEEQU, _ANY, whole=1.0)
def _column_empty(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    if severity != "high":
        return None
    return [column.blank] * len(rows)


def _token(
    name: str, description: str, tokens: tuple[str, ...], kinds: tuple[Kind, ...], source: str = _DISGUISED
) -> None:
    @cell_family(
        name,
        _ISSUE,
        description,
        source,
        kinds,
        inverse=None,
        whole=0.1,
        tolerated=("outliers", "distribution_shift") if tokens[0][-1].isdigit() else ("type_mismatch",),
    )
    def _disguise(
        column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
    ) -> Sequence[str | None] | None:
        token = tokens[int(rng.integers(len(tokens)))]
        return [token] * len(rows)


_token(
    "not_available_words",
    "N/A, null, None and the like as text",
    ("N/A", "NA", "n/a", "null", "NULL", "None", "nan", "NaN", "#N/A", "\\N", "(null)", "nil"),
    _ANY,
)
_token(
    "unknown_words",
    "unknown, missing, not given",
    (
        "unknown",
        "UNKNOWN",
        "Unknown",
        "missing",
        "not provided",
        "not specified",
        "undefined",
        "blank",
        "k.A.",
        "sin dato",
    ),
    ("category", "text", "bool", "key", "date"),
)
_token(
    "punctuation_only",
    "a dash, a dot or question marks for no value",
    ("-", "--", ".", "?", "???", "*", "_", "...", "x", "—"),
    _ANY,
)
_token("blank_spaces", "blanks only", (" ", "  ", "   "), ("category", "text", "int", "float"))
_token(
    "sentinel_number",
    "a number that means no value",
    ("-999", "9999", "-1", "-99", "999", "99999", "-9999", "999999", "-2147483648"),
    ("int", "float"),
)
_token("sentinel_zero", "zero where nothing was measured", ("0",), ("int", "float"))


@cell_family(
    "sentinel_date",
    _ISSUE,
    "a date that means no date",
    _DISGUISED,
    ("date",),
    whole=0.1,
    tolerated=("outliers", "distribution_shift"),
)
def _no_date(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    year, month, day = ((1900, 1, 1), (1970, 1, 1), (9999, 12, 31), (1, 1, 1), (2099, 12, 31))[int(rng.integers(5))]
    form = (column.form or "%Y-%m-%d").replace("%-", "%").replace("%Y", f"{year:04d}").replace("%m", f"{month:02d}")
    for part, value in (("%d", f"{day:02d}"), ("%H", "00"), ("%M", "00"), ("%S", "00")):
        form = form.replace(part, value)
    return [form] * len(rows)


_token(
    "test_values",
    "placeholders of forms and tests",
    ("test", "foo", "asdf", "xxx", "TBD", "dummy", "string", "lorem ipsum"),
    ("category", "text", "id"),
    "FAHES (Qahtan et al. 2018), user reports on test data in production",
)


@cell_family(
    "mixed_tokens", _ISSUE, "several spellings of no value at once", _DISGUISED, _ANY, tolerated=("type_mismatch",)
)
def _mixed(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    tokens = ("N/A", "-", "null", "unknown", "?", "none", "")
    return [tokens[int(index)] for index in rng.integers(0, len(tokens), len(rows))]


@cell_family(
    "default_fill",
    _ISSUE,
    "missing values are filled with the most frequent value or the median",
    _DISGUISED,
    ("int", "float", "category", "bool", "date"),
    tolerated=("distribution_shift",),
)
def _default(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    if severity == "low":
        return None
    if column.numeric and rng.random() < 0.5:
        present = column.text[column.present]
        middle = np.argsort(column.numbers[column.present])[int(column.present.sum()) // 2]
        return [str(present[middle])] * len(rows)
    return [column.distinct()[0]] * len(rows)


@cell_family(
    "text_emptied_partly",
    _ISSUE,
    "text is cut to its first characters or to nothing",
    _LOAD,
    ("text", "category"),
    tolerated=("distribution_shift", "type_mismatch"),
)
def _cut_text(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    keep = int(rng.integers(0, 2))
    return [text[:keep] for text in texts(column, rows)]


@corruption(
    "empty_together",
    _ISSUE,
    "several columns are empty in the same rows: a join found no partner",
    "reports on left joins without a match",
)
def _together(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    columns = frame.of_kind(rng, *_ANY, at_least=3)
    if len(columns) < 3:
        return None
    chosen = columns[: int(rng.integers(2, len(columns)))]
    fraction = share(rng, severity)
    rows, where = rows_where(frame, rng, np.ones(frame.row_count, dtype=bool), fraction)
    table = frame.table
    hit = []
    for column in chosen:
        values = column.text.copy()
        values[rows] = column.blank
        if np.any(values != column.text):
            table = put(table, column.name, values)
            hit.append(column.name)
    return Draft(table, {_ISSUE: tuple(hit)}, {"where": where, "fraction": round(fraction, 4)}) if hit else None


@corruption(
    "rows_empty", _ISSUE, "whole rows come without any value", "reports on trailing blank lines and failed lookups"
)
def _rows_empty(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    fraction = share(rng, severity)
    rows, where = rows_where(frame, rng, np.ones(frame.row_count, dtype=bool), fraction)
    table, hit = frame.table, []
    for name in frame.names:
        column = frame.column(name)
        if column.kind == "empty":
            continue
        values = column.text.copy()
        values[rows] = column.blank
        if np.any(values != column.text):
            table = put(table, name, values)
            hit.append(name)
    return Draft(table, {_ISSUE: tuple(hit)}, {"where": where, "fraction": round(fraction, 4)}) if hit else None


@corruption("partial_load", _ISSUE, "only the first part of the batch arrived", _LOAD)
def _partial(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    keep = {"low": (0.5, 0.75), "medium": (0.2, 0.5), "high": (0.02, 0.2)}[severity]
    count = max(1, round(frame.row_count * float(rng.uniform(*keep))))
    rows = np.arange(count) if rng.random() < 0.5 else np.sort(rng.choice(frame.row_count, count, replace=False))
    return Draft(
        frame.table.take(rows),
        {_ISSUE: ()},
        {"kept": round(count / frame.row_count, 4)},
        measure="volume",
        tolerated=frozenset({"distribution_shift"}),
        rows=rows,
    )


@corruption("segment_rows_lost", _ISSUE, "all rows of one segment did not come", _LOAD)
def _segment_lost(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    for column in frame.each_of_kind(rng, "category", "bool"):
        values, counts = np.unique(column.text[column.present].astype(str), return_counts=True)
        part = counts / frame.row_count
        low, high = {"low": (0.05, 0.15), "medium": (0.15, 0.35), "high": (0.35, 0.9)}[severity]
        fits = np.flatnonzero((part >= low) & (part < high))
        if len(fits) == 0 or not frame.past(column.name):
            continue
        value = values[int(rng.choice(fits))]
        rows = np.flatnonzero(column.text != value)
        return Draft(
            frame.table.take(rows),
            {_ISSUE: (column.name,)},
            {"segment_of": column.name, "lost": round(1 - len(rows) / frame.row_count, 4)},
            tolerated=frozenset({"distribution_shift"}),
            rows=rows,
        )
    return None
