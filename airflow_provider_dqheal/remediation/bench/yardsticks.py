"""What people switch on instead: drop odd rows, fill with the mean or mode, clip by the interquartile range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.core.types import TableSchema
from airflow_provider_dqheal.profiling.kinds import holds_numbers
from airflow_provider_dqheal.profiling.schema import cast_table


@dataclass(frozen=True)
class Simple:
    """The result of a yardstick; it never holds a batch."""

    table: pa.Table
    row_ids: pa.Array
    held: bool = False


Yardstick = Callable[[pa.Table, Sequence[pa.Table], TableSchema], Simple]


def _cast(table: pa.Table, schema: TableSchema) -> pa.Table:
    typed, _ = cast_table(table, schema)
    missing = [name for name in schema.names if name not in typed.column_names]
    for name in missing:
        typed = typed.append_column(name, pa.nulls(typed.num_rows, pa.string()))
    return typed.select(list(schema.names))


def _bounds(known: pa.ChunkedArray) -> tuple[float, float]:
    values = np.asarray(known.drop_null().cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)
    if not len(values):
        return -np.inf, np.inf
    q25, q75 = np.quantile(values, [0.25, 0.75])
    return float(q25 - 1.5 * (q75 - q25)), float(q75 + 1.5 * (q75 - q25))


def drop_rows(table: pa.Table, history: Sequence[pa.Table], schema: TableSchema) -> Simple:
    """Drops rows with a cell that is missing or does not parse in a column where the history never lacked one."""
    typed, past = _cast(table, schema), pa.concat_tables([_cast(batch, schema) for batch in history])
    keep: np.ndarray = np.ones(typed.num_rows, bool)
    for name in schema.names:
        if past[name].null_count == 0:
            keep &= pc.is_valid(typed[name]).to_numpy()
    mask = pa.array(keep)
    return Simple(typed.filter(mask), pa.array(np.flatnonzero(keep), pa.int64()))


def fill(table: pa.Table, history: Sequence[pa.Table], schema: TableSchema) -> Simple:
    """Fills what is missing or does not parse with the history's mean or most frequent value."""
    typed, past = _cast(table, schema), pa.concat_tables([_cast(batch, schema) for batch in history])
    for at, name in enumerate(schema.names):
        known = past[name].drop_null()
        if not len(known) or not typed[name].null_count or typed[name].type != known.type:
            continue
        value: Any = pc.mean(known).as_py() if holds_numbers(known.type) else _most(known)
        if pa.types.is_integer(known.type) and value is not None:
            value = round(value)
        typed = typed.set_column(at, name, pc.fill_null(typed[name], pa.scalar(value, known.type)))
    return Simple(typed, pa.array(np.arange(typed.num_rows), pa.int64()))


def _most(known: pa.ChunkedArray) -> object:
    counts = pc.value_counts(known.combine_chunks())
    best = int(np.argmax(counts.field("counts").to_numpy()))
    return counts.field("values")[best].as_py()


def clip(table: pa.Table, history: Sequence[pa.Table], schema: TableSchema) -> Simple:
    """Clips numbers to one and a half interquartile ranges beyond the history's quartiles."""
    typed, past = _cast(table, schema), pa.concat_tables([_cast(batch, schema) for batch in history])
    for at, name in enumerate(schema.names):
        if not holds_numbers(past[name].type) or not holds_numbers(typed[name].type):
            continue
        low, high = _bounds(past[name])
        values = np.asarray(typed[name].cast(pa.float64(), safe=False).to_numpy(), np.float64)
        clipped = pa.array(np.clip(values, low, high), pa.float64(), from_pandas=True)
        typed = typed.set_column(at, name, clipped)
    return Simple(typed, pa.array(np.arange(typed.num_rows), pa.int64()))


YARDSTICKS: Mapping[str, Yardstick] = {"drop rows": drop_rows, "mean or mode fill": fill, "IQR clip": clip}
"""By the name shown."""
