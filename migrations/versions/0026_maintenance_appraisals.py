"""Maintenance appraisals."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFERENCES = {
    "account_manager_id": "user",
    "author_id": "user",
    "zone_id": "zone",
    "bundle_id": "bundle",
}
ONE_EACH = ("account_manager_id", "first_on", "author_id")


def upgrade() -> None:
    op.create_table(
        "maintenance_appraisal",
        sa.Column("id", GUID, nullable=False),
        sa.Column("account_manager_id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("zone_id", GUID, nullable=False),
        sa.Column("first_on", db.Day(), nullable=False),
        sa.Column("last_on", db.Day(), nullable=False),
        sa.Column("record_check", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("target_completion", sa.Text(), nullable=True),
        sa.Column("quality_score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("evidence", db.Json(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", db.Utc(), nullable=False),
        sa.Column("reported_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.Column("earliest_at", db.Utc(), nullable=True),
        sa.Column("latest_at", db.Utc(), nullable=True),
        sa.Column("timeliness", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_maintenance_appraisal_{name}"))
            for name, of in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_appraisal")),
        sa.UniqueConstraint(*ONE_EACH, name=op.f(f"uq_maintenance_appraisal_{'_'.join(ONE_EACH)}")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_maintenance_appraisal_zone_id_first_on"), "maintenance_appraisal", ["zone_id", "first_on"]
    )
    op.create_index(op.f("ix_maintenance_appraisal_bundle_id"), "maintenance_appraisal", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("maintenance_appraisal")
