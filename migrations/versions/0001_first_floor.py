"""The first floor: people, sync, customers, visits."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rev", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", db.Day(), nullable=True),
        sa.Column("barred_user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
        sa.UniqueConstraint("key", name=op.f("uq_bundle_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_bundle_kind_day"), "bundle", ["kind", "day"], unique=False)
    op.create_table(
        "event",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("op_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("data", db.Json(), nullable=False),
        sa.Column("happened_at", db.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_event_name_number"), "event", ["name", "number"], unique=False)
    op.create_table(
        "server_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("is_unconfirmed", db.Flag(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server_state")),
        sqlite_strict=True,
    )
    op.create_table(
        "bundle_scope",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("since", db.Utc(), nullable=False),
        sa.Column("until", db.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_bundle_scope_bundle_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_bundle_scope")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_bundle_scope_bundle_id_until"), "bundle_scope", ["bundle_id", "until"], unique=False
    )
    op.create_index(
        op.f("ix_bundle_scope_scope_until_bundle_id"),
        "bundle_scope",
        ["scope", "until", "bundle_id"],
        unique=False,
    )
    op.create_table(
        "department",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_department_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_department_bundle_id"), "department", ["bundle_id"], unique=False)
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("employee_no", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("department_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_active", db.Flag(), nullable=False),
        sa.Column("is_demo", db.Flag(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("created_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_user_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_user_bundle_id"), "user", ["bundle_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("since", db.Day(), nullable=False),
        sa.Column("until", db.Day(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_assignment_user_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_assignment")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_assignment_scope_until"), "assignment", ["scope", "until"], unique=False)
    op.create_index(op.f("ix_assignment_user_id_until"), "assignment", ["user_id", "until"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", db.Utc(), nullable=False),
        sa.Column("seen_at", db.Utc(), nullable=False),
        sa.Column("revoked_at", db.Utc(), nullable=True),
        sa.Column("app", sa.Text(), nullable=True),
        sa.Column("pending_ops", sa.Integer(), nullable=True),
        sa.Column("pending_files", sa.Integer(), nullable=True),
        sa.Column("highest_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_device_user_id"), "device", ["user_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("is_active", db.Flag(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_person_bundle_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_person_department_id")),
        sa.ForeignKeyConstraint(["id"], ["user.id"], name=op.f("fk_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_person_bundle_id"), "person", ["bundle_id"], unique=False)
    op.create_table(
        "zone",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "market_manager_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True
        ),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_zone_bundle_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_zone_department_id")),
        sa.ForeignKeyConstraint(["market_manager_id"], ["user.id"], name=op.f("fk_zone_market_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("department_id", "code", name=op.f("uq_zone_department_id_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_zone_bundle_id"), "zone", ["bundle_id"], unique=False)
    op.create_table(
        "op",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("is_first", db.Flag(), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("entity_id", sa.Text(), nullable=True),
        sa.Column("received_at", db.Utc(), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=True),
        sa.Column("earliest_at", db.Utc(), nullable=False),
        sa.Column("stated_at", db.Utc(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("params", db.Json(), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("result", db.Json(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_op_bundle_id")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_op_device_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_op_user_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_op")),
        sa.UniqueConstraint("id", "hash", name=op.f("uq_op_id_hash")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_op_bundle_id"), "op", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_op_device_id_state_seq"), "op", ["device_id", "state", "seq"], unique=False)
    op.create_index(op.f("ix_op_entity_id"), "op", ["entity_id"], unique=False)
    op.create_index(op.f("ix_op_state_waits_for"), "op", ["state", "waits_for"], unique=False)
    op.create_index(
        "uq_op_id_first",
        "op",
        ["id"],
        unique=True,
        sqlite_where=sa.text("is_first = 1"),
        postgresql_where=sa.text("is_first"),
    )
    op.create_table(
        "refresh_token",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("family", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("issued_at", db.Utc(), nullable=False),
        sa.Column("expires_at", db.Utc(), nullable=False),
        sa.Column("used_at", db.Utc(), nullable=True),
        sa.Column("ended_at", db.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_refresh_token_device_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_refresh_token_hash")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_refresh_token_family"), "refresh_token", ["family"], unique=False)
    op.create_table(
        "route",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("zone_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "account_manager_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True
        ),
        sa.Column("market_type", sa.Text(), nullable=True),
        sa.Column("order_weekday", sa.Integer(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_manager_id"], ["user.id"], name=op.f("fk_route_account_manager_id")
        ),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_route_bundle_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_route_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("zone_id", "code", name=op.f("uq_route_zone_id_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_route_bundle_id"), "route", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_route_zone_id"), "route", ["zone_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("op_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_attachment_bundle_id")),
        sa.ForeignKeyConstraint(["op_number"], ["op.number"], name=op.f("fk_attachment_op_number")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_attachment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_attachment_bundle_id"), "attachment", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_attachment_op_number"), "attachment", ["op_number"], unique=False)
    op.create_index(op.f("ix_attachment_owner_id"), "attachment", ["owner_id"], unique=False)
    op.create_table(
        "retail_customer",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_code", sa.Text(), nullable=False),
        sa.Column("licence_no", sa.Text(), nullable=False),
        sa.Column("shop_name", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("lng", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=False),
        sa.Column("retail_format", sa.Text(), nullable=False),
        sa.Column("market_type", sa.Text(), nullable=False),
        sa.Column("business_size", sa.Text(), nullable=False),
        sa.Column("customer_grade", sa.Integer(), nullable=True),
        sa.Column("credit_level", sa.Text(), nullable=True),
        sa.Column("business_area", sa.Text(), nullable=True),
        sa.Column("special_group", sa.Text(), nullable=True),
        sa.Column("order_way", sa.Text(), nullable=True),
        sa.Column("terminal_level", sa.Text(), nullable=True),
        sa.Column("customer_status", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("is_key", db.Flag(), nullable=False),
        sa.Column("is_sample", db.Flag(), nullable=False),
        sa.Column("is_watched", db.Flag(), nullable=False),
        sa.Column("is_model", db.Flag(), nullable=False),
        sa.Column("route_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("licence_expires_on", db.Day(), nullable=True),
        sa.Column("opened_on", db.Day(), nullable=True),
        sa.Column("last_verified_on", db.Day(), nullable=True),
        sa.Column("last_visited_on", db.Day(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_retail_customer_bundle_id")),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name=op.f("fk_retail_customer_route_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retail_customer")),
        sa.UniqueConstraint("customer_code", name=op.f("uq_retail_customer_customer_code")),
        sa.UniqueConstraint("licence_no", name=op.f("uq_retail_customer_licence_no")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_retail_customer_bundle_id"), "retail_customer", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_retail_customer_route_id"), "retail_customer", ["route_id"], unique=False)
    op.create_table(
        "customer_change",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=True),
        sa.Column("new_value", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_customer_change_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_customer_change_bundle_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["retail_customer.id"], name=op.f("fk_customer_change_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_change")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_customer_change_bundle_id_made_at"),
        "customer_change",
        ["bundle_id", "made_at"],
        unique=False,
    )
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("seen_value", sa.Text(), nullable=True),
        sa.Column("suggested_value", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("due_on", db.Day(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("decided_at", db.Utc(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_suggestion_author_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_suggestion_bundle_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["retail_customer.id"], name=op.f("fk_suggestion_customer_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_suggestion_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_suggestion_bundle_id_state"), "suggestion", ["bundle_id", "state"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("shop_name", sa.Text(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("zone_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("day", db.Day(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_planned", db.Flag(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("planned_time", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("contact_method", sa.Text(), nullable=True),
        sa.Column("check_in_at", db.Utc(), nullable=True),
        sa.Column("check_in_lat", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("check_in_lng", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("check_in_datum", sa.Text(), nullable=True),
        sa.Column("check_in_accuracy_m", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("check_in_fix_at", db.Utc(), nullable=True),
        sa.Column("place_refusal", sa.Text(), nullable=True),
        sa.Column("phone_verdict", sa.Text(), nullable=True),
        sa.Column("place_verdict", sa.Text(), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("photo_refusal", sa.Text(), nullable=True),
        sa.Column("check_out_at", db.Utc(), nullable=True),
        sa.Column("met_person", sa.Text(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("responsibility_tags", db.Json(), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("is_late_scope", db.Flag(), nullable=False),
        sa.Column("stated_at", db.Utc(), nullable=True),
        sa.Column("earliest_at", db.Utc(), nullable=True),
        sa.Column("latest_at", db.Utc(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_visit_bundle_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["retail_customer.id"], name=op.f("fk_visit_customer_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["user.id"], name=op.f("fk_visit_visitor_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_visit_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_visit_bundle_id"), "visit", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_visit_customer_id_day"), "visit", ["customer_id", "day"], unique=False)
    op.create_index(op.f("ix_visit_visitor_id_day"), "visit", ["visitor_id", "day"], unique=False)
    op.create_table(
        "visit_digest",
        sa.Column("id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("day", db.Day(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_visit_digest_bundle_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["retail_customer.id"], name=op.f("fk_visit_digest_customer_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["visit.id"], name=op.f("fk_visit_digest_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["user.id"], name=op.f("fk_visit_digest_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_digest")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_visit_digest_bundle_id_day"), "visit_digest", ["bundle_id", "day"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_visit_digest_bundle_id_day"), table_name="visit_digest")
    op.drop_table("visit_digest")
    op.drop_index(op.f("ix_visit_visitor_id_day"), table_name="visit")
    op.drop_index(op.f("ix_visit_customer_id_day"), table_name="visit")
    op.drop_index(op.f("ix_visit_bundle_id"), table_name="visit")
    op.drop_table("visit")
    op.drop_index(op.f("ix_suggestion_bundle_id_state"), table_name="suggestion")
    op.drop_table("suggestion")
    op.drop_index(op.f("ix_customer_change_bundle_id_made_at"), table_name="customer_change")
    op.drop_table("customer_change")
    op.drop_index(op.f("ix_retail_customer_route_id"), table_name="retail_customer")
    op.drop_index(op.f("ix_retail_customer_bundle_id"), table_name="retail_customer")
    op.drop_table("retail_customer")
    op.drop_index(op.f("ix_attachment_owner_id"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_op_number"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_bundle_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index(op.f("ix_route_zone_id"), table_name="route")
    op.drop_index(op.f("ix_route_bundle_id"), table_name="route")
    op.drop_table("route")
    op.drop_index(op.f("ix_refresh_token_family"), table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_index(
        "uq_op_id_first",
        table_name="op",
        sqlite_where=sa.text("is_first = 1"),
        postgresql_where=sa.text("is_first"),
    )
    op.drop_index(op.f("ix_op_state_waits_for"), table_name="op")
    op.drop_index(op.f("ix_op_entity_id"), table_name="op")
    op.drop_index(op.f("ix_op_device_id_state_seq"), table_name="op")
    op.drop_index(op.f("ix_op_bundle_id"), table_name="op")
    op.drop_table("op")
    op.drop_index(op.f("ix_zone_bundle_id"), table_name="zone")
    op.drop_table("zone")
    op.drop_index(op.f("ix_person_bundle_id"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_device_user_id"), table_name="device")
    op.drop_table("device")
    op.drop_index(op.f("ix_assignment_user_id_until"), table_name="assignment")
    op.drop_index(op.f("ix_assignment_scope_until"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_user_bundle_id"), table_name="user")
    op.drop_table("user")
    op.drop_index(op.f("ix_department_bundle_id"), table_name="department")
    op.drop_table("department")
    op.drop_index(op.f("ix_bundle_scope_scope_until_bundle_id"), table_name="bundle_scope")
    op.drop_index(op.f("ix_bundle_scope_bundle_id_until"), table_name="bundle_scope")
    op.drop_table("bundle_scope")
    op.drop_table("server_state")
    op.drop_index(op.f("ix_event_name_number"), table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_bundle_kind_day"), table_name="bundle")
    op.drop_table("bundle")
