"""Replay: the raw rows of a data set's accepted batches, for a backtest."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import open_source, read_raw


@dataclass(frozen=True)
class Accepted:
    """Accepted batches whose rows are still there, oldest first; ``lost`` says why others are left out."""

    tables: tuple[pa.Table, ...]
    names: tuple[str, ...]
    lost: tuple[str, ...]


def accepted_batches(services: Services, dataset: str, most: int = 200) -> Accepted:
    """The raw rows of the newest ``most`` accepted batches, as far as their files are there and unchanged.

    Raises:
        UnknownDataset: when nothing was accepted under that name.
    """
    tables, names, lost = [], [], []
    roots = services.settings.allowed_roots
    for profile in services.store.baseline(dataset, most).profiles:
        ref = profile.batch
        if ref is None or not ref.uri:
            lost.append("a batch without a file")
            continue
        try:
            changed = bool(ref.digest) and open_source(ref, roots).digest() != ref.digest
            if changed:
                lost.append(f"{ref.batch_id}: its file was changed since it was accepted")
                continue
            tables.append(read_raw(ref, roots))
        except BatchUnreadable as error:
            lost.append(f"{ref.batch_id}: {error}")
            continue
        names.append(ref.batch_id)
    return Accepted(tuple(tables), tuple(names), tuple(lost))
