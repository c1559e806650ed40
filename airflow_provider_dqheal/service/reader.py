"""Reads the store for the service: records become views. Everything here blocks and runs in threads.

What the board needs again and again (newest attempts, open incidents, running stages) is kept in memory and
brought up to date with each event; the store stays the only truth and is read anew from time to time.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.core.types import BatchStatus, Severity
from airflow_provider_dqheal.service import views_of
from airflow_provider_dqheal.service.answers import (
    DatasetDetail,
    EventPage,
    IncidentDetail,
    Page,
    RowsPage,
    SchemaVersion,
)
from airflow_provider_dqheal.service.board import BATCHES_SHOWN, EVENTS_KEPT, INCIDENTS_SHOWN
from airflow_provider_dqheal.service.detail import Details
from airflow_provider_dqheal.service.messages import BatchItem, Board, DatasetItem, IncidentItem, Item, TilesItem
from airflow_provider_dqheal.service.problems import StaleIncident
from airflow_provider_dqheal.service.progress import Started, from_events
from airflow_provider_dqheal.service.summary import GRADES, tiles
from airflow_provider_dqheal.service.views import BatchView, DatasetView, EventView, IncidentState, IncidentView, Tiles
from airflow_provider_dqheal.service.wording import event_view
from airflow_provider_dqheal.storage.records import BatchRecord, IncidentRecord
from airflow_provider_dqheal.storage.store import Store

READ_EVENTS = 1000
KNOWN_BATCHES = 2000
KNOWN_INCIDENTS = 500
TIMELINE_POINTS = 40

BatchKey = tuple[str, str]


@dataclass(frozen=True)
class Loaded:
    """What the board starts with."""

    epoch: str
    seq: int
    board: Board
    events: tuple[EventView, ...]


class Reader:
    """One per service. Opening the store is left to the first read, so that a locked store can be tried again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._batches: dict[BatchKey, BatchRecord] = {}
        self._incidents: dict[int, IncidentRecord] = {}
        self._datasets: dict[str, DatasetView] = {}
        self._details: Details | None = None
        self._told: dict[tuple[str, str, int], list[EventView]] = {}

    @property
    def store(self) -> Store:
        """The store, opened and migrated at the first use.

        Raises:
            StoreError: when it cannot be.
        """
        with self._lock:
            if self._store is None:
                store = Store(self._settings.database_url)
                store.migrate()
                self._store = store
            return self._store

    def close(self) -> None:
        """Closes the store."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None

    # what the feed asks

    def load(self) -> Loaded:
        """Everything, from nothing."""
        store = self.store
        seq = store.last_seq()
        recent = store.events(after=max(0, seq - EVENTS_KEPT), limit=EVENTS_KEPT)
        events = tuple(event_view(record.seq, record.event) for record in recent if record.seq <= seq)
        self._told.clear()
        self._tell(events)
        self._read_all()
        shown = sorted(self._judged(), key=lambda record: record.updated_at)[-BATCHES_SHOWN:]
        gravest = sorted(self._incidents.values(), key=_grave_last)[-INCIDENTS_SHOWN:]
        board = Board(
            tiles=self._tiles(),
            datasets=tuple(self._datasets.values()),
            batches=tuple(self.batch_view(record) for record in shown),
            incidents=tuple(self.incident_view(record) for record in gravest),
        )
        return Loaded(epoch=self._epoch(), seq=seq, board=board, events=events)

    def new_events(self, after: int) -> list[EventView]:
        """Events after a number, in order."""
        events = [event_view(record.seq, record.event) for record in self.store.events(after=after, limit=READ_EVENTS)]
        self._tell(events)
        return events

    def records(self, dirty: Iterable[BatchKey], full: bool) -> list[Item]:
        """The batches that events were told of, their incidents and data sets, and the tiles."""
        keys = set(dirty)
        items: list[Item] = []
        if full:
            before = dict(self._incidents)
            self._read_all()
            keys |= {key for key, record in self._batches.items() if views_of.is_running(record)}
            items += [
                IncidentItem(incident=self.incident_view(record))
                for record in self._incidents.values()
                if before.get(record.id) != record
            ]
        for key in keys:
            record = self.store.batch(*key)
            if record is not None:
                self._batches[key] = record
        names = {dataset for dataset, _ in keys}
        for name in names:
            for incident in self.store.incidents(dataset=name, limit=TIMELINE_POINTS):
                if self._incidents.get(incident.id) != incident:
                    self._incidents[incident.id] = incident
        items += [
            IncidentItem(incident=self.incident_view(incident))
            for incident in self._incidents.values()
            if (incident.dataset, incident.batch_id) in keys
        ]
        for name in self._datasets.keys() if full else names:
            self._read_dataset(name)
        items += [
            BatchItem(batch=self.batch_view(self._batches[key]))
            for key in sorted(keys)
            if key in self._batches and views_of.is_judged(self._batches[key])
        ]
        items += [DatasetItem(dataset=view) for name, view in self._datasets.items() if full or name in names]
        items.append(TilesItem(tiles=self._tiles()))
        return items

    def append(self, event: StatusEvent) -> None:
        """Stores an event from elsewhere; one that is known is left alone."""
        self.store.append_event(event)

    # what the routes ask

    def events(self, after: int, limit: int) -> EventPage:
        """Events after a number, oldest first."""
        found = self.store.events(after=after, limit=limit)
        return EventPage(
            items=tuple(event_view(record.seq, record.event) for record in found),
            last_seq=self.store.last_seq(),
            epoch=self._epoch(),
        )

    def datasets(self) -> tuple[DatasetView, ...]:
        """All data sets, the least healthy first."""
        rank = {"critical": 0, "warning": 1, "unknown": 2, "healthy": 3}
        return tuple(sorted(self._datasets.values(), key=lambda view: (rank[view.health], view.name)))

    def dataset(self, name: str, points: int) -> DatasetDetail | None:
        """One data set with a timeline of ``points`` batches."""
        record = self.store.dataset(name)
        if record is None and name not in self._datasets:
            return None
        batches = views_of.newest_attempts(self.store.history(name, max(points, TIMELINE_POINTS)))
        incidents = self.store.incidents(dataset=name, limit=points)
        judged = [batch for batch in batches if views_of.is_judged(batch)]
        schema = record.table_schema if record else None
        return DatasetDetail(
            dataset=views_of.dataset_view(name, schema, batches, incidents, points),
            batches=tuple(self.batch_view(batch) for batch in judged[:50]),
            incidents=tuple(self.incident_view(incident) for incident in incidents[:50]),
            table_schema=schema and SchemaVersion(**schema.model_dump()),
        )

    def batches(self, dataset: str | None, status: BatchStatus | None, limit: int) -> tuple[BatchView, ...]:
        """Batches, newest first."""
        return tuple(
            self.batch_view(record) for record in self.store.batches(dataset=dataset, status=status, limit=limit)
        )

    def incidents(
        self, dataset: str | None, state: IncidentState | None, severity: Severity | None, limit: int, offset: int
    ) -> Page[IncidentView]:
        """Incidents, the gravest first, then the newest; of the newest thousand."""
        found = self.store.incidents(dataset=dataset, state=state, limit=1000)
        wanted = sorted((i for i in found if severity in (None, i.severity)), key=_grave_last, reverse=True)
        page = tuple(self.incident_view(record) for record in wanted[offset : offset + limit])
        return Page(items=page, offset=offset, limit=limit, total=len(wanted))

    def incident(self, incident_id: str, reveal: bool) -> IncidentDetail | None:
        """One incident with evidence, contrast and changes."""
        record = self._incident(incident_id)
        if record is None:
            return None
        batch = self.store.batch(record.dataset, record.batch_id, record.attempt)
        told = self._told.get((record.dataset, record.batch_id, record.attempt), [])
        view = self.batch_view(batch) if batch else None
        if self._details is None:
            self._details = Details(self.store, self._settings)
        return self._details.incident(record, self.incident_view(record), batch, view, told, reveal)

    def rows(self, incident_id: str, kind: str, limit: int, offset: int, reveal: bool) -> RowsPage | None:
        """Rows of the incident's ledger or quarantine."""
        from airflow_provider_dqheal.service.pages import rows_page

        record = self._incident(incident_id)
        batch = self.store.batch(record.dataset, record.batch_id, record.attempt) if record else None
        if batch is None:
            return None
        return rows_page(batch.ledger_uri if kind == "ledger" else batch.quarantine_uri, limit, offset, reveal)

    def set_incident(self, incident_id: str, version: int, state: IncidentState) -> IncidentView | None:
        """Changes the state of an incident that is still at ``version``.

        Raises:
            StaleIncident: when somebody else changed it meanwhile.
        """
        record = self._incident(incident_id)
        if record is None:
            return None
        changed = self.store.set_incident(record.id, version, state, actor="dashboard")
        if changed is None:
            raise StaleIncident(f"incident {incident_id} was changed meanwhile; look at it again, then decide")
        return self.incident_view(changed)

    def _incident(self, incident_id: str) -> IncidentRecord | None:
        return self.store.incident(int(incident_id)) if incident_id.isdecimal() and len(incident_id) < 18 else None

    # records to views

    def batch_view(self, record: BatchRecord) -> BatchView:
        """A batch with its stages."""
        key = (record.dataset, record.batch_id, record.attempt)
        started: dict[str, Started] = from_events(self._told.get(key, ()))
        incident = next((i for i in self._incidents.values() if (i.dataset, i.batch_id, i.attempt) == key), None)
        return views_of.batch_view(record, self.store.stages(record.ref), started, incident)

    def incident_view(self, record: IncidentRecord) -> IncidentView:
        """An incident with the status of its batch."""
        batch = self._batches.get((record.dataset, record.batch_id))
        status = batch.status if batch is not None and batch.attempt == record.attempt else None
        return views_of.incident_view(record, status)

    # memory

    def _tell(self, events: Iterable[EventView]) -> None:
        for event in events:
            if event.dataset is None or event.batch_id is None:
                continue
            told = self._told.setdefault((event.dataset, event.batch_id, event.attempt or 1), [])
            if not told or told[-1].seq < event.seq:
                told.append(event)
        while len(self._told) > KNOWN_BATCHES:
            del self._told[next(iter(self._told))]

    def _judged(self) -> list[BatchRecord]:
        return [record for record in self._batches.values() if views_of.is_judged(record)]

    def _read_all(self) -> None:
        newest = views_of.newest_attempts(self.store.batches(limit=KNOWN_BATCHES))
        self._batches = {(record.dataset, record.batch_id): record for record in newest}
        self._incidents = {record.id: record for record in self.store.incidents(limit=KNOWN_INCIDENTS)}
        names = {record.name for record in self.store.datasets()} | {record.dataset for record in newest}
        self._datasets = {name: view for name, view in self._datasets.items() if name in names}
        for name in sorted(names):
            self._read_dataset(name)

    def _read_dataset(self, name: str) -> None:
        record = self.store.dataset(name)
        batches = [batch for batch in self._batches.values() if batch.dataset == name]
        incidents = [incident for incident in self._incidents.values() if incident.dataset == name]
        schema = record.table_schema if record else None
        self._datasets[name] = views_of.dataset_view(name, schema, batches, incidents, TIMELINE_POINTS)

    def _tiles(self) -> Tiles:
        now = datetime.now(UTC)
        return tiles(tuple(self._datasets.values()), tuple(self._judged()), tuple(self._incidents.values()), now)

    def _epoch(self) -> str:
        first = self.store.events(after=0, limit=1)
        origin = first[0].event.id if first else "empty"
        return hashlib.sha256(f"{self._settings.database_url}\0{origin}".encode()).hexdigest()[:16]


def _grave_last(incident: IncidentRecord) -> tuple[bool, int, datetime]:
    return (incident.state != "resolved", GRADES[incident.severity], incident.opened_at)
