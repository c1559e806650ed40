"""Baselines of the data sets in a stream, kept while nothing new was accepted."""

from __future__ import annotations

import time
from dataclasses import dataclass

from airflow_provider_dqheal.core.errors import UnknownDataset
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.pipeline.history import history_of, same_profiles
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.remediation.cleaned import believed

FRESH_S = 30.0
"""A baseline is read again after so long in any case: a person may have taken a batch out of it."""


@dataclass
class _Kept:
    newest: Baseline
    accepted: int
    read_at: float
    history: Baseline | None = None
    used: Baseline | None = None


class Histories:
    """Reads a baseline once for many messages: thirty profiles take longer to read than one to judge."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._settings = services.settings
        self._detection = services.settings.detection
        self._kept: dict[str, _Kept] = {}

    def baseline_for(self, ref: BatchRef) -> Baseline | None:
        """As ``pipeline.detect.baseline_for``; the same object while nothing changes, as its statistics are kept.

        Raises:
            ConfigError: when the data set's policy is invalid.
        """
        accepted = self._store.accepted_count(ref.dataset)
        kept = self._kept.get(ref.dataset)
        if kept is None or kept.accepted != accepted or time.monotonic() - kept.read_at > FRESH_S:
            try:
                newest = self._store.baseline(ref.dataset, self._detection.history_size + 1)
            except UnknownDataset:
                self._kept.pop(ref.dataset, None)
                return None
            kept = self._kept[ref.dataset] = _Kept(newest, accepted, time.monotonic())
        found = history_of(kept.newest, ref, self._detection)
        if found is None:
            kept.history = kept.used = None
        elif kept.history is None or not same_profiles(found.profiles, kept.history.profiles):
            kept.history, kept.used = found, believed(found, self._settings.policy_for(ref.dataset))
        return kept.used
