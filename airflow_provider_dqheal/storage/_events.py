"""Events: what happened, in one sequence."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.storage._database import Database, insert_or_ignore
from airflow_provider_dqheal.storage.records import EventRecord
from airflow_provider_dqheal.storage.tables import events


class Events(Database):
    """The sequence of status events."""

    def append_event(self, event: StatusEvent) -> int:
        """Appends an event and returns its place; one whose id is there already keeps its place."""

        def change(connection: Connection) -> int:
            if connection.dialect.name == "postgresql":  # places are given out in the order of commits
                connection.exec_driver_sql("LOCK TABLE dqheal_events IN SHARE ROW EXCLUSIVE MODE")
            connection.execute(
                insert_or_ignore(connection.dialect, events).values(
                    id=event.id,
                    subject=event.subject[:401],
                    document=event.model_dump(mode="json"),
                    created_at=event.time,
                )
            )
            return int(connection.execute(select(events.c.seq).where(events.c.id == event.id)).scalar_one())

        return self.write(change)

    def events(self, after: int = 0, limit: int = 500) -> tuple[EventRecord, ...]:
        """Events behind place ``after``, in order."""
        query = select(events).where(events.c.seq > after).order_by(events.c.seq).limit(limit)
        return self.read(
            lambda connection: tuple(
                EventRecord(seq=row.seq, event=StatusEvent.model_validate(row.document))
                for row in connection.execute(query).all()
            )
        )

    def last_seq(self) -> int:
        """The place of the newest event; 0 when there is none."""
        query = select(func.coalesce(func.max(events.c.seq), 0))
        return int(self.read(lambda connection: connection.execute(query).scalar_one()))
