"""What people agreed to."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_given", db.Flag(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("op_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_consent_bundle_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_consent_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_consent_bundle_id"), "consent", ["bundle_id"], unique=False)
    op.create_index(
        op.f("ix_consent_user_id_kind_op_number"), "consent", ["user_id", "kind", "op_number"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_consent_user_id_kind_op_number"), table_name="consent")
    op.drop_index(op.f("ix_consent_bundle_id"), table_name="consent")
    op.drop_table("consent")
