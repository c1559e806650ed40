"""At-least-once consumption: an offset is committed after the message's effect."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import BrokerUnavailable, DQHealError
from airflow_provider_dqheal.messaging.client import client_config
from airflow_provider_dqheal.messaging.producer import Producer

POLL_S = 0.2
IDLE_S = 3.0
"""``until_end`` stops after so long without a message: time enough to join the group."""

RETRY_S = 1.0


def consume(
    settings: KafkaSettings,
    topics: Sequence[str],
    group: str,
    handle: Callable[[Any], None],
    stop: threading.Event | None = None,
    max_messages: int | None = None,
    until_end: bool = False,
) -> int:
    """Hands each message to ``handle`` and commits its offset afterwards; returns how many were handled.

    A DQHealError that is not retryable sends the message to the dead-letter topic; a retryable one waits and tries
    the same message again, so that nothing is passed over while the store or the broker is away.

    Raises:
        BrokerUnavailable: with ``until_end``, when the broker does not answer.
    """
    from confluent_kafka import Consumer, KafkaError

    stop = stop or threading.Event()
    consumer = Consumer(
        client_config(
            settings,
            **{
                "group.id": f"{settings.group_prefix}-{group}",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.message.max.bytes": 4 * 1024 * 1024,
            },
        )
    )
    handled, quiet_since, told = 0, time.monotonic(), False
    with Producer(settings) as producer:
        try:
            consumer.subscribe(list(topics))
            while not stop.is_set() and (max_messages is None or handled < max_messages):
                message = consumer.poll(POLL_S)
                if message is None:
                    if until_end and time.monotonic() - quiet_since > IDLE_S:
                        _check_broker(settings, consumer)
                        break
                    continue
                error = message.error()
                if error is not None:
                    if not told and error.code() != KafkaError._PARTITION_EOF:
                        structlog.get_logger().warning("kafka", reason=error.str(), servers=settings.bootstrap_servers)
                        told = True
                    continue
                told = False
                if not _handle(settings, producer, handle, message, stop):
                    break
                _commit(consumer, message)
                handled, quiet_since = handled + 1, time.monotonic()
        finally:
            consumer.close()
    return handled


def _handle(
    settings: KafkaSettings, producer: Producer, handle: Callable[[Any], None], message: Any, stop: threading.Event
) -> bool:
    """Tries until the message had its effect or lies in the dead-letter topic; False when stopped before."""
    from airflow_provider_dqheal.messaging.dead_letter import send_to_dead_letters

    reason: str | None = None
    told = False
    while not stop.is_set():
        try:
            if reason is not None:
                send_to_dead_letters(settings, producer, message, reason)
            else:
                handle(message)
            return True
        except DQHealError as error:
            if not error.retryable:
                reason = f"{type(error).__name__}: {error}"
                structlog.get_logger().warning(
                    "dead_letter", topic=message.topic(), partition=message.partition(), offset=message.offset(),
                    reason=reason,
                )  # fmt: skip
                continue
            if not told:
                structlog.get_logger().warning("waiting", reason=str(error))
                told = True
            stop.wait(RETRY_S)
    return False


def _commit(consumer: Any, message: Any) -> None:
    """A commit that fails (broker away, partition moved) is no loss: the message comes again and changes nothing."""
    from confluent_kafka import KafkaException

    try:
        consumer.commit(message=message, asynchronous=False)
    except KafkaException as error:
        structlog.get_logger().warning("offset_not_committed", reason=error.args[0].str())


def _check_broker(settings: KafkaSettings, consumer: Any) -> None:
    from confluent_kafka import KafkaException

    try:
        consumer.list_topics(timeout=settings.timeout_s)
    except KafkaException as error:
        raise BrokerUnavailable(
            f"Kafka at {settings.bootstrap_servers}: no answer ({error.args[0].str()}); check that the broker runs"
        ) from error
