"""What people said of planned steps: kept with the attempt, one word an issue type, the newest counts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from airflow_provider_dqheal.core.events import batch_event, now
from airflow_provider_dqheal.core.types import BatchRef, Frozen, IssueType, RemediationPlan
from airflow_provider_dqheal.pipeline.services import Services

STAGE = "approval"
Decision = Literal["approved", "rejected", "expired"]


class Approval(Frozen):
    """One decision on the steps of one issue type. ``expired``: nobody answered in time."""

    decision: Decision
    by: str
    note: str | None = None
    at: datetime = Field(default_factory=now)


def approvals(services: Services, ref: BatchRef) -> dict[IssueType, Approval]:
    """The decisions on an attempt, by issue type."""
    prefix = f"{STAGE}:"
    return {
        record.stage.removeprefix(prefix): Approval.model_validate(record.document)
        for record in services.store.stages(ref)
        if record.stage.startswith(prefix)
    }


def waiting(plan: RemediationPlan, said: dict[IssueType, Approval]) -> tuple[IssueType, ...]:
    """Issue types whose steps need an approval that was not given, in the order of healing."""
    needed = dict.fromkeys(step.issue for step in plan.steps if step.needs_approval)
    return tuple(issue for issue in needed if issue not in said or said[issue].decision != "approved")


def waiting_reason(plan: RemediationPlan, issue: IssueType, said: dict[IssueType, Approval]) -> str:
    """Why the steps of an issue type are not carried out, in words."""
    steps = len(plan.steps_for(issue))
    what = f"{issue}: {steps} step{'s' if steps != 1 else ''}"
    if issue not in said:
        return f"{what} wait for approval; `dqheal approve {plan.dataset} {plan.batch_id}` carries them out"
    word = said[issue]
    if word.decision == "expired":
        return f"{what} wait for approval; nobody answered in time"
    return f"{what} rejected by {word.by}{f': {word.note}' if word.note else ''}"


def record_decision(
    services: Services, ref: BatchRef, issue: IssueType, decision: Decision, by: str, note: str | None = None
) -> Approval:
    """Keeps a decision, in place of an earlier one, and tells of it."""
    approval = Approval(decision=decision, by=by, note=note)
    services.store.forget_stages(ref, (f"{STAGE}:{issue}",))
    services.store.put_stage(ref, f"{STAGE}:{issue}", approval.model_dump(mode="json"))
    services.events.emit(
        batch_event(STAGE, decision, ref.dataset, ref.batch_id, ref.attempt, issue=issue, by=by, note=note)
    )
    return approval
