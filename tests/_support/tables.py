"""Changing single cells of a table."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa


def put(table: pa.Table, column: str, cells: Mapping[int, str]) -> pa.Table:
    """The table with these cells (row: text) of a text column."""
    values = table[column].to_pylist()
    for row, value in cells.items():
        values[row] = value
    return table.set_column(table.column_names.index(column), column, pa.array(values))


def indian(value: float) -> str:
    """The amount with groups as in India: ``1,23,456.00``."""
    whole, part = f"{value:.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    while head:
        tail, head = head[-2:] + "," + tail, head[:-2]
    return f"{tail}.{part}"
