"""Quarantined rows that a person fixed or re-admitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, update

from airflow_provider_dqheal.core.events import now
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.storage._batches import _row_id
from airflow_provider_dqheal.storage._database import Database, insert_or_ignore, is_attempt
from airflow_provider_dqheal.storage.records import HandledRow
from airflow_provider_dqheal.storage.tables import batches, quarantined_rows


class Quarantine(Database):
    """What was done with the rows that were set aside; which those are says the file beside the published batch."""

    def handled_rows(self, ref: BatchRef) -> tuple[HandledRow, ...]:
        """The rows of an attempt that a person did something with, by row id."""
        query = (
            select(quarantined_rows)
            .join(batches, batches.c.id == quarantined_rows.c.batch)
            .where(*is_attempt(ref))
            .order_by(quarantined_rows.c.row_id)
        )
        return self.read(
            lambda connection: tuple(
                HandledRow(**{name: getattr(row, name) for name in HandledRow.model_fields})
                for row in connection.execute(query).all()
            )
        )

    def fix_row(self, ref: BatchRef, row_id: int, cells: Mapping[str, str | None], by: str) -> bool:
        """Keeps new cells for a row, over those that were given before; False when it was re-admitted already."""

        def change(connection: Connection) -> bool:
            batch = _row_id(connection, ref)
            _remember(connection, batch, row_id, by)
            here = (quarantined_rows.c.batch == batch, quarantined_rows.c.row_id == row_id)
            known = connection.execute(select(quarantined_rows).where(*here)).one()
            values = {"cells": {**known.cells, **cells}, "changed_by": by, "changed_at": now()}
            waiting = quarantined_rows.c.state == "fixed"
            return connection.execute(update(quarantined_rows).where(*here, waiting).values(values)).rowcount == 1

        return self.write(change)

    def readmit_rows(self, ref: BatchRef, row_ids: Iterable[int], by: str) -> tuple[int, ...]:
        """Marks rows re-admitted; returns those that were not before. Of two callers, each row goes to one."""

        def change(connection: Connection) -> tuple[int, ...]:
            batch, mine = _row_id(connection, ref), []
            for row_id in sorted(row_ids):
                _remember(connection, batch, row_id, by)
                done = connection.execute(
                    update(quarantined_rows)
                    .where(
                        quarantined_rows.c.batch == batch,
                        quarantined_rows.c.row_id == row_id,
                        quarantined_rows.c.state == "fixed",
                    )
                    .values(state="readmitted", changed_by=by, changed_at=now())
                )
                if done.rowcount == 1:
                    mine.append(row_id)
            return tuple(mine)

        return self.write(change)


def _remember(connection: Connection, batch: int, row_id: int, by: str) -> None:
    """A line for the row, when there is none yet."""
    values = {"batch": batch, "row_id": row_id, "state": "fixed", "cells": {}, "changed_by": by, "changed_at": now()}
    connection.execute(insert_or_ignore(connection.dialect, quarantined_rows).values(values))
