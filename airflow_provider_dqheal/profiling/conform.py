"""Brings a healed table into the form in which its batch is published."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.kinds import decimal_of, is_text
from airflow_provider_dqheal.profiling.schema import cast_table

TEXT_FIRST = ("csv", "jsonl")
"""Formats that are read and published as text."""


def conform(table: pa.Table, baseline: Baseline, format: str) -> pa.Table:
    """The table with accepted types where healing left text and the history did not; text formats stay as they are.

    A cell that does not parse becomes null.
    """
    if format in TEXT_FIRST:
        return table
    before = dict(baseline.profiles[-1].table_schema)
    late = tuple(
        column
        for column in baseline.table_schema.columns
        if column.type != "string"
        and column.name in table.column_names
        and is_text(table.schema.field(column.name).type)
        and before.get(column.name, "string") != "string"
    )
    if not late:
        return table
    names = [column.name for column in late]
    typed, _ = cast_table(table.select(names), baseline.table_schema.model_copy(update={"columns": late}))
    for name in names:
        exact = decimal_of(before[name])
        column = typed[name] if exact is None else _decimals(table[name], exact)
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def _decimals(texts: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """The decimals of the texts; the texts where one has more digits, or is no number."""
    try:
        return pc.cast(pc.utf8_trim_whitespace(texts), kind)
    except pa.ArrowInvalid:
        return texts
