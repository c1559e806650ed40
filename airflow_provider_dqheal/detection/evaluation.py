"""Measures the detector on tables, and on faults, that it was not trained on.

Protocol: families of tables are split into folds; a member trained on the other folds scores a fold, and the
thresholds used on it are calibrated on the scores of the other folds. Cases that the corruption library marks as
undecidable from the history (a rule written down there) are kept and reported apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.calibration import alarms, f1, macro_f1, named
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.detection.training import (
    FOLDS,
    calibration_of,
    draw_all,
    fold_of,
    held_out,
    score_samples,
)

_BOOTSTRAP = 200


def evaluate(
    seeds: int = 1,
    episodes: int = 2_000,
    rate: float = 0.03,
    leave_faults_out: bool = True,
    samples: Sequence[Sample] | None = None,
) -> dict[str, Any]:
    """Leave-table-family-out (and leave-fault-family-out) evaluation; figures are means over seeds.

    Args:
        seeds: how many draws of episodes, splits and members.
        episodes: episodes a seed.
        rate: the promised share of clean batches that raise an issue.
        leave_faults_out: whether members that never saw a fault family are judged on it, too.
        samples: ready samples instead of drawing them (one seed).
    """
    runs = []
    for seed in range(seeds):
        drawn = list(samples) if samples is not None else draw_all(episodes, seed, ("nyc13",))
        channels, columns = held_out(drawn, seed)
        result = {"tables_left_out": measure(drawn, channels, columns, fold_of(drawn, seed), rate)}
        if leave_faults_out:
            result["faults_left_out"] = without_faults(drawn, seed, rate)
        runs.append(result)
    return {"seeds": seeds, "promised_rate": rate, **_mean(runs)}


def measure(
    samples: Sequence[Sample], channels: np.ndarray, columns: list[np.ndarray], folds: np.ndarray, rate: float = 0.03
) -> dict[str, Any]:
    """The figures of held-out scores; each fold is judged with thresholds from the other folds."""
    labels = np.stack([s.labels for s in samples])
    predicted = np.zeros(labels.shape, dtype=bool)
    predicted_facts = np.zeros(labels.shape, dtype=bool)
    alarm = np.zeros(len(samples))
    observed: dict[str, list[float]] = {}
    blamed: list[np.ndarray] = [np.zeros((0, labels.shape[1]), dtype=bool)] * len(samples)
    levels_all = np.zeros(channels.shape)
    for fold in range(FOLDS):
        inside = np.flatnonzero(folds == fold).tolist()
        outside = np.flatnonzero(folds != fold).tolist()
        calibration = calibration_of([samples[i] for i in outside], channels[outside], [columns[i] for i in outside])
        levels = calibration.levels(channels[inside])
        threshold = np.asarray([calibration.threshold(rate, samples[i].history) for i in inside])
        facts = channels[inside, 6:]
        predicted[inside] = named(levels, threshold, calibration.loosen, facts, calibration.evident)
        only = levels.copy()
        only[:, :6] = -99.0
        predicted_facts[inside] = named(only, threshold, calibration.loosen, facts, calibration.evident)
        alarm[inside] = alarms(levels) - threshold
        levels_all[inside] = levels
        ordered = [k for k, i in enumerate(inside) if samples[i].clean and samples[i].ordered]
        for promise in (0.01, 0.03, 0.05, 0.1):
            cut = np.asarray([calibration.threshold(promise, samples[inside[k]].history) for k in ordered])
            observed.setdefault(str(promise), []).extend((alarms(levels)[ordered] >= cut).astype(float).tolist())
        for i in inside:
            blamed[i] = columns[i] >= calibration.column_logit
    clean: np.ndarray = np.asarray([s.clean for s in samples])
    ordered_clean: np.ndarray = clean & np.asarray([s.ordered for s in samples])
    hard: np.ndarray = np.asarray([s.hard for s in samples])
    judged: np.ndarray = np.logical_not(hard)
    flagged = np.asarray(predicted.any(axis=1))
    result: dict[str, Any] = {
        "batches": len(samples),
        "clean_ordered": int(ordered_clean.sum()),
        "tables": len({s.key for s in samples}),
        "macro_f1": round(macro_f1(predicted[judged], labels[judged]), 4),
        "macro_f1_interval": _interval(samples, judged, lambda rows: macro_f1(predicted[rows], labels[rows])),
        "macro_f1_facts_only": round(macro_f1(predicted_facts[judged], labels[judged]), 4),
        "false_alarms_ordered": _share(flagged[ordered_clean]),
        "false_alarms_ordered_interval": _interval(samples, ordered_clean, lambda rows: float(flagged[rows].mean())),
        "false_alarms_shuffled": _share(flagged[clean & ~ordered_clean]),
        "false_alarms_facts_only": _share(np.asarray(predicted_facts.any(axis=1))[ordered_clean]),
        "promised_and_observed": {promise: round(float(np.mean(seen)), 4) for promise, seen in observed.items()},
        "auc": _auc(alarm[~clean & judged], alarm[ordered_clean]),
        "recall_at_1": _recall_at(alarm[~clean & judged], alarm[ordered_clean], 0.01),
        "recall_at_5": _recall_at(alarm[~clean & judged], alarm[ordered_clean], 0.05),
        "any_recall": _share(flagged[~clean & judged]),
        "any_recall_hard": _share(flagged[hard]),
        "exact_set": _exact(predicted[judged & ~clean], labels[judged & ~clean]),
        "column_f1": _columns(samples, blamed, predicted, judged),
        "issues": {},
        "recall_by_severity": {},
        "false_alarms_by_history": {},
    }
    for issue, name in enumerate(ISSUE_ORDER):
        precision, recall, score = f1(predicted[judged, issue], labels[judged, issue])
        result["issues"][name] = {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(score, 4)}
    for severity in ("low", "medium", "high"):
        rows = judged & np.asarray([s.severity == severity for s in samples])
        wanted = labels[rows] > 0
        result["recall_by_severity"][severity] = _share(predicted[rows][wanted])
    for history in sorted({s.history for s in samples}):
        rows = ordered_clean & np.asarray([s.history == history for s in samples])
        if rows.sum() >= 20:
            result["false_alarms_by_history"][str(history)] = _share(flagged[rows])
    return result


def without_faults(samples: Sequence[Sample], seed: int, rate: float) -> dict[str, Any]:
    """Recall on fault families that the member never saw (tables seen): any issue, and the right one."""
    from airflow_provider_dqheal.detection.ensemble import fit

    names = sorted({part for s in samples for part in s.corruption.split("+") if part})
    order = np.random.default_rng(seed + 11).permutation(len(names))
    place = {name: int(order[i]) % FOLDS for i, name in enumerate(names)}
    tables = fold_of(samples, seed)
    anything: list[bool] = []
    right: list[bool] = []
    for fold in range(FOLDS):
        unseen = [s for s in samples if s.corruption and place.get(s.corruption) == fold and not s.hard]
        seen = [s for s in samples if all(place[part] != fold for part in s.corruption.split("+") if part)]
        half = np.asarray([tables[i] == fold for i, s in enumerate(samples)])
        families = {samples[i].family for i in np.flatnonzero(half).tolist()}
        trained = [s for s in seen if s.family not in families]
        if not trained:
            continue
        member = fit(trained, seed * 101 + 80 + fold)
        held = [replace(s) for s in seen if s.family in families]
        channels, columns = score_samples([member], held)
        calibration = calibration_of(held, channels, columns)
        targets = [s for s in unseen if s.family in families]
        own = {(s.key, s.episode): s for s in held if s.self_values}
        scored = [_with_history(s, own) for s in targets]
        if not scored:
            continue
        scores = score_samples([member], scored)[0]
        levels = calibration.levels(scores)
        threshold = np.asarray([calibration.threshold(rate, s.history) for s in scored])
        found = named(levels, threshold, calibration.loosen, scores[:, 6:], calibration.evident)
        anything.extend(np.asarray(found.any(axis=1)).tolist())
        right.extend(bool((found[i] & (s.labels > 0)).any()) for i, s in enumerate(scored))
    return {
        "batches": len(anything),
        "any_recall": _share(np.asarray(anything)),
        "right_issue": _share(np.asarray(right)),
    }


def _with_history(sample: Sample, own: dict[tuple[str, int], Sample]) -> Sample:
    clean = own.get((sample.key, sample.episode))
    if clean is None:
        return sample
    return replace(sample, self_values=clean.self_values, self_context=clean.self_context)


def _share(hits: np.ndarray) -> float | None:
    return round(float(np.mean(hits)), 4) if len(hits) else None


def _auc(bad: np.ndarray, good: np.ndarray) -> float | None:
    if not len(bad) or not len(good):
        return None
    both = np.concatenate([bad, good])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return round(float((ranks[: len(bad)].sum() - len(bad) * (len(bad) + 1) / 2) / (len(bad) * len(good))), 4)


def _recall_at(bad: np.ndarray, good: np.ndarray, rate: float) -> float | None:
    return _share(bad > np.quantile(good, 1 - rate)) if len(good) and len(bad) else None


def _exact(predicted: np.ndarray, labels: np.ndarray) -> float | None:
    return _share(((predicted == (labels > 0)) | (labels < 0)).all(axis=1))


def _columns(samples: Sequence[Sample], blamed: list[np.ndarray], predicted: np.ndarray, judged: np.ndarray) -> float:
    """F1 over (batch, issue, column) of the ensemble's column logits where the issue was named or is there."""
    hit = said = there = 0
    for i in np.flatnonzero(judged).tolist():
        sample = samples[i]
        for k in range(len(ISSUE_ORDER)):
            truth = sample.column_labels[:, k] > 0 if len(sample.column_labels) else np.zeros(0, dtype=bool)
            if ISSUE_ORDER[k] == "schema_drift" or (not truth.any() and not predicted[i, k]) or sample.labels[k] < 0:
                continue
            found = blamed[i][:, k] if predicted[i, k] and len(blamed[i]) else np.zeros_like(truth)
            hit += int((found & truth).sum())
            said += int(found.sum())
            there += int(truth.sum())
    return round(2 * hit / max(said + there, 1), 4)


def _interval(samples: Sequence[Sample], rows: np.ndarray, figure: Any) -> list[float]:
    """95 % bootstrap interval over tables."""
    keys = sorted({samples[i].key for i in np.flatnonzero(rows).tolist()})
    of: dict[str, list[int]] = {key: [] for key in keys}
    for i in np.flatnonzero(rows).tolist():
        of[samples[i].key].append(i)
    rng = np.random.default_rng(0)
    found = []
    for _ in range(_BOOTSTRAP if keys else 0):
        drawn = rng.integers(0, len(keys), len(keys))
        found.append(figure(np.asarray([i for k in drawn for i in of[keys[int(k)]]])))
    return [round(float(q), 4) for q in np.quantile(found, [0.025, 0.975])] if found else []


def _mean(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over seeds, figure by figure; lists are kept from the first."""
    first = runs[0]
    result: dict[str, Any] = {}
    for key, value in first.items():
        values = [run[key] for run in runs if key in run]
        if isinstance(value, dict):
            result[key] = _mean(values)
        elif isinstance(value, float):
            known = [v for v in values if v is not None]
            result[key] = round(float(np.mean(known)), 4) if known else None
        else:
            result[key] = value
    return result
