"""The longer REST answers: a page of a list, one incident, one data set, the state of the service."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

from airflow_provider_dqheal.core.types import Check, ColumnSchema, Frozen, Severity
from airflow_provider_dqheal.service.views import BatchView, DatasetView, EventView, IncidentState, IncidentView, View

T = TypeVar("T")


class Page(View, Generic[T]):
    """Part of a list. ``total`` None: not counted."""

    items: tuple[T, ...]
    offset: int = 0
    limit: int
    total: int | None = None


class EventPage(View):
    """Events after a sequence number, oldest first."""

    items: tuple[EventView, ...]
    last_seq: int
    epoch: str


class EvidenceView(View):
    """Why an issue was raised. ``examples`` are masked unless they were asked for."""

    metric: str
    label: str
    column: str | None = None
    observed: float | str | None = None
    expected_low: float | str | None = None
    expected_high: float | str | None = None
    score: float = 0.0
    sentence: str
    examples: tuple[str, ...] = ()


class IssueDetail(View):
    """One issue with its evidence. ``threshold`` is the score from which it is acted on."""

    type: str
    severity: Severity | None = None
    score: float | None = None
    threshold: float | None = None
    columns: tuple[str, ...] = ()
    evidence: tuple[EvidenceView, ...] = ()


class VerdictView(View):
    """What the detector said."""

    status: str
    quality_score: float | None = None
    model_id: str | None = None
    reason: str | None = None
    issues: tuple[IssueDetail, ...] = ()
    watch: tuple[IssueDetail, ...] = ()


class Bar(View):
    """Shares of rows in one bin or category: in the history, in the batch, after healing."""

    label: str
    baseline: float | None = None
    batch: float | None = None
    after: float | None = None


class MetricRow(View):
    """One statistic of a column: its range in the history, its value in the batch and after healing."""

    metric: str
    label: str
    expected_low: float | None = None
    expected_high: float | None = None
    observed: float | None = None
    after: float | None = None
    outside: bool = False


class ColumnDetail(View):
    """A blamed column. ``contribution`` orders columns, higher is more anomalous."""

    name: str
    type: str | None = None
    issues: tuple[str, ...] = ()
    contribution: float = 0.0
    histogram_kind: Literal["numeric", "values", "patterns"] | None = None
    histogram: tuple[Bar, ...] = ()
    metrics: tuple[MetricRow, ...] = ()


class StepDetail(View):
    """One planned step."""

    step_id: str
    issue: str
    strategy: str
    columns: tuple[str, ...] = ()
    rung: str
    confidence: float
    reason: str = ""
    needs_approval: bool = False
    state: Literal["planned", "done", "refused"] = "planned"


class HealPart(View):
    """What the steps of one issue type did."""

    issue: str
    seconds: float | None = None
    rows_in: int | None = None
    rows_out: int | None = None
    cells_changed: int | None = None
    rows_quarantined: int | None = None
    refused: str | None = None


class RemediationView(View):
    """The plan and what came of it."""

    mode: str | None = None
    hold_reasons: tuple[str, ...] = ()
    steps: tuple[StepDetail, ...] = ()
    parts: tuple[HealPart, ...] = ()


class ValidationView(View):
    """The judge's decision."""

    passed: bool
    checks: tuple[Check, ...] = ()


class IncidentDetail(View):
    """Everything about one incident."""

    incident: IncidentView
    batch: BatchView | None = None
    verdict: VerdictView | None = None
    columns: tuple[ColumnDetail, ...] = ()
    remediation: RemediationView = RemediationView()
    validation: ValidationView | None = None
    events: tuple[EventView, ...] = ()
    has_ledger: bool = False
    has_quarantine: bool = False
    history_batches: int = 0
    airflow_url: str | None = None


class RowsPage(View):
    """Rows of a ledger or a quarantine. ``masked``: letters and digits of values are replaced."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    total: int
    offset: int
    limit: int
    masked: bool


class IncidentAction(Frozen):
    """A change of state; ``version`` is the one the person saw."""

    state: IncidentState
    version: int


class SchemaVersion(View):
    """An accepted schema of a data set."""

    version: int
    columns: tuple[ColumnSchema, ...]
    declared: bool
    accepted_by: str


class DatasetDetail(View):
    """One data set with its whole timeline, its batches and its accepted schema."""

    dataset: DatasetView
    batches: tuple[BatchView, ...] = ()
    incidents: tuple[IncidentView, ...] = ()
    table_schema: SchemaVersion | None = None


class KafkaView(View):
    """The status topic, as the service sees it. ``lag`` None: not known."""

    configured: bool
    connected: bool = False
    topic: str | None = None
    lag: int | None = None
    consumed: int = 0
    rejected: int = 0
    dead_letters: int | None = None
    error: str | None = None


class SocketView(View):
    """The socket since the start of the service."""

    clients: int
    connected_total: int
    frames: int
    items: int
    dropped_to_snapshot: int
    evicted: int
    refused: int
    rtt_ms: float | None = None


class SystemView(View):
    """How the service itself is."""

    status: Literal["ok", "degraded"]
    version: str
    epoch: str | None
    last_seq: int
    started_at: datetime
    uptime_s: float
    store: Literal["reachable", "unreachable"]
    store_kind: str
    store_error: str | None = None
    poll_ms: float
    socket: SocketView
    kafka: KafkaView
