"""Undo: give back exactly what was there before healing, or before one step of it."""

from __future__ import annotations

import hashlib

from airflow_provider_dqheal.core.errors import NothingToUndo, ValidationFailed
from airflow_provider_dqheal.core.events import batch_event, now
from airflow_provider_dqheal.pipeline.rebuild import UNDONE, decided, published_batch, rebuilt, republish
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.storage.records import BatchRecord
from airflow_provider_dqheal.validation.conservation import do_no_harm, quarantine_is_raw, rows_conserved


def undo(services: Services, dataset: str, batch_id: str) -> BatchRecord:
    """Publishes the raw bytes in place of the healed batch, atomically; the ledger stays as the record.

    Raises:
        UnknownDataset: when the batch was never received.
        NothingToUndo: when it is not published.
        PublishError: when the raw batch is gone or is not what was healed (its digest changed).
    """
    record = published_batch(services, dataset, batch_id)
    ref = record.ref
    assert record.published_uri is not None
    known = services.store.dataset(dataset)
    sink = services.sink_for(dataset, record.published_uri)
    files = sink.publish(ref, None, known.table_schema if known else None, keep_aside=True)
    counts = {"healed_cells": 0, "quarantined_rows": 0, "rows_published": record.rows_in}
    services.store.set_status(ref, "undone", published_uri=files.uri, reason="undone: raw restored", **counts)
    services.events.emit(batch_event("undo", "undone", dataset, batch_id, ref.attempt, published_uri=files.uri))
    done = services.store.batch(dataset, batch_id, ref.attempt)
    assert done is not None
    return done


def undo_step(services: Services, dataset: str, batch_id: str, step_id: str, by: str) -> BatchRecord:
    """Publishes the batch as it is without one step: the others are carried out again on the raw batch, in order.

    When no other step is left and no row was re-admitted, the raw bytes are published, as by :func:`undo`.

    Raises:
        NothingToUndo: when the batch is not published, or has no such step that still holds.
        RemediationRefused: when a later step cannot be carried out without it; nothing was changed.
        ValidationFailed: when rows or cells would not be conserved; nothing was changed.
    """
    record = published_batch(services, dataset, batch_id)
    ref = record.ref
    known = decided(services, ref)
    if step_id not in {step.step_id for step in known.steps}:
        left = ", ".join(step.step_id for step in known.steps) or "none"
        raise NothingToUndo(f"{ref.key}: no step {step_id!r} to undo; expected one of: {left}")
    steps = [step for step in known.steps if step.step_id != step_id]
    last = not steps and not known.readmitted
    if not last:
        working = rebuilt(services, ref, steps, known.readmitted)
        for check in (rows_conserved(working), quarantine_is_raw(working), do_no_harm(working)):
            if not check.passed:
                raise ValidationFailed(f"{ref.key}: without {step_id!r} {check.observed}, expected {check.expected}")
    name = f"{UNDONE}:{hashlib.sha256(step_id.encode()).hexdigest()[:16]}"
    services.store.put_stage(ref, name, {"step": step_id, "by": by, "at": now().isoformat()})
    undone = sorted({*known.undone, step_id})
    try:
        if last:
            done = undo(services, dataset, batch_id)
        else:
            done = republish(services, record, working, f"undone by a person: {', '.join(undone)}")
    except ValidationFailed:  # what is left does not go where it is published: the step holds as before
        services.store.forget_stages(ref, (name,))
        raise
    services.events.emit(batch_event("undo", "step_undone", dataset, batch_id, ref.attempt, step=step_id, by=by))
    return done
