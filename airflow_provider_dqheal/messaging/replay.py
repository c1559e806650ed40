"""Lists what was put aside, and sends it again once the reason is gone."""

from __future__ import annotations

import base64
from collections import deque
from datetime import UTC, datetime
from typing import Literal

import structlog

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import MessageRejected
from airflow_provider_dqheal.core.types import Frozen
from airflow_provider_dqheal.messaging.consumer import Received, read_pending
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import parse_message

MOST_LISTED = 1_000_000
_EVER = datetime.min.replace(tzinfo=UTC)


class Letter(Frozen):
    """A dead letter as it is listed: where the message stood, why it was put aside, and whether it can be sent again.

    ``replay`` is ``waiting``, ``done`` (sent again, or left for good) or ``cut`` (its payload is not whole). A letter
    that cannot be read itself is ``unreadable``.
    """

    topic: str
    partition: int
    offset: int
    reason: str
    replay: Literal["waiting", "done", "cut", "unreadable"]
    key: str | None = None
    payload_bytes: int
    sha256: str | None = None
    rejected_at: datetime | None = None

    @property
    def waiting(self) -> bool:
        """Whether the next replay sends it."""
        return self.replay == "waiting"


def letters(settings: KafkaSettings, limit: int = 100) -> tuple[Letter, ...]:
    """The newest ``limit`` letters, oldest first, without their payloads.

    Raises:
        BrokerUnavailable: when the broker does not answer.
    """
    found: deque[tuple[Received, bool]] = deque(maxlen=limit)
    with read_pending(settings, (settings.dlq_topic,), replay_group(settings)) as pending:
        starts = dict(pending.starts)
    with read_pending(settings, (settings.dlq_topic,), f"{settings.group_prefix}-dead-letters") as pending:
        for message in pending.messages(MOST_LISTED):
            start = starts.get((message.topic, message.partition))
            found.append((message, start is None or message.offset < start))
    return tuple(sorted((_listed(*one) for one in found), key=lambda one: (one.rejected_at or _EVER, one.offset)))


def _listed(message: Received, done: bool) -> Letter:
    try:
        letter = parse_message("dead_letter", message.value)
    except MessageRejected as error:
        return Letter(
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            reason=f"this letter cannot be read: {error}",
            replay="unreadable",
            payload_bytes=len(message.value),
        )
    shared = letter.model_dump(include=set(Letter.model_fields))
    return Letter(**shared, replay="done" if done else "cut" if letter.truncated else "waiting")


def replay_group(settings: KafkaSettings) -> str:
    """The consumer group whose committed offsets say what was sent again."""
    return f"{settings.group_prefix}-replay"


def replay(settings: KafkaSettings, limit: int = 10_000) -> dict[str, int]:
    """Sends each dead letter's payload to the topic it came from, once; counts ``replayed`` and ``left``.

    Replay when the reason is gone (a newer version of the reader): what is still wrong comes back here. A payload that
    was cut is left. A second call sends only newer letters.

    Raises:
        BrokerUnavailable: when the broker does not answer; what was sent is remembered.
    """
    counts = {"replayed": 0, "left": 0}
    group = replay_group(settings)
    with Producer(settings) as producer, read_pending(settings, (settings.dlq_topic,), group) as pending:
        for message in pending.messages(limit):
            try:
                letter = parse_message("dead_letter", message.value)
                payload = base64.b64decode(letter.payload)
                if letter.truncated or len(payload) != letter.payload_bytes:
                    raise MessageRejected(f"{letter.payload_bytes} bytes were truncated; send it again from its source")
                if letter.topic not in settings.topics or letter.topic == settings.dlq_topic:
                    raise MessageRejected(f"topic {letter.topic!r} is none of dqheal's")
            except (MessageRejected, ValueError) as error:
                structlog.get_logger().warning("dead_letter_left", offset=message.offset, reason=str(error))
                counts["left"] += 1
            else:
                producer.send_bytes(letter.topic, payload, letter.key.encode() if letter.key is not None else None)
                counts["replayed"] += 1
            pending.commit(message)
    return counts
