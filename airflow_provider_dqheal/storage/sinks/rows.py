"""The rows that are published, and types that other stores can hold."""

from __future__ import annotations

import pyarrow as pa

from airflow_provider_dqheal.core.errors import ValidationFailed
from airflow_provider_dqheal.core.types import BatchRef, TableSchema
from airflow_provider_dqheal.profiling.schema import cast_table
from airflow_provider_dqheal.profiling.sources import read_raw
from airflow_provider_dqheal.remediation.working import Working


def rows_of(working: Working | None, ref: BatchRef) -> pa.Table:
    """The healed batch, or the raw one when ``working`` is None.

    Raises:
        BatchUnreadable: when the raw batch is gone.
    """
    return working.table if working is not None else read_raw(ref)


def typed_rows(table: pa.Table, schema: TableSchema, ref: BatchRef, target: str) -> pa.Table:
    """``table`` in the accepted types, to be written as ``target``.

    Raises:
        ValidationFailed: when a cell does not read as its type: it would be lost.
    """
    typed, unread = cast_table(table, schema)
    faults = {name: int(mask.sum()) for name, mask in unread.items() if mask.any()}
    if faults:
        name, count = next(iter(faults.items()))
        raise ValidationFailed(
            f"{ref.key}: {count:,} cells of {name!r} do not read as {schema.column(name).type}, "  # type: ignore[union-attr]
            f"so it cannot be written as {target}; set sink.format: same, or have them quarantined"
        )
    return typed


def plainly_typed(table: pa.Table, unit: str) -> pa.Table:
    """``table`` in the nearest types where there are neither dictionaries nor unsigned numbers, times in ``unit``."""
    for index, field in enumerate(table.schema):
        wider = _plain_type(field.type, unit)
        if wider != field.type:
            table = table.set_column(index, field.name, table.column(index).cast(wider))
    return table


def _plain_type(type: pa.DataType, unit: str) -> pa.DataType:
    if pa.types.is_dictionary(type):
        return _plain_type(type.value_type, unit)
    if pa.types.is_null(type):
        return pa.string()
    if pa.types.is_unsigned_integer(type):
        return pa.int64() if type.bit_width < 64 else pa.decimal128(20)
    if pa.types.is_timestamp(type):
        return pa.timestamp(unit, type.tz)
    return type
