"""Analyses of suggestions, and steps of cases found by their word."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFERENCES = {
    "author_id": "user",
    "department_id": "department",
    "zone_id": "zone",
    "decided_by_id": "user",
    "bundle_id": "bundle",
}


def upgrade() -> None:
    op.create_table(
        "suggestion_analysis",
        sa.Column("id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("department_id", GUID, nullable=False),
        sa.Column("zone_id", GUID, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("analysis", "proposal", "state")),
        sa.Column("is_adopted", db.Flag(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("decided_by_id", GUID, nullable=True),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("decided_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_suggestion_analysis_{name}"))
            for name, of in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion_analysis")),
        sqlite_strict=True,
    )
    op.create_index("ix_suggestion_analysis_made_at_id", "suggestion_analysis", ["made_at", "id"])
    op.create_index("ix_suggestion_analysis_bundle_id", "suggestion_analysis", ["bundle_id"])
    op.create_index("ix_feedback_note_word_made_at", "feedback_note", ["word", "made_at"])


def downgrade() -> None:
    op.drop_index("ix_feedback_note_word_made_at", "feedback_note")
    op.drop_table("suggestion_analysis")
