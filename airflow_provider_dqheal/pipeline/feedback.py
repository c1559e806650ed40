"""Feedback: what a person says of a verdict changes what the next batch is judged by, at once."""

from __future__ import annotations

from typing import Literal

from airflow_provider_dqheal.core.errors import UnknownDataset
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef, Verdict
from airflow_provider_dqheal.pipeline.accept import accept
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.storage.records import BatchRecord

Kind = Literal["expected", "incident"]


def give_feedback(services: Services, ref: BatchRef, kind: Kind, by: str, note: str | None = None) -> BatchRecord:
    """Keeps what was said and adapts the baseline.

    ``expected``: the batch is published as it came and becomes part of the baseline. ``incident``: the batch leaves
    the baseline if it was in it, and no later attempt at it is learned from by itself; its incident is opened.

    Raises:
        UnknownDataset: when the batch was never received.
        PublishError: when an expected batch cannot be published; nothing was kept then.
    """
    if kind == "expected":
        record = accept(services, ref, by)
        changed = True
    else:
        known = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
        if known is None:
            raise UnknownDataset(f"{ref.key}: attempt {ref.attempt} was never received; check the name")
        changed = services.store.withdraw(ref)
        _open_incident(services, ref, by, note)
        record = services.store.batch(ref.dataset, ref.batch_id, ref.attempt) or known
    services.store.add_feedback(ref, kind, by, note)
    services.events.emit(
        batch_event(
            "feedback", kind, ref.dataset, ref.batch_id, ref.attempt, by=by, note=note, baseline_changed=changed
        )
    )
    return record


def may_learn(services: Services, ref: BatchRef) -> bool:
    """Whether a clean batch may become part of the baseline by itself: not when a person called it an incident."""
    said = services.store.feedback(ref.dataset, ref.batch_id, limit=1)
    return not said or said[0].kind != "incident"


def _open_incident(services: Services, ref: BatchRef, by: str, note: str | None) -> None:
    told = f"called an incident{f': {note}' if note else ''}"
    known = services.store.incident_of(ref)
    if known is None:
        stage = services.store.stage(ref, "detect")
        verdict = (
            Verdict.model_validate(stage.document)
            if stage is not None
            else Verdict(status="insufficient_history", reason="it was learned without being judged")
        )
        known = services.store.open_incident(ref, verdict, note=told)
    services.store.set_incident(known.id, known.version, "open", actor=by, note=told)
