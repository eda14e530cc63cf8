"""The sales book: what was brought in, and what is kept ready of it."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "sales_import",
        sa.Column("id", GUID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author_id", GUID, nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("undone_by_id", GUID, nullable=True),
        sa.Column("undone_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", LONG, nullable=False),
        _foreign("sales_import", "author_id", "user.id"),
        _foreign("sales_import", "undone_by_id", "user.id"),
        _foreign("sales_import", "bundle_id", "bundle.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_import")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sales_import_bundle_id"), "sales_import", ["bundle_id"])
    op.create_table(
        "sales_fact",
        sa.Column("number", LONG, autoincrement=True, nullable=False),
        sa.Column("import_id", GUID, nullable=False),
        sa.Column("part", LONG, nullable=False),
        sa.Column("customer_id", GUID, nullable=False),
        sa.Column("spec_id", GUID, nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts_on", db.Day(), nullable=False),
        sa.Column("demand_qty", sa.Integer(), nullable=False),
        sa.Column("order_qty", sa.Integer(), nullable=False),
        sa.Column("amount", LONG, nullable=False),
        _foreign("sales_fact", "import_id", "sales_import.id"),
        _foreign("sales_fact", "customer_id", "retail_customer.id"),
        _foreign("sales_fact", "spec_id", "product_spec.id"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sales_fact")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_sales_fact_customer_id_period_starts_on"),
        "sales_fact",
        ["customer_id", "period", "starts_on"],
    )
    op.create_index(op.f("ix_sales_fact_import_id_part"), "sales_fact", ["import_id", "part"])
    op.create_table(
        "shop_sales",
        sa.Column("id", GUID, nullable=False),
        sa.Column("customer_id", GUID, nullable=False),
        sa.Column("months", db.Json(), nullable=False),
        sa.Column("recent_qty", sa.Integer(), nullable=False),
        sa.Column("before_qty", sa.Integer(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        _foreign("shop_sales", "customer_id", "retail_customer.id"),
        _foreign("shop_sales", "bundle_id", "bundle.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_sales")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_shop_sales_customer_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_shop_sales_bundle_id"), "shop_sales", ["bundle_id"])
    op.create_table(
        "sales_growth",
        sa.Column("id", GUID, nullable=False),
        sa.Column("business_size", sa.Text(), nullable=False),
        sa.Column("recent_qty", LONG, nullable=False),
        sa.Column("before_qty", LONG, nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        _foreign("sales_growth", "bundle_id", "bundle.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_growth")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sales_growth_bundle_id"), "sales_growth", ["bundle_id"])
    op.create_table(
        "sales_rollup",
        sa.Column("id", GUID, nullable=False),
        sa.Column("route_id", GUID, nullable=False),
        sa.Column("spec_id", GUID, nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts_on", db.Day(), nullable=False),
        sa.Column("demand_qty", LONG, nullable=False),
        sa.Column("order_qty", LONG, nullable=False),
        sa.Column("amount", LONG, nullable=False),
        sa.Column("shops", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("wanted_lines", sa.Integer(), nullable=False),
        sa.Column("ordered_lines", sa.Integer(), nullable=False),
        sa.Column("filled_lines", sa.Integer(), nullable=False),
        sa.Column("missed_lines", sa.Integer(), nullable=False),
        sa.Column("bundle_id", LONG, nullable=False),
        _foreign("sales_rollup", "route_id", "route.id"),
        _foreign("sales_rollup", "spec_id", "product_spec.id"),
        _foreign("sales_rollup", "bundle_id", "bundle.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_rollup")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_sales_rollup_bundle_id_period_starts_on"),
        "sales_rollup",
        ["bundle_id", "period", "starts_on"],
    )


def downgrade() -> None:
    for table in ("sales_rollup", "sales_growth", "shop_sales", "sales_fact", "sales_import"):
        op.drop_table(table)
