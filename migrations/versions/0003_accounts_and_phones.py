"""Passwords grow old, failures are counted, phones are approved."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_count",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", db.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_count")),
        sqlite_strict=True,
    )
    op.create_table(
        "past_password",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", db.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_past_password_user_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_past_password")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_past_password_user_id"), "past_password", ["user_id"], unique=False)
    op.add_column("device", sa.Column("username", sa.Text(), server_default="?", nullable=False))
    op.add_column("device", sa.Column("deposited_at", db.Utc(), nullable=True))
    op.add_column("device", sa.Column("approved_at", db.Utc(), nullable=True))
    op.add_column(
        "device", sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.create_index(op.f("ix_device_bundle_id"), "device", ["bundle_id"], unique=False)
    op.add_column("user", sa.Column("password_set_at", db.Utc(), nullable=True))
    op.add_column("user", sa.Column("code_hash", sa.Text(), nullable=True))
    op.add_column("user", sa.Column("code_expires_at", db.Utc(), nullable=True))
    op.execute(
        "UPDATE device SET approved_at = created_at,"
        ' username = (SELECT username FROM "user" WHERE "user".id = device.user_id)'
    )


def downgrade() -> None:
    op.drop_column("user", "code_expires_at")
    op.drop_column("user", "code_hash")
    op.drop_column("user", "password_set_at")
    op.drop_index(op.f("ix_device_bundle_id"), table_name="device")
    op.drop_column("device", "bundle_id")
    op.drop_column("device", "approved_at")
    op.drop_column("device", "deposited_at")
    op.drop_column("device", "username")
    op.drop_index(op.f("ix_past_password_user_id"), table_name="past_password")
    op.drop_table("past_password")
    op.drop_table("sign_in_count")
