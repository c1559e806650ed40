"""What every Kafka client of dqheal has in common."""

from __future__ import annotations

import logging
from typing import Any

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import ConfigError


def client_config(settings: KafkaSettings, **more: Any) -> dict[str, Any]:
    """Properties of librdkafka: where the broker is, patient reconnecting, a quiet logger; ``settings.client`` wins.

    ``more`` names properties with underscores for dots, callbacks as they are: ``group_id="x"``.

    Raises:
        ConfigError: when no broker is configured.
    """
    if not settings.bootstrap_servers:
        raise ConfigError(
            "no Kafka broker is configured; set KAFKA_BOOTSTRAP_SERVERS, or start one with `dqheal kafka start`"
        )
    return {
        "bootstrap.servers": settings.bootstrap_servers,
        # A client tries a broker that is down every 100 ms and prints a line each time, if it is let.
        "reconnect.backoff.ms": 250,
        "reconnect.backoff.max.ms": 5000,
        "logger": quiet_logger(),
        **{name if name.endswith("_cb") else name.replace("_", "."): value for name, value in more.items()},
        **settings.client,
    }


def quiet_logger() -> logging.Logger:
    """A logger for librdkafka that says nothing: what matters arrives as errors and is logged once, in our words."""
    logger = logging.getLogger("airflow_provider_dqheal.librdkafka")
    logger.setLevel(logging.CRITICAL + 1)
    return logger
