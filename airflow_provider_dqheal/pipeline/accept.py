"""Accept: a person says that a batch is normal, and the baseline learns from it."""

from __future__ import annotations

from airflow_provider_dqheal.core.errors import UnknownDataset
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.pipeline.profile import profile_stage
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.evolve import evolved
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.schema import infer_schema
from airflow_provider_dqheal.storage.records import BatchRecord


def accept(services: Services, ref: BatchRef, by: str) -> BatchRecord:
    """Publishes a batch as it came and adds its profile to the baseline; ``by`` is kept as who accepted it.

    One that was healed is published as it came too: what the baseline learns is what people see. Where its columns
    differ from the accepted ones, they become the next version of the schema. Its incident is resolved.

    Raises:
        UnknownDataset: when the batch was never received.
        PublishError: when it cannot be promoted; nothing was accepted then.
    """
    record = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
    if record is None:
        raise UnknownDataset(f"{ref.key}: attempt {ref.attempt} was never received; check the data set and batch_id")
    profile = profile_stage(services, ref)
    _accept_schema(services, ref, profile, by)
    if record.status != "published" or record.healed_cells or record.quarantined_rows or record.ledger_uri:
        _publish_as_it_came(services, ref, profile, by)
    services.store.accept(ref, by=by)
    incident = services.store.incident_of(ref)
    if incident is not None and incident.state != "resolved":
        services.store.set_incident(incident.id, incident.version, "resolved", actor=by, note="accepted as normal")
    final = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
    assert final is not None
    return final


def _accept_schema(services: Services, ref: BatchRef, profile: Profile, by: str) -> None:
    known = services.store.dataset(ref.dataset)
    seen = infer_schema((profile,), known.table_schema if known is not None else None)
    if known is None:
        services.store.put_dataset(ref.dataset, seen.model_copy(update={"accepted_by": by}))
        return
    after = evolved(known.table_schema, seen, by)
    if after is known.table_schema:
        return
    version = services.store.put_dataset(ref.dataset, after).table_schema.version
    services.events.emit(
        batch_event("accept", "schema", ref.dataset, ref.batch_id, ref.attempt, version=version, by=by)
    )


def _publish_as_it_came(services: Services, ref: BatchRef, profile: Profile, by: str) -> None:
    if ref.format == "table":  # a window of a stream: there are no rows to publish
        services.store.set_status(ref, "detected", reason=f"accepted by {by}; there are no rows to publish")
        return
    dataset = services.store.dataset(ref.dataset)
    files = services.sink_for(ref.dataset).publish(ref, None, dataset.table_schema if dataset else None)
    services.store.set_status(
        ref,
        "published",
        published_uri=files.uri,
        quarantine_uri=None,
        ledger_uri=None,
        rows_published=profile.row_count,
        healed_cells=0,
        quarantined_rows=0,
        reason=f"accepted as it came by {by}",
    )
    services.events.emit(batch_event("publish", "published", ref.dataset, ref.batch_id, ref.attempt, accepted_by=by))
