"""Frames of other libraries as Arrow tables that everything here works on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from airflow_provider_dqheal.core.errors import BatchUnreadable


def frame_table(frame: Any, where: str) -> pa.Table:
    """The rows of a pandas DataFrame without its index; of a column of several types the texts, as a file holds them.

    Args:
        frame: the DataFrame.
        where: names the batch in errors.

    Raises:
        BatchUnreadable: when two columns have one name.
    """
    names = [str(name) for name in frame.columns]
    check_distinct(names, where)
    return pa.table({name: series_array(frame.iloc[:, at]) for at, name in enumerate(names)})


def check_distinct(names: Sequence[str], where: str) -> None:
    """Refuses two columns of one name.

    Raises:
        BatchUnreadable: naming the batch, ``where``, and the column.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BatchUnreadable(f"{where}: column name {twice[0]!r} occurs twice; rename one of them in the source")


def without_views(table: pa.Table) -> pa.Table:
    """The table with plain strings where it holds views of strings, for which Arrow has too few functions yet.

    >>> without_views(pa.table({"x": pa.array(["a"], pa.string_view())})).schema.types
    [DataType(string)]
    """
    plain = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
    types = [plain.get(field.type, field.type) for field in table.schema]
    return table if types == table.schema.types else table.cast(_retyped(table.schema, types))


def _retyped(schema: pa.Schema, types: list[pa.DataType]) -> pa.Schema:
    return pa.schema([field.with_type(kind) for field, kind in zip(schema, types, strict=True)], schema.metadata)


def series_array(series: Any) -> pa.Array:
    """The values of a pandas Series; of values of several types, or of a type that Arrow lacks, their texts.

    >>> import pandas
    >>> series_array(pandas.Series([5, "N/A", None, 2.5], dtype=object)).to_pylist()
    ['5', 'N/A', None, '2.5']
    """
    series = series.sparse.to_dense() if hasattr(series, "sparse") else series
    try:
        array = pa.Array.from_pandas(series)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return _texts(series)
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    return _texts(series) if isinstance(kind, pa.BaseExtensionType) else array


def _texts(series: Any) -> pa.Array:
    cells = zip(series.tolist(), series.isna().tolist(), strict=True)
    return pa.array([None if gone else _text(value) for value, gone in cells], pa.string())


def _text(value: object) -> str:
    """A value as text; what is no UTF-8 becomes a replacement character."""
    content = bytes(value) if isinstance(value, bytes | bytearray) else str(value).encode("utf-8", "surrogatepass")
    return content.decode("utf-8", "replace")
