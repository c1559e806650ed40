"""Columns that are moved, gone, new, split, merged, of another physical type, or without their header."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.corruptions._arrow import flat, rendered
from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Frame
from airflow_provider_dqheal.detection.corruptions._where import column_count

_ISSUE = "schema_drift"
_EVOLVE = "schema evolution reports (Airbyte, Fivetran, Delta Lake, Confluent schema registry)"
_CSV = "reports on hand-edited CSV files"
_GE = "Great Expectations user reports: expect_table_columns_to_match"


@corruption("columns_reordered", _ISSUE, "the same columns in another order", _GE)
def _reordered(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    if frame.table.num_columns < 2:
        return None
    order = np.arange(frame.table.num_columns)
    if severity == "high":
        order = rng.permutation(order)
    else:
        for _ in range(1 if severity == "low" else 2):
            first, second = rng.choice(len(order), 2, replace=False)
            order[[first, second]] = order[[second, first]]
    if np.array_equal(order, np.arange(len(order))):
        return None
    moved = tuple(frame.names[int(index)] for place, index in enumerate(order) if place != int(index))
    return Draft(
        frame.table.select(order.tolist()),
        {_ISSUE: moved},
        {"order": order.tolist()},
        "fact",
        True,
        "put the columns back in order",
    )


@corruption("columns_removed", _ISSUE, "columns are gone", _GE)
def _removed(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    if frame.table.num_columns < 2:
        return None
    most = min(column_count(frame, rng, severity), frame.table.num_columns - 1)
    gone = [frame.targets[int(index)] for index in rng.permutation(len(frame.targets))[:most]]
    return Draft(frame.table.drop_columns(gone), {_ISSUE: tuple(gone)}, {"removed": gone}, "fact", False)


@corruption("columns_added", _ISSUE, "unknown columns appear", _EVOLVE)
def _added(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    table, new = frame.table, []
    count = frame.row_count
    for place in range(column_count(frame, rng, severity) if severity != "high" else int(rng.integers(2, 5))):
        kind = int(rng.integers(5))
        name = (
            "_airbyte_id",
            "load_ts",
            "comment",
            "is_deleted",
            "score",
            "source_file",
            "Unnamed: 0",
            "index",
            "batch_no",
        )[int(rng.integers(9))] + ("" if place == 0 else f"_{place}")
        if name in table.column_names:
            continue
        values = [
            [str(index) for index in range(count)],
            ["2024-01-01 00:00:00"] * count,
            [""] * count,
            [("true", "false")[int(flag)] for flag in rng.integers(0, 2, count)],
            [f"{value:.3f}" for value in rng.normal(size=count).tolist()],
        ][kind]
        at = int(rng.integers(table.num_columns + 1))
        table = table.add_column(at, name, frame.new_column(values))
        new.append(name)
    return Draft(table, {_ISSUE: tuple(new)}, {"added": new}, "fact", False, "drop the new columns") if new else None


@corruption("column_duplicated", _ISSUE, "a column comes twice under a second name", "pandas merge reports: _x, _y, .1")
def _duplicated(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    table, new = frame.table, []
    for index in rng.permutation(len(frame.targets))[: column_count(frame, rng, severity)]:
        old = frame.targets[int(index)]
        name = old + ("_y", ".1", "_copy", "_dup", "2")[int(rng.integers(5))]
        if name not in table.column_names:
            table = table.append_column(name, frame.table[old])
            new.append(name)
    return Draft(table, {_ISSUE: tuple(new)}, {"added": new}, "fact", False, "drop the copies") if new else None


@corruption("column_split", _ISSUE, "one column becomes two", _EVOLVE)
def _split(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    for column in frame.of_kind(rng, "date", "float", "text", "category"):
        values = [str(value) if value is not None else "" for value in column.text.tolist()]
        sign = next(
            (sign for sign in (" ", "-", ".", "/", "_") if sum(sign in value for value in values) > len(values) / 2),
            None,
        )
        if sign is None:
            continue
        parts = [value.partition(sign) for value in values]
        new = (f"{column.name}_1", f"{column.name}_2")
        if set(new) & set(frame.names):
            continue
        at = frame.names.index(column.name)
        table = frame.table.remove_column(at)
        table = table.add_column(at, new[0], pa.array([part[0] for part in parts])).add_column(
            at + 1, new[1], pa.array([part[2] for part in parts])
        )
        return Draft(
            table, {_ISSUE: (*new, column.name)}, {"split": column.name, "at": sign}, "fact", False, "join the parts"
        )
    return None


@corruption("columns_merged", _ISSUE, "two columns become one", _EVOLVE)
def _merged(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    if len(frame.names) < 3:
        return None
    at = int(rng.integers(len(frame.names) - 1))
    first, second = frame.names[at : at + 2]
    sign = (" ", "_", "|", ", ")[int(rng.integers(4))]
    joined = pc.binary_join_element_wise(
        pc.fill_null(rendered(frame.table[first]), ""), pc.fill_null(rendered(frame.table[second]), ""), sign
    )
    name = f"{first}_{second}"
    table = frame.table.remove_column(at + 1).remove_column(at).add_column(at, name, joined)
    return Draft(table, {_ISSUE: (name, first, second)}, {"merged": [first, second]}, "fact", False)


@corruption(
    "type_widened",
    _ISSUE,
    "the stored type of a column changes: int to float, to text, or back (parquet)",
    "Spark and Delta reports: schema mismatch on write",
)
def _widened(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    wider = {
        pa.int64(): (pa.float64(), pa.int32(), pa.string()),
        pa.float64(): (pa.float32(), pa.string(), pa.int64()),
        pa.bool_(): (pa.int64(), pa.string()),
        pa.date32(): (pa.timestamp("us"), pa.string()),
        pa.timestamp("us"): (pa.date32(), pa.string()),
    }
    table = frame.table
    hit: dict[str, str] = {}
    wanted = column_count(frame, rng, severity)
    for index in rng.permutation(len(frame.targets)):
        name = frame.targets[int(index)]
        options = wider.get(table.schema.field(name).type)
        if options is None or len(hit) == wanted:
            continue
        kind = options[int(rng.integers(len(options)))]
        try:
            table = table.set_column(table.column_names.index(name), name, flat(table[name]).cast(kind, safe=False))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
        hit[name] = str(kind)
    if not hit:
        return None
    return Draft(table, {_ISSUE: tuple(hit)}, {"types": hit}, "fact", False, None, frozenset({"type_mismatch"}))


@corruption("header_lost", _ISSUE, "the first row became the header", _CSV)
def _header(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    first = [
        rendered(frame.table[name][:1])[0].as_py() or f"Unnamed: {place}" for place, name in enumerate(frame.names)
    ]
    if frame.row_count < 2:
        return None
    names, seen = [], set(frame.names)
    for name in first:
        while name in seen:
            name += ".1"
        seen.add(name)
        names.append(name)
    table = frame.table.slice(1).rename_columns(names)
    return Draft(
        table,
        {_ISSUE: tuple(names)},
        {"header": "lost"},
        "fact",
        False,
        "take the header as a row",
        rows=np.arange(1, frame.row_count),
    )


@corruption(
    "values_shifted",
    _ISSUE,
    "values slide one column to the side under the same header",
    "reports on unquoted delimiters in CSV files",
)
def _shifted(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    count = len(frame.names)
    if count < 3:
        return None
    start = 0 if severity == "high" else int(rng.integers(0, count - 2))
    columns = [frame.table[name] for name in frame.names]
    moved = [*columns[:start], columns[-1], *columns[start:-1]]
    hit = tuple(
        name for place, name in enumerate(frame.names) if place >= start and not moved[place].equals(columns[place])
    )
    if not hit:
        return None
    return Draft(
        pa.table(moved, names=frame.names),
        {_ISSUE: hit},
        {"from": frame.names[start]},
        "fact",
        False,
        "slide the values back",
        frozenset({"type_mismatch", "distribution_shift", "missing_data", "outliers"}),
    )
