"""The five topics: made where they are missing, and counted."""

from __future__ import annotations

import time
from typing import Any, TypedDict

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import BrokerUnavailable
from airflow_provider_dqheal.messaging.client import client_config

CREATE_S = 30.0
"""A broker that has just started elects leaders first."""


class TopicState(TypedDict):
    """One topic: its partitions and how many messages are kept; both 0 for a topic that is missing."""

    topic: str
    partitions: int
    messages: int


def is_up(settings: KafkaSettings, timeout_s: float | None = None) -> bool:
    """Whether the broker answers within ``timeout_s`` (the setting's timeout when None)."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    try:
        return bool(AdminClient(client_config(settings)).list_topics(timeout=timeout_s or settings.timeout_s).brokers)
    except KafkaException:
        return False


def create_topics(settings: KafkaSettings) -> tuple[str, ...]:
    """Makes the topics that are missing and returns their names; those that are there stay as they are.

    Raises:
        BrokerUnavailable: when the broker does not answer, or does not make a topic.
        ConfigError: when no broker is configured.
    """
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.admin import AdminClient, NewTopic

    admin = AdminClient(client_config(settings))
    known = _metadata(admin, settings)
    wanted = [
        NewTopic(name, num_partitions=settings.partitions, replication_factor=settings.replication_factor)
        for name in settings.topics
        if name not in known
    ]
    made = []
    for name, future in (admin.create_topics(wanted, operation_timeout=CREATE_S) if wanted else {}).items():
        try:
            future.result(timeout=CREATE_S + 5)
            made.append(name)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:  # another process made it in this moment
                raise BrokerUnavailable(
                    f"Kafka {settings.bootstrap_servers}: topic {name!r} was not made ({error.args[0].str()}); "
                    "check kafka.replication_factor against the number of brokers, and the permissions"
                ) from error
    return tuple(made)


def describe_topics(settings: KafkaSettings) -> list[TopicState]:
    """Partitions and kept messages of each topic.

    Raises:
        BrokerUnavailable: when the broker does not answer.
        ConfigError: when no broker is configured.
    """
    from confluent_kafka import Consumer, KafkaException, TopicPartition

    consumer = Consumer(client_config(settings, group_id=f"{settings.group_prefix}-inspect", enable_auto_commit=False))
    deadline = time.monotonic() + settings.timeout_s

    def kept(name: str, partition: int) -> int:
        while True:
            try:
                low, high = consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=settings.timeout_s)
                return int(high - low)
            except KafkaException as error:  # a new topic has no leader yet
                if time.monotonic() > deadline or not error.args[0].retriable():
                    raise unavailable(settings, error) from error
                time.sleep(0.1)

    try:
        known = _metadata(consumer, settings)
        places = {name: list(known[name].partitions) if name in known else [] for name in settings.topics}
        return [
            TopicState(topic=name, partitions=len(found), messages=sum(kept(name, partition) for partition in found))
            for name, found in places.items()
        ]
    finally:
        consumer.close()


def _metadata(client: Any, settings: KafkaSettings) -> dict[str, Any]:
    from confluent_kafka import KafkaException

    try:
        topics = client.list_topics(timeout=settings.timeout_s).topics
    except KafkaException as error:
        raise unavailable(settings, error) from error
    return {name: topic for name, topic in topics.items() if topic.error is None}


def unavailable(settings: KafkaSettings, why: object) -> BrokerUnavailable:
    """The error for a broker that does not answer."""
    return BrokerUnavailable(
        f"Kafka {settings.bootstrap_servers}: no answer within {settings.timeout_s:g} s ({why}); "
        "check that the broker runs (dqheal kafka status) and that the address is right"
    )
