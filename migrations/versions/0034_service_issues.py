"""Service issues."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ISSUE = {
    "author_id": "user",
    "zone_id": "zone",
    "customer_id": "retail_customer",
    "owner_id": "user",
    "assigner_id": "user",
    "verified_by_id": "user",
    "bundle_id": "bundle",
}


def _ids(*names: str, nullable: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, GUID, nullable=nullable) for name in names]


def _texts(*names: str, nullable: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "service_issue",
        *_ids("id", nullable=False),
        *_texts("number", nullable=False),
        *_ids("author_id", "zone_id", nullable=False),
        *_ids("customer_id"),
        *_texts("shop_name"),
        *_texts("found_in", nullable=False),
        *_ids("source_id"),
        *_texts("category", "description", nullable=False),
        sa.Column("found_at", db.Utc(), nullable=False),
        *_texts("state", nullable=False),
        *_texts("cause"),
        *_ids("owner_id", "assigner_id"),
        *_texts("measures"),
        sa.Column("due_on", db.Day(), nullable=True),
        *_texts("result", "check_result"),
        *_ids("verified_by_id"),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.Column("earliest_at", db.Utc(), nullable=True),
        sa.Column("latest_at", db.Utc(), nullable=True),
        sa.Column("timeliness", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_service_issue_{name}"))
            for name, of in ISSUE.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_issue")),
        sa.UniqueConstraint("number", name=op.f("uq_service_issue_number")),
        sqlite_strict=True,
    )
    for columns in (["zone_id", "state"], ["owner_id", "state"], ["found_at", "id"], ["bundle_id"]):
        op.create_index(op.f(f"ix_service_issue_{'_'.join(columns)}"), "service_issue", columns)


def downgrade() -> None:
    op.drop_table("service_issue")
