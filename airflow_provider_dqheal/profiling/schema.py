"""Accepted types: inferred from history, read from a file, and applied to a raw table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray
from pydantic import ValidationError

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.types import ColumnSchema, ColumnType, TableSchema
from airflow_provider_dqheal.profiling.kinds import decimal_of, render
from airflow_provider_dqheal.profiling.parsing import ARROW_TYPES, parse_values
from airflow_provider_dqheal.profiling.profile import ColumnProfile, Profile
from airflow_provider_dqheal.profiling.words import MISSING_WORDS

__all__ = ["ARROW_TYPES", "cast_table", "infer_schema", "is_missing", "parse_values", "read_schema", "render"]


def infer_schema(profiles: Sequence[Profile], known: TableSchema | None = None) -> TableSchema:
    """Types and nullability from earlier batches, conservatively; columns in the order of the newest batch.

    A text column gets a type only when every value of every batch that is not missing parses under it; digits with a
    leading zero stay text, and so do numbers that all have a plus before them (telephone numbers), and dates of which
    no value tells day from month. A column that never held a value is a string. ``known``: the schema accepted so far,
    which may tell day from month where the profiles do not.
    """
    if not profiles:
        return TableSchema(columns=())
    names = [name for name, _ in profiles[-1].table_schema]
    for profile in reversed(profiles[:-1]):
        names += [name for name, _ in profile.table_schema if name not in names]
    columns = []
    for name in names:
        found = [p.columns[name] for p in profiles if name in p.columns]
        nullable = len(found) < len(profiles) or any((c.metrics["missing_fraction"] or 0.0) > 0.0 for c in found)
        kind, before = _common(found), known.column(name) if known is not None else None
        dates = reduce(add, (column.state("calendar") for column in found))
        order = before.month_first if dates.order is None and before is not None else dates.order
        told = order is not None or (before is not None and before.type in _MOMENTS)
        if kind in _MOMENTS and dates.is_open and not told:
            kind = "string"
        order = order if kind in _MOMENTS else None
        columns.append(ColumnSchema(name=name, type=kind, nullable=nullable, month_first=order))
    return TableSchema(columns=tuple(columns))


_MOMENTS: tuple[ColumnType, ...] = ("date", "datetime")
_WIDER: dict[frozenset[ColumnType], ColumnType] = {
    frozenset({"int", "float"}): "float",
    frozenset({"date", "datetime"}): "datetime",
}


def _common(columns: Sequence[ColumnProfile]) -> ColumnType:
    types = {kind for column in columns if (kind := _type_of(column)) is not None}
    if types == {"bool", "int"} and all(_bits(c) for c in columns):
        return "bool" if any(c.physical_type == "bool" for c in columns) else "int"
    return types.pop() if len(types) == 1 else _WIDER.get(frozenset(types), "string")


def _type_of(column: ColumnProfile) -> ColumnType | None:
    """The narrowest type of all values that are there, None when there are none."""
    kind, rows = column.physical_type, column.state("rows")
    if kind != "string" and decimal_of(kind) is None:
        if rows.rows == rows.nulls:
            return None
        if kind == "bool":
            return "bool"
        if kind.startswith(("int", "uint")):
            return "int"
        if kind.startswith(("float", "double", "half")):
            return "float"
        return "date" if kind.startswith("date") else "datetime"
    there = rows.rows - rows.nulls - column.state("missing").disguised
    if there <= 0:
        return None
    parses, calendar = column.state("parses"), column.state("calendar")
    if parses.leading_zero or parses.signed_plus >= there:
        return "string"
    if parses.integers >= there:
        return "int"
    if parses.integers + parses.decimals >= there:
        return "float"
    spelled = {text.lower() for text in column.boolean_spellings}
    if parses.boolean >= there and len(spelled) == 2:
        return "bool"
    if sum(calendar.formats.values()) >= there:
        timed = any("H" in name for name in calendar.formats)
        return "datetime" if timed else "date"
    return "string"


def _bits(column: ColumnProfile) -> bool:
    return column.physical_type == "bool" or set(column.boolean_spellings) <= {"0", "1"}


def read_schema(path: str | Path) -> TableSchema:
    """A declared schema: a JSON or YAML list of {name, type, nullable}, or a mapping with such a list in ``columns``.

    Raises:
        ConfigError: when the file cannot be read or says something else.
    """
    path = Path(path)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"{path}: the schema cannot be read ({type(error).__name__}); expected JSON or YAML"
        ) from error
    if isinstance(raw, dict):
        raw = raw.get("columns")
    if not isinstance(raw, list) or not raw:
        raise ConfigError(f"{path}: expected a list of {{name, type, nullable}}, got {type(raw).__name__}")
    try:
        columns = tuple(ColumnSchema.model_validate(entry) for entry in raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {where}: {first['msg']}; types are {', '.join(ARROW_TYPES)}") from error
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        raise ConfigError(f"{path}: a column is declared twice; names must be distinct")
    return TableSchema(columns=columns, declared=True)


def is_missing(array: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    """Which cells hold nothing: null, NaN, empty or blank text, or a word for nothing; shape (n,)."""
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    gone = array.is_null(nan_is_null=True)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        encoded = array.cast(pa.string()).dictionary_encode()
        bare = pc.utf8_lower(pc.utf8_trim_whitespace(encoded.dictionary))
        nothing = pc.or_(pc.equal(bare, ""), pc.is_in(bare, value_set=pa.array(MISSING_WORDS)))
        gone = pc.or_(gone, pc.fill_null(nothing.take(encoded.indices), False))
    return np.asarray(gone.to_numpy(zero_copy_only=False), bool)


def cast_table(raw: pa.Table, schema: TableSchema) -> tuple[pa.Table, dict[str, NDArray[np.bool_]]]:
    """The columns of ``schema`` that ``raw`` has, typed, in the order of ``schema``, then the others as they are.

    Cells that hold nothing (:func:`is_missing`) or do not parse are null; the masks, one for each typed column, shape
    (rows,), tell the cells that do not parse. Text under type string stays as it is, missing words and all.
    """
    fields: list[tuple[str, pa.Array]] = []
    failed: dict[str, NDArray[np.bool_]] = {}
    for column in schema.columns:
        if column.name not in raw.column_names:
            continue
        cells = raw.column(column.name)
        values = parse_values(cells, column.type, column.month_first)
        bad = np.asarray(values.is_null().to_numpy(zero_copy_only=False), bool)
        if column.type == "string":
            bad &= False
        elif bad.any():
            bad &= ~is_missing(cells)
        fields.append((column.name, values))
        failed[column.name] = bad
    known = set(schema.names)
    fields += [(name, raw.column(name)) for name in raw.column_names if name not in known]
    return pa.table([values for _, values in fields], names=[name for name, _ in fields]), failed
