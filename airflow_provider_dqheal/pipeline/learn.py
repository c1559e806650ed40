"""Learn: accept earlier batches, oldest first, as a data set's history."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.core.types import BatchRef, TableSchema
from airflow_provider_dqheal.pipeline.profile import profile_batch
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.sources import open_source


def learn_batches(
    services: Services, dataset: str, refs: Sequence[BatchRef], schema: TableSchema | None = None, by: str = "learn"
) -> Baseline:
    """Profiles and accepts ``refs`` in the order given; all of them or none.

    Raises:
        BatchUnreadable: when one cannot be read, has no rows, or two share a batch_id; nothing is stored then.
    """
    roots = services.settings.allowed_roots
    if not refs:
        raise BatchUnreadable(f"{dataset}: no batch was given; name at least one file or folder, oldest first")
    ids = [ref.batch_id for ref in refs]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise BatchUnreadable(f"{dataset}: batch_id {twice[0]!r} was given twice; give each batch a name of its own")
    ready = []
    for ref in refs:
        known = ref.model_copy(update={"digest": open_source(ref, roots).digest()})
        profile = profile_batch(known, services.settings.profile, roots)
        if profile.row_count == 0:
            raise BatchUnreadable(f"{ref.key}: no rows; a history is learned from batches that hold data, leave it out")
        ready.append((known, profile))
    earlier = services.store.dataset(dataset)
    kept = earlier.table_schema if earlier is not None and schema is None else schema
    built = Baseline.build(dataset, tuple(profile for _, profile in ready), kept)
    services.store.put_dataset(dataset, built.table_schema)
    for known, profile in ready:
        opened = services.store.receive(known)
        services.store.put_profile(opened, profile)
        services.store.set_status(opened, "published", rows_in=profile.row_count, rows_published=profile.row_count)
        services.store.accept(opened, by=by)
    return services.store.baseline(dataset, services.settings.detection.history_size)
