"""Opinions and what was said of them."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CASE = {
    "author_id": "user",
    "zone_id": "zone",
    "handler_id": "user",
    "object_user_id": "user",
    "customer_id": "retail_customer",
    "bundle_id": "bundle",
}
NOTE = {"feedback_case_id": "feedback_case", "author_id": "user", "bundle_id": "bundle"}


def _references(table: str, columns: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_{table}_{name}"))
        for name, of in columns.items()
    ]


def _texts(*names: str, nullable: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "feedback_case",
        sa.Column("id", GUID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        *(sa.Column(name, GUID, nullable=False) for name in ("author_id", "zone_id", "handler_id")),
        sa.Column("object_user_id", GUID, nullable=True),
        *_texts("feedback_type", "source", nullable=False),
        sa.Column("source_id", GUID, nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("customer_id", GUID, nullable=True),
        *_texts("shop_name", "contact_name", "contact_phone"),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=True),
        sa.Column("received_at", db.Utc(), nullable=False),
        sa.Column("due_at", db.Utc(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *_texts("verify_method", "verify_result", "finding", "opinion"),
        sa.Column("informed_at", db.Utc(), nullable=True),
        sa.Column("informed_method", sa.Text(), nullable=True),
        *(
            sa.Column(f"sat_{name}", sa.Integer(), nullable=True)
            for name in ("time", "manner", "process", "result")
        ),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.Column("earliest_at", db.Utc(), nullable=True),
        sa.Column("latest_at", db.Utc(), nullable=True),
        sa.Column("timeliness", sa.Text(), nullable=True),
        *_references("feedback_case", CASE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_case")),
        sa.UniqueConstraint("number", name=op.f("uq_feedback_case_number")),
        sqlite_strict=True,
    )
    for columns in (
        ["zone_id", "state", "due_at"],
        ["customer_id", "received_at"],
        ["handler_id", "state"],
        ["bundle_id"],
    ):
        op.create_index(op.f(f"ix_feedback_case_{'_'.join(columns)}"), "feedback_case", columns)
    op.create_table(
        "feedback_note",
        sa.Column("id", GUID, nullable=False),
        sa.Column("feedback_case_id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        *_references("feedback_note", NOTE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_note")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_feedback_note_bundle_id"), "feedback_note", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("feedback_note")
    op.drop_table("feedback_case")
