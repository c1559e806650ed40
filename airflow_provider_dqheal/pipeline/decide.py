"""Decide: what to do about a verdict, as a plan that is a pure value."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import BatchRef, RemediationPlan
from airflow_provider_dqheal.pipeline._stage import running
from airflow_provider_dqheal.pipeline.detect import baseline_for, detect_stage, redetector
from airflow_provider_dqheal.pipeline.profile import profile_stage
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import read_raw
from airflow_provider_dqheal.remediation.plan import plan


def decide_stage(services: Services, ref: BatchRef) -> RemediationPlan:
    """Plans the steps for a judged batch. An undecided batch gets no step and is held.

    Raises:
        ConfigError: when the data set's policy is invalid; the batch is held.
    """
    stored = services.store.stage(ref, "decide")
    if stored is not None:
        return RemediationPlan.model_validate(stored.document)
    profile = profile_stage(services, ref)
    verdict = detect_stage(services, ref)
    with running(services, ref, "decide") as run:
        policy = services.settings.policy_for(ref.dataset)
        baseline = baseline_for(services, ref)
        if verdict.status != "scored" or baseline is None:
            decided = RemediationPlan(
                dataset=ref.dataset,
                batch_id=ref.batch_id,
                attempt=ref.attempt,
                mode=policy.mode,
                hold_reasons=(verdict.reason or f"verdict {verdict.status}",),
            )
        else:
            raw = read_raw(ref, services.settings.allowed_roots)
            decided = plan(
                raw, profile, baseline, verdict, policy, ref, redetector(ref, baseline, services.settings.detection)
            )
        run.document = decided.model_dump(mode="json")
        run.summary = {
            "steps": [{"issue": s.issue, "strategy": s.strategy, "columns": list(s.columns)} for s in decided.steps],
            "hold_reasons": list(decided.hold_reasons),
        }
        if decided.found:
            found = (*verdict.issues, *(i for i in decided.found if verdict.issue(i.type) is None))
            services.store.set_status(ref, "detected", issues=[issue.type for issue in found])
            services.store.open_incident(ref, verdict.model_copy(update={"issues": found}))
    return decided
