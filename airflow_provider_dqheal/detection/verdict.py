"""The verdict: which issues a batch has, in which columns, how sure, and why.

Facts fire by themselves; the calibrated ensemble finds what is statistical; the name follows the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.types import Evidence, Issue, Verdict
from airflow_provider_dqheal.issues._base import Finding, ordered

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.detector import Detector, Scores
    from airflow_provider_dqheal.detection.features import Features
    from airflow_provider_dqheal.profiling.baseline import Baseline
    from airflow_provider_dqheal.profiling.profile import Profile

_WEIGHTS = {"low": 0.3, "medium": 0.6, "high": 0.85, "critical": 1.0}
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
    from airflow_provider_dqheal.detection.features import featurize

    features = featurize(profile, baseline)
    return assess_features(features, None, settings)


def assess_features(features: Features, scores: Scores | None, settings: DetectionSettings) -> Verdict:
    """The verdict from features and scores."""
    from airflow_provider_dqheal.detection.facts import findings, readings

    found = findings(features)
    issues, watch, shown = [], [], {}
    for spec in ordered():
        mine = [finding for finding in found if finding.issue == spec.name]
        strength = mine[0].strength if mine else 0.0
        score = probability(strength)
        shown[spec.name] = round(score, 4)
        if strength >= 0.5:
            blamed = [finding for finding in mine if finding.strength >= 0.5]
            issue = make_issue(spec.name, score, spec.grade(score, blamed), blamed)
            (issues if strength >= 1.0 else watch).append(issue)
    shown["any"] = max(shown.values(), default=0.0)
    return Verdict(
        status="scored",
        issues=tuple(issues),
        watch=tuple(watch),
        scores=shown,
        thresholds=dict.fromkeys(shown, probability(1.0)),
        quality_score=quality(issues, watch, shown["any"]),
    )


def make_issue(name: str, score: float, severity: str, found: Sequence[Finding]) -> Issue:
    """An issue with its columns in the order of contribution and one piece of evidence a finding."""
    columns = tuple(dict.fromkeys(finding.column for finding in found if finding.column is not None))
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
    return Issue(type=name, score=score, severity=severity, columns=columns, evidence=evidence)  # type: ignore[arg-type]


def _plain(value: float | str | None) -> float | str | None:
    if isinstance(value, str) or value is None:
        return value
    return float(value) if math.isfinite(float(value)) else None


def probability(strength: float) -> float:
    """A strength as a score in [0, 1]: 1 gives .5, 2 gives .88."""
    return 1.0 / (1.0 + math.exp(-2.0 * (min(strength, 20.0) - 1.0)))


def quality(issues: Sequence[Issue], watch: Sequence[Issue], anything: float) -> float:
    """1 minus the calibrated "something is wrong" score weighted by the severity of what was found."""
    worst = max((_WEIGHTS[issue.severity] * issue.score for issue in issues), default=0.0)
    looser = 0.15 * max((issue.score for issue in watch), default=0.0)
    return round(max(0.0, min(1.0, 1.0 - max(worst, looser, 0.1 * anything if not issues else 0.0))), 4)
