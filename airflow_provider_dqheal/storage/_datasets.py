"""Data sets: their accepted schema, their accepted batches, what people said of them."""

from __future__ import annotations

from sqlalchemy import Connection, Row, func, select

from airflow_provider_dqheal.core.errors import UnknownDataset
from airflow_provider_dqheal.core.events import now
from airflow_provider_dqheal.core.types import TableSchema
from airflow_provider_dqheal.profiling.baseline import Baseline, Feedback
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.storage._database import Database, insert_or_ignore
from airflow_provider_dqheal.storage.records import DatasetRecord
from airflow_provider_dqheal.storage.tables import batches, datasets, feedback, profiles, schema_versions


class Datasets(Database):
    """Data sets and their baselines."""

    def put_dataset(self, name: str, schema: TableSchema) -> DatasetRecord:
        """Makes the data set, or gives it a new schema version when ``schema`` differs from the newest one."""

        def change(connection: Connection) -> None:
            row = {"name": name, "created_at": now()}
            connection.execute(insert_or_ignore(connection.dialect, datasets).values(row))
            newest = _schema(connection, name)
            if newest is not None and newest.columns == schema.columns:
                return
            version = newest.version + 1 if newest else 1
            stored = schema.model_copy(update={"version": version})
            connection.execute(
                schema_versions.insert().values(
                    dataset=name,
                    version=version,
                    document=stored.model_dump(mode="json"),
                    accepted_by=schema.accepted_by,
                    created_at=now(),
                )
            )

        self.write(change)
        found = self.dataset(name)
        assert found is not None
        return found

    def dataset(self, name: str) -> DatasetRecord | None:
        """The data set, or None."""

        def query(connection: Connection) -> DatasetRecord | None:
            row = connection.execute(select(datasets).where(datasets.c.name == name)).one_or_none()
            return None if row is None else _record(connection, row)

        return self.read(query)

    def datasets(self) -> tuple[DatasetRecord, ...]:
        """All data sets by name."""
        return self.read(
            lambda connection: tuple(
                _record(connection, row) for row in connection.execute(select(datasets).order_by(datasets.c.name)).all()
            )
        )

    def schemas(self, name: str) -> tuple[TableSchema, ...]:
        """Every accepted schema of a data set, oldest first."""
        query = select(schema_versions.c.document).where(schema_versions.c.dataset == name)
        return self.read(
            lambda connection: tuple(
                TableSchema.model_validate(document)
                for document in connection.execute(query.order_by(schema_versions.c.version)).scalars()
            )
        )

    def accepted_count(self, dataset: str) -> int:
        """How many batches are accepted."""
        query = select(func.count()).where(batches.c.dataset == dataset, batches.c.accepted_seq.is_not(None))
        return int(self.read(lambda connection: connection.execute(query).scalar_one()))

    def baseline(self, dataset: str, size: int = 30) -> Baseline:
        """The most recent ``size`` accepted batches, as far as they were learned, oldest first, with the schema.

        Raises:
            UnknownDataset: when the data set is unknown or nothing was accepted yet.
        """

        def query(connection: Connection) -> Baseline:
            schema = _schema(connection, dataset)
            rows = connection.execute(
                select(func.coalesce(profiles.c.learned, profiles.c.content))
                .join(batches, batches.c.id == profiles.c.batch)
                .where(batches.c.dataset == dataset, batches.c.accepted_seq.is_not(None))
                .order_by(batches.c.accepted_seq.desc())
                .limit(size)
            ).scalars()
            found = tuple(Profile.from_bytes(content) for content in rows)[::-1]
            if schema is None or not found:
                raise UnknownDataset(
                    f"{dataset}: no accepted history; run `dqheal learn {dataset} PATH...` or accept a batch first"
                )
            return Baseline.build(dataset, found, schema, _said(connection, dataset, size))

        return self.read(query)


def _said(connection: Connection, dataset: str, size: int) -> tuple[Feedback, ...]:
    """The newest word on each of the ``size`` batches that were spoken of last, oldest first."""
    query = (
        select(feedback, batches.c.batch_id, batches.c.issues)
        .join(batches, batches.c.id == feedback.c.batch)
        .where(batches.c.dataset == dataset)
        .order_by(feedback.c.id.desc())
        .limit(size)
    )
    newest: dict[str, Feedback] = {}
    for row in connection.execute(query).all():
        kind = "false_alarm" if row.kind == "expected" else "confirmed" if row.issues else "missed"
        newest.setdefault(
            row.batch_id,
            Feedback(batch_id=row.batch_id, kind=kind, by=row.given_by, note=row.note or "", at=row.created_at),
        )
    return tuple(newest.values())[::-1]


def _schema(connection: Connection, name: str) -> TableSchema | None:
    document = connection.execute(
        select(schema_versions.c.document)
        .where(schema_versions.c.dataset == name)
        .order_by(schema_versions.c.version.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if document is None else TableSchema.model_validate(document)


def _record(connection: Connection, row: Row) -> DatasetRecord:  # type: ignore[type-arg]
    schema = _schema(connection, row.name)
    return DatasetRecord(name=row.name, table_schema=schema or TableSchema(columns=()), created_at=row.created_at)
