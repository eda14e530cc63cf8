"""Nonces of a hotline's calls."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hotline_nonce",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("seen_at", db.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_hotline_nonce")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_hotline_nonce_seen_at"), "hotline_nonce", ["seen_at"])


def downgrade() -> None:
    op.drop_table("hotline_nonce")
