"""The audit, which nothing but its sealing changes."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

GUARDS = {
    "sqlite": [
        "CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit_stays'); END",
        "CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit WHEN OLD.place IS NOT NULL"
        " BEGIN SELECT RAISE(ABORT, 'audit_stays'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF TG_OP = 'UPDATE' AND OLD.place IS NULL THEN RETURN NEW; END IF;"
        " RAISE EXCEPTION 'audit_stays'; END $$",
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("at", db.Utc(), nullable=False),
        sa.Column("actor_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=True),
        sa.Column("op_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_audit_actor_id_at"), "audit", ["actor_id", "at"], unique=False)
    op.create_index(op.f("ix_audit_bundle_id"), "audit", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_audit_entity_id"), "audit", ["entity_id"], unique=False)
    op.create_index(op.f("ix_audit_place"), "audit", ["place"], unique=True)
    op.execute("INSERT INTO bundle (id, key, kind, rev) VALUES (0, 'audit:all', 'audit', 1)")
    scope = sa.table(
        "bundle_scope", sa.column("bundle_id", db.LONG), sa.column("scope"), sa.column("since", db.Utc())
    )
    since = datetime(2026, 1, 1, tzinfo=UTC)
    op.bulk_insert(scope, [{"bundle_id": 0, "scope": "system", "since": since}])
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_stays ON audit")
        op.execute("DROP FUNCTION audit_stays()")
    op.execute("DELETE FROM bundle_scope WHERE bundle_id = 0")
    op.execute("DELETE FROM bundle WHERE id = 0")
    op.drop_index(op.f("ix_audit_place"), table_name="audit")
    op.drop_index(op.f("ix_audit_entity_id"), table_name="audit")
    op.drop_index(op.f("ix_audit_bundle_id"), table_name="audit")
    op.drop_index(op.f("ix_audit_actor_id_at"), table_name="audit")
    op.drop_table("audit")
