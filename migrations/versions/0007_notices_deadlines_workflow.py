"""Readers of events, notices, deadlines, workflows, the log of readings, requests about one's own data, rescue files."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deadline",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("started_at", db.Utc(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("remind_hours", sa.Integer(), nullable=False),
        sa.Column("due_at", db.Utc(), nullable=False),
        sa.Column("is_provisional", db.Flag(), nullable=False),
        sa.Column("ended_at", db.Utc(), nullable=True),
        sa.Column("reminded_at", db.Utc(), nullable=True),
        sa.Column("passed_at", db.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_deadline")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_deadline_ended_at_due_at"), "deadline", ["ended_at", "due_at"], unique=False)
    op.create_index(op.f("ix_deadline_entity_id_key"), "deadline", ["entity_id", "key"], unique=False)
    op.create_table(
        "deadline_policy",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("remind_hours", sa.Integer(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_policy")),
        sa.UniqueConstraint("key", name=op.f("uq_deadline_policy_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_deadline_policy_bundle_id"), "deadline_policy", ["bundle_id"], unique=False)
    op.create_table(
        "look",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("at", db.Utc(), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_look_at"), "look", ["at"], unique=False)
    op.create_index(op.f("ix_look_bundle_id"), "look", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_look_user_id_at"), "look", ["user_id", "at"], unique=False)
    op.create_table(
        "reaction",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("event_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_number"], ["event.number"], name=op.f("fk_reaction_event_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reaction")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_reaction_event_number"), "reaction", ["event_number"], unique=False)
    op.create_table(
        "flow_step",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("for_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("snapshot", db.Json(), nullable=True),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_flow_step_bundle_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_flow_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_step")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_flow_step_bundle_id"), "flow_step", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_flow_step_entity_id"), "flow_step", ["entity_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", db.Json(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("read_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_notice_bundle_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_notice_bundle_id"), "notice", ["bundle_id"], unique=False)
    op.create_table(
        "privacy_request",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("decided_for_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("decided_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_privacy_request_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_privacy_request_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_privacy_request_bundle_id"), "privacy_request", ["bundle_id"], unique=False)
    op.add_column(
        "op",
        sa.Column("imported_by_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("op", "imported_by_id")
    op.drop_index(op.f("ix_privacy_request_bundle_id"), table_name="privacy_request")
    op.drop_table("privacy_request")
    op.drop_index(op.f("ix_notice_bundle_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("ix_flow_step_entity_id"), table_name="flow_step")
    op.drop_index(op.f("ix_flow_step_bundle_id"), table_name="flow_step")
    op.drop_table("flow_step")
    op.drop_index(op.f("ix_reaction_event_number"), table_name="reaction")
    op.drop_table("reaction")
    op.drop_index(op.f("ix_look_user_id_at"), table_name="look")
    op.drop_index(op.f("ix_look_bundle_id"), table_name="look")
    op.drop_index(op.f("ix_look_at"), table_name="look")
    op.drop_table("look")
    op.drop_index(op.f("ix_deadline_policy_bundle_id"), table_name="deadline_policy")
    op.drop_table("deadline_policy")
    op.drop_index(op.f("ix_deadline_entity_id_key"), table_name="deadline")
    op.drop_index(op.f("ix_deadline_ended_at_due_at"), table_name="deadline")
    op.drop_table("deadline")
