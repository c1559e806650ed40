"""Takes status events of other machines from Kafka into the store; without Kafka there is nothing to do.

An event is stored under its own id before its offset is committed: delivered twice, it is stored once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from pydantic import ValidationError

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.service.answers import KafkaView

POLL_S = 0.5
LAG_EVERY_S = 5.0
RETRY_S = 2.0


class StatusTopic:
    """A consumer of the status topic in a thread of its own.

    Args:
        settings: where Kafka is.
        append: stores an event; one that is known is left alone.
    """

    def __init__(self, settings: KafkaSettings, append: Callable[[StatusEvent], object]) -> None:
        self._settings = settings
        self._append = append
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._view = KafkaView(configured=settings.bootstrap_servers is not None, topic=settings.status_topic)
        self._nudge: Callable[[], object] = lambda: None
        self._measured = 0.0

    def start(self, loop: asyncio.AbstractEventLoop, nudge: Callable[[], None]) -> None:
        """Begins to consume; ``nudge`` is called in ``loop`` after new events were stored."""
        if not self._view.configured:
            return
        self._nudge = lambda: loop.call_soon_threadsafe(nudge)
        self._thread = threading.Thread(target=self._run, name="dqheal-status-topic", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what was stored is committed."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def view(self) -> KafkaView:
        """What is known of the topic."""
        return self._view

    def _run(self) -> None:
        log = structlog.get_logger()
        told = False
        while not self._stop.is_set():
            try:
                consumer = self._connect()
                try:
                    while not self._stop.is_set():
                        self._take(consumer, consumer.consume(num_messages=500, timeout=POLL_S))
                        self._measure(consumer)
                finally:
                    consumer.close()
            except Exception as error:  # a thread that ends would leave the page without status for good
                self._update(connected=False, lag=None, error=type(error).__name__)
                if not told:
                    log.warning("status_topic_away", error=str(error), kind=type(error).__name__)
                told = True
                self._stop.wait(RETRY_S)

    def _connect(self) -> Any:
        from confluent_kafka import Consumer

        from airflow_provider_dqheal.messaging.client import client_config

        consumer = Consumer(
            client_config(
                self._settings,
                group_id=f"{self._settings.group_prefix}-service",
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                enable_auto_offset_store=False,
                error_cb=self._refused,
            )
        )
        consumer.subscribe([self._settings.status_topic])
        return consumer

    def _take(self, consumer: Any, messages: list[Any]) -> None:
        from confluent_kafka import TopicPartition

        good = [message for message in messages if message.error() is None]
        ends: dict[int, int] = {}
        new = False
        for message in good:
            try:
                event = StatusEvent.model_validate_json(message.value() or b"")
            except ValidationError:
                self._update(rejected=self._view.rejected + 1)
            else:
                if not self._keep(event):
                    break  # told to stop: what was not stored comes again
                new = True
            ends[message.partition()] = message.offset() + 1
        if not ends:
            return
        self._update(consumed=self._view.consumed + len(good), connected=True, error=None)
        consumer.commit(
            offsets=[TopicPartition(self._settings.status_topic, place, end) for place, end in ends.items()],
            asynchronous=False,
        )
        if new:
            self._nudge()

    def _keep(self, event: StatusEvent) -> bool:
        """Stores an event, however long the store is away; False when told to stop before."""
        while not self._stop.is_set():
            try:
                self._append(event)
                return True
            except Exception as error:
                self._update(error=f"store: {type(error).__name__}")
                self._stop.wait(RETRY_S)
        return False

    def _measure(self, consumer: Any) -> None:
        """Lag of the status topic and size of the dead-letter topic, now and then."""
        from confluent_kafka import KafkaException, TopicPartition

        if time.monotonic() - self._measured < LAG_EVERY_S:
            return
        try:
            assigned = consumer.assignment()
            if not assigned:
                return
            self._measured = time.monotonic()
            lag = 0
            for place in consumer.position(assigned):
                low, high = consumer.get_watermark_offsets(place, timeout=2.0)
                lag += max(0, high - (place.offset if place.offset >= 0 else low))
            name = self._settings.dlq_topic
            partitions = consumer.list_topics(name, timeout=2.0).topics[name].partitions
            dead = 0
            for number in partitions:
                low, high = consumer.get_watermark_offsets(TopicPartition(name, number), timeout=2.0)
                dead += high - low
            self._update(connected=True, lag=lag, dead_letters=dead, error=None)
        except KafkaException as error:
            self._update(connected=False, lag=None, error=str(error.args[0].name()))

    def _refused(self, error: Any) -> None:
        self._update(connected=False, error=str(error.name()))

    def _update(self, **changes: Any) -> None:
        self._view = self._view.model_copy(update=changes)
