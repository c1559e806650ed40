"""Properties of librdkafka that every client here shares."""

from __future__ import annotations

import logging
from typing import Any

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import BrokerUnavailable


def client_config(settings: KafkaSettings, **more: Any) -> dict[str, Any]:
    """How to connect: quiet about a broker that is down (a client would print a line for every try).

    Raises:
        BrokerUnavailable: when no broker is configured.
    """
    if not settings.bootstrap_servers:
        raise BrokerUnavailable(
            "no Kafka broker is configured; set KAFKA_BOOTSTRAP_SERVERS, or start one with `dqheal kafka start`"
        )
    logger = logging.getLogger("airflow_provider_dqheal.librdkafka")
    logger.setLevel(logging.CRITICAL)
    return {
        "bootstrap.servers": settings.bootstrap_servers,
        "reconnect.backoff.ms": 250,
        "reconnect.backoff.max.ms": 5000,
        "logger": logger,
        **more,
        **settings.client,
    }
