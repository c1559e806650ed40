"""``POST /api/v1/feedback``, ``/approval`` and ``/undo``: what a person decides about a batch."""

from __future__ import annotations

from fastapi import APIRouter

from airflow_provider_dqheal.service.decisions import ApprovalRequest, FeedbackRequest, FeedbackView, UndoRequest
from airflow_provider_dqheal.service.routes._base import Limit, Running, on_batch
from airflow_provider_dqheal.service.views import BatchView
from airflow_provider_dqheal.service.waiting_runs import answer_waiting_runs
from airflow_provider_dqheal.storage.records import BatchRecord

router = APIRouter(tags=["decisions"])


@router.get("/feedback")
def feedback(running: Running, dataset: str, batch_id: str | None = None, limit: Limit = 100) -> list[FeedbackView]:
    """What was said of a data set's batches, newest first."""
    return [FeedbackView(**one.model_dump()) for one in running.reader.store.feedback(dataset, batch_id, limit)]


@router.post("/feedback")
def give_feedback(running: Running, request: FeedbackRequest) -> BatchView:
    """Says that a batch was expected, or an incident: the baseline knows at once."""
    from airflow_provider_dqheal.pipeline.feedback import give_feedback as give

    with on_batch(running, request) as (services, ref):
        record = give(services, ref, request.kind, request.by, request.note)
    return _shown(running, record)


@router.post("/approval")
def approval(running: Running, request: ApprovalRequest) -> BatchView:
    """Lets the planned steps of a batch be carried out, or not."""
    from airflow_provider_dqheal.pipeline.approve import approve

    with on_batch(running, request) as (services, ref):
        record = approve(services, ref, request.by, request.note, request.issue, request.decision)
        answer_waiting_runs(services.settings.service, ref, request.decision, request.issue)
    return _shown(running, record)


@router.post("/undo")
def undo(running: Running, request: UndoRequest) -> BatchView:
    """Gives back exactly what was there before healing, or before one step of it."""
    from airflow_provider_dqheal.pipeline import undo as undoing

    with on_batch(running, request) as (services, ref):
        if request.step is None:
            record = undoing.undo(services, ref.dataset, ref.batch_id)
        else:
            record = undoing.undo_step(services, ref.dataset, ref.batch_id, request.step, request.by)
    return _shown(running, record)


def _shown(running: Running, record: BatchRecord) -> BatchView:
    running.wake()
    return running.reader.batch_view(record)
