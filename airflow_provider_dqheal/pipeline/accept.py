"""Accept: a person says that a batch is normal, and the baseline learns from it."""

from __future__ import annotations

from airflow_provider_dqheal.core.errors import UnknownDataset
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.pipeline.profile import profile_stage
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.storage.records import BatchRecord


def accept(services: Services, ref: BatchRef, by: str) -> BatchRecord:
    """Publishes a held batch as it came and adds its profile to the baseline; ``by`` is kept as who accepted it.

    Raises:
        UnknownDataset: when the batch was never received.
        PublishError: when it cannot be promoted.
    """
    record = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
    if record is None:
        raise UnknownDataset(f"{ref.key}: attempt {ref.attempt} was never received; check the data set and batch_id")
    profile = profile_stage(services, ref)
    if services.store.dataset(ref.dataset) is None:
        first = Baseline.build(ref.dataset, (profile,))
        services.store.put_dataset(ref.dataset, first.table_schema)
    services.store.accept(ref, by=by)
    if record.status != "published":
        schema = services.store.dataset(ref.dataset)
        files = services.sink_for(ref.dataset).publish(ref, None, schema.table_schema if schema else None)
        services.store.set_status(
            ref,
            "published",
            published_uri=files.uri,
            rows_published=profile.row_count,
            healed_cells=0,
            quarantined_rows=0,
            reason=f"accepted as it came by {by}",
        )
        services.events.emit(
            batch_event("publish", "published", ref.dataset, ref.batch_id, ref.attempt, accepted_by=by)
        )
    final = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
    assert final is not None
    return final
