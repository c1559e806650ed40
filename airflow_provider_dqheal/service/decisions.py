"""What a person may ask the service to do with a batch, and the rows in quarantine as they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from airflow_provider_dqheal.core.types import Frozen
from airflow_provider_dqheal.service.mask import masked
from airflow_provider_dqheal.service.views import BatchView, View

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.quarantine import QuarantinedRow

Name = Annotated[str, Field(min_length=1, max_length=200)]


class OnBatch(Frozen):
    """A request about the newest attempt at a batch. ``by`` is kept as who decided."""

    dataset: Name
    batch_id: Name
    by: Name = "dashboard"


class FeedbackRequest(OnBatch):
    """``expected``: the batch is normal, learn it. ``incident``: it is not, forget it."""

    kind: Literal["expected", "incident"]
    note: str | None = Field(default=None, max_length=2000)


class ApprovalRequest(OnBatch):
    """Carry out the planned steps that wait for a person, or not; ``issue`` None: of every issue type."""

    decision: Literal["approved", "rejected"]
    issue: Name | None = None
    note: str | None = Field(default=None, max_length=2000)


class UndoRequest(OnBatch):
    """Publish the raw batch again, or the batch without one step."""

    step: str | None = Field(default=None, min_length=1, max_length=300)


class FixRequest(OnBatch):
    """New cells for a row in quarantine, as they are to be published; None is missing."""

    row_id: int = Field(ge=0)
    cells: dict[str, str | None] = Field(min_length=1)


class ReadmitRequest(OnBatch):
    """Rows to validate anew and to merge back; None: all that were fixed."""

    row_ids: tuple[Annotated[int, Field(ge=0)], ...] | None = None


class QuarantineRowView(View):
    """A row that is set aside. ``masked``: letters and digits of values are replaced."""

    dataset: str
    batch_id: str
    attempt: int
    row_id: int
    state: str
    reasons: tuple[str, ...]
    values: dict[str, str | None]
    fixed: dict[str, str | None]
    changed_by: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    masked: bool


class Readmitted(View):
    """Rows that were merged back by this request, and those that were before."""

    batch: BatchView
    readmitted: tuple[int, ...]
    already: tuple[int, ...]


class FeedbackView(View):
    """What a person said of a batch."""

    dataset: str
    batch_id: str
    attempt: int
    kind: Literal["expected", "incident"]
    issues: tuple[str, ...]
    by: str
    note: str | None
    at: datetime


def row_view(row: QuarantinedRow, reveal: bool) -> QuarantineRowView:
    """The row, its values masked unless ``reveal``."""
    shown = row.model_dump(exclude={"uri"})
    if not reveal:
        for part in ("values", "fixed"):
            shown[part] = {name: masked(text) for name, text in shown[part].items()}
    return QuarantineRowView(**shown, masked=not reveal)
