"""What a stage needs from outside: settings, the store, and somewhere to tell what happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from airflow_provider_dqheal.core.config import Settings, load_settings
from airflow_provider_dqheal.core.events import EventSink, StatusEvent
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.storage.store import Store

if TYPE_CHECKING:
    from airflow_provider_dqheal.storage.sinks import FolderSink, IcebergSink


class StoreEvents:
    """Appends status events to the store. A store that cannot take one is logged, never raised."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def emit(self, event: StatusEvent) -> None:
        """Appends ``event``."""
        try:
            self._store.append_event(event)
        except Exception as error:  # status never fails a stage
            structlog.get_logger().warning("status_not_stored", type=event.type, error=str(error))


class LogEvents:
    """Writes status events to the log: type and subject, never values of rows."""

    def emit(self, event: StatusEvent) -> None:
        """Logs ``event``."""
        structlog.get_logger().info("status", type=event.type, subject=event.subject)


class EveryEventSink:
    """Hands each event to several sinks in order."""

    def __init__(self, sinks: Sequence[EventSink]) -> None:
        self._sinks = tuple(sinks)

    def emit(self, event: StatusEvent) -> None:
        """Delivers ``event`` to every sink."""
        for sink in self._sinks:
            sink.emit(event)


@dataclass(frozen=True)
class Services:
    """Injected into every stage. Open one per process and use it for many batches."""

    settings: Settings
    store: Store
    events: EventSink
    out: Path | None = None

    @classmethod
    @contextmanager
    def open(cls, settings: Settings | None = None, out: Path | None = None) -> Iterator[Services]:
        """Opens the store (migrating it when needed) and the status publisher; closes both at the end.

        ``out`` is a folder to publish into that wins over policies and settings.

        Raises:
            ConfigError: when a setting is invalid.
            StoreError: when the store cannot be opened.
        """
        settings = settings or load_settings()
        with ExitStack() as stack:
            store = stack.enter_context(Store(settings.database_url))
            store.migrate()
            sinks: list[EventSink] = [StoreEvents(store), LogEvents()]
            if settings.kafka.bootstrap_servers:
                from airflow_provider_dqheal.messaging.producer import StatusPublisher

                sinks.append(stack.enter_context(StatusPublisher(settings.kafka)))
            yield cls(settings=settings, store=store, events=EveryEventSink(sinks), out=out)

    def sink_for(self, dataset: str, published_uri: str | None = None) -> FolderSink | IcebergSink:
        """Where a data set's batches are published: ``out``, else its policy's folder, else the configured one.

        ``published_uri``: of a batch that is published already; its folder is taken again.

        Raises:
            ConfigError: when the policy is invalid.
        """
        from airflow_provider_dqheal.storage.sinks import FolderSink, IcebergSink

        policy = self.settings.policy_for(dataset).sink
        if published_uri is not None:
            folder = FolderSink.of(published_uri, policy.format)
        else:
            folder = FolderSink(self.out or policy.folder or self.settings.published, policy.format)
        return IcebergSink(folder, policy.iceberg) if policy.iceberg is not None else folder

    def staging(self, ref: BatchRef) -> Path:
        """The folder of this attempt's staged output."""
        return self.settings.staging / ref.path_key / f"attempt-{ref.attempt}"
