"""The parts of one running service, and what it tells of itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from airflow_provider_dqheal import __version__
from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.service.answers import SocketView, SystemView
from airflow_provider_dqheal.service.board import BoardState
from airflow_provider_dqheal.service.feed import Feed
from airflow_provider_dqheal.service.hub import Hub
from airflow_provider_dqheal.service.reader import Reader
from airflow_provider_dqheal.service.status_topic import StatusTopic


class Runtime:
    """Made once per process, by the application's lifespan."""

    def __init__(self, settings: Settings, reader: Reader, ring_items: int, poll_s: float) -> None:
        self.settings = settings
        self.reader = reader
        self.board = BoardState(__version__)
        self.hub = Hub(self.board.snapshot, ring_items)
        self.feed = Feed(reader, self.board, self.hub, poll_s)
        self.topic = StatusTopic(settings.kafka, reader.append)
        self.started_at = datetime.now(UTC)
        self._poll_s = poll_s
        self.loop = asyncio.get_running_loop()

    def wake(self) -> None:
        """Reads every record again at once: something was changed here."""
        self.loop.call_soon_threadsafe(self.feed.wake)

    def system(self) -> SystemView:
        """Connections, counters, the store and the status topic."""
        counters = self.hub.counters
        rtts = sorted(client.rtt_ms for client in self.hub.clients if client.rtt_ms is not None)
        kafka = self.topic.view()
        well = self.feed.ready and self.feed.store_error is None
        return SystemView(
            status="ok" if well and (not kafka.configured or kafka.connected) else "degraded",
            version=__version__,
            epoch=self.board.epoch or None,
            last_seq=self.board.seq,
            started_at=self.started_at,
            uptime_s=(datetime.now(UTC) - self.started_at).total_seconds(),
            store="reachable" if well else "unreachable",
            store_kind=self.settings.database_url.partition(":")[0].partition("+")[0],
            store_error=self.feed.store_error,
            poll_ms=self._poll_s * 1000,
            socket=SocketView(
                clients=len(self.hub.clients),
                connected_total=counters.connected_total,
                frames=counters.frames,
                items=counters.items,
                dropped_to_snapshot=counters.dropped_to_snapshot,
                evicted=counters.evicted,
                refused=counters.refused,
                rtt_ms=rtts[len(rtts) // 2] if rtts else None,
            ),
            kafka=kafka,
        )
