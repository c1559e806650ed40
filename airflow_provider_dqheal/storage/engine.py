"""Opening the database: SQLite in WAL mode by default, PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from airflow_provider_dqheal.core.errors import ConfigError, StoreError

BUSY_TIMEOUT_S = 5.0
RETRY_S = 15.0

P = ParamSpec("P")
R = TypeVar("R")


def open_engine(url: str) -> Engine:
    """An engine for ``url``; the folder of a SQLite file is made.

    Raises:
        ConfigError: when the URL is not one of SQLite or PostgreSQL, or the PostgreSQL driver is not installed.
        StoreError: when the folder of the SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise ConfigError("store_url: not a database URL; expected sqlite:///file or postgresql://host/name") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite(parsed)
    if backend == "postgresql":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        try:
            return create_engine(parsed, pool_pre_ping=True, pool_size=5, max_overflow=10)
        except ImportError as error:
            raise ConfigError(
                f"store_url {safe(parsed)}: the PostgreSQL driver is missing; "
                "pip install 'airflow-provider-dqheal[postgres]'"
            ) from error
    raise ConfigError(f"store_url {safe(parsed)}: {backend} is not supported; use SQLite or PostgreSQL")


def safe(url: URL | str) -> str:
    """The URL without its password, for messages."""
    return make_url(url).render_as_string(hide_password=True)


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).expanduser().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be made for the store ({error.strerror}); set DQHEAL_HOME") from error
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below opens transactions
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_S * 1000)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A transaction that reads first and writes later cannot wait for another writer: take the lock at once.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def retried(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Calls again for a bounded time while the database is locked or away."""
    for attempt in Retrying(
        retry=retry_if_exception_type((OperationalError, InterfaceError)),
        wait=wait_random_exponential(multiplier=0.05, max=1.0),
        stop=stop_after_delay(RETRY_S),
        reraise=True,
    ):
        with attempt:
            return call(*args, **kwargs)
    raise AssertionError("unreachable")


@contextmanager
def store_errors(engine: Engine) -> Iterator[None]:
    """Turns the database's errors into StoreError, without values and without the password."""
    try:
        yield
    except DBAPIError as error:
        cause = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        raise StoreError(
            f"store {safe(engine.url)}: {cause}; check that it runs, is not locked and has disk space"
        ) from error
