"""Rows that did not come, columns that fail together, gaps in time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Frame, put

_ISSUE = "missing_data"
_LOAD = "reports on late and partial loads (Deequ anomaly checks on Size, dbt volume and freshness tests)"
_FILTER = "reports on a WHERE clause or inner join that drops rows upstream"
_VENDOR = "reports on a vendor or sensor group that is down"
_LOST = {"low": (0.05, 0.2), "medium": (0.2, 0.5), "high": (0.5, 0.95)}
Rng = np.random.Generator


def _kept(frame: Frame, rows: np.ndarray, columns: tuple[str, ...], by: str) -> Draft | None:
    if len(rows) < 1 or len(rows) == frame.row_count:
        return None
    return Draft(
        frame.table.take(pa.array(rows)),
        {_ISSUE: columns},
        {"by": by, "lost": round(1 - len(rows) / frame.row_count, 4)},
        measure="cells" if columns else "volume",
        tolerated=frozenset({"distribution_shift"}),
        rows=rows,
    )


@corruption("rows_filtered", _ISSUE, "rows above or below a bound are filtered out", _FILTER)
def _filtered(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    column = next(frame.each_of_kind(rng, "int", "float", at_least=20), None)
    if column is None:
        return None
    lost = float(rng.uniform(*_LOST[severity]))
    known = column.numbers[np.isfinite(column.numbers)]
    if rng.random() < 0.5:
        keep = np.nan_to_num(column.numbers, nan=-np.inf) <= np.quantile(known, 1 - lost)
    else:
        keep = np.nan_to_num(column.numbers, nan=np.inf) >= np.quantile(known, lost)
    return _kept(frame, np.flatnonzero(keep), (column.name,), column.name)


@corruption("rows_of_values_lost", _ISSUE, "rows of several categories did not come", _FILTER)
def _values(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    for column in frame.each_of_kind(rng, "category", "bool", "key", at_least=20):
        values = column.distinct()
        lost = float(rng.uniform(*_LOST[severity]))
        if len(values) < 2 or not frame.past(column.name):
            continue
        gone = {values[int(index)] for index in rng.permutation(len(values))[: max(1, round(lost * len(values)))]}
        keep = np.asarray([value not in gone for value in column.text.tolist()])
        if 0.03 <= float(np.mean(~keep)) <= 0.97:
            return _kept(frame, np.flatnonzero(keep), (column.name,), column.name)
    return None


@corruption("rows_without_partner_lost", _ISSUE, "an inner join drops the rows where a column is empty", _FILTER)
def _inner(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    for index in rng.permutation(len(frame.targets)):
        column = frame.column(frame.targets[int(index)])
        empty = float(np.mean(~column.present))
        if 0.05 <= empty <= 0.97:
            return _kept(frame, np.flatnonzero(column.present), (), column.name)
    return None


@corruption("time_gap", _ISSUE, "no rows of some days or hours", _LOAD)
def _gap(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    column = next(frame.each_of_kind(rng, "date", at_least=20), None)
    if column is None:
        return None
    known = np.isfinite(column.numbers)
    values = column.numbers[known]
    if len(np.unique(values)) < 4:
        return None
    lost = float(rng.uniform(*_LOST[severity]))
    start = float(rng.choice([0.0, 1.0 - lost, rng.uniform(0.0, 1.0 - lost)]))
    low, high = np.quantile(values, [start, start + lost])
    inside = known & (np.nan_to_num(column.numbers) >= low) & (np.nan_to_num(column.numbers) <= high)
    return _kept(frame, np.flatnonzero(~inside), (column.name,), column.name)


@corruption("nearly_nothing", _ISSUE, "a batch with a handful of rows", _LOAD)
def _nothing(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    count = {"low": 12, "medium": 5, "high": 1}[severity]
    if frame.row_count <= count * 4:
        return None
    rows = np.arange(count) if rng.random() < 0.5 else np.sort(rng.choice(frame.row_count, count, replace=False))
    return _kept(frame, rows, (), "rows")


@corruption("columns_out", _ISSUE, "a group of columns is empty throughout or from some row on", _VENDOR)
def _out(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    if len(frame.targets) < 2:
        return None
    start = int(rng.integers(0, len(frame.targets) - 1))
    wanted = {"low": 2, "medium": max(2, len(frame.targets) // 4), "high": max(2, len(frame.targets) // 2)}[severity]
    group = frame.targets[start : start + wanted]
    begin = 0 if rng.random() < 0.5 else int(frame.row_count * rng.uniform(0.2, 0.9))
    table, hit = frame.table, []
    for name in group:
        column = frame.column(name)
        values = column.text.copy()
        values[begin:] = column.blank
        if column.kind != "empty" and np.any(values != column.text):
            table = put(table, name, values)
            hit.append(name)
    return Draft(table, {_ISSUE: tuple(hit)}, {"from": begin}) if hit else None


@corruption("old_column_emptied", _ISSUE, "a column is empty for the rows that are newest", _LOAD)
def _newest(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    clock = frame.any_of_kind(rng, "date", "id")
    kinds = ("int", "float", "bool", "category", "text", "key", "date")
    column = next(frame.each_of_kind(rng, *kinds, at_least=10), None)  # type: ignore[arg-type]
    if clock is None or column is None or clock.name == column.name:
        return None
    low, high = {"low": (0.02, 0.06), "medium": (0.06, 0.2), "high": (0.2, 0.7)}[severity]
    share = float(rng.uniform(low, high))
    bound = np.nanquantile(clock.numbers, 1 - share) if np.isfinite(clock.numbers).any() else np.inf
    rows = np.flatnonzero(np.nan_to_num(clock.numbers, nan=-np.inf) >= bound)
    if len(rows) == 0 or len(rows) > 0.95 * frame.row_count:
        return None
    values = column.text.copy()
    values[rows] = column.blank
    if not np.any(values != column.text):
        return None
    params = {"by": clock.name, "fraction": round(len(rows) / frame.row_count, 4)}
    return Draft(put(frame.table, column.name, values), {_ISSUE: (column.name,)}, params)
