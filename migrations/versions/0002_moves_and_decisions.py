"""Held entries are decided, people move, shops are handed over."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cover",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("deputy_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("since", db.Day(), nullable=False),
        sa.Column("until", db.Day(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_cover_bundle_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["user.id"], name=op.f("fk_cover_deputy_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_cover_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_cover_bundle_id"), "cover", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_cover_deputy_id_until"), "cover", ["deputy_id", "until"], unique=False)
    op.create_index(op.f("ix_cover_user_id_until"), "cover", ["user_id", "until"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("from_route_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("to_route_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("on_day", db.Day(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_handover_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_handover_bundle_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["retail_customer.id"], name=op.f("fk_handover_customer_id")
        ),
        sa.ForeignKeyConstraint(["from_route_id"], ["route.id"], name=op.f("fk_handover_from_route_id")),
        sa.ForeignKeyConstraint(["to_route_id"], ["route.id"], name=op.f("fk_handover_to_route_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_handover_bundle_id"), "handover", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_handover_state_on_day"), "handover", ["state", "on_day"], unique=False)
    op.add_column(
        "op",
        sa.Column("decided_by_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
    )
    op.add_column(
        "op",
        sa.Column("decided_for_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
    )
    op.add_column("op", sa.Column("decided_at", db.Utc(), nullable=True))
    op.add_column("op", sa.Column("decision_note", sa.Text(), nullable=True))
    op.add_column(
        "op",
        sa.Column("decided_op_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
    )
    op.create_index(op.f("ix_op_decided_op_id"), "op", ["decided_op_id"], unique=False)
    op.add_column("user", sa.Column("former_roles", db.Json(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("user", "former_roles")
    op.drop_index(op.f("ix_op_decided_op_id"), table_name="op")
    op.drop_column("op", "decided_op_id")
    op.drop_column("op", "decision_note")
    op.drop_column("op", "decided_at")
    op.drop_column("op", "decided_for_id")
    op.drop_column("op", "decided_by_id")
    op.drop_index(op.f("ix_handover_state_on_day"), table_name="handover")
    op.drop_index(op.f("ix_handover_bundle_id"), table_name="handover")
    op.drop_table("handover")
    op.drop_index(op.f("ix_cover_user_id_until"), table_name="cover")
    op.drop_index(op.f("ix_cover_deputy_id_until"), table_name="cover")
    op.drop_index(op.f("ix_cover_bundle_id"), table_name="cover")
    op.drop_table("cover")
