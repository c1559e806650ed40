"""What the store gives back: frozen values, no open session behind them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.core.types import BatchRef, BatchStatus, Frozen, Severity, TableSchema, Verdict

IncidentState = Literal["open", "acknowledged", "resolved"]


class DatasetRecord(Frozen):
    """A data set with its newest accepted schema."""

    name: str
    table_schema: TableSchema
    created_at: datetime


class BatchRecord(Frozen):
    """One attempt at a batch and how it stands. Counts are None until they are known."""

    id: int
    dataset: str
    batch_id: str
    attempt: int
    ref: BatchRef
    status: BatchStatus
    issues: tuple[str, ...] = ()
    quality_score: float | None = None
    rows_in: int | None = None
    rows_published: int | None = None
    healed_cells: int | None = None
    quarantined_rows: int | None = None
    published_uri: str | None = None
    quarantine_uri: str | None = None
    ledger_uri: str | None = None
    reason: str | None = None
    accepted_by: str | None = None
    created_at: datetime
    updated_at: datetime


class StageRecord(Frozen):
    """What a stage of an attempt left: its document (JSON), and its duration in seconds."""

    stage: str
    document: dict[str, Any]
    seconds: float | None = None
    created_at: datetime


class TimelineEntry(Frozen):
    """One step in an incident's life: when, who, what."""

    time: datetime
    actor: str
    action: str
    note: str | None = None


class IncidentRecord(Frozen):
    """Something a person may want to look at; one per attempt. ``version`` guards against stale changes."""

    id: int
    dataset: str
    batch_id: str
    attempt: int
    state: IncidentState
    severity: Severity
    issues: tuple[str, ...] = ()
    verdict: Verdict
    timeline: tuple[TimelineEntry, ...] = ()
    version: int
    opened_at: datetime
    updated_at: datetime


class HandledRow(Frozen):
    """A quarantined row that a person fixed or re-admitted. ``cells``: the new text by column, None is missing."""

    row_id: int
    state: Literal["fixed", "readmitted"]
    cells: dict[str, str | None] = Field(default_factory=dict)
    changed_by: str
    changed_at: datetime


class FeedbackRecord(Frozen):
    """What a person said of a batch: it was expected, or it was an incident. ``issues``: what the verdict had said."""

    dataset: str
    batch_id: str
    attempt: int
    kind: Literal["expected", "incident"]
    issues: tuple[str, ...] = ()
    by: str
    note: str | None = None
    at: datetime


class EventRecord(Frozen):
    """A status event with its place in the store's sequence."""

    seq: int
    event: StatusEvent
