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
        append: stores an event; True when it was not known yet.
    """

    def __init__(self, settings: KafkaSettings, append: Callable[[StatusEvent], bool]) -> None:
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
        from confluent_kafka import Consumer

        log = structlog.get_logger()
        consumer: Any = Consumer(
            {
                "bootstrap.servers": self._settings.bootstrap_servers,
                "group.id": f"{self._settings.group_prefix}-service",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "allow.auto.create.topics": False,
                "reconnect.backoff.ms": 500,
                "reconnect.backoff.max.ms": 5000,
                "log_level": 0,
                "error_cb": self._on_error,
                **self._settings.client,
            }
        )
        try:
            consumer.subscribe([self._settings.status_topic])
            while not self._stop.is_set():
                messages = consumer.consume(num_messages=500, timeout=POLL_S)
                if messages:
                    self._take(consumer, messages)
                self._measure(consumer)
        except Exception as error:
            log.warning("status_topic_stopped", error=str(error), kind=type(error).__name__)
            self._update(connected=False, error=type(error).__name__)
        finally:
            consumer.close()

    def _take(self, consumer: Any, messages: list[Any]) -> None:
        good = [message for message in messages if message.error() is None]
        new = 0
        for message in good:
            try:
                event = StatusEvent.model_validate_json(message.value() or b"")
            except ValidationError:
                self._update(rejected=self._view.rejected + 1)
                continue
            while not self._stop.is_set():
                try:
                    new += self._append(event)
                    break
                except Exception as error:  # the store is away: the event waits, its offset is not committed
                    self._update(error=f"store: {type(error).__name__}")
                    self._stop.wait(RETRY_S)
            if self._stop.is_set():
                return
        if good:
            self._update(consumed=self._view.consumed + len(good), connected=True, error=None)
            consumer.commit(asynchronous=True)
        if new:
            self._nudge()

    def _measure(self, consumer: Any) -> None:
        if time.monotonic() - self._measured < LAG_EVERY_S:
            return
        self._measured = time.monotonic()
        try:
            assigned = consumer.assignment()
            positions = consumer.position(assigned)
            lag = 0
            for place in positions:
                low, high = consumer.get_watermark_offsets(place, timeout=1.0)
                lag += max(0, high - (place.offset if place.offset >= 0 else low))
            self._update(connected=bool(assigned), lag=lag if assigned else None)
            if assigned:
                self._update(error=None)
        except Exception as error:
            self._update(connected=False, lag=None, error=type(error).__name__)

    def _on_error(self, error: Any) -> None:
        self._update(connected=False, error=str(error.name()))

    def _update(self, **changes: Any) -> None:
        self._view = self._view.model_copy(update=changes)
