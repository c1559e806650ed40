"""The detector's own training as the measurement uses it: the one place here that knows how it is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.evaluation.architectures import Logits
from airflow_provider_dqheal.detection.evaluation.held_out import Scored, Scorer, cross_scored
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.detection.training import FOLDS, MEMBERS, score_samples

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.network import Member

Trained = list["list[Member]"]
"""The members of each fold, in the order of the folds."""


def shipped(
    samples: Sequence[Sample],
    seed: int,
    members: int = MEMBERS,
    without: frozenset[str] = frozenset(),
    split: int | None = None,
) -> tuple[Scored, Trained]:
    """Held-out scores by the detector as it is shipped, and the networks that gave them.

    Args:
        samples: all of them; each is scored by networks that saw neither its family of tables ...
        seed: of the networks, and of the split unless ``split`` is given.
        members: networks of an ensemble.
        without: ... nor a fault of these families.
        split: the seed of the split of the families of tables.
    """
    trained: Trained = []

    def fit(inside: Sequence[Sample], of: int) -> Scorer:
        from airflow_provider_dqheal.detection.ensemble import fit

        kept = [s for s in inside if without.isdisjoint(s.corruption.split("+"))]
        networks = [fit(kept, of + FOLDS * i) for i in range(members)]
        trained.append(networks)
        return lambda others: score_samples(networks, others)

    return cross_scored(samples, seed, fit, split), trained


def network_part(members: Sequence[Member], part: str) -> Logits:
    """Logits of one of the two networks of the members: ``columns`` (max pool) or ``set`` (deep set).

    The two share no weights: each is as if it had been trained alone.
    """

    def logits(values: Sequence[np.ndarray], contexts: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
        import torch

        from airflow_provider_dqheal.detection.ensemble import collate

        total = np.zeros((len(values), len(ISSUE_ORDER) + 1))
        columns = [np.zeros((len(v), len(ISSUE_ORDER))) for v in values]
        order = np.argsort([len(v) for v in values], kind="stable")
        with torch.no_grad():
            for start in range(0, len(order), 256):
                rows = order[start : start + 256]
                inputs = collate([values[i] for i in rows], [contexts[i] for i in rows])
                for member in members:
                    pooled, deep, of = member(*inputs)
                    total[rows] += (pooled if part == "columns" else deep).numpy() / len(members)
                    for row, i in enumerate(rows):
                        columns[i] += of[row, : len(values[i])].numpy() / len(members)
        return total, columns

    return logits
