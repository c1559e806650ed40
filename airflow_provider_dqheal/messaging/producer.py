"""Sending: messages that must arrive, and status events that may not."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

import structlog

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import BrokerUnavailable, MessageRejected
from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.core.types import Frozen
from airflow_provider_dqheal.messaging.client import client_config
from airflow_provider_dqheal.messaging.schemas import encode
from airflow_provider_dqheal.messaging.topics import unavailable

STATUS_QUEUE = 10_000
"""Status events that wait for a broker; the newest beyond it are dropped (the store has them all)."""
STATUS_KEEP_S = 60.0
"""How long an event waits for a broker that is away."""
GIVE_UP_S = 0.5
"""How long closing waits for a broker that has refused the connection."""


class Producer:
    """Sends messages and waits until the broker has them. A context manager; safe in several threads.

    Raises:
        ConfigError: when no broker is configured.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        from confluent_kafka import Producer as Client

        self._settings = settings
        self._client: Any = Client(
            client_config(
                settings,
                enable_idempotence=True,
                message_timeout_ms=int(settings.timeout_s * 1000),
                compression_type="lz4",
                linger_ms=0,
            )
        )

    def send(self, topic: str, message: Frozen, key: str | None = None) -> None:
        """Sends a message as JSON and waits for the broker's receipt.

        Raises:
            MessageRejected: when it is larger than ``settings.max_message_bytes``.
            BrokerUnavailable: when the broker does not take it within ``settings.timeout_s``.
        """
        data = encode(message)
        limit = self._settings.max_message_bytes
        if len(data) > limit:
            raise MessageRejected(
                f"{type(message).__name__}: {len(data)} bytes, at most {limit} are sent; send a reference"
            )
        self.send_bytes(topic, data, key.encode() if key is not None else None)

    def send_bytes(self, topic: str, value: bytes | None, key: bytes | None = None) -> None:
        """Sends bytes as they are.

        Raises:
            BrokerUnavailable: when the broker does not take them within ``settings.timeout_s``.
        """
        from confluent_kafka import KafkaException

        outcome: list[Any] = []
        deadline = time.monotonic() + self._settings.timeout_s + 1.0
        try:
            self._client.produce(topic, value=value, key=key, on_delivery=lambda error, _: outcome.append(error))
            while not outcome and time.monotonic() < deadline:
                self._client.poll(0.1)
        except (KafkaException, BufferError) as error:
            raise unavailable(self._settings, error) from error
        if not outcome:
            raise unavailable(self._settings, "the message was not confirmed")
        if outcome[0] is not None:
            raise BrokerUnavailable(
                f"Kafka {self._settings.bootstrap_servers}: topic {topic!r} did not take the message "
                f"({outcome[0].str()}); check that the broker runs and has the topic (dqheal kafka topics)"
            )

    def close(self) -> None:
        """Lets go of the connection; nothing is waiting, since sending waits."""
        self._client.flush(0.1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class StatusPublisher:
    """An EventSink on the status topic. It never raises and never waits: an outage is logged once, then it is quiet.

    Events wait in a bounded queue while the broker is away, at most :data:`STATUS_KEEP_S`. The store has every
    event, whatever happens here.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client: Any = None
        self._failed = False
        self._lost = 0
        self._refused_at: float | None = None

    def emit(self, event: StatusEvent) -> None:
        """Queues one event; returns at once."""
        try:
            if self._client is None:
                self._client = self._connect()
            self._client.produce(
                self._settings.status_topic,
                value=event.model_dump_json().encode(),
                key=event.subject.encode(),
                headers={"content-type": "application/cloudevents+json"},
                on_delivery=self._delivered,
            )
            self._client.poll(0)
        except Exception as error:  # status never fails a stage
            self._lose(type(error).__name__)

    def close(self) -> None:
        """Waits for what is queued: at most ``timeout_s``, and hardly at all for a broker that is down."""
        if self._client is None:
            return
        started = time.monotonic()
        while len(self._client) and time.monotonic() - started < self._settings.timeout_s:
            self._client.poll(0.05)
            if self._refused_at is not None and time.monotonic() - started > GIVE_UP_S:
                break
        if len(self._client):
            self._lost += len(self._client)
            self._client.purge(blocking=False)
            self._told("the broker is away")
        self._client = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self) -> Any:
        from confluent_kafka import Producer as Client

        return Client(
            client_config(
                self._settings,
                enable_idempotence=True,
                queue_buffering_max_messages=STATUS_QUEUE,
                message_timeout_ms=int(STATUS_KEEP_S * 1000),
                linger_ms=5,
                error_cb=self._refused,
            )
        )

    def _refused(self, error: Any) -> None:
        self._refused_at = time.monotonic()
        self._told(error.name())

    def _delivered(self, error: Any, _: Any) -> None:
        if error is not None:
            self._lose(error.name())
            return
        self._refused_at = None
        if self._failed:
            structlog.get_logger().info("status_topic_back", lost=self._lost)
            self._failed, self._lost = False, 0

    def _lose(self, why: str) -> None:
        self._lost += 1
        self._told(why)

    def _told(self, why: str) -> None:
        if not self._failed:
            self._failed = True
            structlog.get_logger().warning("status_topic_away", why=why, topic=self._settings.status_topic)
