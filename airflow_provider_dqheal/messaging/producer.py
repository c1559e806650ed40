"""Sends messages: one that waits until the broker has them, and one for status that never waits."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

import structlog
from pydantic import BaseModel

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import BrokerUnavailable, MessageRejected
from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.messaging.client import client_config


def encode(message: BaseModel) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(message.model_dump(mode="json"), separators=(",", ":"), ensure_ascii=False).encode()


class Producer:
    """An idempotent producer; ``send`` returns when the broker has the message."""

    def __init__(self, settings: KafkaSettings) -> None:
        from confluent_kafka import Producer as Client

        self._settings = settings
        self._client = Client(
            client_config(
                settings,
                **{
                    "enable.idempotence": True,
                    "message.timeout.ms": int(settings.timeout_s * 1000),
                    "message.max.bytes": max(settings.max_message_bytes, 1_000_000),
                },
            )
        )

    def send(self, topic: str, message: BaseModel | bytes, key: str | None = None) -> None:
        """Sends one message and waits for the broker's receipt.

        Raises:
            MessageRejected: when it is larger than ``max_message_bytes``.
            BrokerUnavailable: when the broker does not take it within ``timeout_s``.
        """
        payload = message if isinstance(message, bytes) else encode(message)
        if len(payload) > self._settings.max_message_bytes:
            raise MessageRejected(
                f"{topic}: {len(payload)} bytes, at most {self._settings.max_message_bytes} are sent; "
                "send a reference to the store, or raise kafka.max_message_bytes here and at the broker"
            )
        failures: list[str] = []

        def delivered(error: Any, _: Any) -> None:
            if error is not None:
                failures.append(error.str())

        self._client.produce(topic, payload, key=key, on_delivery=delivered)
        left = self._client.flush(self._settings.timeout_s + 1.0)
        if failures or left:
            raise BrokerUnavailable(
                f"Kafka at {self._settings.bootstrap_servers}: {topic} did not take the message "
                f"({failures[0] if failures else 'no answer'}); check that the broker runs, then send again"
            )

    def close(self) -> None:
        """Waits for what is still on its way."""
        self._client.flush(self._settings.timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class StatusPublisher:
    """An event sink on the status topic. It never waits and never fails: the store has every event as well."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client: Any = None
        self._told = False

    def emit(self, event: StatusEvent) -> None:
        """Queues one event; when it cannot be delivered, that is logged once."""
        try:
            if self._client is None:
                self._client = self._connect()
            self._client.produce(
                self._settings.status_topic, encode(event), key=event.subject, on_delivery=self._delivered
            )
            self._client.poll(0)
        except Exception as error:  # a full queue, a wrong setting: status is not worth a failed stage
            self._tell(str(error))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None and self._client.flush(self._settings.timeout_s):
            self._tell("no answer")
            self._client.purge()

    def _connect(self) -> Any:
        from confluent_kafka import Producer as Client

        return Client(
            client_config(
                self._settings,
                **{
                    "enable.idempotence": True,
                    "linger.ms": 5,
                    "queue.buffering.max.messages": 10_000,
                    "message.timeout.ms": int(self._settings.timeout_s * 1000),
                },
            )
        )

    def _delivered(self, error: Any, _: Any) -> None:
        if error is not None:
            self._tell(error.str())

    def _tell(self, reason: str) -> None:
        if not self._told:
            self._told = True
            structlog.get_logger().warning(
                "status_not_published", servers=self._settings.bootstrap_servers, reason=reason
            )
