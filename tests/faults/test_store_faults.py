"""A store that is locked, away or full of nonsense says so, without its password, and recovers."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from airflow_provider_dqheal.core.errors import ConfigError, StoreError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.storage import engine
from airflow_provider_dqheal.storage.store import Store

REF = BatchRef(dataset="orders", batch_id="d1", uri="/in/d1.csv", digest="x")


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, sqlite3.Connection]:
    """A store whose writes somebody else blocks; short waits."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.05)
    monkeypatch.setattr(engine, "RETRY_S", 0.5)
    path = tmp_path / "dqheal.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return store, other


def test_locked_store_gives_up_after_a_bounded_time(locked: tuple[Store, sqlite3.Connection]) -> None:
    store, other = locked
    started = time.monotonic()
    with pytest.raises(StoreError, match="locked") as raised:
        store.receive(REF)
    assert time.monotonic() - started < 5
    assert raised.value.retryable
    assert store.batch("orders", "d1") is None  # readers are not blocked
    other.execute("ROLLBACK")
    assert store.receive(REF).attempt == 1


def test_lock_that_passes_is_waited_for(
    locked: tuple[Store, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = locked
    monkeypatch.setattr(engine, "RETRY_S", 20.0)
    timer = threading.Timer(0.4, lambda: other.execute("ROLLBACK"))
    timer.start()
    assert store.receive(REF).attempt == 1
    timer.join()


def test_unreachable_postgres_is_told_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "RETRY_S", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://ann:hunter2@127.0.0.1:{taken.getsockname()[1]}/dqheal"
        with Store(url) as store, pytest.raises(StoreError) as raised:
            store.migrate()
    assert "hunter2" not in str(raised.value)
    assert "ann:***@127.0.0.1" in str(raised.value)


@pytest.mark.parametrize("url", ["mysql://ann:hunter2@host/db", "no url at all"])
def test_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Store(url)
    assert "hunter2" not in str(raised.value)


def test_file_that_is_no_database_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "RETRY_S", 0.2)
    path = tmp_path / "dqheal.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store(f"sqlite:///{path}").migrate()
