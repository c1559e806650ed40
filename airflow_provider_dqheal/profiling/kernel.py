"""The one profiling kernel: record batches in, a Profile out. The drivers only feed it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.errors import ProfileError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.hashing import hash_name, mix
from airflow_provider_dqheal.profiling.kinds import normal_type, physical_name
from airflow_provider_dqheal.profiling.profile import ColumnProfile, Profile
from airflow_provider_dqheal.profiling.rowsample import RowSample, rows_kept
from airflow_provider_dqheal.profiling.states import State, registry
from airflow_provider_dqheal.profiling.view import ColumnView

BATCH_ROWS = 131_072
BATCH_BYTES = 64 * 1024 * 1024
"""A record batch is cut to these bounds, so that memory does not grow with the batch."""


class Kernel:
    """Accumulates record batches of one schema. Not thread-safe."""

    def __init__(self, schema: pa.Schema) -> None:
        """Starts with no rows.

        Raises:
            ProfileError: when two columns have one name.
        """
        if len(set(schema.names)) != len(schema.names):
            twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
            raise ProfileError(f"columns {twice} occur more than once, expected distinct names; rename them")
        self._physical = [physical_name(field.type) for field in schema]
        self.schema = pa.schema([pa.field(f.name, normal_type(f.type)) for f in schema])
        self._states: list[dict[str, State]] = [
            {name: state.empty() for name, state in registry.items()} for _ in self.schema
        ]
        self._salts = [np.uint64(hash_name(name)) for name in self.schema.names]
        self._sample = RowSample.empty(self.schema)
        self._pending: list[tuple[np.ndarray, pa.Table]] = []
        self._rows = 0

    def update(self, batch: pa.RecordBatch) -> None:
        """Takes the rows of a batch."""
        rows = batch.num_rows
        if not rows:
            return
        step = min(BATCH_ROWS, max(1, rows * BATCH_BYTES // max(batch.nbytes, 1)))
        for start in range(0, rows, step):
            self._update(batch.slice(start, step))

    def _update(self, batch: pa.RecordBatch) -> None:
        rows = batch.num_rows
        row_hashes = np.zeros(rows, np.uint64)
        columns = []
        for states, salt, column in zip(self._states, self._salts, batch.columns, strict=True):
            view = ColumnView(column)
            for name, state in states.items():
                states[name] = state.update(view)
            row_hashes += view.row_hashes() * salt
            columns.append(view.array)
        self._rows += rows
        row_hashes = mix(row_hashes)
        picked = np.flatnonzero(row_hashes <= self._sample.threshold)
        if len(picked):
            table = pa.Table.from_arrays(columns, schema=self.schema)
            if len(picked) < rows:
                table = table.take(pa.array(picked))
            self._pending.append((row_hashes[picked], table))
            if sum(len(hashes) for hashes, _ in self._pending) > 4 * rows_kept(len(self.schema)):
                self._compact()

    def _compact(self) -> None:
        if not self._pending:
            return
        hashes = np.concatenate([hashes for hashes, _ in self._pending])
        table = pa.concat_tables([table for _, table in self._pending])
        self._pending = []
        self._sample = self._sample.add(hashes, np.ones(len(hashes), np.int64), table)

    def profile(self, batch: BatchRef | None = None) -> Profile:
        """The profile of all rows so far."""
        self._compact()
        columns = [
            ColumnProfile.of(name, physical, states)
            for name, physical, states in zip(self.schema.names, self._physical, self._states, strict=True)
        ]
        return Profile.of(columns, self._sample, self._rows, batch)


def profile_batches(schema: pa.Schema, batches: Iterable[pa.RecordBatch], batch: BatchRef | None = None) -> Profile:
    """Profiles record batches of one schema."""
    kernel = Kernel(schema)
    for rows in batches:
        kernel.update(rows)
    return kernel.profile(batch)
