"""The dead-letter topic: what could not be handled, with the reason, and back again."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import MessageRejected
from airflow_provider_dqheal.core.events import now
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import DeadLetter, parse_message

KEPT_BYTES = 64 * 1024
"""So much of a payload is kept; a longer one is cut, with its length and digest."""


def dead_letter(message: Any, reason: str) -> DeadLetter:
    """The dead letter for a confluent_kafka message."""
    payload: bytes = message.value() or b""
    key: bytes | None = message.key()
    return DeadLetter(
        reason=reason[:2000],
        topic=message.topic(),
        partition=message.partition(),
        offset=message.offset(),
        key=None if key is None else key[:400].decode(errors="replace"),
        payload=base64.b64encode(payload[:KEPT_BYTES]).decode(),
        payload_bytes=len(payload),
        sha256=hashlib.sha256(payload).hexdigest(),
        truncated=len(payload) > KEPT_BYTES,
        time=now(),
    )


def send_to_dead_letters(settings: KafkaSettings, producer: Producer, message: Any, reason: str) -> DeadLetter:
    """Sends a message to the dead-letter topic and returns what was sent.

    Raises:
        BrokerUnavailable: when it is not taken; the original is then not committed and comes again.
    """
    letter = dead_letter(message, reason)
    producer.send(settings.dlq_topic, letter, key=f"{letter.topic}-{letter.partition}-{letter.offset}")
    return letter


def replay(settings: KafkaSettings, limit: int = 1000) -> dict[str, int]:
    """Sends dead letters back to the topics they came from, each once; counts ``replayed`` and ``left``.

    A payload that was cut cannot be sent again and is left.

    Raises:
        BrokerUnavailable: when the broker is away; what was replayed so far is committed.
    """
    from airflow_provider_dqheal.messaging.consumer import consume

    counts = {"replayed": 0, "left": 0}
    with Producer(settings) as producer:

        def handle(message: Any) -> None:
            try:
                letter: DeadLetter = parse_message("dead_letter", message.value() or b"")
            except MessageRejected:
                counts["left"] += 1
                return
            if letter.truncated or letter.topic == settings.dlq_topic or letter.topic not in settings.topics:
                counts["left"] += 1
                return
            producer.send(letter.topic, base64.b64decode(letter.payload), key=letter.key)
            counts["replayed"] += 1

        consume(settings, (settings.dlq_topic,), "replay", handle, max_messages=limit, until_end=True)
    return counts
