"""Profile: the statistics of a batch, by the driver that fits its size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow_provider_dqheal.core.config import ProfileSettings
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.pipeline._stage import running
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.local import profile_source
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.sources import open_source


def profile_batch(
    batch: BatchRef,
    settings: ProfileSettings | None = None,
    allowed_roots: Sequence[Path] = (),
    spark: Any = None,
) -> Profile:
    """Profiles a batch: locally below ``settings.local_max_bytes``, else by file splits on Spark.

    ``spark`` is a session to use; without one a session is started for this batch and stopped again.

    Raises:
        BatchUnreadable: when the batch cannot be read.
        ProfileError: when Spark is asked for and cannot be started.
    """
    settings = settings or ProfileSettings()
    source = open_source(batch, allowed_roots)
    on_spark = settings.driver == "spark" or (
        settings.driver == "auto" and source.size_bytes > settings.local_max_bytes
    )
    if not on_spark:
        return profile_source(source, batch)
    from airflow_provider_dqheal.profiling.spark import profile_splits, session

    own = spark is None
    spark = spark if spark is not None else session(settings)
    try:
        return profile_splits(batch, spark, allowed_roots)
    finally:
        if own:
            spark.stop()


def profile_stage(services: Services, ref: BatchRef, spark: Any = None) -> Profile:
    """Profiles and stores; a profile that is stored already is returned as it is.

    Raises:
        BatchUnreadable, ProfileError: as :func:`profile_batch`; the batch is held.
    """
    stored = services.store.profile(ref)
    if stored is not None:
        return stored
    with running(services, ref, "profile") as run:
        profile = profile_batch(ref, services.settings.profile, services.settings.allowed_roots, spark)
        keep_profile(services, ref, profile)
        run.document = {"row_count": profile.row_count, "columns": len(profile.columns)}
        run.summary = dict(run.document)
    return profile


def keep_profile(services: Services, ref: BatchRef, profile: Profile) -> None:
    """Stores a profile made elsewhere (a Spark job) for this batch and marks it profiled."""
    services.store.put_profile(ref, profile)
    services.store.set_status(ref, "profiled", rows_in=profile.row_count)
