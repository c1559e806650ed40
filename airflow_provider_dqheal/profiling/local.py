"""The local driver: record batches of a table or of a source, in this process."""

from __future__ import annotations

import pyarrow as pa

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.kernel import BATCH_ROWS, profile_batches
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.sources import Source


def profile_table(raw: pa.Table, batch: BatchRef | None = None) -> Profile:
    """Profiles a table.

    Raises:
        ProfileError: when two columns have one name.
    """
    return profile_batches(raw.schema, raw.to_batches(max_chunksize=BATCH_ROWS), batch)


def profile_source(source: Source, batch: BatchRef | None = None) -> Profile:
    """Profiles a source without holding it in memory.

    Raises:
        BatchUnreadable: when the source cannot be read to its end.
    """
    return profile_batches(source.field_types, source.record_batches(), batch)
