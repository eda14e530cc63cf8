"""Tasks, and what was said on the way of each."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("assignee_id", GUID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("key_points", sa.Text(), nullable=True),
        sa.Column("cautions", sa.Text(), nullable=True),
        sa.Column("due_on", db.Day(), nullable=False),
        sa.Column("progress_pct", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.Column("earliest_at", db.Utc(), nullable=True),
        sa.Column("latest_at", db.Utc(), nullable=True),
        sa.Column("timeliness", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_task_author_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["user.id"], name=op.f("fk_task_assignee_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_task_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_task_assignee_id_due_on"), "task", ["assignee_id", "due_on"])
    op.create_index(op.f("ix_task_author_id_due_on"), "task", ["author_id", "due_on"])
    op.create_index(op.f("ix_task_bundle_id"), "task", ["bundle_id"])
    op.create_table(
        "task_note",
        sa.Column("id", GUID, nullable=False),
        sa.Column("task_id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("progress_pct", sa.Integer(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_task_note_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_task_note_bundle_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_note_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_note")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_task_note_bundle_id"), "task_note", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("task_note")
    op.drop_table("task")
