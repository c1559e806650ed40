"""The private Airflow: a message becomes a published batch by way of a real scheduler, and nothing stays behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from airflow_provider_dqheal.core.config import KafkaSettings, load_settings
from airflow_provider_dqheal.embedded.airflow import RunningAirflow, start_airflow, stop_airflow
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import BatchMessage
from airflow_provider_dqheal.storage.store import Store

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def home(airflow: Any, tmp_path: Path, write_orders: Any) -> Path:
    """A home with the history of the data set `orders`."""
    history = [str(write_orders(tmp_path / f"b{day:02d}.csv", day)) for day in range(11)]
    command = [sys.executable, "-m", "airflow_provider_dqheal.cli", "learn", "orders", *history]
    subprocess.run(command, env={**airflow.env, "DQHEAL_HOME": str(tmp_path)}, check=True, timeout=200)
    return tmp_path


@pytest.fixture
def running(airflow: Any, home: Path, kafka_settings: KafkaSettings) -> Iterator[RunningAirflow]:
    fields = (
        "bootstrap_servers",
        "group_prefix",
        *(f"{kind}_topic" for kind in ("batches", "alerts", "status", "dlq")),
    )
    env = {f"DQHEAL_KAFKA__{field.upper()}": str(getattr(kafka_settings, field)) for field in fields}
    env |= {"DQHEAL_HOME": str(home), "DQHEAL_PROFILE__DRIVER": "local"}
    env |= {name: airflow.env[name] for name in ("PYTHONPATH", "PYTHONPYCACHEPREFIX")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        yield start_airflow(home, env, port)
    finally:
        stop_airflow(home)


def _left(home: Path) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("AIRFLOW_HOME") == str(home / "airflow"):
                found.append(" ".join(process.cmdline())[:100])
        except psutil.Error:
            continue
    return found


def test_a_message_becomes_a_published_batch_and_stopping_leaves_nothing(
    running: RunningAirflow, home: Path, kafka_settings: KafkaSettings, write_orders: Any
) -> None:
    assert set(running.pids) == {"api-server", "scheduler", "dag-processor", "triggerer"}
    listening = {c.laddr.ip for pid in running.pids.values() for c in _listeners(pid)}
    assert listening == {"127.0.0.1"}
    with Producer(kafka_settings) as producer:
        uri = str(write_orders(home / "b11.csv", 11))
        producer.send(kafka_settings.batches_topic, BatchMessage(dataset="orders", batch_id="b11", uri=uri))
    deadline = time.monotonic() + 400
    with Store(load_settings(home=home).database_url) as store:
        while (record := store.batch("orders", "b11")) is None or record.status not in ("published", "held", "failed"):
            assert time.monotonic() < deadline, f"the batch is {record.status if record else 'not received'}"
            time.sleep(0.2)
    assert (record.status, record.issues) == ("published", ())
    assert stop_airflow(home)
    assert _left(home) == []


def _listeners(pid: int) -> list[Any]:
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return [c for member in family for c in member.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
