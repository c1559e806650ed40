"""The detector on faults it was not trained on, in tables it was not trained on either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.corruptions import group_of
from airflow_provider_dqheal.detection.evaluation._base import Judged, Truth, join, join_truth, take_truth
from airflow_provider_dqheal.detection.evaluation.acting import as_verdict, plain_of
from airflow_provider_dqheal.detection.evaluation.figures import recall_at, share, weakest
from airflow_provider_dqheal.detection.evaluation.held_out import (
    Fit,
    Scorer,
    cross_scored,
    members_of,
    opinions,
)
from airflow_provider_dqheal.detection.evaluation.intervals import bootstrap
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.detection.training import FOLDS, calibration_of, fold_of, score_samples


def judge_unseen(
    samples: Sequence[Sample], truth: Truth, seed: int, rate: float, members: int = 1
) -> tuple[Truth, Judged]:
    """The opinions on unseen faults, and on the clean batches of the same tables.

    Groups of related fault families are split into folds. For each, models train without it and score tables that
    they did not see, either; thresholds come from the other tables, again without the faults left out. Combined
    faults are not judged: one of the two may have been seen. Clean batches are judged once for each fold of faults.
    """
    tables, place = fold_of(samples, seed), fault_folds(samples, seed)
    faults = [{place[part] for part in s.corruption.split("+") if part in place} for s in samples]
    plain = plain_of(samples)
    found: list[tuple[Truth, Judged]] = []
    for left_out in range(FOLDS):
        seen = np.asarray([left_out not in one for one in faults])
        unseen = ~seen & np.asarray(["+" not in s.corruption for s in samples])
        scored = cross_scored(samples, seed + 17 * left_out, _without(left_out, place, members), split=seed)
        for fold in range(FOLDS):
            outside = np.flatnonzero((tables != fold) & seen)
            inside = np.flatnonzero((tables == fold) & (unseen | truth.clean))
            if not len(inside) or not len(outside):
                continue
            calibration = calibration_of(
                [samples[i] for i in outside.tolist()], scored.channels[outside], [scored.columns[i] for i in outside]
            )
            judged = opinions(calibration, scored.channels[inside], truth.history[inside], rate, acting=True)
            found.append((take_truth(truth, inside), as_verdict(judged, [plain[i] for i in inside.tolist()])))
    return join_truth([one for one, _ in found]), join([one for _, one in found])


def fault_folds(samples: Sequence[Sample], seed: int) -> dict[str, int]:
    """The fold of each fault family; relatives are in one fold, and each fold has some of each issue type."""
    of_issue: dict[tuple[int, ...], set[str]] = {}
    families = {part for s in samples for part in s.corruption.split("+") if part}
    for s in samples:
        if s.corruption and "+" not in s.corruption:
            of_issue.setdefault(tuple(int(label > 0) for label in s.labels), set()).add(group_of(s.corruption))
    rng = np.random.default_rng(seed + 11)
    place: dict[str, int] = {}
    for kind in sorted(of_issue):
        groups = [group for group in sorted(of_issue[kind]) if group not in place]
        start = int(rng.integers(FOLDS))
        for k, at in enumerate(rng.permutation(len(groups))):
            place[groups[int(at)]] = (start + k) % FOLDS
    return {name: place[group_of(name)] for name in sorted(families) if group_of(name) in place}


def _without(left_out: int, place: dict[str, int], members: int) -> Fit:
    def fit(samples: Sequence[Sample], seed: int) -> Scorer:
        kept = [s for s in samples if all(place.get(part) != left_out for part in s.corruption.split("+"))]
        networks = members_of(kept, seed, members)
        return lambda others: score_samples(networks, others)

    return fit


def unseen_figures(truth: Truth, judged: Judged) -> dict[str, Any]:
    """Recall on unseen faults, any issue and the right one, by issue type and severity, with false alarms beside it."""
    right = np.asarray((judged.predicted & (truth.labels > 0)).any(axis=1))

    def headline(rows: np.ndarray) -> dict[str, float | None]:
        faulty, clean = truth.faulty[rows], truth.clean_ordered[rows]
        return {
            "any_recall": share(judged.flagged[rows][faulty]),
            "right_issue": share(right[rows][faulty]),
            "false_alarms_ordered": share(judged.flagged[rows][clean]),
            "recall_at_5": recall_at(judged.score[rows][faulty], judged.score[rows][clean], 0.05),
        }

    result: dict[str, Any] = {"batches": int(truth.faulty.sum()), "tables": len(np.unique(truth.table))}
    spread = bootstrap(truth.table, headline)
    for name, value in headline(np.arange(len(truth))).items():
        result[name] = None if value is None else round(value, 4)
        result[f"{name}_interval"] = spread.get(name, [])
    result["issues"] = {}
    for i, name in enumerate(ISSUE_ORDER):
        rows = truth.faulty & (truth.labels[:, i] > 0)
        result["issues"][name] = {
            "batches": int(rows.sum()),
            "any": share(judged.flagged[rows]),
            "right_issue": share(judged.predicted[rows, i]),
        }
    result["by_severity"] = {
        name: {
            "any": share(judged.flagged[truth.faulty & (truth.severity == name)]),
            "right_issue": share(right[truth.faulty & (truth.severity == name)]),
        }
        for name in ("low", "medium", "high")
    }
    result["weakest_families"] = weakest(truth, judged)
    return result
