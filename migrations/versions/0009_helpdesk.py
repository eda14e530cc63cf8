"""What users ask about the app, and the counters of document numbers."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "doc_counter",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_doc_counter")),
        sqlite_strict=True,
    )
    op.create_table(
        "help_request",
        sa.Column("id", GUID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("app", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("closed_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_help_request_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_help_request_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_request")),
        sa.UniqueConstraint("number", name=op.f("uq_help_request_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_help_request_bundle_id"), "help_request", ["bundle_id"], unique=False)
    op.create_table(
        "help_message",
        sa.Column("id", GUID, nullable=False),
        sa.Column("request_id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_help_message_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_help_message_bundle_id")),
        sa.ForeignKeyConstraint(["request_id"], ["help_request.id"], name=op.f("fk_help_message_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_message")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_help_message_bundle_id"), "help_message", ["bundle_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_help_message_bundle_id"), table_name="help_message")
    op.drop_table("help_message")
    op.drop_index(op.f("ix_help_request_bundle_id"), table_name="help_request")
    op.drop_table("help_request")
    op.drop_table("doc_counter")
