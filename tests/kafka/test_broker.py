"""The embedded broker starts, keeps its data, stops, and says what stands in its way."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from pathlib import Path

import psutil
import pytest
from _support.waiting import until

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.embedded import broker, java, kafka_jars
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import BatchMessage
from airflow_provider_dqheal.messaging.topics import create_topics, describe_topics

BATCH = BatchMessage(dataset="orders", batch_id="d1", uri="/in/d1.csv")


def test_broker_keeps_its_data_over_a_kill_and_stops_with_all_it_started(kafka_broker: str, tmp_path: Path) -> None:
    first = broker.start(tmp_path, 0)
    try:
        settings = KafkaSettings(bootstrap_servers=first.bootstrap_servers)
        assert set(create_topics(settings)) == set(settings.topics)
        assert create_topics(settings) == ()
        with Producer(settings) as producer:
            producer.send(settings.batches_topic, BATCH)
        assert broker.start(tmp_path, 0) == first
        with pytest.raises(EmbeddedError, match="runs already"):
            broker.start(tmp_path, 1)
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: broker.status(tmp_path) is None)
        second = broker.start(tmp_path, 0)
        rows = describe_topics(settings.model_copy(update={"bootstrap_servers": second.bootstrap_servers}))
        assert {row["topic"]: row["messages"] for row in rows}[settings.batches_topic] == 1
        assert broker.stop(tmp_path)
        assert not psutil.pid_exists(second.pid)
        assert broker.status(tmp_path) is None
        assert not broker.stop(tmp_path)
    finally:
        broker.stop(tmp_path)


def test_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedError, match=f"port {port} is in use"):
            broker.start(tmp_path, port)
    assert list(tmp_path.iterdir()) == []


def test_missing_java_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EmbeddedError, match="not found on PATH"):
        broker.start(tmp_path / "home", 0)
    assert list(tmp_path.iterdir()) == []


def test_old_java_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert java.java_version(str(old)) == 8
    with pytest.raises(EmbeddedError, match="is version 8, 17 or newer"):
        broker.start(tmp_path / "home", 0)


def test_full_disk_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "DISK_MIN_BYTES", shutil.disk_usage(tmp_path).total * 2)
    with pytest.raises(EmbeddedError, match="MB are needed"):
        broker.start(tmp_path / "home", 0)
    assert list(tmp_path.iterdir()) == []


def test_damaged_jar_is_noticed(kafka_broker: str, tmp_path: Path) -> None:
    whole = kafka_jars.kafka_jars()
    copy = tmp_path / whole.name
    shutil.copytree(whole, copy)
    assert kafka_jars.kafka_jars(tmp_path) == copy
    (copy / "kafka_2.13-4.3.1.jar").write_bytes(b"")
    assert not kafka_jars._is_whole(copy)


def test_jars_that_cannot_be_resolved_leave_nothing_behind(
    kafka_broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_jars, "RESOLVE_S", 0.01)
    with pytest.raises(EmbeddedError, match="could not be resolved"):
        kafka_jars.kafka_jars(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kafka-4.3.1.lock"]


def test_cluster_id_never_looks_like_an_option() -> None:
    ids = {broker._cluster_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(name) for name in ids} == {22}
    assert not any(name.startswith("-") for name in ids)


def test_storage_that_cannot_be_formatted_is_told_in_kafkas_words(
    kafka_broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "_cluster_id", lambda: "-not-an-argument")
    with pytest.raises(EmbeddedError, match=r"(?s)data cannot be formatted:.*cluster-id"):
        broker.start(tmp_path, 0)
    assert broker.status(tmp_path) is None
