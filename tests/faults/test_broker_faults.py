"""A broker that is down at the start, lost, and back in the middle."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from _support.kafka import own_topics
from _support.waiting import until
from structlog.testing import capture_logs

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import BrokerUnavailable, ConfigError
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.embedded import broker
from airflow_provider_dqheal.messaging.consumer import Received, consume
from airflow_provider_dqheal.messaging.producer import Producer, StatusPublisher
from airflow_provider_dqheal.messaging.schemas import BatchMessage
from airflow_provider_dqheal.messaging.topics import create_topics, describe_topics

BATCH = BatchMessage(dataset="orders", batch_id="d1", uri="/in/d1.csv")
NOBODY = KafkaSettings(bootstrap_servers="127.0.0.1:1", timeout_s=1.0)


def test_no_broker_is_told_within_the_timeout() -> None:
    started = time.monotonic()
    with Producer(NOBODY) as producer, pytest.raises(BrokerUnavailable, match=r"127\.0\.0\.1:1") as raised:
        producer.send(NOBODY.batches_topic, BATCH)
    assert raised.value.retryable
    with pytest.raises(BrokerUnavailable):
        create_topics(NOBODY)
    with pytest.raises(BrokerUnavailable):
        describe_topics(NOBODY)
    assert time.monotonic() - started < 8


def test_no_configured_broker_is_told() -> None:
    with pytest.raises(ConfigError, match="KAFKA_BOOTSTRAP_SERVERS"):
        Producer(KafkaSettings())


def test_status_without_a_broker_is_told_once_and_never_waits() -> None:
    with capture_logs() as logs:
        started = time.monotonic()
        with StatusPublisher(NOBODY) as publisher:
            for n in range(20_000):
                publisher.emit(batch_event("profile", "done", "orders", "d1", n=n))
            emitted = time.monotonic() - started
        closed = time.monotonic() - started - emitted
    assert emitted < 5
    assert closed < 2.5
    assert [entry["event"] for entry in logs] == ["status_topic_away"]


@pytest.fixture
def own_broker(kafka_broker: str, tmp_path: Path) -> Iterator[tuple[Path, broker.RunningBroker]]:
    """A broker that a test may kill."""
    try:
        yield tmp_path, broker.start(tmp_path, 0)
    finally:
        broker.stop(tmp_path)


def _kept(settings: KafkaSettings, topic: str) -> int:
    return {row["topic"]: row["messages"] for row in describe_topics(settings)}[topic]


def test_consumer_goes_on_when_a_lost_broker_is_back(own_broker: tuple[Path, broker.RunningBroker]) -> None:
    home, running = own_broker
    settings = own_topics(running.bootstrap_servers)
    create_topics(settings)
    offsets: list[int] = []

    def handle(message: Received) -> None:
        offsets.append(message.offset)

    stop = threading.Event()
    thread = threading.Thread(target=consume, args=(settings, (settings.batches_topic,), "g", handle, stop))
    with StatusPublisher(settings) as publisher, Producer(settings) as producer:
        thread.start()
        producer.send(settings.batches_topic, BATCH)
        publisher.emit(batch_event("profile", "done", "orders", "d1"))
        until(lambda: offsets == [0], 60)
        os.kill(running.pid, signal.SIGKILL)
        until(lambda: broker.status(home) is None)
        with pytest.raises(BrokerUnavailable):
            producer.send(settings.batches_topic, BATCH)
        publisher.emit(batch_event("detect", "done", "orders", "d1"))
        broker.start(home, int(running.bootstrap_servers.rpartition(":")[2]))
        deadline = time.monotonic() + 60
        while True:
            try:
                producer.send(settings.batches_topic, BATCH)
                break
            except BrokerUnavailable:
                assert time.monotonic() < deadline
        until(lambda: max(offsets) >= 1, 60)
        # The publisher reconnects in its own time; closed before, it would not wait for a broker that was away.
        until(lambda: _kept(settings, settings.status_topic) == 2, 60)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
