"""What a phone says of what it holds, which of its entries never came, and that it is to be wiped."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("device", sa.Column("pending_oldest", db.Utc(), nullable=True))
    op.add_column("device", sa.Column("free_mb", sa.Integer(), nullable=True))
    op.add_column("device", sa.Column("persisted", db.Flag(), nullable=True))
    op.add_column("device", sa.Column("missing_ops", LONG, nullable=True))
    op.add_column("device", sa.Column("holes", db.Json(), nullable=True))
    op.add_column("device", sa.Column("missing_since", db.Utc(), nullable=True))
    op.add_column("device", sa.Column("hole_told_at", db.Utc(), nullable=True))
    op.add_column("device", sa.Column("silence_told_at", db.Utc(), nullable=True))
    op.add_column("device", sa.Column("wipe_ordered_at", db.Utc(), nullable=True))
    op.add_column("device", sa.Column("wiped_at", db.Utc(), nullable=True))


def downgrade() -> None:
    op.drop_column("device", "wiped_at")
    op.drop_column("device", "wipe_ordered_at")
    op.drop_column("device", "silence_told_at")
    op.drop_column("device", "hole_told_at")
    op.drop_column("device", "missing_since")
    op.drop_column("device", "holes")
    op.drop_column("device", "missing_ops")
    op.drop_column("device", "persisted")
    op.drop_column("device", "free_mb")
    op.drop_column("device", "pending_oldest")
