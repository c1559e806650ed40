"""Make the tables.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "dqheal_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("dataset", sa.String(length=200), nullable=False),
        sa.Column("batch_id", sa.String(length=200), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("issues", sa.Text(), nullable=False),
        sa.Column("quality_score", sa.Float(), nullable=True),
        sa.Column("rows_in", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rows_published", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("healed_cells", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("quarantined_rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_uri", sa.Text(), nullable=True),
        sa.Column("quarantine_uri", sa.Text(), nullable=True),
        sa.Column("ledger_uri", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("accepted_by", sa.String(length=200), nullable=True),
        sa.Column("accepted_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dqheal_batches")),
        sa.UniqueConstraint("dataset", "batch_id", "attempt", name=op.f("uq_dqheal_batches_dataset_batch_id_attempt")),
    )
    with op.batch_alter_table("dqheal_batches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dqheal_batches_dataset_accepted_seq"), ["dataset", "accepted_seq"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_dqheal_batches_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "dqheal_datasets",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_dqheal_datasets")),
    )
    op.create_table(
        "dqheal_events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=401), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_dqheal_events")),
        sa.UniqueConstraint("id", name=op.f("uq_dqheal_events_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dqheal_feedback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["dqheal_batches.id"], name=op.f("fk_dqheal_feedback_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dqheal_feedback")),
    )
    op.create_table(
        "dqheal_incidents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dataset", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["dqheal_batches.id"], name=op.f("fk_dqheal_incidents_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dqheal_incidents")),
        sa.UniqueConstraint("batch", name=op.f("uq_dqheal_incidents_batch")),
    )
    with op.batch_alter_table("dqheal_incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dqheal_incidents_dataset_state"), ["dataset", "state"], unique=False)

    op.create_table(
        "dqheal_profiles",
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["dqheal_batches.id"], name=op.f("fk_dqheal_profiles_batch")),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_dqheal_profiles")),
    )
    op.create_table(
        "dqheal_schema_versions",
        sa.Column("dataset", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset"], ["dqheal_datasets.name"], name=op.f("fk_dqheal_schema_versions_dataset")),
        sa.PrimaryKeyConstraint("dataset", "version", name=op.f("pk_dqheal_schema_versions")),
    )
    op.create_table(
        "dqheal_stages",
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["dqheal_batches.id"], name=op.f("fk_dqheal_stages_batch")),
        sa.PrimaryKeyConstraint("batch", "stage", name=op.f("pk_dqheal_stages")),
    )


def downgrade() -> None:
    """Drops every table."""
    op.drop_table("dqheal_stages")
    op.drop_table("dqheal_schema_versions")
    op.drop_table("dqheal_profiles")
    with op.batch_alter_table("dqheal_incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dqheal_incidents_dataset_state"))

    op.drop_table("dqheal_incidents")
    op.drop_table("dqheal_feedback")
    op.drop_table("dqheal_events")
    op.drop_table("dqheal_datasets")
    with op.batch_alter_table("dqheal_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dqheal_batches_updated_at"))
        batch_op.drop_index(batch_op.f("ix_dqheal_batches_dataset_accepted_seq"))

    op.drop_table("dqheal_batches")
