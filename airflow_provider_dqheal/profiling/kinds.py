"""Arrow types reduced to the few kinds that statistics tell apart, and values rendered as text."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_DECIMAL = re.compile(r"decimal(\d+)\((\d+), (-?\d+)\)")

Kind = Literal["int", "float", "bool", "date", "datetime", "text"]


def is_text(kind: pa.DataType) -> bool:
    """Whether columns of that type hold text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def holds_numbers(kind: pa.DataType) -> bool:
    """Whether columns of that type hold whole numbers or floats."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def normal_type(kind: pa.DataType) -> pa.DataType:
    """The type under which a column is profiled: equal for one column whatever read it.

    Time stamps become microseconds (UTC where they have a zone), dictionaries their values, large strings strings;
    decimals, times, binary and nested values become strings.
    """
    types = pa.types
    if types.is_dictionary(kind):
        return normal_type(kind.value_type)
    if types.is_boolean(kind) or (types.is_integer(kind) and kind != pa.uint64()):
        return kind
    if types.is_float16(kind):
        return pa.float32()
    if types.is_floating(kind):
        return kind
    if types.is_date(kind):
        return pa.date32()
    if types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if types.is_uint64(kind) or types.is_decimal(kind):
        return pa.float64() if types.is_uint64(kind) else pa.string()
    return pa.string()


def physical_name(kind: pa.DataType) -> str:
    """The name of a column's stored type: that of its normal type, but for decimals, which keep their digits.

    >>> physical_name(pa.timestamp("ns")), physical_name(pa.decimal128(10, 2)), physical_name(pa.large_string())
    ('timestamp[us]', 'decimal128(10, 2)', 'string')
    """
    if pa.types.is_dictionary(kind):
        return physical_name(kind.value_type)
    return str(kind if pa.types.is_decimal(kind) else normal_type(kind))


def decimal_of(name: str) -> pa.DataType | None:
    """The decimal type of a :func:`physical_name`, None of another kind.

    >>> decimal_of("decimal128(10, 2)"), decimal_of("double")
    (Decimal128Type(decimal128(10, 2)), None)
    """
    found = _DECIMAL.fullmatch(name)
    if found is None:
        return None
    return getattr(pa, f"decimal{found[1]}")(int(found[2]), int(found[3]))


def kind_of(kind: pa.DataType) -> Kind:
    """The kind of a normal type."""
    types = pa.types
    if types.is_boolean(kind):
        return "bool"
    if types.is_integer(kind):
        return "int"
    if types.is_floating(kind):
        return "float"
    if types.is_date(kind):
        return "date"
    return "datetime" if types.is_timestamp(kind) else "text"


def normal(array: pa.Array) -> pa.Array:
    """The array under its normal type; values that have no cast become JSON text."""
    target = normal_type(array.type)
    if array.type == target:
        return array
    if pa.types.is_dictionary(array.type):
        return normal(array.dictionary_decode())
    if pa.types.is_timestamp(array.type):
        return array.cast(target, safe=False)
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return pa.array([None if v is None else v.hex() for v in array.to_pylist()], pa.string())
    if pa.types.is_nested(array.type):
        return pa.array([None if v is None else json_text(v) for v in array.to_pylist()], pa.string())
    return array.cast(target, safe=False)


def doubles(array: pa.Array, safe: bool = True) -> pa.Array:
    """Numbers as 64-bit floats; a 32-bit float is the number that its shortest text says.

    ``safe``: integers that a float does not hold raise ``pa.ArrowInvalid``.

    >>> doubles(pa.array([4.58], pa.float32())).to_pylist()
    [4.58]
    """
    return (array.cast(pa.string()) if pa.types.is_float32(array.type) else array).cast(pa.float64(), safe=safe)


def json_text(value: Any) -> str:
    """A nested value as compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


_EPOCH = datetime(1970, 1, 1)


def text_of(kind: Kind, value: Any) -> str:
    """A key of a profile (an int, a float, days or microseconds since 1970, text) as a person writes it.

    >>> text_of("date", 0), text_of("bool", 1), text_of("float", 2.5)
    ('1970-01-01', 'true', '2.5')
    """
    if kind == "bool":
        return "true" if value else "false"
    if kind == "float":
        return repr(float(value))
    try:
        if kind == "date":
            return (date(1970, 1, 1) + timedelta(days=int(value))).isoformat()
        if kind == "datetime":
            return (_EPOCH + timedelta(microseconds=int(value))).isoformat(sep=" ")
    except OverflowError:
        return str(value)
    return str(value)


def render(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Text of typed values, nulls kept: integers and floats in shortest form, ISO dates, true and false.

    Parsing the text with :func:`~airflow_provider_dqheal.profiling.schema.parse_values` gives the values back.
    """
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks)
    array = normal(array)
    kind = kind_of(array.type)
    if kind == "text":
        return array
    if kind == "float":
        values = np.asarray(doubles(array).to_numpy(zero_copy_only=False), np.float64)
        gone = array.is_null().to_numpy(zero_copy_only=False)
        return pa.array([None if no else repr(v) for v, no in zip(values.tolist(), gone, strict=True)], pa.string())
    if kind == "datetime":
        micros = array.cast(pa.timestamp("us")) if array.type.tz is None else array.cast(pa.timestamp("us", "UTC"))
        numbers = micros.cast(pa.int64()).to_pylist()
        return pa.array([None if n is None else text_of("datetime", n) for n in numbers], pa.string())
    return pc.cast(array, pa.string())
