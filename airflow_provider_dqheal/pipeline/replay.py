"""Replay: the rows that a data set's baseline was learned from, for a backtest."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from airflow_provider_dqheal.core.errors import BatchUnreadable, RemediationRefused
from airflow_provider_dqheal.pipeline.rebuild import carried_out, decided
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.pipeline.untouched import untouched_rows
from airflow_provider_dqheal.profiling.sources import open_source, read_raw


@dataclass(frozen=True)
class Accepted:
    """Accepted batches whose rows are still there, oldest first; ``lost`` says why others are left out."""

    tables: tuple[pa.Table, ...]
    names: tuple[str, ...]
    lost: tuple[str, ...]


def accepted_batches(services: Services, dataset: str, most: int = 200) -> Accepted:
    """The rows learned of the newest ``most`` accepted batches, as far as their files are there and unchanged.

    Of a healed batch these are the rows that nothing touched.

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
            table: pa.Table | None = read_raw(ref, roots)
            if services.store.is_learned_in_part(ref):
                table = untouched_rows(carried_out(table, decided(services, ref).plan.steps))
        except (BatchUnreadable, RemediationRefused) as error:
            lost.append(f"{ref.batch_id}: {error}")
            continue
        if table is None:
            lost.append(f"{ref.batch_id}: the rows that were learned of it are not told apart any more")
            continue
        tables.append(table)
        names.append(ref.batch_id)
    return Accepted(tuple(tables), tuple(names), tuple(lost))
