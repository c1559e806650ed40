"""The database behind the store: reading and writing with bounded retries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.storage.engine import open_engine, retried, store_errors
from airflow_provider_dqheal.storage.migrate import migrate
from airflow_provider_dqheal.storage.tables import batches

R = TypeVar("R")


class Database:
    """One engine. ``read`` and ``write`` run a function in a transaction, again when the database was locked.

    Raises:
        ConfigError: when the URL cannot be used.
        StoreError: when the database cannot be reached or stays locked.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def migrate(self) -> None:
        """Brings the tables up to date; safe to call from several processes at once."""
        with store_errors(self._engine):
            retried(migrate, self._engine)

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    def read(self, query: Callable[[Connection], R]) -> R:
        """Runs ``query`` in a transaction that does not write."""

        def run() -> R:
            with self._engine.connect() as connection:
                return query(connection)

        with store_errors(self._engine):
            return retried(run)

    def write(self, change: Callable[[Connection], R]) -> R:
        """Runs ``change`` in a transaction: all of it or nothing."""

        def run() -> R:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                return change(connection)

        with store_errors(self._engine):
            return retried(run)


def insert_or_ignore(dialect: Dialect, table: Table) -> Insert:
    """An INSERT that leaves an existing row alone."""
    if dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def is_attempt(ref: BatchRef) -> tuple:  # type: ignore[type-arg]
    """The conditions that select the row of an attempt."""
    return (batches.c.dataset == ref.dataset, batches.c.batch_id == ref.batch_id, batches.c.attempt == ref.attempt)
