"""The figures of one method on one set of batches, with intervals. Undecidable batches are reported apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.calibration import f1, macro_f1
from airflow_provider_dqheal.detection.evaluation._base import PROMISES, Judged, Truth
from airflow_provider_dqheal.detection.evaluation.intervals import above, bootstrap
from airflow_provider_dqheal.detection.evaluation.reliability import reliability

SEVERITY_ORDER = ("low", "medium", "high")
_COLUMN_ISSUES = tuple(i for i, name in enumerate(ISSUE_ORDER) if name != "schema_drift")
"""Issue types whose columns are scored: schema drift is an exact difference, its columns need no guess."""

_FEWEST = 20
_WORST = 12
_FEWEST_OF_TABLE = 5


def figures(truth: Truth, judged: Judged, intervals: bool = True) -> dict[str, Any]:
    """All figures of one method. Means are over batches; ``*_interval`` is 95 % by bootstrap over tables."""
    counts = _column_counts(truth, judged)
    every = np.arange(len(truth))
    plain = headline(truth, judged, counts, every)
    spread = bootstrap(truth.table, lambda rows: headline(truth, judged, counts, rows)) if intervals else {}
    known = truth.faulty | truth.clean
    result: dict[str, Any] = {
        "batches": len(truth),
        "clean_ordered": int(truth.clean_ordered.sum()),
        "clean_shuffled": int((truth.clean & ~truth.ordered).sum()),
        "faulty": int(truth.faulty.sum()),
        "undecidable": int(truth.hard.sum()),
        "tables": len(np.unique(truth.table)),
    }
    for name, value in plain.items():
        result[name] = None if value is None else round(value, 4)
        if name in spread:
            result[f"{name}_interval"] = spread[name]
    result["issues"] = {}
    for i, name in enumerate(ISSUE_ORDER):
        found = f1(judged.predicted[known, i], truth.labels[known, i])
        result["issues"][name] = {k: round(v, 4) for k, v in zip(("precision", "recall", "f1"), found, strict=True)}
    result["recall_by_severity"] = {name: result[f"recall_{name}"] for name in SEVERITY_ORDER}
    result["undecidable_any_recall"] = share(judged.flagged[truth.hard])
    result["false_alarms_by_history"] = _by_history(truth, judged.flagged)
    result["weakest_families"] = weakest(truth, judged)
    if judged.alarms:
        result.update(promises(truth, judged))
    if judged.probability is not None:
        result["reliability"] = _reliability(truth, judged.probability)
    result["milliseconds_a_batch"] = round(1000.0 * judged.seconds / max(len(truth), 1), 3)
    result["seconds"] = round(judged.seconds, 2)
    return result


def headline(truth: Truth, judged: Judged, counts: np.ndarray, rows: np.ndarray) -> dict[str, float | None]:
    """The figures that carry an interval, of the batches at ``rows`` (a place may come twice)."""
    labels, flagged, score = truth.labels[rows], judged.flagged[rows], judged.score[rows]
    predicted, clean, hard = judged.predicted[rows], truth.clean[rows], truth.hard[rows]
    ordered_clean, faulty = clean & truth.ordered[rows], ~clean & ~hard
    known = clean | faulty
    hit, said, there = counts[rows][known].sum(axis=0)
    found: dict[str, float | None] = {
        "macro_f1": macro_f1(predicted[known], labels[known]),
        "false_alarms_ordered": share(flagged[ordered_clean]),
        "false_alarms_shuffled": share(flagged[clean & ~ordered_clean]),
        "auc": auc(score[faulty], score[ordered_clean]),
        "recall_at_1": recall_at(score[faulty], score[ordered_clean], 0.01),
        "recall_at_5": recall_at(score[faulty], score[ordered_clean], 0.05),
        "any_recall": share(flagged[faulty]),
        "exact_set": share(_exact(predicted[faulty], labels[faulty])),
        "column_f1": float(2.0 * hit / max(said + there, 1.0)),
    }
    severity = truth.severity[rows]
    for name in SEVERITY_ORDER:
        inside = faulty & (severity == name)
        found[f"recall_{name}"] = share(predicted[inside][labels[inside] > 0])
    return found


def promises(truth: Truth, judged: Judged) -> dict[str, Any]:
    """Promised and observed rates on time-ordered clean batches: overall, by history length, and by table."""
    inside = truth.clean_ordered
    overall: dict[str, float | None] = {}
    lengths: dict[str, dict[str, float | None]] = {}
    tables: dict[str, float | None] = {}
    spread = bootstrap(
        truth.table[inside],
        lambda rows: {str(rate): share(judged.alarms[rate][inside][rows]) for rate in PROMISES},
    )
    for rate in PROMISES:
        alarms = judged.alarms[rate]
        overall[str(rate)] = share(alarms[inside])
        lengths[str(rate)] = _by_history(truth, alarms)
        tables[str(rate)] = _tables_above(truth, alarms, rate)
    return {
        "promised_and_observed": overall,
        "promised_and_observed_intervals": spread,
        "promised_and_observed_by_history": lengths,
        "tables_above_promise": tables,
    }


def weakest(truth: Truth, judged: Judged, fewest: int = 8) -> list[dict[str, Any]]:
    """The fault families that are found least often (single faults, undecidable ones left out)."""
    found = []
    for name in np.unique(truth.corruption[truth.faulty]).tolist():
        inside = truth.faulty & (truth.corruption == name)
        if "+" in name or inside.sum() < fewest:
            continue
        right = (judged.predicted[inside] & (truth.labels[inside] > 0)).any(axis=1)
        found.append(
            {
                "family": name,
                "batches": int(inside.sum()),
                "any": share(judged.flagged[inside]),
                "right_issue": share(np.asarray(right)),
            }
        )
    return sorted(found, key=lambda one: (one["right_issue"], one["family"]))[:_WORST]


def share(hits: np.ndarray) -> float | None:
    """Mean of a boolean array to four digits; None of none."""
    return round(float(np.mean(hits)), 4) if len(hits) else None


def auc(bad: np.ndarray, good: np.ndarray) -> float | None:
    """Chance that a bad batch scores above a good one, ties counted half (Mann and Whitney 1947)."""
    if not len(bad) or not len(good):
        return None
    both = np.concatenate([bad, good])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[: len(bad)].sum() - len(bad) * (len(bad) + 1) / 2) / (len(bad) * len(good)))


def recall_at(bad: np.ndarray, good: np.ndarray, rate: float) -> float | None:
    """Share of bad batches above the score that a share ``rate`` of the good ones exceeds."""
    if not len(bad) or not len(good):
        return None
    cut = np.sort(good)[min(math.ceil((1.0 - rate) * len(good)), len(good)) - 1]
    return float(np.mean(bad > cut))


def _exact(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.asarray(((predicted == (labels > 0)) | (labels < 0)).all(axis=1))


def _column_counts(truth: Truth, judged: Judged) -> np.ndarray:
    """(N, 3) columns blamed rightly, blamed, and to blame, over the issue types but schema drift."""
    counts = np.zeros((len(truth), 3))
    if not judged.blamed:
        return counts
    for i, there in enumerate(truth.columns):
        if not len(there):
            continue
        for k in _COLUMN_ISSUES:
            if truth.labels[i, k] < 0:
                continue
            said = judged.blamed[i][:, k] & judged.predicted[i, k]
            counts[i] += ((said & there[:, k]).sum(), said.sum(), there[:, k].sum())
    return counts


def _by_history(truth: Truth, alarms: np.ndarray) -> dict[str, float | None]:
    found = {}
    for length in np.unique(truth.history).tolist():
        rows = truth.clean_ordered & (truth.history == length)
        if rows.sum() >= _FEWEST:
            found[str(length)] = share(alarms[rows])
    return found


def _tables_above(truth: Truth, alarms: np.ndarray, rate: float) -> float | None:
    """Share of tables (with at least five clean batches) whose lower 95 % bound is above the promise; mean of runs."""
    found = []
    for run in np.unique(truth.run):
        inside = truth.clean_ordered & (truth.run == run)
        for table in np.unique(truth.table[inside]):
            hits = alarms[inside & (truth.table == table)]
            if len(hits) >= _FEWEST_OF_TABLE:
                found.append(above(int(hits.sum()), len(hits), rate))
    return share(np.asarray(found))


def _reliability(truth: Truth, probability: np.ndarray) -> dict[str, Any]:
    """Of decidable batches, the clean ones in time order: what the probabilities were fitted on, other tables."""
    rows = truth.faulty | truth.clean_ordered
    found = {"any": reliability(probability[rows, -1], ~truth.clean[rows])}
    for i, name in enumerate(ISSUE_ORDER):
        known = rows & (truth.labels[:, i] >= 0)
        found[name] = reliability(probability[known, i], truth.labels[known, i] > 0)
    return found
