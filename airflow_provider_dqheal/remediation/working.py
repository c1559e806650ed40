"""The staged copy of a batch while it is healed: what is published, what is quarantined, what was changed."""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.core.types import TableSchema
from airflow_provider_dqheal.profiling.kinds import doubles, holds_numbers
from airflow_provider_dqheal.remediation.kernels.text import as_cast, text_of
from airflow_provider_dqheal.remediation.ledger import empty_ledger

DUPLICATE = "duplicate"
"""The reason of a row whose exact copy is published."""
_PARTS = ("raw", "table", "ledger", "quarantine")


def quarantine_schema(raw: pa.Schema) -> pa.Schema:
    """Row id, reasons, then the raw columns; a raw column of one of those two names gets a ``_`` behind it."""
    fields = [pa.field("row_id", pa.int64()), pa.field("reasons", pa.list_(pa.string()))]
    taken = {"row_id", "reasons", *(set(raw.names) - {"row_id", "reasons"})}
    for field in raw:
        name = field.name
        while name in ("row_id", "reasons") or (name != field.name and name in taken):
            name += "_"
        taken.add(name)
        fields.append(field.with_name(name))
    return pa.schema(fields)


@dataclass(frozen=True)
class Working:
    """A batch under repair. ``raw`` is never changed.

    Attributes:
        raw: the batch as it came, in raw row order.
        table: the current state in the raw representation; its rows are ``row_ids``, ascending.
        row_ids: int64, position in ``raw`` of each row of ``table``.
        ledger: lines of ``LEDGER_SCHEMA``.
        quarantine: ``row_id``, ``reasons`` and the raw columns of the rows that were taken out.
        origins: (current column, raw column or None when the column was added) pairs.
        applied: ids of the steps that were applied; applying one again changes nothing.
    """

    raw: pa.Table
    table: pa.Table
    row_ids: pa.Array
    ledger: pa.Table
    quarantine: pa.Table
    origins: tuple[tuple[str, str | None], ...] = ()
    applied: tuple[str, ...] = ()

    @classmethod
    def start(cls, raw: pa.Table) -> Working:
        """The raw batch, nothing changed yet."""
        return cls(
            raw=raw,
            table=raw,
            row_ids=pa.array(np.arange(raw.num_rows), pa.int64()),
            ledger=empty_ledger(),
            quarantine=quarantine_schema(raw.schema).empty_table(),
            origins=tuple((name, name) for name in raw.column_names),
        )

    def replace(self, **changes: Any) -> Working:
        """A copy with some parts replaced."""
        return replace(self, **changes)

    def typed(self, schema: TableSchema) -> pa.Table:
        """The current table in the accepted types (cells that do not parse become null)."""
        from airflow_provider_dqheal.profiling.schema import cast_table

        typed, _ = cast_table(self.table, schema)
        return typed

    @property
    def changed_cells(self) -> dict[str, np.ndarray]:
        """Per current column, a mask over the rows of ``table``: the published value differs from the raw one."""
        changed: dict[str, np.ndarray] = {}
        raw_names = set(self.raw.column_names)
        full = len(self.row_ids) == self.raw.num_rows
        for column, origin in self.origins:
            after = self.table.column(column)
            if origin is None or origin not in raw_names:
                changed[column] = pc.is_valid(after).to_numpy()
                continue
            before = self.raw.column(origin)
            if before is after:
                continue
            mask = _differs(before if full else before.take(self.row_ids), after)
            if mask.any():
                changed[column] = mask
        return {column: mask for column, mask in changed.items() if mask.any()}

    @property
    def healed_cells(self) -> int:
        """Cells whose published value differs from the raw one; a rename or a new order changes none."""
        return int(sum(mask.sum() for mask in self.changed_cells.values()))

    @property
    def lost_rows(self) -> int:
        """Quarantined rows that take something with them; a copy of a published row does not."""
        return sum(reasons != [DUPLICATE] for reasons in self.quarantine["reasons"].to_pylist())

    def save(self, folder: Path) -> Path:
        """Writes the state as Arrow IPC files; the folder appears whole or not at all."""
        folder = Path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
        staged.mkdir()
        for part in _PARTS:
            _write(staged / f"{part}.arrow", getattr(self, part))
        _write(staged / "row_ids.arrow", pa.table({"row_id": self.row_ids}))
        meta = {"origins": list(self.origins), "applied": list(self.applied)}
        (staged / "working.json").write_text(json.dumps(meta), encoding="utf-8")
        if folder.exists():
            old = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.old")
            folder.replace(old)
            staged.replace(folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            staged.replace(folder)
        return folder

    @classmethod
    def load(cls, folder: Path) -> Working:
        """Reads what :meth:`save` wrote.

        Raises:
            BatchUnreadable: when the folder is missing or incomplete.
        """
        folder = Path(folder)
        try:
            parts = {part: _read(folder / f"{part}.arrow") for part in _PARTS}
            row_ids = _read(folder / "row_ids.arrow").column("row_id").combine_chunks()
            meta = json.loads((folder / "working.json").read_text(encoding="utf-8"))
        except (OSError, pa.ArrowInvalid, ValueError, KeyError) as error:
            raise BatchUnreadable(
                f"{folder}: the staged batch cannot be read ({error}); heal the batch again"
            ) from error
        if isinstance(row_ids, pa.ChunkedArray):
            row_ids = pa.concat_arrays(row_ids.chunks) if row_ids.num_chunks else pa.array([], pa.int64())
        origins = tuple((column, origin) for column, origin in meta["origins"])
        return cls(row_ids=row_ids, origins=origins, applied=tuple(meta["applied"]), **parts)


def _differs(before: pa.ChunkedArray, after: pa.ChunkedArray) -> np.ndarray:
    if before.type.equals(after.type) and not pa.types.is_nested(before.type):
        same = pc.equal(before, after)
    elif holds_numbers(before.type) and holds_numbers(after.type):
        same = pc.equal(doubles(before, safe=False), doubles(after, safe=False))
    elif pa.types.is_temporal(before.type) or pa.types.is_temporal(after.type):
        same = pc.equal(as_cast(text_of(before)), as_cast(text_of(after)))
    else:
        same = pc.equal(text_of(before), text_of(after))
    both_null = pc.and_(pc.is_null(before), pc.is_null(after))
    equal = pc.or_(pc.fill_null(same, False), both_null)
    if pa.types.is_floating(before.type) and pa.types.is_floating(after.type):
        nan = pc.and_(pc.fill_null(pc.is_nan(before), False), pc.fill_null(pc.is_nan(after), False))
        equal = pc.or_(equal, nan)
    return pc.invert(equal).to_numpy()


def _write(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path) -> pa.Table:
    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_file(source).read_all()
