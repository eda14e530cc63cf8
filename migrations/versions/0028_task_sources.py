"""What a task comes out of."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("task", sa.Column("source_type", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("source_id", GUID, nullable=True))


def downgrade() -> None:
    op.drop_column("task", "source_id")
    op.drop_column("task", "source_type")
