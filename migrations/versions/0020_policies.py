"""Policies and who has read them; service plans."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_{table}_{name}"))
        for name, of in columns.items()
    ]


def upgrade() -> None:
    op.create_table(
        "policy",
        sa.Column("id", GUID, nullable=False),
        sa.Column("department_id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("replaces_id", GUID, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("effective_on", db.Day(), nullable=False),
        sa.Column("must_read_roles", db.Json(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("ended_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        *_references(
            "policy", department_id="department", author_id="user", replaces_id="policy", bundle_id="bundle"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_policy_department_id"), "policy", ["department_id"])
    op.create_index(op.f("ix_policy_bundle_id"), "policy", ["bundle_id"])
    op.create_table(
        "policy_receipt",
        sa.Column("id", GUID, nullable=False),
        sa.Column("policy_id", GUID, nullable=False),
        sa.Column("user_id", GUID, nullable=False),
        sa.Column("is_understood", db.Flag(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("read_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        *_references("policy_receipt", policy_id="policy", user_id="user", bundle_id="bundle"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_receipt")),
        sa.UniqueConstraint("policy_id", "user_id", name=op.f("uq_policy_receipt_policy_id_user_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_policy_receipt_bundle_id"), "policy_receipt", ["bundle_id"])
    op.create_table(
        "service_plan",
        sa.Column("id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("zone_id", GUID, nullable=False),
        sa.Column("first_on", db.Day(), nullable=False),
        sa.Column("last_on", db.Day(), nullable=False),
        sa.Column("aims", sa.Text(), nullable=False),
        sa.Column("groups", db.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by_id", GUID, nullable=True),
        sa.Column("decided_for_id", GUID, nullable=True),
        sa.Column("decided_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        *_references(
            "service_plan",
            author_id="user",
            zone_id="zone",
            decided_by_id="user",
            decided_for_id="user",
            bundle_id="bundle",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_plan")),
        sa.UniqueConstraint("author_id", "first_on", name=op.f("uq_service_plan_author_id_first_on")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_service_plan_bundle_id"), "service_plan", ["bundle_id"])


def downgrade() -> None:
    for table in ("service_plan", "policy_receipt", "policy"):
        op.drop_table(table)
