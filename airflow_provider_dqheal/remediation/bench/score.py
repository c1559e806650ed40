"""Compares what was published with what should have been, cell by cell and row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.types import TableSchema
from airflow_provider_dqheal.profiling.kinds import holds_numbers
from airflow_provider_dqheal.profiling.schema import cast_table
from airflow_provider_dqheal.remediation.bench.fault import Fault
from airflow_provider_dqheal.remediation.bench.view import texts_of


class Published(Protocol):
    """What a healer gives back; ``api.Healed`` is one."""

    @property
    def table(self) -> pa.Table:
        """The published rows; the raw batch when held."""
        ...

    @property
    def row_ids(self) -> pa.Array:
        """Position in the batch of each published row."""
        ...

    @property
    def held(self) -> bool:
        """Whether a person is asked."""
        ...


@dataclass(frozen=True)
class Score:
    """Counts of one healed batch.

    Attributes:
        changed: cells whose value differs from the one that came; ``right`` of them are as wanted.
        repairable: cells that came wrong and have one explanation; ``fixed`` of them are as wanted.
        clean: published cells that came right; ``harmed`` of them are wrong now.
        set_aside: rows that were taken out, ``wrongly`` of them without any fault.
        missed_rows: rows that should have been taken out and were not.
        exact: every row, cell, name and order as wanted.
    """

    held: bool
    changed: int = 0
    right: int = 0
    repairable: int = 0
    fixed: int = 0
    clean: int = 0
    harmed: int = 0
    set_aside: int = 0
    wrongly: int = 0
    missed_rows: int = 0
    exact: bool = False

    @property
    def touched(self) -> bool:
        """Whether any cell or row is not as it came."""
        return bool(self.changed or self.set_aside)


def typed(table: pa.Table, schema: TableSchema) -> pa.Table:
    """The accepted columns of ``table`` in the accepted types."""
    cast, _ = cast_table(table, schema)
    return cast


def same(left: pa.Array | pa.ChunkedArray, right: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Mask of equal cells: numbers to 1e-9 relative, empty text and null alike, all else by text."""
    both = holds_numbers(left.type) and holds_numbers(right.type)
    if both and (pa.types.is_floating(left.type) or pa.types.is_floating(right.type)):
        a, b = (
            np.asarray(one.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
            for one in map(_flat, (left, right))
        )
        with np.errstate(invalid="ignore"):
            close: np.ndarray = np.isclose(a, b, rtol=1e-9, atol=0.0, equal_nan=True)
        return close
    pairs = zip(texts_of(left), texts_of(right), strict=True)
    return np.array([(a or "") == (b or "") for a, b in pairs], bool)


def score(fault: Fault, clean: pa.Table, healed: Published, schema: TableSchema) -> Score:
    """Counts for one healed batch.

    Args:
        fault: the batch as it came, and the truth about it.
        clean: the batch before the fault; a cell that is as here counts as right as well.
        healed: what the healer made of it.
        schema: the accepted schema, in whose types cells are compared.
    """
    names = list(schema.names)
    aligned = fault.wanted is None or fault.wanted.num_rows == clean.num_rows
    wanted = typed(clean if fault.wanted is None else fault.wanted, schema)
    original = typed(clean, schema) if aligned and clean.num_rows == fault.table.num_rows else wanted
    came = typed(fault.table, schema)
    ids = np.arange(fault.table.num_rows) if healed.held else healed.row_ids.to_numpy()
    now = came if healed.held else typed(healed.table, schema)
    kept: np.ndarray = np.zeros(fault.table.num_rows, bool)
    kept[ids] = True
    extra = fault.extra if fault.extra is not None else np.zeros(len(kept), bool)
    wrong_rows: np.ndarray = extra.copy()
    changed = right = repairable = fixed = clean_cells = harmed = 0
    exact = not healed.held and bool(np.array_equal(kept, ~extra))
    exact = exact and healed.table.column_names == [name for name in names if name in wanted.column_names]
    for name in names:
        if name not in wanted.column_names:
            continue
        before = same(came[name], wanted[name]) if name in came.column_names else np.zeros(len(kept), bool)
        sure = ~before & ~extra
        if fault.blurred is not None and fault.blurred[0] == name:
            sure &= ~fault.blurred[1]
        repairable += int(sure.sum())
        wrong_rows |= ~before | _rewritten(fault, clean, name, aligned)
        if name not in now.column_names:
            exact = False
            continue
        picked = pa.array(ids)
        good = same(now[name], wanted[name].take(picked)) | same(now[name], original[name].take(picked))
        moved = ~same(now[name], came[name].take(picked)) if name in came.column_names else np.ones(len(ids), bool)
        changed += int(moved.sum())
        right += int((moved & good).sum())
        fixed += int((good & sure[ids]).sum())
        gone = np.ones(len(kept), bool)
        gone[ids] = False
        emptied = np.array([not text for text in texts_of(wanted[name])], bool)
        repairable -= int((sure & gone & emptied).sum())  # a lost value may also be set aside with its row
        clean_cells += int(before[ids].sum())
        harmed += int((before[ids] & ~good).sum())
        exact = exact and bool(good.all())
    gone = ~kept
    return Score(
        held=healed.held,
        changed=changed,
        right=right,
        repairable=repairable,
        fixed=fixed,
        clean=clean_cells,
        harmed=harmed,
        set_aside=int(gone.sum()),
        wrongly=int((gone & ~wrong_rows).sum()),
        missed_rows=int((kept & extra).sum()),
        exact=exact,
    )


def _rewritten(fault: Fault, clean: pa.Table, name: str, aligned: bool) -> np.ndarray:
    """Mask of rows whose cell came in another spelling than the clean batch's."""
    rows = fault.table.num_rows
    known = name in fault.table.column_names and name in clean.column_names and aligned and clean.num_rows == rows
    if not known:
        return np.zeros(rows, bool)
    pairs = zip(texts_of(fault.table[name]), texts_of(clean[name]), strict=True)
    return np.array([came != was for came, was in pairs], bool)


def _flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return (
        pa.concat_arrays(column.chunks)
        if isinstance(column, pa.ChunkedArray) and column.num_chunks
        else (pa.array([], column.type) if isinstance(column, pa.ChunkedArray) else column)
    )
