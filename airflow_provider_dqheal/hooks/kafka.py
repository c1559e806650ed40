"""How the shell reaches Kafka: the Kafka provider's connection where it is defined, else dqheal's settings.

Nothing here imports confluent_kafka at module level: sensors and triggers are imported by DAG files.
"""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import ConfigError

DEFAULT_KAFKA_CONN_ID = "kafka_default"
"""The stock connection of the Kafka provider."""

DISPATCH_GROUP = "dispatch"
"""Offsets of the dispatcher are kept under ``<group_prefix>-dispatch``."""


def kafka_extra(kafka_conn_id: str) -> dict[str, Any] | None:
    """The client properties of a Kafka connection; None when there is no such connection.

    Raises:
        ConfigError: when it has no ``bootstrap.servers``.
    """
    try:
        extra: dict[str, Any] = dict(BaseHook.get_connection(kafka_conn_id).extra_dejson)
    except AirflowNotFoundException:
        return None
    if not extra.get("bootstrap.servers"):
        raise ConfigError(f"connection {kafka_conn_id!r}: bootstrap.servers is missing; add it to its config dict")
    return extra


def client_config(settings: KafkaSettings, kafka_conn_id: str) -> dict[str, Any]:
    """Properties of librdkafka to connect with.

    A defined connection is read by the Kafka provider's own hook, so that its callbacks and managed tokens work.

    Raises:
        ConfigError: when neither the connection nor the settings name a broker.
    """
    if kafka_extra(kafka_conn_id) is not None:
        from airflow.providers.apache.kafka.hooks.base import KafkaBaseHook

        found: dict[str, Any] = dict(KafkaBaseHook(kafka_conn_id)._build_config())
        return found
    if not settings.bootstrap_servers:
        raise ConfigError(
            f"no Kafka broker: connection {kafka_conn_id!r} is not defined and kafka.bootstrap_servers is not set; "
            "define one of them (KAFKA_BOOTSTRAP_SERVERS works as well)"
        )
    return {"bootstrap.servers": settings.bootstrap_servers, **settings.client}


def consumer_config(settings: KafkaSettings, kafka_conn_id: str, group_id: str | None = None) -> dict[str, Any]:
    """Properties of a consumer that commits only when told to, and is quiet about a broker that is down.

    Raises:
        ConfigError: as :func:`client_config`.
    """
    return {
        "reconnect.backoff.ms": 250,
        "reconnect.backoff.max.ms": 5000,
        **client_config(settings, kafka_conn_id),
        "group.id": group_id or f"{settings.group_prefix}-{DISPATCH_GROUP}",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "logger": quiet_logger(),
    }


def quiet_logger() -> logging.Logger:
    """A logger for librdkafka that passes errors only: a client prints a line for each try to reach a lost broker."""
    logger = logging.getLogger("airflow_provider_dqheal.librdkafka")
    logger.setLevel(logging.CRITICAL)
    return logger
