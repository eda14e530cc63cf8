"""Visit plans with what comes of them, and what is planned of a visit."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("visit", sa.Column("suspected_problem", sa.Text(), nullable=True))
    op.add_column("visit", sa.Column("plan_content", sa.Text(), nullable=True))
    op.create_table(
        "visit_plan",
        sa.Column("id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("zone_id", GUID, nullable=False),
        sa.Column("horizon", sa.Text(), nullable=False),
        sa.Column("first_on", db.Day(), nullable=False),
        sa.Column("last_on", db.Day(), nullable=False),
        sa.Column("target_count", sa.Integer(), nullable=True),
        sa.Column("business_sizes", db.Json(), nullable=False),
        sa.Column("purposes", db.Json(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("items", db.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by_id", GUID, nullable=True),
        sa.Column("decided_for_id", GUID, nullable=True),
        sa.Column("decided_at", db.Utc(), nullable=True),
        sa.Column("evaluation", sa.Text(), nullable=True),
        sa.Column("lessons", sa.Text(), nullable=True),
        sa.Column("figures", db.Json(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_visit_plan_author_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_visit_plan_zone_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_visit_plan_decided_by_id")),
        sa.ForeignKeyConstraint(["decided_for_id"], ["user.id"], name=op.f("fk_visit_plan_decided_for_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_visit_plan_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_plan")),
        sa.UniqueConstraint(
            "author_id", "horizon", "first_on", name=op.f("uq_visit_plan_author_id_horizon_first_on")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_visit_plan_bundle_id"), "visit_plan", ["bundle_id"])
    op.create_table(
        "plan_progress",
        sa.Column("id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("first_on", db.Day(), nullable=False),
        sa.Column("last_on", db.Day(), nullable=False),
        sa.Column("days", db.Json(), nullable=False),
        sa.Column("visited", db.Json(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.ForeignKeyConstraint(["id"], ["visit_plan.id"], name=op.f("fk_plan_progress_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_plan_progress_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_plan_progress_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_progress")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_plan_progress_author_id_last_on"), "plan_progress", ["author_id", "last_on"])
    op.create_index(op.f("ix_plan_progress_bundle_id"), "plan_progress", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("plan_progress")
    op.drop_table("visit_plan")
    op.drop_column("visit", "plan_content")
    op.drop_column("visit", "suspected_problem")
