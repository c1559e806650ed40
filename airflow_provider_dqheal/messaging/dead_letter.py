"""Dead letters: what could not be read is put aside with its reason; :mod:`replay` sends it again."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import structlog

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import DeadLetter

if TYPE_CHECKING:
    from airflow_provider_dqheal.messaging.consumer import Received

KEPT_BYTES = 256_000
"""The most of a payload that is kept; base64 of it stays well below the broker's limit."""
REASON_CHARACTERS = 2000
KEY_CHARACTERS = 512


def dead_letter(message: Received, reason: str) -> DeadLetter:
    """The letter for a message that cannot be used: payload truncated, with its length and SHA-256."""
    value = message.value
    kept = value[:KEPT_BYTES]
    return DeadLetter(
        reason=reason[:REASON_CHARACTERS],
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key[:KEY_CHARACTERS].decode(errors="replace") if message.key is not None else None,
        payload=base64.b64encode(kept).decode(),
        payload_bytes=len(value),
        sha256=hashlib.sha256(value).hexdigest(),
        truncated=len(kept) < len(value),
    )


def put_aside(producer: Producer, settings: KafkaSettings, message: Received, error: Exception) -> DeadLetter:
    """Sends a message to the dead-letter topic and waits until it is there. ``error`` is why.

    Raises:
        BrokerUnavailable: when the broker does not take it; the message is not to be committed then.
    """
    known = isinstance(error, DQHealError)
    letter = dead_letter(message, str(error) if known else f"{type(error).__name__} while handling it; see the log")
    producer.send(settings.dlq_topic, letter, key=f"{letter.topic}/{letter.partition}")
    structlog.get_logger().warning(
        "dead_letter", topic=letter.topic, partition=letter.partition, offset=letter.offset, reason=letter.reason
    )
    return letter
