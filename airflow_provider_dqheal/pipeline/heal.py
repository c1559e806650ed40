"""Heal: the planned steps of one issue type, on the staged copy."""

from __future__ import annotations

from airflow_provider_dqheal.core.errors import RemediationRefused
from airflow_provider_dqheal.core.types import BatchRef, RemediationPlan, StepResult
from airflow_provider_dqheal.issues._base import heal_order
from airflow_provider_dqheal.pipeline._stage import running
from airflow_provider_dqheal.pipeline.approval import approvals, waiting
from airflow_provider_dqheal.pipeline.decide import decide_stage
from airflow_provider_dqheal.pipeline.detect import baseline_for
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import read_raw
from airflow_provider_dqheal.remediation.runner import apply_steps
from airflow_provider_dqheal.remediation.working import Working


def is_live(plan: RemediationPlan) -> bool:
    """Whether the plan's steps may be carried out, those that need it after approval: nothing to hold for."""
    return plan.mode in ("auto", "approve") and not plan.hold_reasons


def staged(services: Services, ref: BatchRef) -> Working:
    """The batch as the heal stages left it so far: raw when none has run."""
    for issue in reversed(heal_order()):
        record = services.store.stage(ref, f"heal:{issue}")
        if record is not None and "output" in record.document:
            return Working.load(services.staging(ref) / issue)
    return Working.start(read_raw(ref, services.settings.allowed_roots))


def heal_stage(services: Services, ref: BatchRef, issue: str) -> StepResult | None:
    """Applies the steps of ``issue``; None when the plan has none to carry out.

    A refused step (budget, precondition) is recorded: the batch is held at publishing, nothing is half-healed.
    """
    name = f"heal:{issue}"
    stored = services.store.stage(ref, name)
    if stored is not None:
        return StepResult.model_validate(stored.document) if "output" in stored.document else None
    plan = decide_stage(services, ref)
    steps = plan.steps_for(issue)
    if not steps or not is_live(plan) or issue in waiting(plan, approvals(services, ref)):
        return None
    with running(services, ref, name) as run:
        services.store.set_status(ref, "healing")
        before = staged(services, ref)
        baseline = baseline_for(services, ref)
        assert baseline is not None  # a plan with steps was made from one
        try:
            after = apply_steps(before, steps, services.settings.policy_for(ref.dataset), baseline)
        except RemediationRefused as refused:
            run.document = {"refused": str(refused)}
            run.summary = {"refused": str(refused)}
            return None
        folder = services.staging(ref) / issue
        after.save(folder)
        result = StepResult(
            input=ref.uri,
            output=str(folder),
            rows_in=before.table.num_rows,
            rows_out=after.table.num_rows,
            rows_quarantined=after.quarantine.num_rows - before.quarantine.num_rows,
            cells_changed=after.healed_cells - before.healed_cells,
            steps=tuple(step.step_id for step in steps),
        )
        run.document = result.model_dump(mode="json")
        run.summary = {"cells_changed": result.cells_changed, "rows_quarantined": result.rows_quarantined}
    return result
