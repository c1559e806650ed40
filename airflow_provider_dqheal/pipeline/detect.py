"""Detect: judge a profile against the data set's own history."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.errors import UnknownDataset
from airflow_provider_dqheal.core.types import BatchRef, Verdict
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.pipeline._stage import running
from airflow_provider_dqheal.pipeline.history import history_of
from airflow_provider_dqheal.pipeline.profile import profile_stage
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.conform import conform
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.remediation.cleaned import believed


def baseline_for(services: Services, ref: BatchRef) -> Baseline | None:
    """The accepted history without the batch itself, as its policy believes it; None when the data set has none.

    Raises:
        ConfigError: when the data set's policy is invalid.
    """
    try:
        baseline = services.store.baseline(ref.dataset, services.settings.detection.history_size + 1)
    except UnknownDataset:
        return None
    found = history_of(baseline, ref, services.settings.detection)
    return None if found is None else believed(found, services.settings.policy_for(ref.dataset))


def unknown_verdict(services: Services, ref: BatchRef) -> Verdict:
    """The verdict on a batch of a data set without history: undecided, never clean."""
    needed = services.settings.detection.min_history
    return Verdict(
        status="insufficient_history",
        reason=f"{ref.dataset}: 0 accepted batches, {needed} are needed; run `dqheal learn {ref.dataset} PATH...` "
        "or accept this batch",
    )


def redetector(ref: BatchRef, baseline: Baseline, settings: DetectionSettings) -> Callable[[pa.Table], Verdict]:
    """Judges a healed table of the batch in the form in which it would be published."""

    def redetect(table: pa.Table) -> Verdict:
        return judge(published_profile(table, ref, baseline), baseline, settings)

    return redetect


def published_profile(table: pa.Table, ref: BatchRef, baseline: Baseline) -> Profile:
    """The profile of a healed table in the form in which it is published."""
    return profile_table(conform(table, baseline, ref.format), ref)


def detect_stage(services: Services, ref: BatchRef) -> Verdict:
    """Judges the stored profile, stores the verdict and opens an incident where there is an issue.

    Raises:
        ModelLoadError: when the weights are missing or altered; the batch is held.
    """
    stored = services.store.stage(ref, "detect")
    if stored is not None:
        return Verdict.model_validate(stored.document)
    profile = profile_stage(services, ref)
    with running(services, ref, "detect") as run:
        baseline = baseline_for(services, ref)
        verdict = (
            unknown_verdict(services, ref)
            if baseline is None
            else judge(profile, baseline, services.settings.detection)
        )
        run.document = verdict.model_dump(mode="json")
        run.summary = {
            "verdict": verdict.status,
            "issues": [{"type": i.type, "severity": i.severity, "columns": list(i.columns)} for i in verdict.issues],
            "quality_score": verdict.quality_score,
        }
        services.store.set_status(
            ref, "detected", issues=[i.type for i in verdict.issues], quality_score=verdict.quality_score
        )
        if verdict.issues or verdict.status != "scored":
            services.store.open_incident(ref, verdict)
    return verdict
