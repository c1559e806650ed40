"""One stage run: time it, tell it, and hold the batch when it fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.pipeline.services import Services


class StageRun:
    """Collects what a stage wants recorded: ``document`` is stored, ``summary`` goes into the event."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.document: dict[str, Any] = {}
        self.summary: dict[str, Any] = {}
        self.status = "done"

    @property
    def seconds(self) -> float:
        """Seconds since the stage began."""
        return time.perf_counter() - self.started


@contextmanager
def running(services: Services, ref: BatchRef, stage: str) -> Iterator[StageRun]:
    """Runs a stage's body: emits ``started`` and ``done``, stores the document under ``stage``.

    An error is told and recorded before it is raised again: a batch whose data or rules are at fault is held,
    any other is marked failed, so that no batch stays open.
    """
    run = StageRun()
    name, _, part = stage.partition(":")
    extra = {"issue": part} if part else {}
    services.events.emit(batch_event(name, "started", ref.dataset, ref.batch_id, ref.attempt, **extra))
    try:
        yield run
    except Exception as error:
        expected = isinstance(error, DQHealError)
        status = "held" if expected and not getattr(error, "retryable", False) else "failed"
        reason = str(error) if expected else f"{type(error).__name__} in stage {name}: see the task log"
        close(services, ref, status, reason)
        services.events.emit(
            batch_event(name, "failed", ref.dataset, ref.batch_id, ref.attempt, reason=reason, **extra)
        )
        raise
    services.store.put_stage(ref, stage, run.document, run.seconds)
    services.events.emit(
        batch_event(
            name,
            run.status,
            ref.dataset,
            ref.batch_id,
            ref.attempt,
            seconds=round(run.seconds, 4),
            **extra,
            **run.summary,
        )
    )


def close(services: Services, ref: BatchRef, status: str, reason: str) -> None:
    """Marks the batch ``held`` or ``failed`` with a reason and tells so; a batch never received is left alone."""
    if services.store.batch(ref.dataset, ref.batch_id, ref.attempt) is None:
        return
    services.store.set_status(ref, status, reason=reason)
    services.events.emit(batch_event("publish", status, ref.dataset, ref.batch_id, ref.attempt, reason=reason))
