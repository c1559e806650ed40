"""What a browser is shown: every number is computed here, none in the browser.

These models are the REST answers and the items of the socket; the dashboard's types are generated from them.
Scores and fractions are in [0, 1]; seconds and counts carry their unit in the name; times are UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from airflow_provider_dqheal.core.types import BatchStatus, Frozen, Severity

StageState = Literal["waiting", "running", "done", "skipped", "held", "failed"]
Health = Literal["healthy", "warning", "critical", "unknown"]
IncidentState = Literal["open", "acknowledged", "resolved"]


class View(Frozen):
    """A value that is only ever sent: every field is always there, so the generated types say so."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class SeverityCounts(View):
    """How many open incidents there are of each severity."""

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0


class Tiles(View):
    """The figures at the top of the overview."""

    mean_score: float | None = None
    scored_datasets: int = 0
    open_incidents: int = 0
    open_by_severity: SeverityCounts = SeverityCounts()
    held_batches: int = 0
    running_batches: int = 0
    healed_batches_24h: int = 0
    healed_cells_24h: int = 0
    quarantined_rows_24h: int = 0
    median_heal_s: float | None = None
    batches_24h: int = 0
    published_24h: int = 0


class Band(View):
    """The range that the scores of the data set's clean batches lead one to expect."""

    low: float
    high: float


class ScorePoint(View):
    """One batch on a data set's timeline. ``score`` None: the batch was not judged."""

    batch_id: str
    attempt: int
    time: datetime
    score: float | None
    status: BatchStatus
    issues: tuple[str, ...] = ()
    severity: Severity | None = None
    incident_id: str | None = None


class DatasetView(View):
    """A data set: its health is that of its worst open incident, unknown until a batch was judged."""

    name: str
    health: Health
    score: float | None = None
    band: Band | None = None
    timeline: tuple[ScorePoint, ...] = ()
    batch_count: int = 0
    accepted_count: int = 0
    columns: int = 0
    schema_version: int = 1
    open_incidents: int = 0
    last_batch: str | None = None
    last_seen: datetime | None = None


class IssueView(View):
    """One issue of a batch, short."""

    type: str
    severity: Severity | None = None
    columns: tuple[str, ...] = ()


class StageView(View):
    """Where one stage of a batch stands. ``parts`` are the issue types that the heal stage worked on."""

    stage: str
    state: StageState
    seconds: float | None = None
    started_at: datetime | None = None
    note: str | None = None
    parts: tuple[str, ...] = ()


class BatchView(View):
    """A batch and how far it has come."""

    dataset: str
    batch_id: str
    attempt: int
    status: BatchStatus
    quality_score: float | None = None
    verdict: str | None = None
    issues: tuple[IssueView, ...] = ()
    severity: Severity | None = None
    stages: tuple[StageView, ...] = ()
    rows_in: int | None = None
    rows_published: int | None = None
    healed_cells: int | None = None
    quarantined_rows: int | None = None
    seconds: float | None = None
    reason: str | None = None
    incident_id: str | None = None
    running: bool = False
    received_at: datetime | None = None
    updated_at: datetime | None = None


class IncidentView(View):
    """An incident as a line of a list."""

    id: str
    dataset: str
    batch_id: str
    attempt: int
    state: IncidentState
    version: int
    severity: Severity | None
    issues: tuple[IssueView, ...]
    sentence: str
    batch_status: BatchStatus | None = None
    opened_at: datetime
    updated_at: datetime


class EventView(View):
    """One event in words. ``tone`` says how it is coloured; the text never holds values of rows."""

    seq: int
    id: str
    type: str
    time: datetime
    dataset: str | None = None
    batch_id: str | None = None
    attempt: int | None = None
    stage: str | None = None
    status: str | None = None
    text: str
    tone: Literal["neutral", "good", "warn", "bad", "active"] = "neutral"
