"""Keeps the detectors of a split, so that more than detection is measured on tables that they never saw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.detection.evaluation.held_out import Scored
from airflow_provider_dqheal.detection.evaluation.store import EXCLUDED
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.detection.training import calibration_of
from airflow_provider_dqheal.detection.weights import METADATA, read_metadata, write_weights

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.network import Member


def keep_detectors(
    folder: Path, samples: Sequence[Sample], scored: Scored, folds: np.ndarray, members: Sequence[Sequence[Member]]
) -> None:
    """Writes ``fold-<i>``, the weights of each fold's members, calibrated on the other folds' held-out scores."""
    for fold, own in enumerate(members):
        outside = np.flatnonzero(folds != fold)
        trained = [samples[i] for i in outside.tolist()]
        calibration = calibration_of(trained, scored.channels[outside], [scored.columns[i] for i in outside.tolist()])
        unseen = {samples[i].family for i in np.flatnonzero(folds == fold).tolist()}
        about = {
            "episodes": len({(s.key, s.episode) for s in trained}),
            "samples": len(trained),
            "excluded_families": sorted(unseen.union(EXCLUDED)),
        }
        write_weights(folder / f"fold-{fold}", own, calibration, about)


def kept_detectors(folder: Path) -> dict[str, Path]:
    """The weights for each family of tables, made without it.

    Raises:
        ConfigError: when :func:`keep_detectors` kept none there.
        ModelLoadError: when they are unreadable or made for other features.
    """
    found = {
        family: path.parent
        for path in sorted(folder.glob(f"fold-*/{METADATA}"))
        for family in read_metadata(path.parent)["excluded_families"]
    }
    if not found:
        raise ConfigError(f"{folder}: no detectors; keep them with `dqheal evaluate --weights {folder}`")
    return found
