"""The store's tables. Migrations in ``migrations/versions`` make them; a test compares the two."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts rowids only in columns declared INTEGER."""


class Json(TypeDecorator[Any]):
    """A JSON document as text: the same on SQLite and PostgreSQL, keys in the order given."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Writes compact JSON."""
        return None if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Reads JSON."""
        return None if value is None else json.loads(value)


class UtcTime(TypeDecorator[datetime]):
    """A moment, kept and given back in UTC (SQLite keeps no time zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Converts to UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Marks as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


datasets = Table(
    "dqheal_datasets",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("created_at", UtcTime, nullable=False),
)

schema_versions = Table(
    "dqheal_schema_versions",
    metadata,
    Column("dataset", ForeignKey("dqheal_datasets.name"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", Json, nullable=False),
    Column("accepted_by", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

batches = Table(
    "dqheal_batches",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("dataset", String(200), nullable=False),
    Column("batch_id", String(200), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("ref", Json, nullable=False),
    Column("digest", String(64)),
    Column("status", String(20), nullable=False),
    Column("issues", Json, nullable=False),
    Column("quality_score", Float),
    Column("rows_in", Number),
    Column("rows_published", Number),
    Column("healed_cells", Number),
    Column("quarantined_rows", Number),
    Column("published_uri", Text),
    Column("quarantine_uri", Text),
    Column("ledger_uri", Text),
    Column("reason", Text),
    Column("accepted_by", String(200)),
    Column("accepted_seq", Number),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("dataset", "batch_id", "attempt"),
    Index(None, "dataset", "accepted_seq"),
    Index(None, "updated_at"),
)

profiles = Table(
    "dqheal_profiles",
    metadata,
    Column("batch", ForeignKey("dqheal_batches.id"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    Column("learned", LargeBinary),
)

stages = Table(
    "dqheal_stages",
    metadata,
    Column("batch", ForeignKey("dqheal_batches.id"), primary_key=True, autoincrement=False),
    Column("stage", String(80), primary_key=True),
    Column("document", Json, nullable=False),
    Column("seconds", Float),
    Column("created_at", UtcTime, nullable=False),
)

incidents = Table(
    "dqheal_incidents",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("batch", ForeignKey("dqheal_batches.id"), nullable=False, unique=True),
    Column("dataset", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("verdict", Json, nullable=False),
    Column("timeline", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "dataset", "state"),
)

feedback = Table(
    "dqheal_feedback",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("batch", ForeignKey("dqheal_batches.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("given_by", String(200), nullable=False),
    Column("note", Text),
    Column("created_at", UtcTime, nullable=False),
)

quarantined_rows = Table(
    "dqheal_quarantined_rows",
    metadata,
    Column("batch", ForeignKey("dqheal_batches.id"), primary_key=True, autoincrement=False),
    Column("row_id", Number, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),
    Column("cells", Json, nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)
"""Rows that a person did something with; what is only set aside lies beside the published batch."""

events = Table(
    "dqheal_events",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("subject", String(401), nullable=False),
    Column("document", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
