"""Nothing is lost, nothing is changed in silence."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.core.types import Check
from airflow_provider_dqheal.profiling.kinds import doubles
from airflow_provider_dqheal.validation.staged import Staged


def as_text(array: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Every cell as text; null stays null. Floats print so that they read back equal."""
    flat = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if isinstance(flat, pa.ChunkedArray):
        flat = pa.concat_arrays(flat.chunks) if flat.num_chunks else pa.array([], flat.type)
    if pa.types.is_dictionary(flat.type):
        flat = flat.dictionary_decode()
    if pa.types.is_floating(flat.type):
        return pa.array([None if value is None else repr(value) for value in doubles(flat).to_pylist()], pa.string())
    if pa.types.is_nested(flat.type) or pa.types.is_binary(flat.type):
        return pa.array([None if value is None else str(value) for value in flat.to_pylist()], pa.string())
    return flat if pa.types.is_string(flat.type) else pc.cast(flat, pa.string())


def rows_conserved(staged: Staged) -> Check:
    """Every raw row is published or quarantined, exactly once."""
    published = staged.row_ids.to_numpy()
    taken = staged.quarantine["row_id"].to_numpy()
    every = np.sort(np.concatenate([published, taken]))
    passed = (
        len(published) == staged.table.num_rows
        and np.array_equal(every, np.arange(staged.raw.num_rows))
        and bool((np.diff(published) > 0).all())
    )
    return Check(
        name="rows_conserved",
        passed=passed,
        observed=f"{staged.table.num_rows:,} rows published and {len(taken):,} quarantined",
        expected=f"together each of the {staged.raw.num_rows:,} rows exactly once, in raw order",
    )


def quarantine_is_raw(staged: Staged) -> Check:
    """Quarantined rows hold the raw values and at least one reason."""
    ids = staged.quarantine["row_id"]
    raw = staged.raw.take(pa.array(ids.to_numpy(), pa.int64()))
    kept = staged.quarantine.select(list(range(2, staged.quarantine.num_columns)))
    same = all(as_text(raw.column(i)).equals(as_text(kept.column(i))) for i in range(raw.num_columns))
    reasons = all(reasons for reasons in staged.quarantine["reasons"].to_pylist())
    return Check(
        name="quarantine_is_raw",
        passed=same and reasons,
        observed=f"{len(ids):,} quarantined rows, values {'as they came' if same else 'altered'}",
        expected="raw values, each row with a reason",
    )


def do_no_harm(staged: Staged) -> Check:
    """A cell without a ledger line is identical to the raw one; each line's after is what is published."""
    ledger = staged.ledger
    columns, rows = ledger["column"].to_pylist(), ledger["row_id"].to_pylist()
    after = ledger["after"].to_pylist()
    wide = {column for column, row in zip(columns, rows, strict=True) if row is None}
    told: dict[str, dict[int, str | None]] = {}
    for column, row, text in zip(columns, rows, after, strict=True):
        if row is not None:
            told.setdefault(column, {})[row] = text
    published = staged.row_ids.to_numpy()
    faults: list[str] = []
    for column, origin in staged.origins:
        if origin != column and column not in wide:
            faults.append(f"column {column!r} came from {origin!r} without a ledger line")
            continue
        if column not in staged.table.column_names or origin is None or (column in wide and origin == column):
            continue
        before, now = staged.raw.column(origin), staged.table.column(column)
        if now is before:
            continue
        was = as_text(before.take(pa.array(published)))
        is_now = as_text(now)
        same = pc.fill_null(pc.equal(was, is_now), False).to_numpy(zero_copy_only=False)
        same |= (pc.is_null(was).to_numpy(zero_copy_only=False)) & (pc.is_null(is_now).to_numpy(zero_copy_only=False))
        lines = told.get(column, {})
        silent = [at for at in np.flatnonzero(~same) if int(published[at]) not in lines]
        if silent and not (column in wide and _is_rewritten(staged, column)):
            faults.append(f"{len(silent):,} cells of {column!r} changed without a ledger line")
        faults += _false_lines(column, lines, published, is_now) if column not in wide else []
    return Check(
        name="do_no_harm",
        passed=not faults,
        observed="; ".join(faults[:5]) or "every changed cell has its ledger line",
        expected="cells without a ledger line identical to the raw ones",
    )


def _is_rewritten(staged: Staged, column: str) -> bool:
    """Whether a column-wide line other than a rename covers the column."""
    lines = zip(
        staged.ledger["column"].to_pylist(),
        staged.ledger["row_id"].to_pylist(),
        staged.ledger["strategy"].to_pylist(),
        strict=True,
    )
    return any(
        name == column and row is None and strategy not in ("rename", "reorder") for name, row, strategy in lines
    )


def _false_lines(column: str, lines: dict[int, str | None], published: np.ndarray, now: pa.Array) -> list[str]:
    ids = np.array(sorted(lines), np.int64)
    at = np.searchsorted(published, ids)
    here = (
        (at < len(published)) & (published[np.minimum(at, max(len(published) - 1, 0))] == ids) if len(published) else []
    )
    texts = now.take(pa.array(at[here])).to_pylist() if len(ids) and len(published) else []
    wrong = sum(
        not _reads_equal(text, lines[int(row)])
        for text, row in zip(texts, ids[here] if len(published) else [], strict=True)
    )
    return [f"{wrong:,} ledger lines of {column!r} tell another value than is published"] if wrong else []


def _reads_equal(left: str | None, right: str | None) -> bool:
    if left == right:
        return True
    try:
        return left is not None and right is not None and float(left) == float(right)
    except ValueError:
        return False
