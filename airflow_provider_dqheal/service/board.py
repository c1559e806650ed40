"""The board in memory: what the overview shows, kept in step by the feed, rebuilt from the store at any start."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime

from airflow_provider_dqheal.core.types import Frozen
from airflow_provider_dqheal.service.messages import (
    PROTOCOL,
    BatchItem,
    Board,
    DatasetItem,
    IncidentItem,
    Item,
    TilesItem,
)
from airflow_provider_dqheal.service.views import BatchView, DatasetView, EventView, IncidentView, Tiles

BATCHES_SHOWN = 40
INCIDENTS_SHOWN = 60
EVENTS_KEPT = 2000
EVENTS_SHOWN = 200

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class BoardState:
    """The newest view of every record on the board, and the events that came last."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._tiles = Tiles()
        self._datasets: dict[str, DatasetView] = {}
        self._batches: dict[tuple[str, str], BatchView] = {}
        self._incidents: dict[str, IncidentView] = {}
        self._events: deque[EventView] = deque(maxlen=EVENTS_KEPT)
        self._json: str | None = None
        self.epoch = ""
        self.seq = 0

    def replace(self, board: Board) -> None:
        """Starts again from a whole board."""
        self._tiles = board.tiles
        self._datasets = {dataset.name: dataset for dataset in board.datasets}
        self._batches = {(batch.dataset, batch.batch_id): batch for batch in board.batches}
        self._incidents = {incident.id: incident for incident in board.incidents}
        self._trim()

    def add_events(self, events: Iterable[EventView]) -> None:
        """Appends events in the order of their numbers."""
        for event in events:
            self._events.append(event)
            self.seq = event.seq

    def apply(self, items: Iterable[Item]) -> list[Item]:
        """Takes in records and returns those that differ from what the board had."""
        changed: list[Item] = []
        for item in items:
            if self._take(item):
                changed.append(item)
        if changed:
            self._trim()
        return changed

    def _take(self, item: Item) -> bool:
        before: Frozen | None
        if isinstance(item, TilesItem):
            before, self._tiles = self._tiles, item.tiles
            return before != item.tiles
        if isinstance(item, DatasetItem):
            before = self._datasets.get(item.dataset.name)
            self._datasets[item.dataset.name] = item.dataset
            return before != item.dataset
        if isinstance(item, BatchItem):
            key = (item.batch.dataset, item.batch.batch_id)
            before = self._batches.get(key)
            self._batches[key] = item.batch
            return before != item.batch
        if isinstance(item, IncidentItem):
            before = self._incidents.get(item.incident.id)
            self._incidents[item.incident.id] = item.incident
            return before != item.incident
        return False

    def _trim(self) -> None:
        self._json = None
        if len(self._batches) > BATCHES_SHOWN:
            kept = sorted(self._batches.items(), key=lambda pair: pair[1].updated_at or _LONG_AGO)[-BATCHES_SHOWN:]
            self._batches = dict(kept)
        if len(self._incidents) > INCIDENTS_SHOWN:
            order = sorted(self._incidents.items(), key=lambda pair: (pair[1].state == "open", pair[1].updated_at))
            self._incidents = dict(order[-INCIDENTS_SHOWN:])

    def view(self) -> Board:
        """The board as one value."""
        return Board(
            tiles=self._tiles,
            datasets=tuple(self._datasets.values()),
            batches=tuple(self._batches.values()),
            incidents=tuple(self._incidents.values()),
        )

    def snapshot(self, last_seq: int | None) -> str:
        """The snapshot message as JSON, with the events after ``last_seq`` when all of them are still here."""
        if self._json is None:
            self._json = self.view().model_dump_json()
        resumed = last_seq is not None and last_seq <= self.seq and self._reaches(last_seq)
        if resumed:
            assert last_seq is not None
            events = [event for event in self._events if event.seq > last_seq]
        else:
            events = list(self._events)[-EVENTS_SHOWN:]
        body = ",".join(event.model_dump_json() for event in events)
        time = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        return (
            f'{{"type":"snapshot","protocol":{PROTOCOL},"version":"{self._version}","epoch":"{self.epoch}",'
            f'"seq":{self.seq},"resumed":{"true" if resumed else "false"},"time":"{time}",'
            f'"board":{self._json},"events":[{body}]}}'
        )

    def _reaches(self, last_seq: int) -> bool:
        if last_seq == self.seq:
            return True
        return bool(self._events) and self._events[0].seq <= last_seq + 1
