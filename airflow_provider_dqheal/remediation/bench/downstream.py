"""What a model downstream loses to a fault, and how much of it healing gives back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.types import TableSchema
from airflow_provider_dqheal.profiling.kinds import holds_numbers
from airflow_provider_dqheal.remediation.bench.score import Published, typed
from airflow_provider_dqheal.remediation.bench.view import texts_of

_TREES, _ROWS, _TARGETS = 15, 1_500, 4
_LEAST_R2, _LEAST_ROWS = 0.3, 20


class Downstream:
    """A random forest that was trained on the history to tell one numeric column from the others.

    Args:
        history: the clean batches.
        schema: the accepted schema.
        seed: decides the forest.

    Raises:
        ConfigError: when scikit-learn is not installed.
        LookupError: when no numeric column can be told from the others.
    """

    def __init__(self, history: Sequence[pa.Table], schema: TableSchema, seed: int) -> None:
        try:
            from sklearn.ensemble import RandomForestRegressor
        except ImportError as error:
            raise ConfigError("the downstream model needs scikit-learn; pip install scikit-learn") from error
        self._schema = schema
        cast = [typed(batch, schema) for batch in history]
        past = pa.concat_tables(cast[:-1])
        past = past.take(pa.array(np.arange(0, past.num_rows, max(1, past.num_rows // _ROWS))))
        self._codes = {name: _codes(past[name]) for name in schema.names if not holds_numbers(past[name].type)}
        self._target, best = "", _LEAST_R2
        self._model: Any = None
        for name in [one for one in schema.names if holds_numbers(past[one].type)][:_TARGETS]:
            inputs = [other for other in schema.names if other != name]
            y = _numbers(past[name])
            keep = np.isfinite(y)
            if not inputs or keep.sum() < 100 or np.std(y[keep]) == 0:
                continue
            newest = _numbers(cast[-1][name])
            there = np.isfinite(newest)
            if there.sum() < _LEAST_ROWS:
                continue
            model: Any = RandomForestRegressor(_TREES, min_samples_leaf=3, random_state=seed, n_jobs=1)
            model.fit(self._inputs(past, inputs)[keep], y[keep])
            told = model.predict(self._inputs(cast[-1], inputs)[there])
            spread = np.mean((newest[there] - np.median(y[keep])) ** 2)
            quality = 1 - np.mean((newest[there] - told) ** 2) / spread if spread else 0.0
            if quality > best:
                self._target, self._model, best = name, model, float(quality)
        if self._model is None:
            raise LookupError("no numeric column can be told from the others")

    def loss(self, table: pa.Table, row_ids: np.ndarray, truth: pa.Table) -> float:
        """Mean absolute error of the model fed with ``table``, against the target of ``truth`` at ``row_ids``."""
        cast = typed(table, self._schema)
        y = _numbers(typed(truth, self._schema)[self._target])[row_ids]
        there = np.isfinite(y)
        inputs = [name for name in self._schema.names if name != self._target]
        told = self._model.predict(self._inputs(cast, inputs))
        return float(np.mean(np.abs(told[there] - y[there]))) if there.any() else 0.0

    def recovered(self, clean: pa.Table, dirty: pa.Table, healed: Published) -> float | None:
        """Share of the added loss that is gone after healing (1 all, below 0 worse than untouched).

        None where the fault costs the model less than a twentieth of its loss.
        """
        every = np.arange(clean.num_rows)
        before, broken = self.loss(clean, every, clean), self.loss(dirty, every, clean)
        if broken <= 1.05 * before:
            return None
        if healed.held or not len(healed.row_ids):
            return 0.0  # nothing arrives downstream
        after = self.loss(healed.table, healed.row_ids.to_numpy(), clean)
        return float(np.clip((broken - after) / (broken - before), -2.0, 1.0))

    def _inputs(self, table: pa.Table, names: Sequence[str]) -> np.ndarray:
        columns = []
        for name in names:
            if name not in table.column_names:
                columns.append(np.full(table.num_rows, -1.0))
            elif name in self._codes:
                known = self._codes[name]
                columns.append(np.array([known.get(text or "", -1.0) for text in texts_of(table[name])]))
            else:
                values = _numbers(table[name])
                columns.append(np.where(np.isfinite(values), values, -1.0))
        return np.stack(columns, axis=1).astype(np.float64)


def _codes(column: pa.ChunkedArray) -> dict[str, float]:
    values = sorted({text or "" for text in texts_of(column)})
    return {value: float(index) for index, value in enumerate(values)}


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    if not holds_numbers(column.type):
        return np.full(len(column), np.nan)
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)
