"""The whole measurement: tables left out, faults left out, yardsticks and other architectures, in one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.detection.evaluation._base import (
    Judged,
    Truth,
    join,
    join_truth,
    take,
    take_truth,
    truth_of,
)
from airflow_provider_dqheal.detection.evaluation.acting import as_verdict, plain_of
from airflow_provider_dqheal.detection.evaluation.architectures import (
    LOGISTIC,
    TITLES,
    TREES,
    parts_of,
    require_sklearn,
)
from airflow_provider_dqheal.detection.evaluation.examples import examples
from airflow_provider_dqheal.detection.evaluation.figures import figures
from airflow_provider_dqheal.detection.evaluation.held_out import (
    PARTS,
    Scored,
    Scorer,
    cross_scored,
    judge_scored,
    members_of,
)
from airflow_provider_dqheal.detection.evaluation.keep import keep_detectors
from airflow_provider_dqheal.detection.evaluation.rivals import episodes_for, judge_yardsticks
from airflow_provider_dqheal.detection.evaluation.store import EXCLUDED
from airflow_provider_dqheal.detection.evaluation.unseen_faults import judge_unseen, unseen_figures
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.detection.training import MEMBERS, draw_all, fold_of, score_samples
from airflow_provider_dqheal.detection.yardsticks import YARDSTICKS

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.network import Member

GOAL_HISTORY = 8
_ABLATION = ("scored", "facts", "ensemble")
"""Without what is beyond all that is clean; and of that, one half of the channels."""


_BY_SEED = ("macro_f1", "any_recall", "false_alarms_ordered", "auc", "recall_at_5", "column_f1")


def evaluate(
    seeds: int = 1,
    episodes: int = 2_000,
    rate: float = 0.03,
    leave_tables_out: bool = True,
    leave_faults_out: bool = True,
    samples: Sequence[Sample] | None = None,
    yardsticks: int = 0,
    compare: bool = False,
    members: int = MEMBERS,
    keep: Path | None = None,
) -> dict[str, Any]:
    """Leave-table-family-out (and leave-fault-family-out) evaluation; batches of all seeds are pooled.

    Args:
        seeds: how many splits, models and (unless ``samples`` are given) draws of episodes.
        episodes: episodes a seed.
        rate: the promised share of clean batches that raise an issue.
        leave_tables_out: whether the figures of tables left out are wanted, with the yardsticks and the other models.
        leave_faults_out: whether models that never saw a fault family are judged on it, too.
        samples: ready samples instead of drawing them; every seed splits them anew.
        yardsticks: episodes of the first seed on which the yardsticks are run beside the detector; 0 for none.
        compare: whether the other architectures are trained and judged, too.
        members: networks of an ensemble.
        keep: folder for the detectors of the first seed's folds, see :func:`~.keep.keep_detectors`.

    Raises:
        ConfigError: when ``compare`` is asked for without scikit-learn, or ``keep`` without tables left out.
        SamplesDiffer: when the batches behind ``samples`` cannot be drawn again.
    """
    if compare:
        require_sklearn()
    if keep is not None and not leave_tables_out:
        raise ConfigError("detectors are kept of tables left out: leave out --no-tables, or --weights")
    log = structlog.get_logger()
    truths: list[Truth] = []
    methods: dict[str, list[Judged]] = {}
    unseen: list[tuple[Truth, Judged]] = []
    result: dict[str, Any] = {"seeds": seeds, "promised_rate": rate, "members": members}
    for seed in range(seeds):
        drawn = list(samples) if samples is not None else draw_all(episodes, seed, EXCLUDED)
        truth = truth_of(drawn, seed)
        truths.append(truth)
        log.info("samples", seed=seed, count=len(drawn), clean=int(truth.clean.sum()))
        if leave_tables_out:
            kept = keep if seed == 0 else None
            for name, judged in judge_all(drawn, truth, seed, rate, compare, members, kept).items():
                methods.setdefault(name, []).append(judged)
                log.info("judged", seed=seed, method=name, seconds=round(judged.seconds))
            if seed == 0 and yardsticks:
                result["yardsticks"] = _yardsticks(drawn, truth, methods["both"][0], yardsticks)
        if leave_faults_out:
            unseen.append(judge_unseen(drawn, truth, seed, rate, members))
            log.info("judged unseen faults", seed=seed)
    result["episodes"] = len({(s.key, s.episode) for s in drawn})
    drawn_with = {"episodes": result["episodes"], "members": members}
    if methods:
        result |= _tables_left_out(truths, methods)
        result["examples"] = examples(drawn, truths[-1], methods["both"][-1])
    if unseen:
        result["faults_left_out"] = unseen_figures(join_truth([t for t, _ in unseen]), join([j for _, j in unseen]))
    # Said of each part: results of several runs may be put together.
    for part in ("tables_left_out", "faults_left_out", "by_seed"):
        if part in result:
            result[part] |= drawn_with
    if "architectures" in result:
        result["architectures"] = {name: found | drawn_with for name, found in result["architectures"].items()}
    return result


def measure(
    samples: Sequence[Sample], channels: np.ndarray, columns: list[np.ndarray], folds: np.ndarray, rate: float = 0.03
) -> dict[str, Any]:
    """The figures of held-out scores; each fold is judged with thresholds from the other folds."""
    truth, scored = truth_of(samples), Scored(channels, columns)
    return _with_ablation(truth, _judged_parts(samples, truth, scored, folds, rate))


def judge_all(
    samples: Sequence[Sample],
    truth: Truth,
    seed: int,
    rate: float,
    compare: bool,
    members: int,
    keep: Path | None = None,
) -> dict[str, Judged]:
    """The shipped ensemble with its ablation and, when asked for, the other architectures, on one split."""
    folds = fold_of(samples, seed)
    trained: list[list[Member]] = []

    def fit(inside: Sequence[Sample], of: int) -> Scorer:
        networks = members_of(inside, of, members)
        trained.append(networks)
        return lambda others: score_samples(networks, others)

    scored = cross_scored(samples, seed, fit)
    if keep is not None:
        keep_detectors(keep, samples, scored, folds, trained)
    found = _judged_parts(samples, truth, scored, folds, rate)
    if not compare:
        return found
    for half in ("columns", "set"):
        again: Iterator[list[Member]] = iter(trained)

        def reuse(_: Sequence[Sample], __: int, half: str = half, again: Iterator[list[Member]] = again) -> Scorer:
            return parts_of(next(again))[half]

        found[half] = judge_scored(samples, truth, cross_scored(samples, seed, reuse), folds, rate)
        found[half] = replace(found[half], seconds=found["both"].seconds)
    for one in (LOGISTIC, TREES):
        found[one.name] = judge_scored(samples, truth, cross_scored(samples, seed, one.fit), folds, rate)
    return found


def _judged_parts(
    samples: Sequence[Sample], truth: Truth, scored: Scored, folds: np.ndarray, rate: float
) -> dict[str, Judged]:
    """As the verdict acts (``both``), and the ablation."""
    found = {part: judge_scored(samples, truth, scored, folds, rate, part) for part in PARTS}
    acting = judge_scored(samples, truth, scored, folds, rate, acting=True)
    return {**found, "both": as_verdict(acting, plain_of(samples)), "scored": found["both"]}


def _tables_left_out(truths: Sequence[Truth], methods: dict[str, list[Judged]]) -> dict[str, Any]:
    """The figures of every method, batches of all seeds pooled."""
    truth = join_truth(truths)
    pooled = {name: join(parts) for name, parts in methods.items()}
    result: dict[str, Any] = {"tables_left_out": _with_ablation(truth, pooled)}
    at = np.flatnonzero(truth.history == GOAL_HISTORY)
    if truth.faulty[at].any() and truth.clean_ordered[at].any():
        result["history_of_eight"] = figures(take_truth(truth, at), take(pooled["both"], at))
    result["by_seed"] = {
        "seeds": [
            {name: found.get(name) for name in _BY_SEED}
            for found in (
                figures(one, judged, intervals=False) for one, judged in zip(truths, methods["both"], strict=True)
            )
        ]
    }
    titles = {**TITLES, LOGISTIC.name: LOGISTIC.title, TREES.name: TREES.title}
    if LOGISTIC.name in pooled:
        result["architectures"] = {
            name: {"title": title, **_brief(figures(truth, pooled["scored" if name == "both" else name]))}
            for name, title in titles.items()
        }
    return result


def _yardsticks(samples: Sequence[Sample], truth: Truth, detector: Judged, episodes: int) -> dict[str, Any]:
    """The yardsticks' figures and the detector's on the same batches."""
    rivals = judge_yardsticks(samples, truth, episodes_for(samples, episodes))
    of, own = take_truth(truth, rivals.rows), take(detector, rivals.rows)
    found: dict[str, Any] = {
        "detector": {"title": "dqheal", "names_issues": True, **_brief(figures(of, own))},
    }
    for one in YARDSTICKS:
        found[one.name] = {
            "title": one.title,
            "source": one.source,
            "names_issues": one.names_issues,
            **_brief(figures(of, rivals.judged[one.name])),
        }
    return found


def _with_ablation(truth: Truth, judged: dict[str, Judged]) -> dict[str, Any]:
    result = figures(truth, judged["both"])
    result["ablation"] = {part: _brief(figures(truth, judged[part])) for part in ("both", *_ABLATION)}
    for part in _ABLATION:
        result[f"macro_f1_{part}_only"] = result["ablation"][part]["macro_f1"]
        result[f"false_alarms_{part}_only"] = result["ablation"][part]["false_alarms_ordered"]
    return result


def _brief(found: dict[str, Any]) -> dict[str, Any]:
    """Without what only the shipped detector is asked for."""
    left_out = (
        "reliability",
        "weakest_families",
        "promised_and_observed_intervals",
        "promised_and_observed_by_history",
    )
    return {name: value for name, value in found.items() if name not in left_out}
