"""Creates and describes the topics."""

from __future__ import annotations

from typing import Any

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import BrokerUnavailable
from airflow_provider_dqheal.messaging.client import client_config

ADMIN_TIMEOUT_S = 30.0


def create_topics(settings: KafkaSettings) -> tuple[str, ...]:
    """Creates the five topics where they are missing; returns the names of those it made.

    Raises:
        BrokerUnavailable: when the broker does not answer or refuses.
    """
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.admin import AdminClient, NewTopic

    admin = AdminClient(client_config(settings))
    wanted = [
        NewTopic(name, num_partitions=settings.partitions, replication_factor=settings.replication_factor)
        for name in settings.topics
    ]
    made = []
    try:
        futures = admin.create_topics(wanted, operation_timeout=ADMIN_TIMEOUT_S, request_timeout=ADMIN_TIMEOUT_S)
        for name, future in futures.items():
            try:
                future.result()
                made.append(name)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise
    except KafkaException as error:
        raise BrokerUnavailable(
            f"Kafka at {settings.bootstrap_servers}: topics cannot be created ({error.args[0].str()}); "
            "check that the broker runs and that the client may create topics"
        ) from error
    return tuple(made)


def describe_topics(settings: KafkaSettings) -> list[dict[str, Any]]:
    """``{topic, partitions, messages}`` of each of our topics that exists; messages are those still kept.

    Raises:
        BrokerUnavailable: when the broker does not answer.
    """
    from confluent_kafka import Consumer, KafkaException, TopicPartition

    consumer = Consumer(client_config(settings, **{"group.id": f"{settings.group_prefix}-describe"}))
    try:
        listed = consumer.list_topics(timeout=settings.timeout_s).topics
        found = []
        for name in settings.topics:
            if name not in listed:
                continue
            kept = 0
            for partition in listed[name].partitions:
                low, high = consumer.get_watermark_offsets(TopicPartition(name, partition), settings.timeout_s)
                kept += high - low
            found.append({"topic": name, "partitions": len(listed[name].partitions), "messages": kept})
        return found
    except KafkaException as error:
        raise BrokerUnavailable(f"Kafka at {settings.bootstrap_servers}: no answer ({error.args[0].str()})") from error
    finally:
        consumer.close()


def is_up(settings: KafkaSettings, timeout_s: float = 1.0) -> bool:
    """Whether a broker answers within ``timeout_s`` seconds."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    try:
        AdminClient(client_config(settings)).list_topics(timeout=timeout_s)
    except KafkaException:
        return False
    return True
