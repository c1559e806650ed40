"""The service as the demo starts it: a process of its own."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from _support.serving import free_port

from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.embedded.service import is_healthy, start_service, stop_service
from airflow_provider_dqheal.storage.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]


def test_service_is_started_once_and_stopped(home: Path, store: Store) -> None:
    port = free_port()
    environment = {"DQHEAL_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    try:
        started = start_service(home, environment, port)
        assert started.process() is not None
        assert httpx.get(f"http://127.0.0.1:{port}/api/v1/overview").json()["tiles"]["open_incidents"] == 0
        other = home / "other"
        other.mkdir()
        with pytest.raises(EmbeddedError, match=r"port \d+ is in use"):
            start_service(other, {**environment, "DQHEAL_HOME": str(other)}, port)
    finally:
        assert stop_service(home)
    assert not is_healthy(port)
    assert started.process() is None
    assert not stop_service(home)
