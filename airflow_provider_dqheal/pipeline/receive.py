"""Receive: from a message to a batch with a digest and an attempt."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.messaging.schemas import parse_message
from airflow_provider_dqheal.pipeline._stage import running
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import open_source


def match_batch(message: bytes) -> BatchRef:
    """The batch that a message of the batches topic announces.

    Raises:
        MessageRejected: when it is malformed, too large or of an unknown version.
    """
    parsed = parse_message("batch", message)
    return BatchRef(**parsed.model_dump(exclude={"version"}))


def receive(services: Services, ref: BatchRef, rerun: bool = False) -> BatchRef:
    """Opens an attempt: the same content gives the same attempt, changed content or ``rerun`` the next one.

    Raises:
        BatchUnreadable: when the batch is missing, unreadable or outside the allowed roots; it is recorded as held.
    """
    try:
        digest = open_source(ref, services.settings.allowed_roots).digest()
    except Exception:
        known = services.store.receive(ref.model_copy(update={"digest": None}), rerun=rerun)
        with running(services, known, "receive"):
            raise
    known = services.store.receive(ref.model_copy(update={"digest": digest}), rerun=rerun)
    if services.store.stage(known, "receive") is None:
        with running(services, known, "receive") as run:
            run.document = known.model_dump(mode="json")
            run.summary = {"uri": known.uri}
    return known
