"""Undo: give back exactly what was there before healing."""

from __future__ import annotations

from airflow_provider_dqheal.core.errors import NothingToUndo, PublishError
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import open_source
from airflow_provider_dqheal.storage.records import BatchRecord
from airflow_provider_dqheal.storage.sinks import FolderSink


def undo(services: Services, dataset: str, batch_id: str) -> BatchRecord:
    """Publishes the raw bytes in place of the healed batch, atomically; the ledger stays as the record.

    Raises:
        NothingToUndo: when the batch is unknown or not published.
        PublishError: when the raw batch is gone or is not what was healed (its digest changed).
    """
    record = services.store.batch(dataset, batch_id)
    if record is None:
        raise NothingToUndo(f"{dataset}/{batch_id}: no such batch; `dqheal history {dataset}` lists those there are")
    if record.status != "published":
        raise NothingToUndo(f"{dataset}/{batch_id}: status is {record.status}, only a published batch can be undone")
    if record.published_uri is None:
        raise NothingToUndo(f"{dataset}/{batch_id}: it was learned as it is, nothing was published or changed")
    ref = record.ref
    if open_source(ref, services.settings.allowed_roots).digest() != ref.digest:
        raise PublishError(
            f"{ref.key}: the raw batch at {ref.uri} has changed since it was healed; "
            "restore it, or publish it as a new batch"
        )
    files = FolderSink.of(record.published_uri).publish(ref, None, None, keep_aside=True)
    counts = {"healed_cells": 0, "quarantined_rows": 0, "rows_published": record.rows_in}
    services.store.set_status(ref, "undone", published_uri=files.uri, reason="undone: raw restored", **counts)
    services.events.emit(batch_event("undo", "undone", dataset, batch_id, ref.attempt, published_uri=files.uri))
    done = services.store.batch(dataset, batch_id)
    assert done is not None
    return done
