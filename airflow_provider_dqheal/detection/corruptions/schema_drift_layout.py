"""Tables that come in another layout: wrong delimiter, index columns, nested or long or one-hot, another table."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.corruptions._arrow import rendered
from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Frame
from airflow_provider_dqheal.detection.corruptions._where import column_count, pick, rows_where, share

_ISSUE = "schema_drift"
_READER = "pandas read_csv threads on delimiters and extra fields (15203, 27515, 29965, 40333)"
_EVOLVE = "Airbyte threads on schema evolution (12089), Fivetran and Delta Lake reports"
_PANDAS = "reports on DataFrame.to_csv with its index, merge suffixes and melted tables"
_FEED = "reports on the wrong file in the right folder"
Rng = np.random.Generator


def _as_text(table: pa.Table, names: list[str]) -> list[list[str]]:
    """Each column's cells as text, an empty one for null."""
    return [[value or "" for value in rendered(table[name]).to_pylist()] for name in names]


@corruption("delimiter_wrong", _ISSUE, "each line is read as one column, or as too few", _READER)
def _delimiter(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    names = frame.names
    if len(names) < 3:
        return None
    sign = pick(rng, (";", "|", "\t", ",", "^"))
    start = {"low": len(names) - 2, "medium": len(names) // 2, "high": 0}[severity]
    joined = names[start:]
    cells = zip(*_as_text(frame.table, joined), strict=True)
    table = frame.table.select(names[:start]).append_column(
        sign.join(joined), pa.array([sign.join(line) for line in cells], pa.string())
    )
    return Draft(table, {_ISSUE: (sign.join(joined), *joined)}, {"sign": sign}, "fact", False, "split the column")


@corruption("overflow_column", _ISSUE, "some lines have one field too many: a nameless column appears", _READER)
def _overflow(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    name = pick(
        rng, (f"Unnamed: {len(frame.names)}", "_rest", f"_c{len(frame.names)}", "None", f"col{len(frame.names)}")
    )
    if name in frame.names:
        return None
    rows, where = rows_where(frame, rng, np.ones(frame.row_count, dtype=bool), share(rng, severity))
    values: np.ndarray = np.full(frame.row_count, frame.column(frame.names[0]).blank, dtype=object)
    values[rows] = [str(cell or "x") for cell in frame.column(frame.names[-1]).text[rows].tolist()]
    table = frame.table.append_column(name, pa.array(values.tolist(), pa.string()))
    return Draft(
        table, {_ISSUE: (name,)}, {"where": where}, "fact", False, "drop the column", frozenset({"missing_data"})
    )


@corruption("index_column", _ISSUE, "a running number or empty column from the writer is kept", _PANDAS)
def _index(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    kind = int(rng.integers(3))
    name = (
        pick(rng, ("Unnamed: 0", "index", "level_0", "__index_level_0__", "row_number", "X")),
        pick(rng, (f"Unnamed: {len(frame.names)}", f"_c{len(frame.names)}", "x1")),
        pick(rng, ("source", "file", "env", "version", "tenant")),
    )[kind]
    if name in frame.names:
        return None
    numbers = pa.array(np.arange(frame.row_count), pa.int64())
    text = all(pa.types.is_string(one) for one in frame.table.schema.types)
    values = (
        numbers.cast(pa.string()) if text else numbers,
        pa.array([None] * frame.row_count, pa.string()),
        pa.array([pick(rng, ("a", "prod", "v2", "import_1"))] * frame.row_count, pa.string()),
    )[kind]
    table = frame.table.add_column(0 if kind == 0 else len(frame.names), name, values)
    also = frozenset({"missing_data"}) if kind == 1 else frozenset[str]()
    return Draft(table, {_ISSUE: (name,)}, {"added": name}, "fact", False, "drop the column", also)


@corruption("metadata_columns", _ISSUE, "the loader adds its own columns", _EVOLVE)
def _metadata(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    options = (
        "_airbyte_raw_id", "_airbyte_extracted_at", "_fivetran_synced", "_fivetran_deleted", "_sdc_batched_at", "__op",
        "_dlt_load_id", "_loaded_at", "__deleted", "_rescued_data", "ingest_ts", "kafka_offset", "_corrupt_record",
    )  # fmt: skip
    wanted = {"low": 1, "medium": 2, "high": 5}[severity]
    table, new = frame.table, []
    for index in rng.permutation(len(options))[:wanted]:
        name = options[int(index)]
        if name in frame.names:
            continue
        cell = pick(rng, ("2024-03-01T00:00:00Z", "false", "c", "1709251200", "b7e2", ""))
        values = [cell] * frame.row_count if cell != "b7e2" else [f"b7e2{row:08x}" for row in range(frame.row_count)]
        table = table.append_column(name, frame.new_column(values))
        new.append(name)
    return Draft(table, {_ISSUE: tuple(new)}, {"added": new}, "fact", False, "drop the columns") if new else None


@corruption("columns_nested", _ISSUE, "several columns come as one JSON object", _EVOLVE)
def _nested(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    names = frame.names
    if len(names) < 3:
        return None
    count = min(len(names) - 1, {"low": 2, "medium": max(2, len(names) // 2), "high": len(names) - 1}[severity])
    inside = [names[int(index)] for index in sorted(rng.permutation(len(names))[:count])]
    name = pick(rng, ("data", "payload", "properties", "attributes", "_raw", "value"))
    if name in names:
        return None
    lines = zip(*_as_text(frame.table, inside), strict=True)
    packed = [json.dumps(dict(zip(inside, line, strict=True))) for line in lines]
    table = frame.table.drop_columns(inside).append_column(name, pa.array(packed, pa.string()))
    return Draft(table, {_ISSUE: (name, *inside)}, {"nested": inside}, "fact", False, "take the values out")


@corruption("names_flattened", _ISSUE, "names gain the path of the object they were in", _EVOLVE)
def _flattened(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    path = pick(rng, ("data.", "payload__", "properties.", "orders.", "after_", "item/", "$.", "public.t."))
    count = column_count(frame, rng, severity) if severity != "high" else len(frame.targets)
    chosen = {frame.targets[int(index)] for index in rng.permutation(len(frame.targets))[:count]}
    mapping = {name: path + name for name in chosen if path + name not in frame.names}
    if not mapping:
        return None
    table = frame.table.rename_columns([mapping.get(name, name) for name in frame.names])
    hit = tuple(name for name in table.column_names if name in mapping.values())
    return Draft(table, {_ISSUE: hit}, {"renamed": len(mapping)}, "fact", False, "strip the path")


@corruption("columns_cut_off", _ISSUE, "the columns at one end are missing", _READER)
def _cut(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    count = frame.table.num_columns
    if count < 2:
        return None
    lost = min(count - 1, {"low": 1, "medium": max(1, count // 3), "high": max(1, count * 2 // 3)}[severity])
    keep = frame.names[lost:] if rng.random() < 0.25 else frame.names[: count - lost]
    gone = tuple(name for name in frame.names if name not in keep)
    return Draft(frame.table.select(keep), {_ISSUE: gone}, {"removed": list(gone)}, "fact", False)


@corruption("column_replaced", _ISSUE, "a column makes room for another with other content", _EVOLVE)
def _replaced(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    table, hit = frame.table, []
    for index in rng.permutation(len(frame.targets))[: column_count(frame, rng, severity)]:
        old = frame.targets[int(index)]
        new = pick(rng, ("category_id", "net_value", "flag", "remark", "segment", "rank", "ratio", "unit"))
        if new in table.column_names:
            continue
        values = (
            [str(value) for value in rng.integers(0, 50, frame.row_count).tolist()],
            [f"{value:.2f}" for value in rng.gamma(2.0, 10.0, frame.row_count).tolist()],
            [("A", "B", "C")[value] for value in rng.integers(0, 3, frame.row_count).tolist()],
        )[int(rng.integers(3))]
        table = table.set_column(table.column_names.index(old), new, frame.new_column(values))
        hit += [new, old]
    return Draft(table, {_ISSUE: tuple(hit)}, {"replaced": hit}, "fact", False) if hit else None


@corruption("wide_to_long", _ISSUE, "columns come as rows of name and value", _PANDAS)
def _long(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    names = frame.names
    if len(names) < 3:
        return None
    keep = names[:1] if severity == "high" else names[: max(1, len(names) - 3)]
    moved = [name for name in names if name not in keep]
    if {"variable", "value"} & set(keep) or frame.row_count * len(moved) > 400_000:
        return None
    rows = np.tile(np.arange(frame.row_count), len(moved))
    table = frame.table.select(keep).take(pa.array(rows))
    cells = pa.concat_arrays([rendered(frame.table[name]) for name in moved])
    table = table.append_column("variable", pa.array(np.repeat(np.asarray(moved, dtype=object), frame.row_count)))
    table = table.append_column("value", cells)
    also = frozenset({"distribution_shift", "missing_data"})
    return Draft(table, {_ISSUE: ("variable", "value", *moved)}, {"moved": moved}, "fact", False, "pivot", also)


@corruption("one_hot", _ISSUE, "a category comes as one column a value", _PANDAS)
def _one_hot(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    column = next(frame.each_of_kind(rng, "category", "bool"), None)
    if column is None:
        return None
    values = column.distinct()[: {"low": 3, "medium": 6, "high": 12}[severity]]
    names = [f"{column.name}_{value}" for value in values]
    if len(values) < 2 or set(names) & set(frame.names):
        return None
    yes, no = (("1", "0"), ("True", "False"))[int(rng.integers(2))]
    table = frame.table.drop_columns([column.name])
    for name, value in zip(names, values, strict=True):
        table = table.append_column(name, frame.new_column(np.where(column.text == value, yes, no).tolist()))
    return Draft(table, {_ISSUE: (*names, column.name)}, {"encoded": column.name}, "fact", False, "decode")


@corruption("merge_suffixes", _ISSUE, "a join leaves two versions of a column", _PANDAS)
def _suffixes(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    first, second = (("_x", "_y"), ("_left", "_right"), ("", "_1"), ("_old", "_new"))[int(rng.integers(4))]
    table, hit = frame.table, []
    for index in rng.permutation(len(frame.targets))[: column_count(frame, rng, severity)]:
        old = frame.targets[int(index)]
        if {old + second, old + first} & (set(table.column_names) - {old}):
            continue
        copy = frame.table[old]
        if rng.random() < 0.5:
            gone = pa.array(rng.random(frame.row_count) < 0.3)
            copy = pc.if_else(gone, pa.scalar(None, copy.type), copy)
        at = table.column_names.index(old)
        table = table.set_column(at, old + first, table[old]).add_column(at + 1, old + second, copy)
        hit += list(dict.fromkeys((old + first, old + second))) if first else [old + second]
    return Draft(table, {_ISSUE: tuple(hit)}, {"added": hit}, "fact", False, "drop the copies") if hit else None


@corruption("other_table", _ISSUE, "the rows of another table arrive under this one's name", _FEED)
def _other(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    rows = max(3, round(frame.row_count * float(rng.uniform(0.3, 1.5))))
    pool = {
        "uid": [f"u{value:06d}" for value in rng.integers(0, 10**6, rows).tolist()],
        "event_name": [("open", "close", "ping")[value] for value in rng.integers(0, 3, rows).tolist()],
        "lat": [f"{value:.4f}" for value in rng.normal(48, 2, rows).tolist()],
        "amount_cents": [str(value) for value in rng.integers(10, 99_999, rows).tolist()],
        "sent": [f"2024-05-{value:02d}" for value in rng.integers(1, 29, rows).tolist()],
        "note": [""] * rows,
        "is_test": [("f", "t")[value] for value in rng.integers(0, 2, rows).tolist()],
    }
    chosen = [name for name in pool if name not in frame.names and rng.random() < 0.7]
    if len(chosen) < 2:
        return None
    table = pa.table({name: frame.new_column(pool[name]) for name in chosen})
    if severity == "low" and len(frame.names) > 1:
        kept = frame.table.select(frame.names[:2]).take(pa.array(rng.integers(0, frame.row_count, rows)))
        for name in kept.column_names:
            table = table.append_column(name, kept[name])
    gone = [name for name in frame.names if name not in table.column_names]
    also = frozenset({"distribution_shift", "missing_data"})
    return Draft(table, {_ISSUE: (*chosen, *gone)}, {"columns": chosen}, "fact", False, None, also)
