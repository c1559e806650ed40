"""A real broker on a free port, and topics of one's own on it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import EmbeddedError


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``host:port`` of a broker that runs for the session; skipped where Java is missing."""
    from airflow_provider_dqheal.embedded import broker
    from airflow_provider_dqheal.embedded.java import java_program

    try:
        java_program()
    except EmbeddedError as missing:
        pytest.skip(str(missing))
    home: Path = tmp_path_factory.mktemp("kafka")
    try:
        yield broker.start(home, 0).bootstrap_servers
    finally:
        broker.stop(home)


@pytest.fixture
def kafka_settings(kafka_broker: str) -> KafkaSettings:
    """Settings with topics and groups of this test's own, made on the broker."""
    from airflow_provider_dqheal.messaging.topics import create_topics

    settings = own_topics(kafka_broker)
    create_topics(settings)
    return settings


def own_topics(bootstrap_servers: str, **more: object) -> KafkaSettings:
    """Settings that nobody else uses on that broker."""
    mark = uuid.uuid4().hex[:8]
    names = {f"{kind}_topic": f"{kind}-{mark}" for kind in ("batches", "metrics", "alerts", "status", "dlq")}
    given = {"bootstrap_servers": bootstrap_servers, "group_prefix": f"t-{mark}", "partitions": 1}
    return KafkaSettings.model_validate(given | names | more)


def read_all(settings: KafkaSettings, topic: str) -> list[bytes]:
    """The values of all messages of a topic, in order."""
    from airflow_provider_dqheal.messaging.consumer import read_pending

    with read_pending(settings, (topic,), f"reader-{uuid.uuid4().hex}") as pending:
        return [message.value for message in pending.messages(100_000)]
