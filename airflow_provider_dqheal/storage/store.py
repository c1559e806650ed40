"""The state store: data sets, batches, profiles, verdicts, incidents and events in one database."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from airflow_provider_dqheal.storage._batches import Batches
from airflow_provider_dqheal.storage._datasets import Datasets
from airflow_provider_dqheal.storage._events import Events
from airflow_provider_dqheal.storage._feedback import Feedbacks
from airflow_provider_dqheal.storage._incidents import Incidents
from airflow_provider_dqheal.storage._quarantine import Quarantine


class Store(Datasets, Batches, Incidents, Quarantine, Feedbacks, Events):
    """SQLite (WAL) by default, PostgreSQL by URL. Methods may be called from several threads and processes.

    >>> with Store("sqlite:///:memory:") as store:
    ...     store.migrate()
    ...     store.last_seq()
    0

    Raises:
        ConfigError: when the URL cannot be used.
        StoreError: from any method, when the database cannot be reached or stays locked.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
