"""What several processes do to one store at once; importable by a process that was spawned."""

from __future__ import annotations

from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.storage.store import Store


def migrate_and_receive(url: str) -> int:
    """Migrates, then receives the same batch as everybody; returns the attempt."""
    with Store(url) as store:
        store.migrate()
        return store.receive(BatchRef(dataset="orders", batch_id="d1", uri="/in/d1.csv", digest="x")).attempt


def append_events(url: str, number: int) -> list[int]:
    """Appends twenty events; returns their places."""
    with Store(url) as store:
        return [store.append_event(batch_event("profile", "done", "orders", f"{number}-{i}")) for i in range(20)]
