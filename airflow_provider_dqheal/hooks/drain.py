"""Reads what is uncommitted on some topics, to the end they have now, and commits when told to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow_provider_dqheal.core.errors import BrokerUnavailable

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message


class Drain:
    """Messages between a group's committed offsets and the end of the topics at the time of opening.

    Partitions are assigned, not subscribed to, so a commit needs no membership of the group.
    """

    def __init__(self, consumer: Consumer, topics: Sequence[str], timeout_s: float) -> None:
        self._consumer = consumer
        self._timeout_s = timeout_s
        self._ends: dict[tuple[str, int], int] = {}
        self._next: dict[tuple[str, int], int] = {}
        self._open(topics)

    def _open(self, topics: Sequence[str]) -> None:
        from confluent_kafka import KafkaException, TopicPartition

        try:
            known = self._consumer.list_topics(timeout=self._timeout_s).topics
            places = [
                TopicPartition(topic, partition)
                for topic in topics
                if topic in known and known[topic].error is None
                for partition in known[topic].partitions
            ]
            starts = []
            for place in self._consumer.committed(places, timeout=self._timeout_s) if places else []:
                low, high = self._consumer.get_watermark_offsets(place, timeout=self._timeout_s)
                first = max(place.offset, low) if place.offset >= 0 else low
                if first < high:
                    self._ends[place.topic, place.partition] = high
                    starts.append(TopicPartition(place.topic, place.partition, first))
            self._consumer.assign(starts)
        except KafkaException as error:
            raise BrokerUnavailable(
                f"Kafka: {', '.join(topics)} cannot be read within {self._timeout_s} s ({error}); is the broker up?"
            ) from error

    def messages(self, limit: int) -> Iterator[Message]:
        """At most ``limit`` messages, each partition in order.

        Raises:
            BrokerUnavailable: when the broker stops answering before the end is reached.
        """
        from confluent_kafka import TopicPartition

        read = 0
        while self._ends and read < limit:
            message = self._consumer.poll(self._timeout_s)
            if message is None or (message.error() is not None and message.error().retriable()):
                positions = self._consumer.position([TopicPartition(*place) for place in self._ends])
                moved = {(p.topic, p.partition): p.offset for p in positions}
                left = {place: end for place, end in self._ends.items() if moved.get(place, -1) < end}
                if left == self._ends:
                    raise BrokerUnavailable(
                        f"Kafka: no message within {self._timeout_s} s although {len(left)} partitions have some; "
                        "nothing was committed, the next run reads them again"
                    )
                self._ends = left
                continue
            if message.error() is not None:
                raise BrokerUnavailable(f"Kafka: {message.error()}; nothing was committed")
            place = (message.topic(), message.partition())
            if place not in self._ends:
                continue
            if message.offset() < self._ends[place]:
                read += 1
                yield message
                self._next[place] = message.offset() + 1
            if message.offset() + 1 >= self._ends[place]:
                del self._ends[place]

    def commit(self) -> int:
        """Commits what was yielded and taken; returns the number of partitions it moved."""
        from confluent_kafka import KafkaException, TopicPartition

        if not self._next:
            return 0
        offsets = [TopicPartition(topic, partition, offset) for (topic, partition), offset in self._next.items()]
        try:
            done = self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            raise BrokerUnavailable(f"Kafka: offsets were not committed ({error}); messages will come again") from error
        failed = [place for place in done or () if place.error is not None]
        if failed:
            raise BrokerUnavailable(f"Kafka: offsets were not committed ({failed[0].error}); messages will come again")
        return len(offsets)


@contextmanager
def drain(config: dict[str, Any], topics: Sequence[str], timeout_s: float) -> Iterator[Drain]:
    """Opens a :class:`Drain` and closes its consumer at the end. ``config`` as of ``consumer_config``.

    Raises:
        BrokerUnavailable: when the broker does not answer within ``timeout_s``.
    """
    from confluent_kafka import Consumer

    consumer = Consumer(config)
    try:
        yield Drain(consumer, topics, timeout_s)
    finally:
        consumer.close()
