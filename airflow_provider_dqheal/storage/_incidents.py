"""Incidents: one an attempt, opened by a verdict, closed by healing or by a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from airflow_provider_dqheal.core.events import now
from airflow_provider_dqheal.core.types import BatchRef, Verdict
from airflow_provider_dqheal.storage._batches import _row_id
from airflow_provider_dqheal.storage._database import Database, insert_or_ignore
from airflow_provider_dqheal.storage.records import IncidentRecord, IncidentState, TimelineEntry
from airflow_provider_dqheal.storage.tables import batches, incidents

GRADES = ("low", "medium", "high", "critical")


class Incidents(Database):
    """Incidents and what people said."""

    def open_incident(self, ref: BatchRef, verdict: Verdict, note: str | None = None) -> IncidentRecord:
        """Opens the incident of an attempt; when there is one, its verdict is renewed and it stays as it is."""

        def change(connection: Connection) -> int:
            row_id, moment = _row_id(connection, ref), now()
            opened = TimelineEntry(time=moment, actor="dqheal", action="opened", note=note or verdict.reason)
            values = {
                "batch": row_id,
                "dataset": ref.dataset,
                "state": "open",
                "severity": _severity(verdict),
                "verdict": verdict.model_dump(mode="json"),
                "timeline": [opened.model_dump(mode="json")],
                "version": 1,
                "opened_at": moment,
                "updated_at": moment,
            }
            if connection.execute(insert_or_ignore(connection.dialect, incidents).values(values)).rowcount == 0:
                known = connection.execute(select(incidents).where(incidents.c.batch == row_id)).one()
                if known.verdict != values["verdict"]:
                    renewed = {key: values[key] for key in ("severity", "verdict", "updated_at")}
                    connection.execute(
                        update(incidents).where(incidents.c.id == known.id).values(version=known.version + 1, **renewed)
                    )
            return int(connection.execute(select(incidents.c.id).where(incidents.c.batch == row_id)).scalar_one())

        found = self.incident(self.write(change))
        assert found is not None
        return found

    def incident(self, id: int) -> IncidentRecord | None:
        """The incident, or None."""
        query = _joined().where(incidents.c.id == id)
        row = self.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _record(row)

    def incident_of(self, ref: BatchRef) -> IncidentRecord | None:
        """The incident of an attempt, or None."""
        query = _joined().where(
            batches.c.dataset == ref.dataset, batches.c.batch_id == ref.batch_id, batches.c.attempt == ref.attempt
        )
        row = self.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _record(row)

    def incidents(
        self, dataset: str | None = None, state: str | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[IncidentRecord, ...]:
        """Incidents, most recently changed first."""
        query = _joined()
        if dataset is not None:
            query = query.where(incidents.c.dataset == dataset)
        if state is not None:
            query = query.where(incidents.c.state == state)
        query = query.order_by(incidents.c.updated_at.desc(), incidents.c.id.desc()).limit(limit).offset(offset)
        return self.read(lambda connection: tuple(_record(row) for row in connection.execute(query).all()))

    def count_incidents(self, state: str | None = None) -> int:
        """How many incidents there are in a state."""
        query = select(func.count()).select_from(incidents)
        if state is not None:
            query = query.where(incidents.c.state == state)
        return int(self.read(lambda connection: connection.execute(query).scalar_one()))

    def set_incident(
        self, id: int, version: int, state: IncidentState, actor: str, note: str | None = None
    ) -> IncidentRecord | None:
        """Changes an incident's state; None when there is none or its version is no longer ``version``."""

        def change(connection: Connection) -> bool:
            row = connection.execute(select(incidents).where(incidents.c.id == id)).one_or_none()
            if row is None or row.version != version:
                return False
            entry = TimelineEntry(time=now(), actor=actor, action=state, note=note)
            done = connection.execute(
                update(incidents)
                .where(incidents.c.id == id, incidents.c.version == version)
                .values(
                    state=state,
                    timeline=[*row.timeline, entry.model_dump(mode="json")],
                    version=version + 1,
                    updated_at=entry.time,
                )
            )
            return done.rowcount == 1

        return self.incident(id) if self.write(change) else None


def _severity(verdict: Verdict) -> str:
    """The gravest issue's; an undecided batch waits for a person, which is medium."""
    return max((issue.severity for issue in verdict.issues), key=GRADES.index, default="medium")


def _joined() -> Any:
    return select(incidents, batches.c.batch_id, batches.c.attempt).join(batches, batches.c.id == incidents.c.batch)


def _record(row: Row) -> IncidentRecord:  # type: ignore[type-arg]
    verdict = Verdict.model_validate(row.verdict)
    return IncidentRecord(
        id=row.id,
        dataset=row.dataset,
        batch_id=row.batch_id,
        attempt=row.attempt,
        state=row.state,
        severity=row.severity,
        issues=tuple(issue.type for issue in verdict.issues),
        verdict=verdict,
        timeline=tuple(TimelineEntry.model_validate(entry) for entry in row.timeline),
        version=row.version,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
    )
