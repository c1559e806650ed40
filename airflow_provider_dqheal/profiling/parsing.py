"""Text to typed values, column by column: what a cell means under an accepted type."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from airflow_provider_dqheal.core.types import ColumnType
from airflow_provider_dqheal.profiling.dates import MICROS_A_DAY, decode
from airflow_provider_dqheal.profiling.kinds import doubles, kind_of, normal, render
from airflow_provider_dqheal.profiling.words import FALSE_WORDS, TRUE_WORDS

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "string": pa.string(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}
"""The Arrow type of each accepted type."""

EXACT = 2**53
"""Whole numbers up to which a 64-bit float holds every one."""

_INT = r"^[-+]?\d{1,19}(\.0*)?$"
_FLOAT = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$|^[-+]?(?i:inf|infinity|nan)$"


def parse_values(array: pa.Array | pa.ChunkedArray, type: ColumnType, month_first: bool | None = None) -> pa.Array:
    """Values under ``type``, null where the text is empty or does not parse, shape (n,).

    White space around a value does not count. ``month_first`` says how to read 05/06/2020; None: as the
    unambiguous values of the array itself mostly are, day first when there are none.
    """
    array = pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) and array.num_chunks else array
    if isinstance(array, pa.ChunkedArray):
        array = pa.array([], array.type)
    target = ARROW_TYPES[type]
    array = normal(array)
    if type == "string":
        return render(array)
    if array.type == target:
        return array
    kind = kind_of(array.type)
    if type in ("date", "datetime") and kind in ("date", "datetime"):
        return _times(array, type)
    if type == "float" and kind in ("int", "float"):
        return doubles(array)
    if type == "int" and kind == "int":
        return array.cast(pa.int64())
    text = pc.utf8_trim_whitespace(render(array))
    encoded = text.dictionary_encode()
    parsed = _parse(encoded.dictionary, type, month_first, encoded)
    return parsed.take(encoded.indices)


def _times(array: pa.Array, type: ColumnType) -> pa.Array:
    if pa.types.is_date(array.type):
        return array.cast(pa.timestamp("us")) if type == "datetime" else array
    plain = array.cast(pa.timestamp("us"))
    if type == "datetime":
        return plain
    whole = pc.equal(pc.cast(pc.floor_temporal(plain, unit="day"), pa.int64()), pc.cast(plain, pa.int64()))
    return pc.if_else(whole, pc.cast(pc.floor_temporal(plain, unit="day"), pa.date32()), pa.scalar(None, pa.date32()))


def _keep(mask: pa.Array, values: pa.Array) -> pa.Array:
    return pc.if_else(mask, values, pa.scalar(None, values.type))


def _parse(values: pa.Array, type: ColumnType, month_first: bool | None, encoded: pa.DictionaryArray) -> pa.Array:
    if type == "bool":
        lower = pc.utf8_lower(values)
        true = pc.is_in(lower, value_set=pa.array((*TRUE_WORDS, "1", "1.0")))
        false = pc.is_in(lower, value_set=pa.array((*FALSE_WORDS, "0", "0.0")))
        return _keep(pc.or_(true, false), true)
    if type in ("int", "float"):
        fits = pc.match_substring_regex(values, _INT if type == "int" else _FLOAT)
        bare = pc.utf8_ltrim(_keep(fits, values), "+")
        if type == "float":
            return bare.cast(pa.float64())
        return _ints(pc.replace_substring_regex(bare, r"\.0*$", ""))
    dates = decode(values)
    if month_first is None:
        counts = np.bincount(encoded.indices.drop_null().to_numpy(), minlength=len(values))
        month_first = bool(counts[dates.kind == 3].sum() > counts[dates.kind == 2].sum())
    micros = np.where((dates.kind == 4) & month_first, dates.swapped, dates.micros)
    good = dates.kind > 0
    if type == "date":
        good &= micros % MICROS_A_DAY == 0
        return _with_nulls(micros // MICROS_A_DAY, good, pa.int32()).cast(pa.date32())
    return _with_nulls(micros, good, pa.int64()).cast(pa.timestamp("us"))


def _ints(text: pa.Array) -> pa.Array:
    try:
        return text.cast(pa.int64())
    except pa.ArrowInvalid:
        # Nineteen digits may be too many.
        limit = 2**63
        numbers = [None if t is None else int(t) for t in text.to_pylist()]
        return pa.array([n if n is not None and -limit <= n < limit else None for n in numbers], pa.int64())


def _with_nulls(values: NDArray[np.int64], good: NDArray[np.bool_], kind: pa.DataType) -> pa.Array:
    return pa.array(values, mask=~good).cast(kind, safe=False)
