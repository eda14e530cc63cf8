"""What an administrator says of days."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("day", db.Day(), nullable=False),
        sa.Column("is_working", db.Flag(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("day", name=op.f("uq_calendar_day_day")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_calendar_day_bundle_id"), "calendar_day", ["bundle_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_calendar_day_bundle_id"), table_name="calendar_day")
    op.drop_table("calendar_day")
