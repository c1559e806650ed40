"""Keep what was learned of a batch where that is not the whole of it.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("dqheal_profiles", sa.Column("learned", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drops the column."""
    with op.batch_alter_table("dqheal_profiles") as table:
        table.drop_column("learned")
