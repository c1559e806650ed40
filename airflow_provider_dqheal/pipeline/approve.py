"""Approve: a person lets the planned steps of a batch be carried out, or rejects them."""

from __future__ import annotations

from airflow_provider_dqheal.core.errors import RemediationRefused, UnknownDataset
from airflow_provider_dqheal.core.types import BatchRef, IssueType, RemediationPlan
from airflow_provider_dqheal.issues._base import heal_order
from airflow_provider_dqheal.pipeline.approval import Decision, approvals, record_decision, waiting
from airflow_provider_dqheal.pipeline.heal import heal_stage
from airflow_provider_dqheal.pipeline.publish import publish_stage
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.storage.records import BatchRecord


def approve(
    services: Services,
    ref: BatchRef,
    by: str,
    note: str | None = None,
    issue: IssueType | None = None,
    decision: Decision = "approved",
) -> BatchRecord:
    """Records a decision on what waits for one (``issue`` None: on all of it), and goes on from there.

    Approved in full, the plan that was shown is carried out: its steps, validation, publishing. The plan is not made
    anew. A run that still waits in Airflow finds the batch decided when it goes on.

    Raises:
        UnknownDataset: when the batch was never received.
        RemediationRefused: when no step waits for a decision, or the batch would be held whatever is decided.
    """
    record = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
    if record is None:
        raise UnknownDataset(f"{ref.key}: attempt {ref.attempt} was never received; check the data set and batch_id")
    plan = _waiting_plan(services, record)
    said = approvals(services, ref)
    wanted = [one for one in waiting(plan, said) if issue in (None, one)]
    if not wanted:
        raise RemediationRefused(f"{ref.key}: no step of {issue} waits for a decision; see `dqheal history`")
    if decision == "approved" and plan.hold_reasons:
        raise RemediationRefused(f"{ref.key}: held for more than an approval: {plan.hold_reasons[0]}")
    for one in wanted:
        record_decision(services, ref, one, decision, by, note)
    _tell_incident(services, ref, decision, by, note)
    undecided = waiting(plan, approvals(services, ref))
    if decision == "approved" and undecided:
        return record
    finished = [f"heal:{one}" for one in heal_order()]
    services.store.forget_stages(ref, (*finished, "validate", "publish"))
    for one in heal_order():
        heal_stage(services, ref, one)
    return publish_stage(services, ref)


def _waiting_plan(services: Services, record: BatchRecord) -> RemediationPlan:
    stage = services.store.stage(record.ref, "decide")
    if stage is None:
        raise RemediationRefused(f"{record.ref.key}: nothing was planned yet; it is {record.status}")
    plan = RemediationPlan.model_validate(stage.document)
    if record.status in ("published", "undone"):
        raise RemediationRefused(f"{record.ref.key}: it is {record.status} already, no step waits for a decision")
    if not any(step.needs_approval for step in plan.steps):
        raise RemediationRefused(
            f"{record.ref.key}: no step waits for a decision, {len(plan.steps)} were planned; "
            f"`dqheal accept {record.dataset} {record.batch_id}` takes the batch as it came"
        )
    return plan


def _tell_incident(services: Services, ref: BatchRef, decision: str, by: str, note: str | None) -> None:
    incident = services.store.incident_of(ref)
    if incident is not None and incident.state == "open":
        told = f"steps {decision}{f': {note}' if note else ''}"
        services.store.set_incident(incident.id, incident.version, "acknowledged", actor=by, note=told)
