"""Batches: attempts, their status, what each stage left, their profiles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from airflow_provider_dqheal.core.errors import StoreError, UnknownDataset
from airflow_provider_dqheal.core.events import now
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.storage._database import Database, insert_or_ignore, is_attempt
from airflow_provider_dqheal.storage.records import BatchRecord, StageRecord
from airflow_provider_dqheal.storage.tables import batches, profiles, stages

CHANGEABLE = frozenset(
    {
        "issues", "quality_score", "rows_in", "rows_published", "healed_cells", "quarantined_rows",
        "published_uri", "quarantine_uri", "ledger_uri", "reason",
    }
)  # fmt: skip
"""Fields that :meth:`Batches.set_status` takes beside the status."""


class Batches(Database):
    """Batches and their attempts; everything is idempotent on (dataset, batch_id, attempt, stage)."""

    def receive(self, ref: BatchRef, rerun: bool = False) -> BatchRef:
        """Opens an attempt: the first one, the same one for the same digest, the next for another or ``rerun``.

        Two processes that receive the same batch at once get the same attempt.
        """

        def change(connection: Connection) -> BatchRef:
            newest = _newest(connection, ref.dataset, ref.batch_id)
            if newest is not None and newest.digest == ref.digest and not rerun:
                return BatchRef.model_validate(newest.ref)
            opened = ref.model_copy(update={"attempt": newest.attempt + 1 if newest is not None else 1})
            moment = now()
            inserted = connection.execute(
                insert_or_ignore(connection.dialect, batches).values(
                    dataset=opened.dataset,
                    batch_id=opened.batch_id,
                    attempt=opened.attempt,
                    ref=opened.model_dump(mode="json"),
                    digest=opened.digest,
                    status="received",
                    issues=[],
                    created_at=moment,
                    updated_at=moment,
                )
            )
            if inserted.rowcount == 0:  # another process opened it in this moment
                row = _newest(connection, ref.dataset, ref.batch_id)
                assert row is not None
                return BatchRef.model_validate(row.ref)
            return opened

        return self.write(change)

    def batch(self, dataset: str, batch_id: str, attempt: int | None = None) -> BatchRecord | None:
        """One attempt, the newest when none is named; None when there is none."""

        def query(connection: Connection) -> BatchRecord | None:
            row = _newest(connection, dataset, batch_id, attempt)
            return None if row is None else _record(row)

        return self.read(query)

    def batches(
        self, dataset: str | None = None, status: str | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[BatchRecord, ...]:
        """Newest attempts of batches, most recently changed first."""
        query = _newest_attempts()
        if dataset is not None:
            query = query.where(batches.c.dataset == dataset)
        if status is not None:
            query = query.where(batches.c.status == status)
        query = query.order_by(batches.c.updated_at.desc(), batches.c.id.desc()).limit(limit).offset(offset)
        return self.read(lambda connection: tuple(_record(row) for row in connection.execute(query).all()))

    def history(self, dataset: str, limit: int = 100) -> tuple[BatchRecord, ...]:
        """A data set's batches in the order in which they were first received, newest first."""
        query = _newest_attempts().where(batches.c.dataset == dataset).order_by(batches.c.id.desc()).limit(limit)
        return self.read(lambda connection: tuple(_record(row) for row in connection.execute(query).all()))

    def set_status(self, ref: BatchRef, status: str, **fields: Any) -> None:
        """Sets the status of an attempt, and any of the fields in :data:`CHANGEABLE`.

        Raises:
            StoreError: when the attempt was never received.
        """
        unknown = set(fields) - CHANGEABLE
        if unknown:
            raise TypeError(f"set_status does not take {sorted(unknown)}")
        statement = update(batches).where(*is_attempt(ref)).values(status=status, updated_at=now(), **fields)
        if self.write(lambda connection: connection.execute(statement).rowcount) == 0:
            raise _never_received(ref)

    def accept(self, ref: BatchRef, by: str, part: Profile | None = None) -> None:
        """Makes an attempt part of the baseline, in the order of acceptance; earlier attempts leave it.

        ``part``: the profile of the rows that are learned, where these are not all of it.

        Raises:
            StoreError: when the attempt was never received.
        """
        learned = None if part is None else part.to_bytes()

        def change(connection: Connection) -> int:
            last = connection.execute(
                select(func.max(batches.c.accepted_seq)).where(batches.c.dataset == ref.dataset)
            ).scalar_one()
            same = (batches.c.dataset == ref.dataset, batches.c.batch_id == ref.batch_id)
            before = connection.execute(select(func.max(batches.c.accepted_seq)).where(*same)).scalar_one()
            connection.execute(update(batches).where(*same).values(accepted_seq=None))
            place = before if before is not None else (last or 0) + 1
            own = select(batches.c.id).where(*is_attempt(ref)).scalar_subquery()
            connection.execute(update(profiles).where(profiles.c.batch == own).values(learned=learned))
            return connection.execute(
                update(batches).where(*is_attempt(ref)).values(accepted_by=by, accepted_seq=place, updated_at=now())
            ).rowcount

        if self.write(change) == 0:
            raise _never_received(ref)

    def put_profile(self, ref: BatchRef, profile: Profile) -> None:
        """Keeps the profile of an attempt; one that is there already stays."""
        content = profile.to_bytes()

        def change(connection: Connection) -> None:
            values = {"batch": _row_id(connection, ref), "content": content}
            connection.execute(insert_or_ignore(connection.dialect, profiles).values(values))

        self.write(change)

    def profile(self, ref: BatchRef) -> Profile | None:
        """The profile of an attempt, or None."""
        query = select(profiles.c.content).join(batches, batches.c.id == profiles.c.batch).where(*is_attempt(ref))
        content = self.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if content is None else Profile.from_bytes(content)

    def is_learned_in_part(self, ref: BatchRef) -> bool:
        """Whether the baseline has learned some rows of an attempt, and not the others."""
        own = (*is_attempt(ref), batches.c.accepted_seq.is_not(None), profiles.c.learned.is_not(None))
        query = select(batches.c.id).join(profiles, batches.c.id == profiles.c.batch).where(*own)
        return self.read(lambda connection: connection.execute(query).scalar_one_or_none()) is not None

    def put_stage(self, ref: BatchRef, stage: str, document: dict[str, Any], seconds: float | None = None) -> None:
        """Keeps what a stage left; the first one stays, so that a retried stage changes nothing."""

        def change(connection: Connection) -> None:
            values = {
                "batch": _row_id(connection, ref),
                "stage": stage,
                "document": document,
                "seconds": seconds,
                "created_at": now(),
            }
            connection.execute(insert_or_ignore(connection.dialect, stages).values(values))

        self.write(change)

    def forget_stages(self, ref: BatchRef, names: Collection[str]) -> None:
        """Drops what these stages of an attempt left, so that they run again: a person decided anew."""

        def change(connection: Connection) -> None:
            row_id = _row_id(connection, ref)
            connection.execute(delete(stages).where(stages.c.batch == row_id, stages.c.stage.in_(tuple(names))))

        self.write(change)

    def published_since(self, dataset: str, moment: datetime, without: str) -> tuple[dict[str, Any], ...]:
        """What publishing left of each batch of a data set that was published since, but for one batch_id."""
        query = (
            select(stages.c.document)
            .join(batches, batches.c.id == stages.c.batch)
            .where(
                batches.c.dataset == dataset,
                batches.c.batch_id != without,
                batches.c.status == "published",
                stages.c.stage == "publish",
                stages.c.created_at >= moment,
            )
        )
        return self.read(lambda connection: tuple(connection.execute(query).scalars()))

    def stage(self, ref: BatchRef, stage: str) -> StageRecord | None:
        """What a stage of an attempt left, or None."""
        return next((record for record in self.stages(ref) if record.stage == stage), None)

    def stages(self, ref: BatchRef) -> tuple[StageRecord, ...]:
        """Every stage an attempt went through, in order."""
        query = (
            select(stages)
            .join(batches, batches.c.id == stages.c.batch)
            .where(*is_attempt(ref))
            .order_by(stages.c.created_at)
        )
        return self.read(
            lambda connection: tuple(
                StageRecord(stage=row.stage, document=row.document, seconds=row.seconds, created_at=row.created_at)
                for row in connection.execute(query).all()
            )
        )


def _newest(connection: Connection, dataset: str, batch_id: str, attempt: int | None = None) -> Row | None:  # type: ignore[type-arg]
    query = select(batches).where(batches.c.dataset == dataset, batches.c.batch_id == batch_id)
    if attempt is not None:
        query = query.where(batches.c.attempt == attempt)
    return connection.execute(query.order_by(batches.c.attempt.desc()).limit(1)).one_or_none()


def _newest_attempts() -> Any:
    newest = (
        select(func.max(batches.c.attempt).label("attempt"), batches.c.dataset, batches.c.batch_id)
        .group_by(batches.c.dataset, batches.c.batch_id)
        .subquery()
    )
    return select(batches).join(
        newest,
        (newest.c.dataset == batches.c.dataset)
        & (newest.c.batch_id == batches.c.batch_id)
        & (newest.c.attempt == batches.c.attempt),
    )


def _row_id(connection: Connection, ref: BatchRef) -> int:
    found = connection.execute(select(batches.c.id).where(*is_attempt(ref))).scalar_one_or_none()
    if found is None:
        raise _never_received(ref)
    return int(found)


def _never_received(ref: BatchRef) -> StoreError:
    return UnknownBatch(f"{ref.key}: attempt {ref.attempt} was never received; receive the batch first")


class UnknownBatch(StoreError, UnknownDataset):
    """Raised when an attempt was never received."""

    retryable = False


def _record(row: Row) -> BatchRecord:  # type: ignore[type-arg]
    fields = {name: value for name, value in row._mapping.items() if name in BatchRecord.model_fields}
    return BatchRecord.model_validate({**fields, "issues": tuple(row.issues)})
