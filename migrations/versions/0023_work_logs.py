"""Work logs, and when a department wants them."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFERENCES = {
    "author_id": "user",
    "zone_id": "zone",
    "decided_by_id": "user",
    "decided_for_id": "user",
    "bundle_id": "bundle",
}


def upgrade() -> None:
    op.add_column("department", sa.Column("logs_due_at", sa.Text(), nullable=False, server_default="18:00"))
    op.add_column(
        "department", sa.Column("logs_missing_at", sa.Text(), nullable=False, server_default="07:30")
    )
    op.create_table(
        "work_log",
        sa.Column("id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("zone_id", GUID, nullable=False),
        sa.Column("horizon", sa.Text(), nullable=False),
        sa.Column("first_on", db.Day(), nullable=False),
        sa.Column("last_on", db.Day(), nullable=False),
        sa.Column("notes", db.Json(), nullable=False),
        sa.Column("figures", db.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", db.Utc(), nullable=False),
        sa.Column("missing_at", db.Utc(), nullable=False),
        sa.Column("submitted_at", db.Utc(), nullable=True),
        sa.Column("decided_by_id", GUID, nullable=True),
        sa.Column("decided_for_id", GUID, nullable=True),
        sa.Column("decided_at", db.Utc(), nullable=True),
        sa.Column("plan_check", sa.Text(), nullable=True),
        sa.Column("info_check", sa.Text(), nullable=True),
        sa.Column("transfer_check", sa.Text(), nullable=True),
        sa.Column("truth_check", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.Column("earliest_at", db.Utc(), nullable=True),
        sa.Column("latest_at", db.Utc(), nullable=True),
        sa.Column("timeliness", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_work_log_{name}"))
            for name, of in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_log")),
        sa.UniqueConstraint(
            "author_id", "horizon", "first_on", name=op.f("uq_work_log_author_id_horizon_first_on")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_work_log_bundle_id"), "work_log", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("work_log")
    op.drop_column("department", "logs_missing_at")
    op.drop_column("department", "logs_due_at")
