"""The detector on tables it was not trained on: members never saw the family, thresholds come from other families."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.beyond import rate_of_scores
from airflow_provider_dqheal.detection.calibration import CHANNELS, Calibration, alarms
from airflow_provider_dqheal.detection.evaluation._base import PROMISES, Judged, Truth, no_columns
from airflow_provider_dqheal.detection.features import FACTS
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.detection.training import FOLDS, MEMBERS, calibration_of, fold_of, hides
from airflow_provider_dqheal.issues._base import ordered

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.network import Member

HEADS = len(ISSUE_ORDER) + 1
_OFF = -99.0
PARTS: dict[str, slice] = {"both": slice(0, 0), "facts": slice(0, HEADS), "ensemble": slice(HEADS, None)}
"""The ablation: the channels that are switched off."""


@dataclass(frozen=True, eq=False)
class Scored:
    """Held-out scores: ``channels`` (batches, channels), ``columns`` per batch (columns, issue types) logits."""

    channels: np.ndarray
    columns: list[np.ndarray]
    seconds: float = 0.0


Fit = Callable[[Sequence[Sample], int], "Scorer"]
Scorer = Callable[[Sequence[Sample]], tuple[np.ndarray, list[np.ndarray]]]


def cross_scored(samples: Sequence[Sample], seed: int, fit: Fit, split: int | None = None) -> Scored:
    """Scores every sample by a model of the other folds' families.

    Args:
        samples: all of them.
        seed: of the models, and of the split unless ``split`` is given.
        fit: trains on samples with a seed and returns what scores others: channels and column logits.
        split: the seed of the split of the families.
    """
    started = time.perf_counter()
    channels = np.zeros((len(samples), len(CHANNELS)))
    columns: list[np.ndarray] = [np.zeros((0, len(ISSUE_ORDER)))] * len(samples)
    folds = fold_of(samples, seed if split is None else split)
    for fold in range(FOLDS):
        inside = np.flatnonzero(folds == fold).tolist()
        scorer = fit([samples[i] for i in np.flatnonzero(folds != fold).tolist()], seed * 101 + 50 + fold)
        scored, of = scorer([samples[i] for i in inside])
        for row, i in enumerate(inside):
            channels[i], columns[i] = scored[row], of[row]
    return Scored(channels, columns, time.perf_counter() - started)


def members_of(samples: Sequence[Sample], seed: int, count: int = MEMBERS) -> list[Member]:
    """Trained members, by turns of both kinds; those of a kind are seeded apart."""
    from airflow_provider_dqheal.detection.ensemble import fit

    return [fit(samples, seed + FOLDS * (i // 2), hides(i)) for i in range(count)]


def judge_scored(
    samples: Sequence[Sample],
    truth: Truth,
    scored: Scored,
    folds: np.ndarray,
    rate: float,
    part: str = "both",
    acting: bool = False,
) -> Judged:
    """The opinions from held-out scores; each fold is judged by a calibration on the others.

    Args:
        samples: the batches.
        truth: the truth about them.
        scored: their held-out scores.
        folds: the fold of each.
        rate: the promised share of clean batches that raise an issue.
        part: one of :data:`PARTS`; what is switched off is off for the calibration, too.
        acting: whether they share what is promised with what lies beyond all that is clean.
    """
    started = time.perf_counter()
    channels = scored.channels.copy()
    channels[:, PARTS[part]] = _OFF
    count, types = len(samples), len(ISSUE_ORDER)
    score, predicted = np.zeros(count), np.zeros((count, types), dtype=bool)
    probability = np.zeros((count, types + 1))
    raised = {promise: np.zeros(count, dtype=bool) for promise in PROMISES}
    blamed = list(no_columns(truth))
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        calibration = calibration_of(
            [samples[i] for i in outside.tolist()], channels[outside], [scored.columns[i] for i in outside]
        )
        of = opinions(calibration, channels[inside], truth.history[inside], rate, acting)
        score[inside], predicted[inside], probability[inside] = of.score, of.predicted, of.probability
        for promise, found in of.alarms.items():
            raised[promise][inside] = found
        for i in inside.tolist():
            blamed[i] = blame(samples[i], scored.columns[i], calibration, part)
    return Judged(
        score=score,
        flagged=np.asarray(predicted.any(axis=1)),
        predicted=predicted,
        blamed=tuple(blamed),
        probability=probability,
        alarms=raised,
        seconds=scored.seconds + time.perf_counter() - started,
    )


def opinions(
    calibration: Calibration, channels: np.ndarray, history: np.ndarray, rate: float, acting: bool = False
) -> Judged:
    """What a calibration makes of the channels (batches, channels) of batches with this much history (batches,).

    ``acting``: whether it shares what is promised with what lies beyond all that is clean.
    """
    of_scores = rate_of_scores if acting else float
    rate = of_scores(rate)
    levels = calibration.levels(channels)
    level = alarms(levels)
    threshold, probability = calibration.thresholds_of(rate, history), calibration.probabilities(levels)
    predicted = calibration.named(channels, history, rate)
    return Judged(
        score=level - threshold,
        flagged=np.asarray(predicted.any(axis=1)),
        predicted=predicted,
        probability=probability,
        alarms={promise: level >= calibration.thresholds_of(of_scores(promise), history) for promise in PROMISES},
    )


def blame(sample: Sample, logits: np.ndarray, calibration: Calibration, part: str = "both") -> np.ndarray:
    """(columns, issue types) the columns that the verdict would blame; by their own evidence without an ensemble."""
    if part != "facts":
        return np.asarray(logits.reshape(-1, len(ISSUE_ORDER)) >= calibration.column_logit)
    strength = np.expm1(sample.values[:, -len(FACTS) :].astype(float))
    return np.asarray(strength >= [spec.own_strength for spec in ordered() if spec.name in ISSUE_ORDER])
