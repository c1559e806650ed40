"""The few ways a staged batch changes; every one keeps rows conserved and writes the ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.profiling.kinds import holds_numbers, is_text
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, text_of, to_array
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working


def positions_of(working: Working, row_ids: Sequence[int] | np.ndarray) -> np.ndarray:
    """Positions in ``working.table`` of those raw rows that are still in it (ascending by row id)."""
    wanted = np.asarray(row_ids, np.int64)
    if not len(wanted):
        return wanted
    here = working.row_ids.to_numpy()
    at = np.searchsorted(here, wanted)
    at_safe = np.minimum(at, max(len(here) - 1, 0))
    return at_safe[(at < len(here)) & (here[at_safe] == wanted)] if len(here) else np.zeros(0, np.int64)


def set_cells(
    working: Working, step: Step, column: str, positions: np.ndarray, after: Sequence[Text], note: str | None = None
) -> Working:
    """Writes ``after`` at ``positions`` (ascending, in ``working.table``), one ledger line a cell.

    ``note`` given: one line for the column instead, with the note as ``after``.
    """
    if not len(positions):
        return working
    current = working.table.column(column)
    before = text_of(current.take(pa.array(positions))).to_pylist()
    if note is None:
        changed = [index for index, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
        if not changed:
            return working
        if len(changed) < len(after):
            positions, after = positions[changed], [after[index] for index in changed]
            before = [before[index] for index in changed]
        lines = ledger_lines(step, column, working.row_ids.to_numpy()[positions], before, after)
    else:
        lines = ledger_lines(step, column, [None], [None], [note])
    table = working.table.set_column(
        working.table.column_names.index(column), *_written(working.table.field(column), current, positions, after)
    )
    return working.replace(table=table, ledger=pa.concat_tables([working.ledger, lines]))


def map_texts(
    working: Working, step: Step, column: str, mapping: Mapping[Text, Text], note: str | None = None
) -> Working:
    """Replaces every cell whose text is a key of ``mapping``."""
    cells = Cells.of(working.table.column(column))
    positions = cells.rows(mapping)  # type: ignore[arg-type]
    after = [mapping[cells.values[code]] for code in cells.codes[positions]]
    return set_cells(working, step, column, positions, after, note)


def replace_column(working: Working, step: Step, column: str, array: pa.Array | pa.ChunkedArray, note: str) -> Working:
    """Replaces a whole column by one rule: one ledger line."""
    index = working.table.column_names.index(column)
    field = pa.field(column, array.type, nullable=True)
    chunked = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    table = working.table.set_column(index, field, chunked)
    lines = ledger_lines(step, column, [None], [None], [note])
    return working.replace(table=table, ledger=pa.concat_tables([working.ledger, lines]))


def quarantine_rows(working: Working, row_ids: Sequence[int] | np.ndarray, reason: str) -> Working:
    """Moves rows to quarantine; a row that is there already gets the further reason."""
    reasons: dict[int, list[str]] = dict(
        zip(working.quarantine["row_id"].to_pylist(), working.quarantine["reasons"].to_pylist(), strict=True)
    )
    for row_id in np.asarray(row_ids, np.int64).tolist():
        known = reasons.setdefault(row_id, [])
        if reason not in known:
            known.append(reason)
    ordered = np.array(sorted(reasons), np.int64)
    rows = working.raw.take(pa.array(ordered, pa.int64()))
    columns: list[pa.Array | pa.ChunkedArray] = [
        pa.array(ordered, pa.int64()),
        pa.array([reasons[int(row_id)] for row_id in ordered], pa.list_(pa.string())),
        *rows.columns,
    ]
    quarantine = pa.Table.from_arrays(columns, schema=working.quarantine.schema)
    here = working.row_ids.to_numpy()
    keep = ~np.isin(here, ordered)
    if keep.all():
        return working.replace(quarantine=quarantine)
    mask = pa.array(keep)
    return working.replace(
        table=working.table.filter(mask), row_ids=working.row_ids.filter(mask), quarantine=quarantine
    )


def _written(
    field: pa.Field, current: pa.ChunkedArray, positions: np.ndarray, after: Sequence[Text]
) -> tuple[pa.Field, pa.ChunkedArray]:
    mask = np.zeros(len(current), bool)
    mask[positions] = True
    flat = pa.concat_arrays(current.chunks) if current.num_chunks != 1 else current.chunk(0)
    if pa.types.is_dictionary(flat.type):
        flat = flat.dictionary_decode()
    try:
        values = None if holds_numbers(flat.type) and _are_codes(after) else to_array(after, flat.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = None
    if values is None:
        flat, values = text_of(flat), pa.array(after, pa.string())
    if is_text(flat.type) and values.type != flat.type:
        values = pc.cast(values, flat.type)
    written = pc.replace_with_mask(flat, pa.array(mask), values)
    return field.with_type(written.type).with_nullable(True), pa.chunked_array([written])


def _are_codes(texts: Sequence[Text]) -> bool:
    """Whether some texts begin as no number does: with a zero that tells nothing, or a plus."""
    return any(re.match(r"\+|0\d", text) for text in texts if text is not None)
