"""Cases of upkeep."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFERENCES = {
    "author_id": "user",
    "zone_id": "zone",
    "customer_id": "retail_customer",
    "commented_by_id": "user",
    "bundle_id": "bundle",
}


def upgrade() -> None:
    op.create_table(
        "maintenance_case",
        sa.Column("id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("zone_id", GUID, nullable=False),
        sa.Column("customer_id", GUID, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("skill_tags", db.Json(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("mm_comment", sa.Text(), nullable=True),
        sa.Column("commented_by_id", GUID, nullable=True),
        sa.Column("shared", sa.Text(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_maintenance_case_{name}"))
            for name, of in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_case")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_maintenance_case_author_id_made_at"), "maintenance_case", ["author_id", "made_at"]
    )
    op.create_index(op.f("ix_maintenance_case_bundle_id"), "maintenance_case", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("maintenance_case")
