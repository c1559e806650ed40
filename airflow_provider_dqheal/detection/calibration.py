"""From scores to promises: what rate of clean batches a score exceeds, and where to act for a stated rate.

Eleven channels (five issue heads, "something is wrong", five kinds of facts) are put on one scale: the share of
time-ordered clean batches of held-out tables that score as high. The false-alarm budget is shared over the channels
by F1; a batch acts when any channel exceeds its share. Learned on held-out families only.

Source: Vovk, Gammerman and Shafer 2005, inductive conformal prediction (pooled over tables); the tail beyond the
largest clean score is extrapolated exponentially (Pickands 1975).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from airflow_provider_dqheal.core.errors import ModelLoadError
from airflow_provider_dqheal.core.types import ISSUE_ORDER

HEADS: tuple[str, ...] = (*ISSUE_ORDER, "any")
CHANNELS: tuple[str, ...] = (*HEADS, *(f"fact.{name}" for name in ISSUE_ORDER))
HISTORY_BINS: tuple[int, ...] = (3, 5, 7, 12)
"""Lower ends of the bins of history lengths that have a threshold table each."""

RATES: tuple[float, ...] = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
_TAIL = np.concatenate([np.linspace(0.02, 0.9, 45), 1 - np.geomspace(0.1, 0.002, 30)])
_LOG_TAIL = np.log(1.0 - _TAIL)
_LOG_RATES = np.log(RATES)
_COUNT = len(ISSUE_ORDER)
_ASK = 1 - np.asarray(RATES)
PLAIN = 2.0
"""Strength of a fact that names the issue where only "something is wrong" alarms."""

_CUTS = np.linspace(-4, 4, 33)
_REDRAWS = 200
_CAREFUL = 0.85
"""The bootstrap level of a threshold: tables differ more than their batches do, and shares were fitted, too."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """``tails`` (channels, quantiles) of clean scores, ``shares`` (channels,) of the budget, ``loosen`` for naming.

    ``thresholds``: per history bin the alarm level for each of :data:`RATES`. ``platt`` (issue types + any, 2): slope
    and offset from alarm level to probability. ``column_logit``: above it a column is blamed.
    """

    tails: np.ndarray
    shares: np.ndarray
    thresholds: Mapping[int, np.ndarray]
    loosen: float
    platt: np.ndarray
    column_logit: np.ndarray

    def levels(self, channels: np.ndarray) -> np.ndarray:
        """Alarm levels (batches, channels) of scores: minus log of clean exceedance over the channel's share."""
        each = zip(channels.T, self.tails, strict=True)
        beyond = np.stack([exceedance(scores, tail) for scores, tail in each], axis=1)
        return -np.log(np.maximum(beyond, 1e-12) / self.shares)

    def threshold(self, rate: float, history: int) -> float:
        """The level that a share ``rate`` of clean batches reaches, for this history length."""
        at = max((bound for bound in self.thresholds if bound <= history), default=min(self.thresholds))
        wanted = math.log(min(max(rate, RATES[0] / 10), RATES[-1]))
        table = self.thresholds[at]
        if wanted < _LOG_RATES[0]:
            return float(table[0] + (_LOG_RATES[0] - wanted))
        return float(np.interp(wanted, _LOG_RATES, table))

    def probability(self, head: int, level: float) -> float:
        """Calibrated probability of a head (5 is "something is wrong") from its alarm level."""
        slope, offset = self.platt[head]
        return 1.0 / (1.0 + math.exp(-min(max(float(slope * level + offset), -30.0), 30.0)))

    def thresholds_of(self, rate: float, history: np.ndarray) -> np.ndarray:
        """(batches,) the level for each history length (batches,)."""
        known = {int(length): self.threshold(rate, int(length)) for length in np.unique(history)}
        return np.asarray([known[int(length)] for length in history])

    def probabilities(self, levels: np.ndarray) -> np.ndarray:
        """(batches, issue types + 1) calibrated probabilities of alarm levels (batches, channels)."""
        heads = np.concatenate([head_levels(levels), alarms(levels)[:, None]], axis=1)
        slope, offset = self.platt[:, 0], self.platt[:, 1]
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(slope * heads + offset, -30, 30))))

    def named(self, channels: np.ndarray, history: np.ndarray, rate: float) -> np.ndarray:
        """(batches, issue types) bool: the issues that scores (batches, channels) name at a stated rate."""
        levels = self.levels(channels)
        likely = likeliest(self.probabilities(levels)[:, :-1], channels[:, _COUNT + 1 :])
        return named(levels, self.thresholds_of(rate, history), self.loosen, likely)

    def to_json(self) -> dict[str, Any]:
        """For metadata.json."""
        return {
            "channels": list(CHANNELS),
            "tails": np.round(self.tails, 5).tolist(),
            "shares": np.round(self.shares, 6).tolist(),
            "rates": list(RATES),
            "thresholds": {str(bound): np.round(table, 5).tolist() for bound, table in self.thresholds.items()},
            "loosen": self.loosen,
            "platt": np.round(self.platt, 5).tolist(),
            "column_logit": np.round(self.column_logit, 4).tolist(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Calibration:
        """From :meth:`to_json`.

        Raises:
            ModelLoadError: when it has other channels or rates.
        """
        if tuple(document.get("channels", ())) != CHANNELS or tuple(document.get("rates", ())) != RATES:
            raise ModelLoadError("metadata.json: calibration of other channels or rates; train again with this version")
        return cls(
            tails=np.asarray(document["tails"], dtype=float),
            shares=np.asarray(document["shares"], dtype=float),
            thresholds={int(k): np.asarray(v, dtype=float) for k, v in document["thresholds"].items()},
            loosen=float(document["loosen"]),
            platt=np.asarray(document["platt"], dtype=float),
            column_logit=np.asarray(document["column_logit"], dtype=float),
        )


def exceedance(scores: np.ndarray, tail: np.ndarray) -> np.ndarray:
    """Share of clean batches at or above each score; exponential beyond the table."""
    last = float(tail[-1])
    slope = (_LOG_TAIL[-1] - _LOG_TAIL[-15]) / max(last - float(tail[-15]), 0.05)
    beyond = np.maximum(_LOG_TAIL[-1] + slope * (np.maximum(scores, last) - last), -27.0)
    inside = np.where(scores <= tail[0], 0.0, np.interp(scores, tail, _LOG_TAIL))
    return np.exp(np.where(scores > last, beyond, inside))


def alarms(levels: np.ndarray) -> np.ndarray:
    """The batch's alarm level: the largest of its channels (batches,)."""
    return levels.max(axis=1)


def head_levels(levels: np.ndarray) -> np.ndarray:
    """(batches, issue types): the larger of the head's and the facts' level."""
    return np.maximum(levels[:, :_COUNT], levels[:, _COUNT + 1 :])


def named(levels: np.ndarray, threshold: np.ndarray, loosen: float, likely: np.ndarray) -> np.ndarray:
    """(batches, issue types) bool: the issues of each batch that alarms.

    All whose head or facts are near the threshold; where none is, the one at the place that ``likely`` (batches,) says.
    """
    chosen = head_levels(levels) >= (threshold - np.log(loosen))[:, None]
    alone = np.flatnonzero(~chosen.any(axis=1))
    chosen[alone, likely[alone]] = True
    return np.asarray(chosen & (alarms(levels) >= threshold)[:, None])


def likeliest(estimates: np.ndarray, facts: np.ndarray) -> np.ndarray:
    """(batches,) the place of the issue type that a batch has if it has any: of plain evidence, else the likeliest.

    Args:
        estimates: (batches, issue types) probabilities, or levels before there are any.
        facts: (batches, issue types) strengths of the hard evidence.
    """
    return np.where(facts.max(axis=1) >= PLAIN, facts.argmax(axis=1), estimates.argmax(axis=1))


def calibrate(
    channels: np.ndarray,
    labels: np.ndarray,
    clean: np.ndarray,
    history: np.ndarray,
    family: Sequence[str],
    rate: float = 0.03,
) -> Calibration:
    """Fits tails, shares, thresholds and probabilities on held-out scores.

    Args:
        channels: (batches, channels) scores.
        labels: (batches, issue types) 1, 0, or -1 where tolerated.
        clean: which batches are clean and time-ordered (others that are clean are left out by the caller).
        history: batches of history of each.
        family: family of tables of each: a promise has to hold on tables that are like none of these.
        rate: the promise at which the budget is shared out.
    """
    tails = np.stack([np.maximum.accumulate(np.quantile(channels[clean, i], _TAIL)) for i in range(len(CHANNELS))])
    tails += np.arange(tails.shape[1]) * 1e-6
    shares = np.full(len(CHANNELS), 1.0)
    loosen = 1.0
    facts = channels[:, _COUNT + 1 :]
    logp = np.stack(
        [-np.log(np.maximum(exceedance(channels[:, i], tails[i]), 1e-12)) for i in range(len(CHANNELS))], axis=1
    )

    def score(shares: np.ndarray, loosen: float) -> float:
        levels = logp + np.log(shares)
        threshold = np.quantile(alarms(levels)[clean], 1 - rate)
        likely = likeliest(head_levels(levels), facts)
        return macro_f1(named(levels, np.full(len(levels), threshold), loosen, likely), labels)

    best = score(shares, loosen)
    for _ in range(3):
        before = best
        for i in range(len(CHANNELS)):
            for factor in (0.1, 0.3, 0.6, 1.6, 3.0, 10.0):
                trial = shares.copy()
                trial[i] = float(np.clip(trial[i] * factor, 1e-3, 1e3))
                if (found := score(trial, loosen)) > best + 1e-5:
                    best, shares = found, trial
        for candidate in (1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 15.0):
            if (found := score(shares, candidate)) > best + 1e-5:
                best, loosen = found, candidate
        if best - before < 1e-4:
            break
    levels = logp + np.log(shares)
    groups = np.asarray(family)
    pooled = _careful_quantiles(alarms(levels)[clean], groups[clean])
    thresholds = {}
    for k, bound in enumerate(HISTORY_BINS):
        upper = HISTORY_BINS[k + 1] if k + 1 < len(HISTORY_BINS) else 10**9
        inside = clean & (history >= bound) & (history < upper)
        own = _careful_quantiles(alarms(levels)[inside], groups[inside]) if inside.sum() >= 60 else pooled
        weight = min(1.0, inside.sum() / 600)
        thresholds[bound] = np.maximum(pooled, weight * own + (1 - weight) * pooled)
    heads = np.concatenate([head_levels(levels), alarms(levels)[:, None]], axis=1)
    truth = np.concatenate([labels, np.asarray((labels > 0).any(axis=1))[:, None].astype(int)], axis=1)
    platt = np.stack([_platt(heads[truth[:, i] >= 0, i], truth[truth[:, i] >= 0, i]) for i in range(_COUNT + 1)])
    return Calibration(tails, shares, thresholds, loosen, platt, np.zeros(_COUNT))


def _careful_quantiles(levels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Levels that shares :data:`RATES` of clean batches reach: the upper end over redrawn families of tables."""
    members = [levels[groups == name] for name in np.unique(groups)]
    rng = np.random.default_rng(0)
    found = [
        np.quantile(np.concatenate([members[int(k)] for k in rng.integers(0, len(members), len(members))]), _ASK)
        for _ in range(_REDRAWS)
    ]
    return np.quantile(np.asarray(found), _CAREFUL, axis=0)


def macro_f1(predicted: np.ndarray, labels: np.ndarray) -> float:
    """Mean F1 over the issue types; tolerated labels count neither way."""
    return float(np.mean([f1(predicted[:, i], labels[:, i])[2] for i in range(labels.shape[1])]))


def f1(predicted: np.ndarray, labels: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    known = labels >= 0
    hit = float((predicted & (labels > 0) & known).sum())
    precision = hit / max(float((predicted & known).sum()), 1.0)
    recall = hit / max(float((labels > 0).sum()), 1.0)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _platt(level: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Logistic regression on one variable by Newton steps (Platt 1999)."""
    x = np.stack([np.clip(level, -20, 30), np.ones_like(level)], axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(2)
        step = np.linalg.solve(hessian, x.T @ (truth - p) - 1e-3 * weights)
        weights += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-6:
            break
    return weights


def fit_columns(
    logits: Sequence[np.ndarray], truth: Sequence[np.ndarray], labels: np.ndarray, said: np.ndarray
) -> np.ndarray:
    """(issue types,) the column logit that gives the best F1 over the columns of all batches that name the issue.

    Args:
        logits: of each batch (columns, issue types).
        truth: of each batch (columns, issue types), whether the column has the issue.
        labels: (batches, issue types) 1, 0, or -1 where tolerated.
        said: (batches, issue types) which issues each batch is said to have, rightly or wrongly.
    """
    found = np.zeros(_COUNT)
    for i in range(_COUNT):
        there = sum(float((truth[k][:, i] > 0).sum()) for k in np.flatnonzero(labels[:, i] > 0).tolist())
        rows = np.flatnonzero(said[:, i] & (labels[:, i] >= 0)).tolist()
        if not rows or not there:
            continue
        score = np.concatenate([logits[k][:, i] for k in rows])
        hit = np.concatenate([truth[k][:, i] > 0 for k in rows])
        blamed = [score >= cut for cut in _CUTS]
        found[i] = _CUTS[int(np.argmax([(one & hit).sum() / (one.sum() + there) for one in blamed]))]
    return found
