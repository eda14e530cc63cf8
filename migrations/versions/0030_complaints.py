"""The long way of complaints, and what is put right afterwards."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_case() -> list[sa.Column[Any]]:
    return [
        sa.Column("severity", sa.Text(), nullable=False, server_default="normal"),
        sa.Column("handle_due_at", db.Utc(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("resolved_at", db.Utc(), nullable=True),
        sa.Column("reported_at", db.Utc(), nullable=True),
        sa.Column("extension_on", db.Day(), nullable=True),
        sa.Column("reopen_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("joined_to_id", GUID, nullable=True),
        sa.Column("judged_by_id", GUID, nullable=True),
    ]


PLAN = {"feedback_case_id": "feedback_case", "author_id": "user", "owner_id": "user", "bundle_id": "bundle"}


def upgrade() -> None:
    for column in _of_case():
        op.add_column("feedback_case", column)
    op.add_column("feedback_note", sa.Column("ref_id", GUID, nullable=True))
    op.create_index("ix_feedback_note_ref_id", "feedback_note", ["ref_id"])
    op.create_table(
        "rectification_plan",
        sa.Column("id", GUID, nullable=False),
        *(sa.Column(name, GUID, nullable=False) for name in ("feedback_case_id", "author_id", "owner_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("problem", "cause", "measures")),
        sa.Column("due_on", db.Day(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("result", "check_result")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        sa.Column("earliest_at", db.Utc(), nullable=True),
        sa.Column("latest_at", db.Utc(), nullable=True),
        sa.Column("timeliness", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_rectification_plan_{name}"))
            for name, of in PLAN.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_plan")),
        sqlite_strict=True,
    )
    for columns in (["owner_id", "state"], ["feedback_case_id"], ["bundle_id"]):
        op.create_index(f"ix_rectification_plan_{'_'.join(columns)}", "rectification_plan", columns)


def downgrade() -> None:
    op.drop_table("rectification_plan")
    op.drop_index("ix_feedback_note_ref_id", "feedback_note")
    op.drop_column("feedback_note", "ref_id")
    for column in reversed(_of_case()):
        op.drop_column("feedback_case", column.name)
