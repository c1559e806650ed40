"""Other architectures on the same features, self-test, facts and calibration: only what scores the batch differs.

scikit-learn is a yardstick here, not a dependency of the product: it is in the group ``dev``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.evaluation.held_out import Fit, Scorer, members_of
from airflow_provider_dqheal.detection.samples import Sample

if TYPE_CHECKING:
    from torch import Tensor

    from airflow_provider_dqheal.detection.network import Member

_MOST_ROWS = 20_000
"""Columns a yardstick of scikit-learn trains on: all with the issue, others at random up to this many."""

_TOP = 30.0


@dataclass(frozen=True)
class Architecture:
    """``title`` for people; ``fit`` trains it. ``needs_sklearn``: from the group ``dev``."""

    name: str
    title: str
    fit: Fit
    needs_sklearn: bool = False


Logits = Callable[[Sequence[np.ndarray], Sequence[np.ndarray]], tuple[np.ndarray, list[np.ndarray]]]
"""Of batches of column features and their contexts: batch logits (batches, heads), column logits of each."""


def with_facts(logits: Logits) -> Scorer:
    """Adds the self-test and the channels of facts, as :func:`training.score_samples` does for the ensemble."""

    def score(samples: Sequence[Sample]) -> tuple[np.ndarray, list[np.ndarray]]:
        from airflow_provider_dqheal.detection.ensemble import self_tested

        batch, columns = logits([s.values for s in samples], [s.context for s in samples])
        carriers = [s for s in samples if s.self_values]
        values = [v for s in carriers for v in s.self_values]
        contexts = [c for s in carriers for c in s.self_context]
        scored = logits(values, contexts)[0] if values else np.zeros((0, batch.shape[1]))
        own: dict[tuple[str, int], np.ndarray] = {}
        at = 0
        for s in carriers:
            own[s.key, s.episode] = scored[at : at + len(s.self_values)]
            at += len(s.self_values)
        none = np.zeros((0, batch.shape[1]))
        tested = np.stack([self_tested(batch[i], own.get((s.key, s.episode), none)) for i, s in enumerate(samples)])
        return np.concatenate([tested, np.stack([s.facts for s in samples])], axis=1), columns

    return score


def network_part(members: Sequence[Member], part: str) -> Logits:
    """Logits of one network of the members: ``columns`` (max pool), ``set`` (deep set), or ``both`` averaged."""

    def logits(values: Sequence[np.ndarray], contexts: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
        import torch

        total = np.zeros((len(values), len(ISSUE_ORDER) + 1))
        columns = [np.zeros((len(v), len(ISSUE_ORDER))) for v in values]
        order = np.argsort([len(v) for v in values], kind="stable")
        with torch.no_grad():
            for start in range(0, len(order), 256):
                rows = order[start : start + 256]
                inputs = _padded([values[i] for i in rows], [contexts[i] for i in rows])
                for member in members:
                    pooled, deep, of = member(*inputs)
                    found = {"columns": pooled, "set": deep, "both": (pooled + deep) / 2}[part]
                    total[rows] += found.numpy() / len(members)
                    for row, i in enumerate(rows):
                        columns[i] += of[row, : len(values[i])].numpy() / len(members)
        return total, columns

    return logits


def _padded(values: Sequence[np.ndarray], contexts: Sequence[np.ndarray]) -> tuple[Tensor, Tensor, Tensor]:
    """Pads batches of columns to one tensor, with the mask of what is there."""
    import torch

    most = max(1, max(len(v) for v in values))
    padded = np.zeros((len(values), most, values[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(values), most), dtype=bool)
    for i, v in enumerate(values):
        padded[i, : len(v)] = v
        mask[i, : len(v)] = True
    return torch.from_numpy(padded), torch.from_numpy(mask), torch.from_numpy(np.stack(contexts).astype(np.float32))


def parts_of(members: Sequence[Member]) -> dict[str, Scorer]:
    """The shipped ensemble and its two halves, which share the first layer only."""
    return {part: with_facts(network_part(members, part)) for part in ("both", "columns", "set")}


def per_column(make: Callable[[int], Any]) -> Fit:
    """One classifier of scikit-learn an issue type over single columns; a batch has the largest of its columns."""

    def fit(samples: Sequence[Sample], seed: int) -> Scorer:
        rng = np.random.default_rng(seed)
        kept = [s for s in samples if not s.hard and len(s.values)]
        rows = np.concatenate([s.values for s in kept]).astype(np.float32)
        labels = np.concatenate([s.column_labels for s in kept])
        known = np.concatenate([np.repeat((s.labels >= 0)[None, :], len(s.values), axis=0) for s in kept])
        centre, scale = rows.mean(axis=0), rows.std(axis=0) + 0.05
        models: list[Any] = []
        for i in range(len(ISSUE_ORDER)):
            there, others = (
                np.flatnonzero(known[:, i] & (labels[:, i] > 0)),
                np.flatnonzero(known[:, i] & (labels[:, i] == 0)),
            )
            room = max(_MOST_ROWS - len(there), len(there))
            picked = np.concatenate([there, rng.permutation(others)[:room]])
            if not len(there):
                models.append(None)
                continue
            model = make(seed)
            model.fit(np.clip((rows[picked] - centre) / scale, -6, 6), labels[picked, i] > 0)
            models.append(model)

        def logits(values: Sequence[np.ndarray], contexts: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
            sizes = np.asarray([len(v) for v in values])
            flat = np.clip((np.concatenate(list(values)).astype(np.float32) - centre) / scale, -6, 6)
            found = np.full((len(flat), len(ISSUE_ORDER)), -_TOP)
            for i, model in enumerate(models):
                if model is not None and len(flat):
                    found[:, i] = np.clip(model.decision_function(flat), -_TOP, _TOP)
            columns = np.split(found, np.cumsum(sizes)[:-1]) if len(sizes) else []
            batch = np.full((len(values), len(ISSUE_ORDER) + 1), -_TOP)
            for i, of in enumerate(columns):
                if len(of):
                    batch[i, :-1] = of.max(axis=0)
                    batch[i, -1] = of.max()
            return batch, columns

        return with_facts(logits)

    return fit


def _logistic(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=0.05, max_iter=200, random_state=seed)


def _trees(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.1, max_leaf_nodes=15, min_samples_leaf=20, early_stopping=False, random_state=seed
    )


def _ensemble(samples: Sequence[Sample], seed: int) -> Scorer:
    return parts_of(members_of(samples, seed))["both"]


LOGISTIC = Architecture("logistic", "logistic regression per column, max pool", per_column(_logistic), True)
TREES = Architecture("trees", "boosted trees per column, max pool", per_column(_trees), True)
ENSEMBLE = Architecture("both", "column MLP and deep set, averaged (shipped)", _ensemble)
TITLES: dict[str, str] = {
    "columns": "column MLP, max pool, with context",
    "set": "deep set (max and mean pool)",
    "both": ENSEMBLE.title,
}


def require_sklearn() -> None:
    """Checks that the yardsticks of scikit-learn can run.

    Raises:
        ConfigError: when scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "--compare: scikit-learn is not installed; expected it from the group dev (pip install scikit-learn)"
        ) from error
