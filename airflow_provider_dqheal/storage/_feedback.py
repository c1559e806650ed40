"""Feedback: what people said of batches."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, select, update

from airflow_provider_dqheal.core.events import now
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.storage._batches import _row_id
from airflow_provider_dqheal.storage._database import Database, is_attempt
from airflow_provider_dqheal.storage.records import FeedbackRecord
from airflow_provider_dqheal.storage.tables import batches, feedback


class Feedbacks(Database):
    """What was said of batches, and what follows for the baseline."""

    def add_feedback(
        self, ref: BatchRef, kind: Literal["expected", "incident"], by: str, note: str | None = None
    ) -> None:
        """Keeps what a person said of an attempt."""

        def change(connection: Connection) -> None:
            values = {"batch": _row_id(connection, ref), "kind": kind, "given_by": by, "note": note}
            connection.execute(feedback.insert().values(created_at=now(), **values))

        self.write(change)

    def feedback(self, dataset: str, batch_id: str | None = None, limit: int = 100) -> tuple[FeedbackRecord, ...]:
        """What was said of a data set's batches, or of one in any attempt; newest first."""
        query = (
            select(feedback, batches.c.dataset, batches.c.batch_id, batches.c.attempt, batches.c.issues)
            .join(batches, batches.c.id == feedback.c.batch)
            .where(batches.c.dataset == dataset)
            .order_by(feedback.c.id.desc())
            .limit(limit)
        )
        if batch_id is not None:
            query = query.where(batches.c.batch_id == batch_id)
        return self.read(
            lambda connection: tuple(
                FeedbackRecord(
                    dataset=row.dataset,
                    batch_id=row.batch_id,
                    attempt=row.attempt,
                    kind=row.kind,
                    issues=tuple(row.issues),
                    by=row.given_by,
                    note=row.note,
                    at=row.created_at,
                )
                for row in connection.execute(query).all()
            )
        )

    def withdraw(self, ref: BatchRef) -> bool:
        """Takes every attempt of a batch out of the baseline; whether one was in it."""
        same = (batches.c.dataset == ref.dataset, batches.c.batch_id == ref.batch_id)

        def change(connection: Connection) -> bool:
            _row_id(connection, ref)
            gone = connection.execute(
                update(batches)
                .where(*same, batches.c.accepted_seq.is_not(None))
                .values(accepted_seq=None, accepted_by=None, updated_at=now())
            )
            return gone.rowcount > 0

        return self.write(change)

    def is_accepted(self, ref: BatchRef) -> bool:
        """Whether an attempt is part of the baseline."""
        query = select(batches.c.accepted_seq).where(*is_attempt(ref))
        return self.read(lambda connection: connection.execute(query).scalar_one_or_none()) is not None
