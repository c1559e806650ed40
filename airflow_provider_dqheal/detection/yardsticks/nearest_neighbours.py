"""Novelty of a batch's descriptive statistics by its nearest neighbours in the history; says yes or no only."""

from __future__ import annotations

import math

import numpy as np

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.detection.yardsticks._base import Opinion, Yardstick
from airflow_provider_dqheal.detection.yardsticks._columns import Column, column_of, past_of
from airflow_provider_dqheal.detection.yardsticks._statistics import summary

NEIGHBOURS = 5
CONTAMINATION = 0.01
"""Share of the history taken to be bad: the threshold is the quantile 1 - share of its own distances."""

_WORDS = 200
_STATISTICS = ("completeness", "distinctness", "top_share", "mean", "deviation", "minimum", "maximum", "peculiarity")


def judge(history: Stack, batch: BatchView) -> Opinion:
    """Mean distance to the five nearest history batches, in units of the threshold from the history itself."""
    if "yardstick vectors" not in history.cache:
        history.cache["yardstick vectors"] = _matrix(history)
    known = np.asarray(history.cache["yardstick vectors"])
    mine = np.concatenate(
        [
            vector(column_of(batch.columns[name]), past.kind) if name in batch.columns else np.zeros(len(_STATISTICS))
            for name, past in past_of(history).items()
        ]
    )
    low, span = known.min(axis=0), np.ptp(known, axis=0)
    scale = np.where(span > 0, span, 1.0)
    past, now = (known - low) / scale, (mine - low) / scale
    between = np.sqrt(((past[:, None, :] - past[None, :, :]) ** 2).sum(axis=2))
    np.fill_diagonal(between, np.inf)
    count = min(NEIGHBOURS, len(past) - 1)
    own = np.sort(between, axis=1)[:, :count].mean(axis=1)
    distance = np.sort(np.sqrt(((past - now) ** 2).sum(axis=1)))[:count].mean()
    threshold = float(np.quantile(own, 1.0 - CONTAMINATION))
    return Opinion(float(distance / max(threshold, 1e-9)), bool(distance > threshold), {})


def vector(column: Column, kind: str) -> np.ndarray:
    """The descriptive statistics of one column; 0 where one does not apply."""
    found = {**summary(column), "peculiarity": peculiarity(list(column.values)[:_WORDS]) if kind != "number" else 0.0}
    if kind != "number":
        found.update(dict.fromkeys(("mean", "deviation", "minimum", "maximum"), 0.0))
    return np.nan_to_num(np.asarray([found[name] for name in _STATISTICS]), nan=0.0, posinf=1e12, neginf=-1e12)


def peculiarity(texts: list[str]) -> float:
    """Largest index of peculiarity of the texts: how rare their trigrams are, given their bigrams.

    Source: Morris and Cherry 1975, as used by Redyuk et al. 2021, section 4.
    """
    pairs: dict[str, int] = {}
    triples: dict[str, int] = {}
    for text in texts:
        for i in range(len(text) - 1):
            pairs[text[i : i + 2]] = pairs.get(text[i : i + 2], 0) + 1
        for i in range(len(text) - 2):
            triples[text[i : i + 3]] = triples.get(text[i : i + 3], 0) + 1
    worst = 0.0
    for text in texts:
        if len(text) < 3:
            continue
        squares = [
            (0.5 * (math.log(pairs[t[:2]]) + math.log(pairs[t[1:]])) - math.log(triples[t])) ** 2
            for t in (text[i : i + 3] for i in range(len(text) - 2))
        ]
        worst = max(worst, math.sqrt(sum(squares) / len(squares)))
    return worst


def _matrix(history: Stack) -> np.ndarray:
    rows = []
    for batch in history.batches:
        parts = [
            vector(column_of(batch.columns[name]), past.kind) if name in batch.columns else np.zeros(len(_STATISTICS))
            for name, past in past_of(history).items()
        ]
        rows.append(np.concatenate(parts) if parts else np.zeros(1))
    return np.stack(rows)


NEAREST_NEIGHBOURS = Yardstick(
    name="nearest_neighbours",
    title="kNN novelty of batch statistics",
    source="Redyuk et al. 2021, Automating Data Quality Validation for Dynamic Data Ingestion, EDBT, section 4",
    names_issues=False,
    judge=judge,
)
