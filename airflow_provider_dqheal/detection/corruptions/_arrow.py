"""Arrow columns as text and as numbers, whatever their type."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.profiling import kinds
from airflow_provider_dqheal.profiling.kinds import holds_numbers

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of that Arrow type holds text."""
    return kinds.is_text(kind.value_type if pa.types.is_dictionary(kind) else kind)


def flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One contiguous Arrow array."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    return column


def rendered(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column as pa.string, nulls kept."""
    array = flat(column)
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_timestamp(array.type) and array.type.unit != "s":
        seconds = pc.cast(array, pa.timestamp("s", tz=array.type.tz), safe=False)
        if pc.all(pc.equal(pc.cast(seconds, array.type), array)).as_py():
            array = seconds
    try:
        return pc.cast(array, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([None if value is None else str(value) for value in array.to_pylist()], pa.string())


def plain(table: pa.Table) -> pa.Table:
    """The table with text views as text: Arrow cannot take rows of them."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string_view(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    return table


def texts_of(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """The values as text in an object array, None for null."""
    values = np.empty(len(column), dtype=object)
    values[:] = rendered(column).to_pylist()
    return values


def numbers_of(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """float64 view: what is not a plain number is nan; dates of a typed column are seconds since 1970."""
    array = flat(column)
    if is_text(array.type):
        array = rendered(array)
        plain = pc.match_substring_regex(array, NUMBER)
        array = pc.cast(pc.if_else(pc.fill_null(plain, False), array, None), pa.float64())
    elif pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        micros = pc.cast(pc.cast(array, pa.timestamp("us"), safe=False), pa.int64())
        array = pc.divide(pc.cast(micros, pa.float64(), safe=False), 1e6)
    elif not (pa.types.is_decimal(array.type) or pa.types.is_boolean(array.type) or holds_numbers(array.type)):
        return np.full(len(array), np.nan)
    return np.array(pc.cast(array, pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=float)
