"""Keeps drawn samples in one file, so that several measurements share them: arrays and JSON, nothing executable."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from airflow_provider_dqheal.core.errors import ConfigError, DQHealError
from airflow_provider_dqheal.detection.context import BATCH_FEATURES
from airflow_provider_dqheal.detection.features import NAMES
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.detection.training import draw_all
from airflow_provider_dqheal.issues._base import Finding

EXCLUDED = ("nyc13",)
"""The family of the demo's tables: the detector is not trained on it, and not measured on it."""

_FIELDS = ("columns", "blamed", "key", "family", "corruption", "severity", "hard", "history", "ordered", "episode")


class SamplesUnreadable(DQHealError):
    """Raised when a file of samples is missing, damaged, or made for other features."""


def save_samples(path: Path, samples: Sequence[Sample]) -> None:
    """Writes samples to a .npz file."""
    about = [
        {
            **{name: getattr(s, name) for name in _FIELDS},
            "found": [asdict(finding) for finding in s.found],
            "own": [len(v) for v in s.self_values],
        }
        for s in samples
    ]
    document = {"features": list(NAMES), "batch_features": list(BATCH_FEATURES), "samples": about}
    own = [v for s in samples for v in s.self_values]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            about=np.frombuffer(json.dumps(document, default=float).encode(), dtype=np.uint8),
            values=np.concatenate([s.values for s in samples]),
            context=np.stack([s.context for s in samples]),
            facts=np.stack([s.facts for s in samples]),
            labels=np.stack([s.labels for s in samples]),
            column_labels=np.concatenate([s.column_labels for s in samples]),
            self_values=np.concatenate(own) if own else np.zeros((0, len(NAMES)), np.float16),
            self_context=np.asarray([c for s in samples for c in s.self_context], np.float16).reshape(
                -1, len(BATCH_FEATURES)
            ),
        )


def load_samples(path: Path) -> list[Sample]:
    """Reads what :func:`save_samples` wrote.

    Raises:
        SamplesUnreadable: when the file is missing, damaged or made for other features.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        document = json.loads(found["about"].tobytes())
    except (OSError, ValueError, KeyError) as error:
        raise SamplesUnreadable(f"{path}: cannot be read ({type(error).__name__}); draw the samples anew") from error
    if document["features"] != list(NAMES) or document["batch_features"] != list(BATCH_FEATURES):
        raise SamplesUnreadable(f"{path}: made for other features than this version's; draw the samples anew")
    samples = []
    row = own = batch = 0
    for i, about in enumerate(document["samples"]):
        sizes, columns = about.pop("own"), tuple(about.pop("columns"))
        ends = own + np.cumsum([0, *sizes])
        samples.append(
            Sample(
                values=found["values"][row : row + len(columns)],
                context=found["context"][i],
                facts=found["facts"][i],
                labels=found["labels"][i],
                column_labels=found["column_labels"][row : row + len(columns)],
                columns=columns,
                blamed=tuple((issue, column) for issue, column in about.pop("blamed")),
                found=tuple(Finding(**{**one, "examples": tuple(one["examples"])}) for one in about.pop("found")),
                self_values=tuple(found["self_values"][a:b] for a, b in pairwise(ends.tolist())),
                self_context=tuple(found["self_context"][batch : batch + len(sizes)]),
                **about,
            )
        )
        row, own, batch = row + len(columns), int(ends[-1]), batch + len(sizes)
    return samples


def drawn_samples(path: Path, episodes: int, seed: int = 0) -> list[Sample]:
    """The samples that a file holds; where there is no such file they are drawn and kept there.

    Raises:
        SamplesUnreadable: when the file is damaged or made for other features.
    """
    if not path.exists():
        save_samples(path, draw_all(episodes, seed, EXCLUDED))
    return load_samples(path)


def read_results(paths: Sequence[Path]) -> dict[str, Any]:
    """Results that were written as JSON; of several files, the parts are put together, later ones over earlier ones.

    Raises:
        ConfigError: when a file is not one.
    """
    result: dict[str, Any] = {}
    for path in paths:
        try:
            result.update(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(f"{path}: no results ({type(error).__name__}); expected what --save wrote") from error
    return result
