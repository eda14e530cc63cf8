"""Service standards by class of shop."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "service_standard",
        sa.Column("id", GUID, nullable=False),
        sa.Column("department_id", GUID, nullable=False),
        sa.Column("business_size", sa.Text(), nullable=False),
        sa.Column("visits_a_month", sa.Integer(), nullable=False),
        sa.Column("items", db.Json(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_service_standard_department_id")
        ),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_service_standard_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_standard")),
        sa.UniqueConstraint(
            "department_id", "business_size", name=op.f("uq_service_standard_department_id_business_size")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_service_standard_bundle_id"), "service_standard", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("service_standard")
