"""Rows of the wrong kind among the rows, values of the neighbouring column, values printed as code."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corruptions._arrow import rendered
from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._cells import Rewritten, cell_family, texts
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, Kind, put
from airflow_provider_dqheal.detection.corruptions._where import few, pick, rows_where, share

_ISSUE = "type_mismatch"
_CSV = "pandas read_csv threads on misaligned and repeated header rows (15203, 38830, 40333)"
_PRINTED = "reports on values written with repr() or str() by a program"
_HUMAN = "reports on spreadsheets formatted for people"
_FREE: tuple[Kind, ...] = ("int", "float", "date", "bool", "id")
Rows = np.ndarray
Rng = np.random.Generator


def _typed(frame: Frame) -> tuple[str, ...]:
    return tuple(name for name in frame.names if frame.column(name).kind in _FREE)


def _with_lines(frame: Frame, lines: list[list[str | None]], at: list[int]) -> pa.Table:
    """The batch as text with lines put in before those rows."""
    table = pa.table([rendered(column) for column in frame.table.columns], names=frame.names)
    edges = [0, *at, frame.row_count]
    parts = []
    for place in range(len(edges) - 1):
        parts.append(table.slice(edges[place], edges[place + 1] - edges[place]))
        if place < len(at):
            cells = [pa.array([cell], pa.string()) for cell in lines[place % len(lines)]]
            parts.append(pa.table(cells, names=frame.names))
    return pa.concat_tables(parts).combine_chunks()


@corruption("header_repeated", _ISSUE, "the header comes again as a row (files were concatenated)", _CSV)
def _header_row(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    hit = _typed(frame)
    if not hit:
        return None
    times = {"low": 1, "medium": 2, "high": 5}[severity]
    at = sorted({int(index) for index in rng.integers(0, frame.row_count + 1, times)})
    table = _with_lines(frame, [list(frame.names)], at)
    also = frozenset({"schema_drift", "outliers"})
    return Draft(table, {_ISSUE: hit}, {"rows": at}, "fact", False, "drop the header rows", also)


@corruption("units_row", _ISSUE, "a line of units or types follows the header", _HUMAN)
def _units(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    hit = _typed(frame)
    if not hit:
        return None
    line: list[str | None] = [
        {
            "int": pick(rng, ("[-]", "pcs", "integer", "(n)")),
            "id": "bigint",
            "float": pick(rng, ("EUR", "[kg]", "double", "mm")),
            "date": pick(rng, ("yyyy-mm-dd", "date", "[UTC]")),
            "bool": pick(rng, ("y/n", "boolean")),
        }.get(frame.column(name).kind, pick(rng, ("text", "varchar", "", "[-]")))
        for name in frame.names
    ]
    times = {"low": 1, "medium": 1, "high": 3}[severity]
    at = [0] if times == 1 else sorted({0, *(int(index) for index in rng.integers(0, frame.row_count + 1, times - 1))})
    also = frozenset({"schema_drift", "outliers", "missing_data"})
    return Draft(_with_lines(frame, [line], at), {_ISSUE: hit}, {"rows": at}, "fact", False, "drop the line", also)


@corruption("rows_misaligned", _ISSUE, "in some rows the values slide one column to the side", _CSV)
def _misaligned(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    count = len(frame.names)
    if count < 3:
        return None
    fraction = few(rng, severity) if rng.random() < 0.5 else share(rng, severity)
    rows, where = rows_where(frame, rng, np.ones(frame.row_count, dtype=bool), fraction)
    start = int(rng.integers(0, count - 2))
    left = rng.random() < 0.4
    columns = [frame.column(name) for name in frame.names]
    table, hit = frame.table, []
    for place in range(start, count):
        column = columns[place]
        source = place + 1 if left else place - 1
        values = column.text.copy()
        values[rows] = columns[source].text[rows] if start <= source < count else column.blank
        changed = put(table, column.name, values)
        if not changed[column.name].equals(table[column.name]):
            table = changed
            alien = source < start or source >= count or columns[source].kind != column.kind
            hit += [column.name] if alien else []
    also = frozenset({"schema_drift", "missing_data", "outliers", "distribution_shift"})
    params = {"where": where, "fraction": round(fraction, 4), "from": frame.names[start]}
    return Draft(table, {_ISSUE: tuple(hit)}, params, inverse="slide the values back", tolerated=also) if hit else None


@corruption("columns_crossed", _ISSUE, "in some rows a number and a text column hold each other's values", _CSV)
def _crossed(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    first = next(frame.each_of_kind(rng, "int", "float", "date", at_least=3), None)
    second = next(frame.each_of_kind(rng, "category", "text", "key", at_least=3), None)
    if first is None or second is None:
        return None
    fraction = share(rng, severity)
    rows, where = rows_where(frame, rng, first.present & second.present, fraction)
    left, right = first.text.copy(), second.text.copy()
    left[rows], right[rows] = second.text[rows], first.text[rows]
    table = put(put(frame.table, first.name, left), second.name, right)
    return Draft(
        table,
        {_ISSUE: (first.name, second.name)},
        {"where": where, "fraction": round(fraction, 4)},
        inverse="exchange them again",
        tolerated=frozenset({"schema_drift", "outliers"}),
    )


@cell_family(
    "printed_objects", _ISSUE, "values are printed the way a program prints objects", _PRINTED, _FREE, None, 0.7
)
def _printed(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    forms = {
        "date": ("datetime.date({})", "Timestamp('{}')", "new Date('{}')", "numpy.datetime64('{}')"),
        "float": ("Decimal('{}')", "np.float64({})", "[{}]", "({},)", "tensor({})", "Some({})"),
        "bool": ("np.{}", "['{}']", "<{}>"),
    }.get(column.kind, ("np.int64({})", "({},)", "{{{}}}", "int({})", "#{}", "Some({})"))
    form = pick(rng, forms)
    return [form.format(text) for text in texts(column, rows)]


@cell_family(
    "numbers_for_people", _ISSUE, "numbers are shortened or spelled for reading", _HUMAN, ("int", "float"), None, 0.6
)
def _people(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    style = int(rng.integers(6))

    def write(value: float, text: str) -> str:
        if not np.isfinite(value):
            return text
        return (
            f"{value / 1e3:.1f}K" if abs(value) >= 100 else f"{value:.1f} K",
            f"{value / 1e6:.3f}M",
            f"{int(value)} {round(abs(value - int(value)) * 8)}/8",
            f"{int(abs(value)) // 60}:{int(abs(value)) % 60:02d}",
            f"{value - 0.5:g} - {value + 0.5:g}",
            f"{int(abs(value)) // 3600}h {int(abs(value)) // 60 % 60}m {int(abs(value)) % 60}s",
        )[style]

    return [write(value, text) for value, text in zip(column.numbers[rows].tolist(), texts(column, rows), strict=True)]
