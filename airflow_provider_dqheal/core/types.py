"""The values that travel between stages: frozen pydantic models, JSON-safe by ``model_dump(mode="json")``.

Profiles and baselines live in ``profiling``; everything here is small enough for XCom and Kafka.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from airflow_provider_dqheal.core.paths import slug

IssueType = str
"""Name of a registered issue type: one of :data:`ISSUE_ORDER`, or a user's own."""

ISSUE_ORDER: tuple[str, ...] = (
    "schema_drift",
    "type_mismatch",
    "missing_data",
    "outliers",
    "distribution_shift",
)
"""The built-in issue types, in the order in which they are healed."""

Severity = Literal["low", "medium", "high", "critical"]
BatchFormat = Literal["csv", "jsonl", "parquet", "orc", "table"]
BatchStatus = Literal[
    "received", "profiled", "detected", "healing", "validating", "published", "held", "failed", "undone"
]
VerdictStatus = Literal["scored", "insufficient_history", "error"]
ColumnType = Literal["int", "float", "bool", "string", "date", "datetime"]
Stage = Literal["receive", "profile", "detect", "decide", "heal", "validate", "publish", "undo"]
Rung = Literal["observe", "quarantine", "exact", "imputation", "person"]
"""The ladder of interventions, mildest first (see :data:`RUNG_ORDER`)."""

RUNG_ORDER: tuple[str, ...] = ("observe", "quarantine", "exact", "imputation", "person")

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class Frozen(BaseModel):
    """A value: immutable, unknown fields rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class ColumnSchema(Frozen):
    """One column of an accepted schema.

    ``month_first``: how 05/06/2020 is read where it is text; None where nothing tells, which is day first.
    """

    name: str
    type: ColumnType
    nullable: bool = True
    month_first: bool | None = None


class TableSchema(Frozen):
    """The accepted columns of a data set, in order. ``version`` grows with each accepted change."""

    columns: tuple[ColumnSchema, ...]
    version: int = 1
    declared: bool = False
    accepted_by: str = "learn"

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnSchema | None:
        """The column called ``name``, or None."""
        return next((column for column in self.columns if column.name == name), None)


class BatchRef(Frozen):
    """Where one batch of a data set lies. ``uri`` is a file or a folder.

    ``digest`` is the content's SHA-256 once it was read; ``topic``, ``partition`` and ``offset`` say which
    Kafka message announced the batch, if one did.
    """

    dataset: str = Field(min_length=1, max_length=200)
    batch_id: str = Field(min_length=1, max_length=200)
    attempt: int = Field(default=1, ge=1)
    digest: str | None = None
    uri: str = Field(min_length=1, max_length=4096)
    format: BatchFormat = "csv"
    options: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    produced_at: datetime | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None

    @property
    def key(self) -> str:
        """``dataset/batch_id``: names the batch in messages."""
        return f"{self.dataset}/{self.batch_id}"

    @property
    def path_key(self) -> str:
        """A relative path that is safe on every file system and unique to (dataset, batch_id)."""
        return f"{slug(self.dataset)}/{slug(self.batch_id)}"


class Evidence(Frozen):
    """Why an issue was raised, for one column (or the whole table where ``column`` is None).

    ``score`` orders columns by contribution, higher is more anomalous. ``sentence`` is for a person.
    """

    metric: str
    column: str | None = None
    observed: float | str | None = None
    expected_low: float | str | None = None
    expected_high: float | str | None = None
    score: float = 0.0
    sentence: str
    examples: tuple[str, ...] = ()


class Issue(Frozen):
    """One thing that is wrong with a batch. ``score`` is a calibrated probability in [0, 1].

    ``columns`` are blamed, in the order of contribution; none where the batch as a whole is concerned. ``suspected``
    may be concerned, too, but are more often not: healing looks at their cells as well.
    """

    type: IssueType
    score: Fraction
    severity: Severity
    columns: tuple[str, ...] = ()
    suspected: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def concerned(self) -> tuple[str, ...]:
        """The blamed columns and the suspected ones."""
        return (*self.columns, *self.suspected)

    @property
    def sentence(self) -> str:
        """The strongest piece of evidence in words."""
        return self.evidence[0].sentence if self.evidence else self.type


class Verdict(Frozen):
    """What the detector says of a batch.

    ``issues`` are acted on; ``watch`` is shown and never acted on. ``quality_score`` is in [0, 1], higher is
    better, None when the batch could not be judged.
    """

    status: VerdictStatus
    issues: tuple[Issue, ...] = ()
    watch: tuple[Issue, ...] = ()
    scores: dict[str, float] = Field(default_factory=dict)
    thresholds: dict[str, float] = Field(default_factory=dict)
    quality_score: Fraction | None = None
    model_id: str | None = None
    reason: str | None = None

    def alarms_alone(self, type: IssueType) -> bool:
        """Whether the issue reaches the promised rate by itself, or is the only one: not just named beside another."""
        only = len(self.issues) == 1 and self.issues[0].type == type
        return only or self.scores.get(type, 1.0) >= self.thresholds.get(type, 0.0)

    def issue(self, type: IssueType) -> Issue | None:
        """The acted-on issue of that type, or None."""
        return next((issue for issue in self.issues if issue.type == type), None)


class Step(Frozen):
    """One planned change. ``params`` is everything ``apply`` needs: a step is a pure value."""

    step_id: str
    issue: IssueType
    strategy: str
    columns: tuple[str, ...] = ()
    params: dict[str, Any] = Field(default_factory=dict)
    rung: Rung = "exact"
    confidence: Fraction = 1.0
    reason: str = ""
    needs_approval: bool = False
    max_changed_fraction: Fraction = 1.0


class RemediationPlan(Frozen):
    """Ordered steps, plus what only a person can decide.

    ``hold_reasons`` non-empty means: the batch is held whatever the steps do. ``found`` are low-severity
    issues that cell evidence opened although the batch as a whole did not alarm.
    """

    dataset: str
    batch_id: str
    attempt: int = 1
    steps: tuple[Step, ...] = ()
    hold_reasons: tuple[str, ...] = ()
    found: tuple[Issue, ...] = ()
    mode: Literal["off", "shadow", "approve", "auto"] = "auto"

    def steps_for(self, issue: IssueType) -> tuple[Step, ...]:
        """The steps of one issue type, in order."""
        return tuple(step for step in self.steps if step.issue == issue)


class StepResult(Frozen):
    """What one step (or all steps of one issue type) did to a staged batch."""

    input: str
    output: str
    quarantine: str | None = None
    ledger: str | None = None
    rows_in: int
    rows_out: int
    rows_changed: int = 0
    rows_quarantined: int = 0
    cells_changed: int = 0
    steps: tuple[str, ...] = ()


class Check(Frozen):
    """One question the independent judge asked. ``observed`` and ``expected`` are for a person."""

    name: str
    passed: bool
    column: str | None = None
    observed: str = ""
    expected: str = ""


class ValidationResult(Frozen):
    """The judge's decision: passed only if every check passed."""

    passed: bool
    checks: tuple[Check, ...] = ()

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)
