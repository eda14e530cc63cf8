"""The backups that were verified."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "backup",
        sa.Column("id", GUID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", db.Utc(), nullable=False),
        sa.Column("finished_at", db.Utc(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", LONG, nullable=False),
        sa.Column("is_encrypted", db.Flag(), nullable=False),
        sa.Column("struck_at", db.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("backup")
