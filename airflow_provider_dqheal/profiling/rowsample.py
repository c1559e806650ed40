"""The row sample: the rows of smallest hash, each with its exact number of occurrences."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling.kinds import render

ROWS = 1024
"""Distinct rows kept. A share read off the sample has a standard error of at most 1 / sqrt(1024) = 3 % (half of it
for a share of one half or less); batches of fewer distinct rows are kept whole."""
CELLS = 65_536
"""Wider tables than 64 columns keep fewer rows, so that a profile stays small."""
FEWEST_ROWS = 64
CELL_CHARS = 200
"""Longer cells are cut."""


def rows_kept(column_count: int) -> int:
    """Rows of the sample of a table with so many columns."""
    return max(FEWEST_ROWS, min(ROWS, CELLS // max(column_count, 1)))


@dataclass(frozen=True, eq=False)
class RowSample:
    """Distinct rows in order of hash. ``hashes`` uint64 (k,), ``counts`` int64 (k,), ``table`` k rows.

    ``complete``: every row of the batch is here. A distinct row enters whatever its count, so shares over rows weigh
    by count, shares over distinct rows do not.

    Source: Cohen and Kaplan 2007, "Summarizing data using bottom-k sketches".
    """

    hashes: NDArray[np.uint64]
    counts: NDArray[np.int64]
    table: pa.Table
    complete: bool = True

    @classmethod
    def empty(cls, schema: pa.Schema) -> RowSample:
        """No rows."""
        return cls(np.zeros(0, np.uint64), np.zeros(0, np.int64), schema.empty_table())

    @property
    def threshold(self) -> np.uint64:
        """Rows of a larger hash cannot enter."""
        return self.hashes[-1] if not self.complete else np.uint64(2**64 - 1)

    def add(self, hashes: NDArray[np.uint64], counts: NDArray[np.int64], table: pa.Table) -> RowSample:
        """With further rows; hashes may repeat. Equal hashes are taken for equal rows."""
        if not len(hashes):
            return self
        kept = rows_kept(table.num_columns)
        unique, first, inverse = np.unique(
            np.concatenate([self.hashes, hashes]), return_index=True, return_inverse=True
        )
        totals = np.zeros(len(unique), np.int64)
        np.add.at(totals, inverse, np.concatenate([self.counts, counts]))
        complete = self.complete and len(unique) <= kept
        first = first[:kept]
        old, new = first[first < len(self.hashes)], first[first >= len(self.hashes)] - len(self.hashes)
        parts = [self.table.take(pa.array(old)), _cut(table.take(pa.array(new)))]
        place = np.argsort(np.argsort(np.concatenate([self.hashes[old], hashes[new]])))
        order = np.empty(len(place), np.int64)
        order[place] = np.arange(len(place))
        both = pa.concat_tables(parts).combine_chunks().take(pa.array(order)).combine_chunks()
        return RowSample(unique[:kept], totals[:kept], both, complete)

    def __add__(self, other: RowSample) -> RowSample:
        left, right = _align(self.table, other.table)
        merged = RowSample(self.hashes, self.counts, left, self.complete).add(other.hashes, other.counts, right)
        if not len(other.hashes):
            merged = RowSample(self.hashes, self.counts, left, self.complete)
        return RowSample(merged.hashes, merged.counts, merged.table, merged.complete and other.complete)

    def to_json(self) -> Any:
        """{hashes, counts, complete, table}: base64 of little-endian bytes, and of a compressed Arrow stream."""
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(sink, self.table.schema, options=options) as writer:
            writer.write_table(self.table)
        return {
            "hashes": base64.b64encode(self.hashes.astype("<u8").tobytes()).decode(),
            "counts": self.counts.tolist() if (self.counts != 1).any() else len(self.counts),
            "complete": self.complete,
            "table": base64.b64encode(sink.getvalue().to_pybytes()).decode(),
        }

    @classmethod
    def from_json(cls, value: Any) -> RowSample:
        """From :meth:`to_json`."""
        hashes = np.frombuffer(base64.b64decode(value["hashes"]), "<u8").astype(np.uint64)
        given = value["counts"]
        counts = np.ones(given, np.int64) if isinstance(given, int) else np.array(given, np.int64)
        table = pa.ipc.open_stream(base64.b64decode(value["table"])).read_all().combine_chunks()
        return cls(hashes, counts, table, value["complete"])


def _cut(table: pa.Table) -> pa.Table:
    for at, column in enumerate(table.columns):
        if pa.types.is_floating(column.type):
            # Zero has two signs and one hash.
            table = table.set_column(at, table.schema.field(at).name, pc.add(column, pa.scalar(0.0, column.type)))
        if pa.types.is_string(column.type) and len(column):
            lengths = pc.utf8_length(column)
            if (pc.max(lengths).as_py() or 0) > CELL_CHARS:
                short = pc.utf8_slice_codeunits(column, 0, CELL_CHARS)
                long = pc.fill_null(pc.greater(lengths, CELL_CHARS), False)
                cut = pc.if_else(long, pc.binary_join_element_wise(short, "…", ""), column)
                table = table.set_column(at, table.schema.field(at).name, cut)
    return table


def _align(left: pa.Table, right: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Both tables under one schema: columns of either, text where the types differ."""
    if left.schema.equals(right.schema):
        return left, right
    names = list(left.schema.names) + [n for n in right.schema.names if n not in left.schema.names]
    sides: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for name in names:
        types = [t.schema.field(name).type for t in (left, right) if name in t.schema.names]
        target = types[0] if len(set(types)) == 1 else pa.string()
        for table, side in zip((left, right), sides, strict=True):
            if name not in table.schema.names:
                side[name] = pa.nulls(table.num_rows, target)
            elif table.schema.field(name).type == target:
                side[name] = table.column(name)
            else:
                side[name] = render(table.column(name))
    return pa.table(sides[0]), pa.table(sides[1])
