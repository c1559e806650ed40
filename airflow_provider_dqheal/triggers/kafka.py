"""Waits for the first message that is not committed yet, and says where it lies. It never commits.

Differences from the Kafka provider's ``AwaitMessageTrigger``: nothing is committed before the work it starts is
durable; an asyncio consumer on one shared thread pool (20 triggers wake in a fraction of a second); a deadline of
its own, which also holds where Airflow does not apply one (``airflow dags test``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

if TYPE_CHECKING:
    from confluent_kafka import Message
    from confluent_kafka.aio import AIOConsumer

POLL_S = 0.5
"""Longest stay of one poll in the thread pool: bounds how long cancelling takes."""

METADATA_RETRY_S = 1.0
"""Pause before asking again for topics that do not exist yet, or for a broker that is away."""


@cache
def shared_executor() -> ThreadPoolExecutor:
    """The thread pool of all triggers in this process; each waiting trigger holds one thread while it polls."""
    return ThreadPoolExecutor(max_workers=32, thread_name_prefix="dqheal-kafka")


class KafkaBatchTrigger(BaseTrigger):
    """Fires once: at the first uncommitted message of ``topics``, or at the deadline.

    The event's payload is ``{"found": True, "topic", "partition", "offset"}`` or ``{"found": False, "reason"}``.
    Partitions are assigned, not subscribed to: the consumer is no member of its group, so the task that follows
    can commit for the group at once.

    Args:
        topics: Topics to watch; a topic that does not exist yet is waited for.
        deadline: Unix time in seconds at which to give up; None waits for ever.
        kafka_conn_id: Connection of the Kafka provider; where it is not defined, ``settings.kafka`` is used.
        group_id: Whose committed offsets decide what is new; None is the dispatcher's group.
    """

    def __init__(
        self,
        topics: Sequence[str],
        deadline: float | None = None,
        kafka_conn_id: str = "kafka_default",
        group_id: str | None = None,
    ) -> None:
        super().__init__()
        self.topics = list(topics)
        self.deadline = deadline
        self.kafka_conn_id = kafka_conn_id
        self.group_id = group_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Path of the class and its arguments."""
        return (
            "airflow_provider_dqheal.triggers.kafka.KafkaBatchTrigger",
            {
                "topics": self.topics,
                "deadline": self.deadline,
                "kafka_conn_id": self.kafka_conn_id,
                "group_id": self.group_id,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yields one event. The consumer is closed before, so that cleanup does not depend on the caller."""
        message = await self._first_message()
        if message is None:
            yield TriggerEvent({"found": False, "reason": f"no message on {', '.join(self.topics)} by the deadline"})
            return
        yield TriggerEvent(
            {
                "found": True,
                "topic": message.topic(),
                "partition": message.partition(),
                "offset": message.offset(),
            }
        )

    @property
    def _left_s(self) -> float:
        return POLL_S if self.deadline is None else self.deadline - time.time()

    def _config(self) -> dict[str, Any]:
        from airflow_provider_dqheal.core.config import load_settings
        from airflow_provider_dqheal.hooks.kafka import consumer_config, kafka_settings

        return consumer_config(kafka_settings(load_settings().kafka, self.kafka_conn_id), self.group_id)

    async def _first_message(self) -> Message | None:
        from asgiref.sync import sync_to_async
        from confluent_kafka.aio import AIOConsumer

        config = await sync_to_async(self._config)()
        consumer = AIOConsumer(config, executor=shared_executor())
        try:
            if not await self._assign(consumer):
                return None
            while self._left_s > 0:
                message = await consumer.poll(min(POLL_S, self._left_s))
                if message is None:
                    continue
                if message.error() is None:
                    return message
                self.log.warning("Kafka: %s", message.error())
                await asyncio.sleep(min(METADATA_RETRY_S, max(0.0, self._left_s)))
            return None
        finally:
            await consumer.close()

    async def _assign(self, consumer: AIOConsumer) -> bool:
        """Assigns every partition of the topics from its committed offset; False when the deadline came first."""
        from confluent_kafka import KafkaException

        told = False
        while self._left_s > 0:
            try:
                partitions = await self._partitions(consumer)
            except KafkaException as error:
                if not told:
                    self.log.warning("Kafka does not answer, trying until the deadline: %s", error)
                    told = True
                partitions = []
            if partitions:
                await consumer.assign(partitions)
                return True
            await asyncio.sleep(min(METADATA_RETRY_S, max(0.0, self._left_s)))
        return False

    async def _partitions(self, consumer: AIOConsumer) -> list[Any]:
        from confluent_kafka import TopicPartition

        found = []
        for topic in self.topics:
            metadata = await consumer.list_topics(topic, timeout=min(5.0, max(0.1, self._left_s)))
            known = metadata.topics.get(topic)
            if known is None or known.error is not None:
                return []
            found += [TopicPartition(topic, partition) for partition in known.partitions]
        return await consumer.committed(found, timeout=min(5.0, max(0.1, self._left_s)))
