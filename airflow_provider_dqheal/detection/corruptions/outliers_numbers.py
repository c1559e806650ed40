"""Numbers just beyond or far beyond what was ever measured, and broken relations between columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corruptions._arrow import rendered
from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._cells import Rewritten, cell_family
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, Kind, format_numbers, put
from airflow_provider_dqheal.detection.corruptions._where import few, rows_where

_ISSUE = "outliers"
_RANGE = "Great Expectations and Deequ user reports: values out of range"
_TAIL = "reports on slowly degrading sources; Redyuk et al. 2021, numeric anomalies"
_SENSOR = "sensor fault taxonomies (Ni et al. 2009): spike, noise burst"
_LIMIT = "reports on overflow and uninitialised memory in exports"
_RULE = "dependencies between columns (HoloClean, Rekatsinas et al. 2017)"
_TOTAL = "reports on total lines at the end of spreadsheets"
_SOURCE = "composition: what every other family of this type does, in random combination"
_NUMBERS: tuple[Kind, ...] = ("int", "float")
Rows = np.ndarray
Rng = np.random.Generator


def _known(column: Column) -> np.ndarray:
    return column.numbers[np.isfinite(column.numbers)]


@cell_family("just_out_of_range", _ISSUE, "values just beyond the largest or smallest ever", _TAIL, _NUMBERS, rare=True)
def _just(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    known = _known(column)
    width = float(known.max() - known.min()) or abs(float(known.max())) or 1.0
    beyond = width * rng.uniform(*{"low": (0.1, 0.3), "medium": (0.3, 0.8), "high": (0.8, 2.0)}[severity], len(rows))
    beyond = np.maximum(beyond, 1.0 if column.kind == "int" else 10.0**-column.decimals)
    return format_numbers(column, known.max() + beyond if rng.random() < 0.6 else known.min() - beyond)


@cell_family(
    "tail_stretched",
    _ISSUE,
    "the largest values grow, the rest stays",
    _TAIL,
    _NUMBERS,
    where="by_value",
    rare=True,
    tolerated=("distribution_shift",),
)
def _tail(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    known = _known(column)
    bound = float(np.quantile(known, 0.9))
    top = np.flatnonzero(column.numbers[rows] >= bound)
    if len(top) == 0:
        return None
    factor = {"low": 2.0, "medium": 3.5, "high": 8.0}[severity]
    values = column.numbers[rows].copy()
    spread = max(float(np.std(known)), 1e-9)
    values[top] = bound + (values[top] - bound + spread) * factor
    return format_numbers(column, values)


@cell_family(
    "noise_burst",
    _ISSUE,
    "a run of rows swings wildly",
    _SENSOR,
    _NUMBERS,
    where="block",
    rare=True,
    tolerated=("distribution_shift",),
)
def _burst(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    spread = max(float(np.std(_known(column))), abs(float(np.mean(_known(column)))) * 0.02, 1e-6)
    size = {"low": 5.0, "medium": 9.0, "high": 20.0}[severity] * spread
    sign = np.where(np.arange(len(rows)) % 2 == 0, 1.0, -1.0)
    return format_numbers(column, column.numbers[rows] + size * sign * rng.uniform(0.6, 1.4, len(rows)))


@cell_family(
    "number_limit", _ISSUE, "the limits of number types", _LIMIT, _NUMBERS, rare=True, tolerated=("missing_data",)
)
def _limit(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    limits = (
        2_147_483_647.0,
        -2_147_483_648.0,
        32_767.0,
        -32_768.0,
        4_294_967_295.0,
        9.007199254740991e15,
        16_777_216.0,
    )
    tiny = (3.4028235e38, -1.7e38, 1e-38, 1e30) if column.kind == "float" and not column.typed else limits
    pool = limits if rng.random() < 0.6 else tiny
    value = float(pool[int(rng.integers(len(pool)))])
    if abs(value) > 1e16:
        return [repr(value)] * len(rows)
    return format_numbers(column, np.full(len(rows), value))


@cell_family(
    "beyond_scale", _ISSUE, "marks beyond a closed scale (6 of 5, 130 %, hour 25)", _RANGE, _NUMBERS, rare=True
)
def _scale(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    known = _known(column)
    low, high = float(known.min()), float(known.max())
    closed = column.kind == "int" and len(np.unique(known)) <= 40
    share = low >= 0.0 and high <= 1.0 and column.kind == "float"
    if not (closed or share or (low >= 0.0 and high <= 100.0)):
        return None
    step = (
        {"low": 1.0, "medium": 3.0, "high": 20.0}[severity]
        if not share
        else {"low": 0.1, "medium": 0.5, "high": 4.0}[severity]
    )
    return format_numbers(column, np.full(len(rows), high + step if rng.random() < 0.7 else low - step))


@cell_family(
    "numbers_composed",
    _ISSUE,
    "some values go through one to three operations drawn at random",
    _SOURCE,
    _NUMBERS,
    rare=True,
)
def _composed(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    known = _known(column)
    spread = max(float(np.std(known)), abs(float(np.mean(known))) * 0.05, 1e-6)
    size = {"low": 3.0, "medium": 8.0, "high": 30.0}[severity]
    values = column.numbers[rows].copy()
    for _ in range(int(rng.integers(1, 4))):
        kind = int(rng.integers(6))
        values = (
            values * np.exp(rng.uniform(1.0, 1.5 + np.log(size))),
            values + rng.choice([-1.0, 1.0]) * size * spread * rng.uniform(0.7, 2.0, len(rows)),
            -values,
            np.sign(values) * np.minimum(np.abs(values), 1e6) ** 2,
            values + values[::-1] * size,
            values * 10.0 ** float(rng.integers(-3, 5)),
        )[kind]
    values = np.clip(values, -1e15, 1e15)
    return format_numbers(column, values)


@corruption("relation_broken", _ISSUE, "in some rows an exact relation between columns does not hold", _RULE)
def _relation(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    found = frame.of_kind(rng, "int", "float", at_least=20)
    pairs = []
    for first in found:
        for second in found:
            both = np.isfinite(first.numbers) & np.isfinite(second.numbers)
            if first.name >= second.name or both.sum() < 20:
                continue
            left, right = first.numbers[both], second.numbers[both]
            if np.std(left) > 0 and np.std(right) > 0 and abs(np.corrcoef(left, right)[0, 1]) > 0.95:
                pairs.append((first, second, both))
    if not pairs:
        return None
    first, second, both = pairs[int(rng.integers(len(pairs)))]
    if rng.random() < 0.5:
        first, second = second, first
    fraction = few(rng, severity)
    rows, where = rows_where(frame, rng, both, fraction)
    factor = {"low": (1.5, 3.0), "medium": (3.0, 10.0), "high": (10.0, 100.0)}[severity]
    values = first.text.copy()
    values[rows] = format_numbers(
        first, first.numbers[rows] * float(rng.uniform(*factor)) ** float(rng.choice([-1, 1]))
    )
    table = put(frame.table, first.name, values)
    params = {"where": where, "fraction": round(fraction, 4), "with": second.name}
    return Draft(table, {_ISSUE: (first.name,)}, params)


@corruption("total_line", _ISSUE, "a line of totals stands below the rows", _TOTAL)
def _totals(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    summed = [name for name in frame.names if frame.column(name).kind in ("int", "float")]
    if not summed or frame.row_count < 20:
        return None
    text = next((name for name in frame.names if frame.column(name).kind in ("category", "text", "key")), None)
    parts, last = {"low": 1, "medium": 2, "high": 5}[severity], frame.row_count
    cells: dict[str, list[str | None]] = {}
    for name in frame.names:
        column = frame.column(name)
        chunks = np.array_split(column.numbers, parts)
        if name in summed:
            cells[name] = [format_numbers(column, np.asarray([np.nansum(chunk)]))[0] for chunk in chunks]
        else:
            cells[name] = ["Total" if name == text else column.blank] * parts
    table = pa.table({name: rendered(frame.table[name]) for name in frame.names})
    table = pa.concat_tables(
        [table, pa.table({n: pa.array(c, pa.string()) for n, c in cells.items()})]
    ).combine_chunks()
    rows = np.concatenate([np.arange(last), np.full(parts, last - 1)])
    typed = {name: frame.table.schema.field(name).type for name in frame.names}
    for place, name in enumerate(frame.names):
        if not pa.types.is_string(typed[name]):
            try:
                table = table.set_column(place, name, table[name].cast(typed[name]))
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                continue
    also = frozenset({"type_mismatch", "missing_data", "schema_drift", "distribution_shift"})
    return Draft(table, {_ISSUE: tuple(summed)}, {"lines": parts}, "cells", False, "drop the lines", also, rows)
