"""Baselines of the data sets in a stream, kept while nothing new was accepted."""

from __future__ import annotations

import time
from dataclasses import dataclass

from airflow_provider_dqheal.core.errors import UnknownDataset
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.baseline import Baseline

FRESH_S = 30.0
"""A baseline is read again after so long in any case: a person may have taken a batch out of it."""


@dataclass(frozen=True)
class _Kept:
    baseline: Baseline
    accepted: int
    read_at: float


class Histories:
    """Reads a baseline once for many messages: thirty profiles take longer to read than one to judge."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._size = services.settings.detection.history_size
        self._kept: dict[str, _Kept] = {}

    def baseline_for(self, ref: BatchRef) -> Baseline | None:
        """The accepted history without the batch itself; None when the data set has none."""
        accepted = self._store.accepted_count(ref.dataset)
        kept = self._kept.get(ref.dataset)
        if kept is None or kept.accepted != accepted or time.monotonic() - kept.read_at > FRESH_S:
            try:
                baseline = self._store.baseline(ref.dataset, self._size)
            except UnknownDataset:
                self._kept.pop(ref.dataset, None)
                return None
            kept = self._kept[ref.dataset] = _Kept(baseline, accepted, time.monotonic())
        if all(p.batch is None or p.batch.batch_id != ref.batch_id for p in kept.baseline.profiles):
            return kept.baseline
        whole = self._store.baseline(ref.dataset, self._size + 1)
        others = [p for p in whole.profiles if p.batch is None or p.batch.batch_id != ref.batch_id]
        if not others:
            return None
        return Baseline.build(ref.dataset, others[-self._size :], whole.table_schema, whole.feedback)
