"""Catalogue, stock readings, checklists with answers, anomalies, comments, amendments and contacts."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brand",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_brand_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("name", name=op.f("uq_brand_name")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_brand_bundle_id"), "brand", ["bundle_id"], unique=False)
    op.create_table(
        "checklist",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("market_types", db.Json(), nullable=False),
        sa.Column("business_sizes", db.Json(), nullable=False),
        sa.Column("retail_formats", db.Json(), nullable=False),
        sa.Column("items", db.Json(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("ended_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_checklist_bundle_id")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_checklist_department_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_checklist_bundle_id"), "checklist", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_checklist_department_id"), "checklist", ["department_id"], unique=False)
    op.create_table(
        "product_spec",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("spec_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("brand_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("price_class", sa.Integer(), nullable=False),
        sa.Column("wholesale_price", sa.Integer(), nullable=False),
        sa.Column("guide_price", sa.Integer(), nullable=False),
        sa.Column("is_new", db.Flag(), nullable=False),
        sa.Column("is_key", db.Flag(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("listed_on", db.Day(), nullable=True),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("is_active", db.Flag(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_product_spec_brand_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_product_spec_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_spec")),
        sa.UniqueConstraint("spec_code", name=op.f("uq_product_spec_spec_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_product_spec_brand_id"), "product_spec", ["brand_id"], unique=False)
    op.create_index(op.f("ix_product_spec_bundle_id"), "product_spec", ["bundle_id"], unique=False)
    op.create_table(
        "contact_log",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_contact_log_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_contact_log_bundle_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["retail_customer.id"], name=op.f("fk_contact_log_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_log")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_contact_log_bundle_id_made_at"), "contact_log", ["bundle_id", "made_at"], unique=False
    )
    op.create_table(
        "stock_reading",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("spec_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("read_on", db.Day(), nullable=False),
        sa.Column("counter_qty", sa.Integer(), nullable=False),
        sa.Column("backroom_qty", sa.Integer(), nullable=False),
        sa.Column("out_of_stock_days", sa.Integer(), nullable=True),
        sa.Column("carton_price", sa.Integer(), nullable=True),
        sa.Column("pack_price", sa.Integer(), nullable=True),
        sa.Column(
            "collected_by_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False
        ),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_stock_reading_bundle_id")),
        sa.ForeignKeyConstraint(
            ["collected_by_id"], ["user.id"], name=op.f("fk_stock_reading_collected_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["retail_customer.id"], name=op.f("fk_stock_reading_customer_id")
        ),
        sa.ForeignKeyConstraint(["spec_id"], ["product_spec.id"], name=op.f("fk_stock_reading_spec_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_stock_reading_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reading")),
        sa.UniqueConstraint("visit_id", "spec_id", name=op.f("uq_stock_reading_visit_id_spec_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_stock_reading_bundle_id_read_on"), "stock_reading", ["bundle_id", "read_on"], unique=False
    )
    op.create_table(
        "visit_amendment",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "from_customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False
        ),
        sa.Column("to_customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("from_shop_name", sa.Text(), nullable=False),
        sa.Column("to_shop_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_visit_amendment_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_visit_amendment_bundle_id")),
        sa.ForeignKeyConstraint(
            ["from_customer_id"], ["retail_customer.id"], name=op.f("fk_visit_amendment_from_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_customer_id"], ["retail_customer.id"], name=op.f("fk_visit_amendment_to_customer_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_amendment_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_amendment")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_visit_amendment_bundle_id"), "visit_amendment", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_visit_amendment_visit_id"), "visit_amendment", ["visit_id"], unique=False)
    op.create_table(
        "visit_anomaly",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("day", db.Day(), nullable=False),
        sa.Column("flags", db.Json(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("decided_for_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("decided_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_visit_anomaly_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_visit_anomaly_bundle_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["retail_customer.id"], name=op.f("fk_visit_anomaly_customer_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_visit_anomaly_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["decided_for_id"], ["user.id"], name=op.f("fk_visit_anomaly_decided_for_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["visit.id"], name=op.f("fk_visit_anomaly_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_anomaly")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_visit_anomaly_author_id_day"), "visit_anomaly", ["author_id", "day"], unique=False
    )
    op.create_index(op.f("ix_visit_anomaly_bundle_id"), "visit_anomaly", ["bundle_id"], unique=False)
    op.create_table(
        "visit_answers",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("checklist_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("answers", db.Json(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_visit_answers_bundle_id")),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["checklist.id"], name=op.f("fk_visit_answers_checklist_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["visit.id"], name=op.f("fk_visit_answers_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_answers")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_visit_answers_bundle_id"), "visit_answers", ["bundle_id"], unique=False)
    op.create_table(
        "visit_comment",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_visit_comment_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_visit_comment_bundle_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_comment_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_comment")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_visit_comment_bundle_id"), "visit_comment", ["bundle_id"], unique=False)
    op.create_index(
        op.f("ix_visit_comment_visit_id_made_at"), "visit_comment", ["visit_id", "made_at"], unique=False
    )
    op.add_column("visit", sa.Column("check_in_fix_age_s", sa.Integer(), nullable=True))
    op.add_column("visit", sa.Column("place_note", sa.Text(), nullable=True))
    op.create_index(op.f("ix_visit_day"), "visit", ["day"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_visit_day"), table_name="visit")
    op.drop_column("visit", "place_note")
    op.drop_column("visit", "check_in_fix_age_s")
    op.drop_index(op.f("ix_visit_comment_visit_id_made_at"), table_name="visit_comment")
    op.drop_index(op.f("ix_visit_comment_bundle_id"), table_name="visit_comment")
    op.drop_table("visit_comment")
    op.drop_index(op.f("ix_visit_answers_bundle_id"), table_name="visit_answers")
    op.drop_table("visit_answers")
    op.drop_index(op.f("ix_visit_anomaly_bundle_id"), table_name="visit_anomaly")
    op.drop_index(op.f("ix_visit_anomaly_author_id_day"), table_name="visit_anomaly")
    op.drop_table("visit_anomaly")
    op.drop_index(op.f("ix_visit_amendment_visit_id"), table_name="visit_amendment")
    op.drop_index(op.f("ix_visit_amendment_bundle_id"), table_name="visit_amendment")
    op.drop_table("visit_amendment")
    op.drop_index(op.f("ix_stock_reading_bundle_id_read_on"), table_name="stock_reading")
    op.drop_table("stock_reading")
    op.drop_index(op.f("ix_contact_log_bundle_id_made_at"), table_name="contact_log")
    op.drop_table("contact_log")
    op.drop_index(op.f("ix_product_spec_bundle_id"), table_name="product_spec")
    op.drop_index(op.f("ix_product_spec_brand_id"), table_name="product_spec")
    op.drop_table("product_spec")
    op.drop_index(op.f("ix_checklist_department_id"), table_name="checklist")
    op.drop_index(op.f("ix_checklist_bundle_id"), table_name="checklist")
    op.drop_table("checklist")
    op.drop_index(op.f("ix_brand_bundle_id"), table_name="brand")
    op.drop_table("brand")
