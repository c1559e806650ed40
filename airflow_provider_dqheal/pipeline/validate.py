"""Validate: an independent judge decides whether the staged batch may be published."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import BatchRef, Check, IssueType, RemediationPlan, ValidationResult, Verdict
from airflow_provider_dqheal.issues._base import heal_order
from airflow_provider_dqheal.pipeline._stage import running
from airflow_provider_dqheal.pipeline.approval import Approval, approvals, waiting, waiting_reason
from airflow_provider_dqheal.pipeline.budget import over_budget
from airflow_provider_dqheal.pipeline.decide import decide_stage
from airflow_provider_dqheal.pipeline.detect import baseline_for, detect_stage, redetector
from airflow_provider_dqheal.pipeline.heal import staged
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.validation.judge import validate


def holds(
    plan: RemediationPlan,
    verdict: Verdict,
    refused: tuple[str, ...] = (),
    said: dict[IssueType, Approval] | None = None,
) -> tuple[str, ...]:
    """Every reason, in words, why the batch may not be published whatever its steps did. ``said``: the approvals."""
    reasons = [*plan.hold_reasons, *refused]
    if verdict.status != "scored" and not reasons:
        reasons.append(verdict.reason or f"verdict {verdict.status}")
    if plan.mode in ("shadow", "off") and (verdict.issues or plan.steps):
        reasons.append(f"policy mode is {plan.mode}: {len(plan.steps)} steps planned, none carried out")
    reasons += [waiting_reason(plan, issue, said or {}) for issue in waiting(plan, said or {})]
    return tuple(reasons)


def held_result(reasons: tuple[str, ...]) -> ValidationResult:
    """The result for a batch that is held: one failed check a reason."""
    return ValidationResult(
        passed=False, checks=tuple(Check(name="held", passed=False, observed=reason) for reason in reasons)
    )


def judged(
    services: Services, ref: BatchRef, working: Working, plan: RemediationPlan, verdict: Verdict, baseline: Baseline
) -> ValidationResult:
    """What the independent judge says of a staged batch; it is asked in the form in which it would be published."""
    redetect = redetector(ref, baseline, services.settings.detection)
    return validate(working, plan, verdict, baseline, services.settings.policy_for(ref.dataset), redetect)


def validate_stage(services: Services, ref: BatchRef) -> ValidationResult:
    """Judges the staged batch; the raw one is never touched, whatever comes out."""
    stored = services.store.stage(ref, "validate")
    if stored is not None:
        return ValidationResult.model_validate(stored.document)
    verdict, plan = detect_stage(services, ref), decide_stage(services, ref)
    with running(services, ref, "validate") as run:
        services.store.set_status(ref, "validating")
        refused = tuple(
            record.document["refused"]
            for record in (services.store.stage(ref, f"heal:{issue}") for issue in heal_order())
            if record is not None and "refused" in record.document
        )
        baseline = baseline_for(services, ref)
        reasons = holds(plan, verdict, refused, approvals(services, ref))
        if not reasons and plan.steps:
            reasons = over_budget(services, ref, plan, staged(services, ref))
        if reasons or baseline is None:
            result = held_result(reasons or ("no accepted history",))
        else:
            result = judged(services, ref, staged(services, ref), plan, verdict, baseline)
        run.document = result.model_dump(mode="json")
        run.summary = {"passed": result.passed, "failed": [check.name for check in result.failures]}
    return result
