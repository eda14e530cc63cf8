"""Information slips."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0022"
down_revision = "0021"
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
        "info_slip",
        sa.Column("id", GUID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("department_id", GUID, nullable=True),
        sa.Column("addressee_id", GUID, nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("customer_id", GUID, nullable=True),
        sa.Column("shop_name", sa.Text(), nullable=True),
        sa.Column("visit_id", GUID, nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("wanted_action", sa.Text(), nullable=True),
        sa.Column("reply_due_on", db.Day(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.Column("earliest_at", db.Utc(), nullable=True),
        sa.Column("latest_at", db.Utc(), nullable=True),
        sa.Column("timeliness", sa.Text(), nullable=True),
        *_references(
            "info_slip",
            author_id="user",
            department_id="department",
            addressee_id="user",
            customer_id="retail_customer",
            visit_id="visit",
            bundle_id="bundle",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_info_slip")),
        sa.UniqueConstraint("number", name=op.f("uq_info_slip_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_info_slip_author_id_made_at"), "info_slip", ["author_id", "made_at"])
    op.create_index(op.f("ix_info_slip_addressee_id_state"), "info_slip", ["addressee_id", "state"])
    op.create_index(op.f("ix_info_slip_bundle_id"), "info_slip", ["bundle_id"])
    op.create_table(
        "info_slip_note",
        sa.Column("id", GUID, nullable=False),
        sa.Column("info_slip_id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("to_id", GUID, nullable=True),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        *_references(
            "info_slip_note", info_slip_id="info_slip", author_id="user", to_id="user", bundle_id="bundle"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_info_slip_note")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_info_slip_note_bundle_id"), "info_slip_note", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("info_slip_note")
    op.drop_table("info_slip")
