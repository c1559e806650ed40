"""Remember what people did with quarantined rows.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "dqheal_quarantined_rows",
        sa.Column("batch", NUMBER, autoincrement=False, nullable=False),
        sa.Column("row_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["dqheal_batches.id"], name=op.f("fk_dqheal_quarantined_rows_batch")),
        sa.PrimaryKeyConstraint("batch", "row_id", name=op.f("pk_dqheal_quarantined_rows")),
    )


def downgrade() -> None:
    """Drops the table."""
    op.drop_table("dqheal_quarantined_rows")
