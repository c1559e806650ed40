"""How the shell reaches Kafka: the Kafka provider's connection where it is defined, else dqheal's settings.

Nothing here imports confluent_kafka at module level: sensors and triggers are imported by DAG files.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import ConfigError

DEFAULT_KAFKA_CONN_ID = "kafka_default"
"""The stock connection of the Kafka provider."""


def kafka_settings(settings: KafkaSettings, kafka_conn_id: str = DEFAULT_KAFKA_CONN_ID) -> KafkaSettings:
    """The settings with the connection's ``bootstrap.servers`` and client properties on top.

    A connection that is not defined changes nothing. Its ``group.id`` does not count: each reader has its own.
    Properties that are callbacks (given as dotted paths to the Kafka provider) are not supported.

    Raises:
        ConfigError: when the connection has no ``bootstrap.servers``, or names a callback.
    """
    try:
        extra: dict[str, Any] = dict(BaseHook.get_connection(kafka_conn_id).extra_dejson)
    except AirflowNotFoundException:
        return settings
    servers = extra.pop("bootstrap.servers", None)
    if not servers:
        raise ConfigError(f"connection {kafka_conn_id!r}: bootstrap.servers is missing; add it to its config dict")
    callbacks = sorted(key for key in extra if key.endswith("_cb"))
    if callbacks:
        raise ConfigError(
            f"connection {kafka_conn_id!r}: {callbacks[0]} is not supported; use properties of librdkafka"
        )
    client = {key: str(value) for key, value in extra.items() if key != "group.id"}
    return settings.model_copy(update={"bootstrap_servers": str(servers), "client": {**settings.client, **client}})


def dispatch_group(settings: KafkaSettings) -> str:
    """The consumer group whose committed offsets say what was dispatched."""
    return f"{settings.group_prefix}-dispatch"


def consumer_config(settings: KafkaSettings, group_id: str | None = None) -> dict[str, Any]:
    """Properties of a consumer that commits only when told to, and is quiet about a broker that is down.

    Raises:
        ConfigError: when no broker is configured.
    """
    from airflow_provider_dqheal.messaging.client import client_config

    return client_config(
        settings,
        group_id=group_id or dispatch_group(settings),
        enable_auto_commit=False,
        enable_auto_offset_store=False,
        auto_offset_reset="earliest",
    )
