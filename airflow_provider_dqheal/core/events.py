"""Status events: what happened to a batch, for the store, the status topic and the dashboard."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import Field

from airflow_provider_dqheal.core.types import Frozen

SOURCE = "dqheal"


def now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)


class StatusEvent(Frozen):
    """A CloudEvents 1.0 event. ``type`` is ``dqheal.batch.<stage>.<status>``, ``subject`` ``dataset/batch_id``.

    ``data`` always has ``dataset`` and ``batch_id`` and ``attempt`` for batch events; never row values.
    Source: CloudEvents specification 1.0.2, required and optional attributes.
    """

    specversion: str = "1.0"
    id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    source: str = SOURCE
    type: str
    subject: str
    time: datetime = Field(default_factory=now)
    data: dict[str, Any] = Field(default_factory=dict)


class EventSink(Protocol):
    """Takes status events. A sink that cannot deliver logs and goes on: status never fails a stage."""

    def emit(self, event: StatusEvent) -> None:
        """Delivers one event, or logs why it could not."""
        ...


def batch_event(stage: str, status: str, dataset: str, batch_id: str, attempt: int = 1, **data: Any) -> StatusEvent:
    """The event that stage ``stage`` of a batch reached ``status`` (started, done, failed, or a batch status)."""
    return StatusEvent(
        type=f"dqheal.batch.{stage}.{status}",
        subject=f"{dataset}/{batch_id}",
        data={"dataset": dataset, "batch_id": batch_id, "attempt": attempt, "stage": stage, "status": status, **data},
    )
