"""Receiving at least once: an offset is committed after the effect, and nothing blocks what is behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import (
    BrokerUnavailable,
    ConfigError,
    DQHealError,
    MessageRejected,
    ModelLoadError,
)
from airflow_provider_dqheal.messaging.client import client_config
from airflow_provider_dqheal.messaging.dead_letter import put_aside
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.topics import unavailable

POLL_S = 0.5
RETRY_S = 1.0
"""Between two tries while the store or the broker is away."""


@dataclass(frozen=True)
class Received:
    """A message and where it stood. ``value`` is empty for a tombstone."""

    topic: str
    partition: int
    offset: int
    value: bytes
    key: bytes | None = None


def received(message: Any) -> Received:
    """A message of confluent_kafka as a plain value."""
    return Received(message.topic(), message.partition(), message.offset(), message.value() or b"", message.key())


class Consumer:
    """A member of a consumer group that commits only what it is told to. A context manager.

    Args:
        settings: where Kafka is.
        topics: what to read.
        group: consumer group; ``settings.group_prefix`` is put before it.
    """

    def __init__(self, settings: KafkaSettings, topics: Sequence[str], group: str) -> None:
        from confluent_kafka import Consumer as Client

        self._away = False
        self._client: Any = Client(
            client_config(
                settings,
                group_id=f"{settings.group_prefix}-{group}",
                enable_auto_commit=False,
                enable_auto_offset_store=False,
                auto_offset_reset="earliest",
                partition_assignment_strategy="cooperative-sticky",
                error_cb=self._refused,
            )
        )
        self._client.subscribe(list(topics))

    def take(self, limit: int = 64, wait_s: float = POLL_S) -> list[Received]:
        """Up to ``limit`` messages, those that came within ``wait_s``; none while the broker is away."""
        good = []
        for message in self._client.consume(num_messages=limit, timeout=wait_s):
            if message.error() is None:
                good.append(received(message))
            else:
                self._refused(message.error())
        if good and self._away:
            self._away = False
            structlog.get_logger().info("broker_back")
        return good

    def commit(self, done: Sequence[Received]) -> bool:
        """Commits past ``done``; False when the broker did not take it: the messages may come again."""
        from confluent_kafka import KafkaException, TopicPartition

        if not done:
            return True
        ends: dict[tuple[str, int], int] = {}
        for message in done:
            place = (message.topic, message.partition)
            ends[place] = max(ends.get(place, 0), message.offset + 1)
        try:
            self._client.commit(
                offsets=[TopicPartition(topic, partition, end) for (topic, partition), end in ends.items()],
                asynchronous=False,
            )
        except KafkaException as error:  # lost from the group, or the broker is away: effects are idempotent
            structlog.get_logger().warning("offsets_not_committed", why=error.args[0].name())
            return False
        return True

    def close(self) -> None:
        """Leaves the group."""
        self._client.close()

    def __enter__(self) -> Consumer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _refused(self, error: Any) -> None:
        if not self._away:
            self._away = True
            structlog.get_logger().warning("broker_away", why=error.name())


def consume(
    settings: KafkaSettings,
    topics: Sequence[str],
    group: str,
    handle: Callable[[Received], None],
    stop: threading.Event | None = None,
    max_messages: int | None = None,
    batch_size: int = 64,
) -> int:
    """Hands every message to ``handle`` until ``stop``; returns how many were taken (put aside ones included).

    A message that ``handle`` rejects, or fails on, goes to the dead-letter topic. An error that is retryable (the
    store is locked, the broker away) is tried again until it passes or ``stop`` is set; then the offset stays.

    Raises:
        ModelLoadError, ConfigError: from ``handle``: not the message's fault, nothing was committed.
    """
    stop = stop or threading.Event()
    taken = 0
    with Consumer(settings, topics, group) as consumer, Producer(settings) as producer:
        while not stop.is_set() and (max_messages is None or taken < max_messages):
            limit = batch_size if max_messages is None else min(batch_size, max_messages - taken)
            batch = consumer.take(limit)
            done: list[Received] = []
            try:
                for message in batch:
                    if not _finish(message, handle, lambda m, e: put_aside(producer, settings, m, e), stop):
                        break
                    done.append(message)
            finally:
                consumer.commit(done)
            taken += len(done)
    return taken


def _finish(
    message: Received,
    handle: Callable[[Received], None],
    put_aside: Callable[[Received, Exception], object],
    stop: threading.Event,
) -> bool:
    """Handles one message to an end; False when ``stop`` came first."""
    log = structlog.get_logger()
    told = False
    rejected: Exception | None = None
    while True:
        try:
            if rejected is None:
                handle(message)
            else:
                put_aside(message, rejected)
            return True
        except MessageRejected as error:
            rejected = error
        except (ModelLoadError, ConfigError):
            raise
        except DQHealError as error:
            if not error.retryable:
                rejected = error
                continue
            if not told:
                log.warning("message_waits", topic=message.topic, offset=message.offset, why=str(error))
                told = True
            if stop.wait(RETRY_S):
                return False
        except Exception as error:
            log.exception("message_failed", topic=message.topic, offset=message.offset)
            rejected = error


class Pending:
    """What a group has not committed on some topics, up to their ends at the time of opening."""

    def __init__(self, client: Any, settings: KafkaSettings, topics: Sequence[str]) -> None:
        self._client = client
        self._settings = settings
        self._ends: dict[tuple[str, int], int] = {}
        self.starts: dict[tuple[str, int], int] = {}
        """First unread offset of each (topic, partition) that has one."""
        self._open(topics)

    def _open(self, topics: Sequence[str]) -> None:
        from confluent_kafka import KafkaException, TopicPartition

        timeout_s = self._settings.timeout_s
        try:
            known = self._client.list_topics(timeout=timeout_s).topics
            places = [TopicPartition(t, p) for t in topics if t in known for p in known[t].partitions]
            starts = []
            for place in self._client.committed(places, timeout=timeout_s) if places else []:
                low, high = self._client.get_watermark_offsets(place, timeout=timeout_s)
                first = max(place.offset, low)
                if first < high:
                    self._ends[place.topic, place.partition] = high
                    self.starts[place.topic, place.partition] = first
                    starts.append(TopicPartition(place.topic, place.partition, first))
            self._client.assign(starts)
        except KafkaException as error:
            raise unavailable(self._settings, error) from error

    def messages(self, limit: int) -> Iterator[Received]:
        """At most ``limit`` messages, each partition in order.

        Raises:
            BrokerUnavailable: when the broker stops answering before the end.
        """
        read = 0
        while self._ends and read < limit:
            message = self._client.poll(self._settings.timeout_s)
            if message is None:
                raise unavailable(self._settings, f"{len(self._ends)} partitions have unread messages")
            if message.error() is not None:
                if message.error().retriable():
                    continue
                raise unavailable(self._settings, message.error())
            place = (message.topic(), message.partition())
            if place not in self._ends:
                continue
            if message.offset() + 1 >= self._ends[place]:
                del self._ends[place]
            read += 1
            yield received(message)

    def commit(self, message: Received) -> None:
        """Commits past ``message``.

        Raises:
            BrokerUnavailable: when the broker does not take it.
        """
        from confluent_kafka import KafkaException, TopicPartition

        try:
            place = TopicPartition(message.topic, message.partition, message.offset + 1)
            self._client.commit(offsets=[place], asynchronous=False)
        except KafkaException as error:
            raise BrokerUnavailable(
                f"Kafka: offset {message.offset} of {message.topic}/{message.partition} was not committed ({error}); "
                "the message will come again"
            ) from error


@contextmanager
def read_pending(settings: KafkaSettings, topics: Sequence[str], group: str) -> Iterator[Pending]:
    """Opens what ``group`` (its full name) has not committed; partitions are assigned, not subscribed to.

    Raises:
        BrokerUnavailable: when the broker does not answer.
    """
    from confluent_kafka import Consumer as Client

    client: Any = Client(
        client_config(settings, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest")
    )
    try:
        yield Pending(client, settings, topics)
    finally:
        client.close()
