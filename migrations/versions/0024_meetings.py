"""Meetings."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JUDGED = ("earliest_at", "latest_at")


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_{table}_{name}"))
        for name, of in columns.items()
    ]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=True) for name in names]


def _moments(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, db.Utc(), nullable=True) for name in names]


def upgrade() -> None:
    op.add_column(
        "department", sa.Column("weekly_meetings_need_report", db.Flag(), nullable=False, server_default="1")
    )
    op.create_table(
        "meeting",
        sa.Column("id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("department_id", GUID, nullable=False),
        sa.Column("zone_id", GUID, nullable=True),
        sa.Column("recorder_id", GUID, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        *_texts("source"),
        sa.Column("theme", sa.Text(), nullable=False),
        *_texts("purpose", "content"),
        sa.Column("planned_start", db.Utc(), nullable=False),
        sa.Column("planned_end", db.Utc(), nullable=False),
        *_texts("place", "outline"),
        sa.Column("invitee_ids", db.Json(), nullable=False),
        sa.Column("agenda", db.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *_moments("reported_at", "notified_at", "started_at", "ended_at"),
        *_texts("minutes", "digest"),
        *_moments("published_at"),
        *_texts("cancel_reason"),
        sa.Column("bundle_id", LONG, nullable=False),
        *_moments(*JUDGED),
        *_texts("timeliness"),
        *_references(
            "meeting",
            author_id="user",
            department_id="department",
            zone_id="zone",
            recorder_id="user",
            bundle_id="bundle",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_meeting_author_id_planned_start"), "meeting", ["author_id", "planned_start"])
    op.create_index(op.f("ix_meeting_bundle_id"), "meeting", ["bundle_id"])
    op.create_table(
        "meeting_attendance",
        sa.Column("id", GUID, nullable=False),
        sa.Column("meeting_id", GUID, nullable=False),
        sa.Column("user_id", GUID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *_moments("signed_at", "digest_read_at"),
        sa.Column("bundle_id", LONG, nullable=False),
        *_moments(*JUDGED),
        *_texts("timeliness"),
        *_references("meeting_attendance", meeting_id="meeting", user_id="user", bundle_id="bundle"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_attendance")),
        sa.UniqueConstraint("meeting_id", "user_id", name=op.f("uq_meeting_attendance_meeting_id_user_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_meeting_attendance_user_id"), "meeting_attendance", ["user_id"])
    op.create_index(op.f("ix_meeting_attendance_bundle_id"), "meeting_attendance", ["bundle_id"])
    op.create_table(
        "meeting_note",
        sa.Column("id", GUID, nullable=False),
        sa.Column("meeting_id", GUID, nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("about_id", GUID, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        *_references(
            "meeting_note", meeting_id="meeting", author_id="user", about_id="user", bundle_id="bundle"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_note")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_meeting_note_bundle_id"), "meeting_note", ["bundle_id"])


def downgrade() -> None:
    op.drop_table("meeting_note")
    op.drop_table("meeting_attendance")
    op.drop_table("meeting")
    op.drop_column("department", "weekly_meetings_need_report")
