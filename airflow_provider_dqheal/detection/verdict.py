"""The verdict: which issues a batch has, in which columns, how sure, and why.

Facts fire by themselves inside the budget; the calibrated ensemble finds what is statistical; names and sentences
follow the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.types import ISSUE_ORDER, Evidence, Issue, Severity, Verdict
from airflow_provider_dqheal.detection.beyond import (
    LEAST_RATE,
    beyond_clean,
    named_beyond,
    plainly_named,
    rate_of_scores,
)
from airflow_provider_dqheal.detection.blame import concerned
from airflow_provider_dqheal.detection.facts import Readings, findings
from airflow_provider_dqheal.issues._base import Finding, IssueSpec, Reading, ordered
from airflow_provider_dqheal.issues._signs import by_sign

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.detector import Detector, Scores
    from airflow_provider_dqheal.profiling.baseline import Baseline
    from airflow_provider_dqheal.profiling.profile import Profile

_WEIGHTS: dict[Severity, float] = {"low": 0.3, "medium": 0.6, "high": 0.85, "critical": 1.0}
"""How much of the quality score an issue of that severity takes."""

_MAX_EVIDENCE = 8


def judge(
    profile: Profile,
    baseline: Baseline,
    settings: DetectionSettings | None = None,
    detector: Detector | None = None,
) -> Verdict:
    """Judges a profile against its table's history.

    Fewer than ``settings.min_history`` accepted profiles give status ``insufficient_history`` and no score.

    Raises:
        ModelLoadError: when the weights are missing, altered or made for other features.
    """
    settings = settings or DetectionSettings()
    known = len(baseline.profiles)
    if known < settings.min_history:
        return Verdict(
            status="insufficient_history",
            reason=f"{baseline.dataset}: {known} accepted batches, {settings.min_history} are needed to judge one;"
            f" run `dqheal learn {baseline.dataset} PATH...` or accept this batch",
        )
    from airflow_provider_dqheal.detection.detector import default_detector
    from airflow_provider_dqheal.detection.features import featurize

    features = featurize(profile, baseline)
    detector = detector or default_detector(settings.weights)
    return assess(detector.score(features), settings)


def assess(scores: Scores, settings: DetectionSettings | None = None) -> Verdict:
    """The verdict on a scored batch.

    Args:
        scores: of :meth:`Detector.score`, with the features they were made from.
        settings: the stated false-alarm rates.
    """
    from airflow_provider_dqheal.detection.calibration import HEADS, likeliest

    settings = settings or DetectionSettings()
    features, calibration = scores.features, scores.calibration
    act = calibration.threshold(rate_of_scores(settings.false_alarm_rate), features.history)
    look = min(calibration.threshold(rate_of_scores(settings.watch_rate), features.history), act)
    probability = calibration.probabilities(scores.levels[None, :])[0]
    likely = likeliest(probability[None, : len(ISSUE_ORDER)], features.table_facts[None, :])
    columns = Readings(features)
    found = findings(features, columns)
    acted = _chosen(scores, act, calibration.loosen, likely)
    plain = settings.false_alarm_rate >= LEAST_RATE
    beyond = beyond_clean(found, features.columns, features.kinds, features.raw) if plain else []
    if acted:
        beyond = []  # the ensemble knows better which columns it is in
    elif beyond:
        acted = [named_beyond(probability, found)]
    raised: dict[int, list[str | None]] = dict.fromkeys(acted, beyond)  # place of an issue type: columns plainly in it
    if acted:
        for place, those in plainly_named(found, features.columns, features.kinds, features.raw).items():
            raised[place] = [*raised.get(place, ()), *those]
    watched = [i for i in _chosen(scores, look, 1.0, likely) if i not in raised]
    issues: list[Issue] = []
    watch: list[Issue] = []
    specs = {spec.name: spec for spec in ordered()}
    for i, name in enumerate(ISSUE_ORDER):
        if i in raised or i in watched:
            issue = _issue(specs[name], float(probability[i]), found, columns, scores, i, raised.get(i, ()))
            (issues if i in raised else watch).append(issue)
    shown = {name: round(float(probability[i]), 4) for i, name in enumerate(HEADS)}
    thresholds = {name: round(calibration.probability(i, act), 4) for i, name in enumerate(HEADS)}
    return Verdict(
        status="scored",
        issues=tuple(issues),
        watch=tuple(watch),
        scores=shown,
        thresholds=thresholds,
        quality_score=quality(issues, watch, shown["any"]),
        model_id=scores.model_id,
    )


def _chosen(scores: Scores, threshold: float, loosen: float, likely: np.ndarray) -> list[int]:
    """Places of the issue types that are named at a threshold; ``likely`` (1,) where only "any" alarms."""
    from airflow_provider_dqheal.detection.calibration import named

    chosen: list[int] = np.flatnonzero(named(scores.levels[None, :], np.asarray([threshold]), loosen, likely)).tolist()
    return chosen


def _issue(
    spec: IssueSpec,
    score: float,
    found: list[Finding],
    readings: Mapping[str, Reading],
    scores: Scores,
    place: int,
    beyond: Sequence[str | None],
) -> Issue:
    """One issue, with evidence of each column; ``beyond``: the columns that raised it whatever the score."""
    mine = [finding for finding in found if finding.issue == spec.name]
    if spec.name == "type_mismatch":
        mine += [replace(one, issue=spec.name, strength=spec.own_strength) for one in found if one.metric == "retyped"]
    columns = concerned(spec, scores, place, mine, beyond)
    chosen = []
    for column in columns.order:
        evidence = [finding for finding in mine if finding.column == column]
        if not evidence and column is not None and column in readings:
            reading = readings[column]
            evidence = [by_sign(spec.name, reading, spec.signs) or spec.fallback(reading)]
        chosen.extend(evidence[:2])
    return make_issue(spec.name, score, spec.grade(score, chosen), chosen, columns.blamed)


def make_issue(name: str, score: float, severity: Severity, found: Sequence[Finding], blamed: Collection[str]) -> Issue:
    """An issue with its columns in the order of contribution and one piece of evidence a finding."""
    columns = list(dict.fromkeys(finding.column for finding in found if finding.column is not None))
    evidence = tuple(
        Evidence(
            metric=finding.metric,
            column=finding.column,
            observed=_plain(finding.observed),
            expected_low=_plain(finding.low),
            expected_high=_plain(finding.high),
            score=round(float(min(finding.strength, 1e6)), 4),
            sentence=finding.sentence,
            examples=tuple(text[:80] for text in finding.examples[:3]),
        )
        for finding in found[:_MAX_EVIDENCE]
    )
    return Issue(
        type=name,
        score=round(score, 4),
        severity=severity,
        columns=tuple(column for column in columns if column in blamed),
        suspected=tuple(column for column in columns if column not in blamed),
        evidence=evidence,
    )


def _plain(value: float | str | None) -> float | str | None:
    if isinstance(value, str) or value is None:
        return value
    return float(value) if math.isfinite(float(value)) else None


def quality(issues: Sequence[Issue], watch: Sequence[Issue], anything: float) -> float:
    """1 minus the probability of each issue weighted by its severity; a batch without issues loses at most .1."""
    worst = max((_WEIGHTS[issue.severity] * max(issue.score, 0.5) for issue in issues), default=0.0)
    looser = 0.15 * max((issue.score for issue in watch), default=0.0)
    return round(max(0.0, min(1.0, 1.0 - max(worst, looser, 0.1 * anything if not issues else 0.0))), 4)
