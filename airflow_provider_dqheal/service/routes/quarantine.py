"""``/api/v1/quarantine``: the rows that were set aside, fixing them and taking them back in."""

from __future__ import annotations

from fastapi import APIRouter

from airflow_provider_dqheal.service.answers import Page
from airflow_provider_dqheal.service.decisions import (
    FixRequest,
    QuarantineRowView,
    ReadmitRequest,
    Readmitted,
    row_view,
)
from airflow_provider_dqheal.service.routes._base import Limit, Name, Offset, Running, on_batch, opened

router = APIRouter(tags=["quarantine"], prefix="/quarantine")


@router.get("")
def rows(
    running: Running,
    dataset: Name = None,
    batch_id: Name = None,
    limit: Limit = 50,
    offset: Offset = 0,
    reveal: bool = False,
) -> Page[QuarantineRowView]:
    """Rows that are set aside, newest batch first, with every reason; values masked unless ``reveal``."""
    from airflow_provider_dqheal.pipeline.quarantine import quarantined

    with opened(running) as services:
        found, total = quarantined(services, dataset, batch_id, limit, offset)
    return Page(items=tuple(row_view(row, reveal) for row in found), offset=offset, limit=limit, total=total)


@router.post("/fix")
def fix(running: Running, request: FixRequest) -> QuarantineRowView:
    """Keeps new cells for a row; nothing is published before it is re-admitted."""
    from airflow_provider_dqheal.pipeline.quarantine import fix as fix_row

    with on_batch(running, request) as (services, ref):
        row = fix_row(services, ref.dataset, ref.batch_id, request.row_id, request.cells, request.by)
    running.wake()
    return row_view(row, reveal=False)


@router.post("/readmit")
def readmit(running: Running, request: ReadmitRequest) -> Readmitted:
    """Validates rows anew and merges them back into their batch: each row once, never twice."""
    from airflow_provider_dqheal.pipeline.quarantine import readmit as take_back

    with on_batch(running, request) as (services, ref):
        done = take_back(services, ref.dataset, ref.batch_id, request.by, request.row_ids)
    running.wake()
    return Readmitted(batch=running.reader.batch_view(done.batch), readmitted=done.readmitted, already=done.already)
