"""Batches that were judged wrongly, by name: where the detector fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.evaluation._base import Judged, Truth
from airflow_provider_dqheal.detection.samples import Sample

SHOWN = 8


def examples(samples: Sequence[Sample], truth: Truth, judged: Judged) -> dict[str, list[dict[str, Any]]]:
    """The loudest false alarms and the plainest faults that were missed or misnamed; one a table and fault family.

    A missed fault is plain when it was injected at high severity and is decidable from the history.
    """
    wrong_name = judged.flagged & ~(judged.predicted & (truth.labels > 0)).any(axis=1)
    high = truth.faulty & (truth.severity == "high")
    quiet = np.argsort(judged.score, kind="stable")
    loud = quiet[::-1]
    return {
        "false_alarms": _shown(samples, judged, loud[(truth.clean_ordered & judged.flagged)[loud]]),
        "missed": _shown(samples, judged, quiet[(high & ~judged.flagged)[quiet]]),
        "misnamed": _shown(samples, judged, loud[(high & wrong_name)[loud]]),
    }


def _shown(samples: Sequence[Sample], judged: Judged, places: np.ndarray) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    tables: set[str] = set()
    families: set[str] = set()
    for i in places.tolist():
        sample = samples[i]
        if sample.key in tables or (sample.corruption and sample.corruption in families):
            continue
        tables.add(sample.key)
        families.add(sample.corruption)
        probability = None if judged.probability is None else round(float(judged.probability[i, -1]), 4)
        found.append(
            {
                "table": sample.key,
                "history": sample.history,
                "fault": sample.corruption,
                "columns": sorted({column for _, column in sample.blamed})[:4],
                "said": [ISSUE_ORDER[k] for k in np.flatnonzero(judged.predicted[i])],
                "probability": probability,
            }
        )
        if len(found) == SHOWN:
            break
    return found
