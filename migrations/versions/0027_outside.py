"""What is told outside the app: rules, hours, addresses, messages."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("outside_message", "outside_address", "outside_hours", "outside_rule")


def _table(name: str, *parts: sa.Column[object], user_id: bool = False, unique: str | None = None) -> None:
    references = {"bundle_id": "bundle"} | ({"user_id": "user"} if user_id else {})
    op.create_table(
        name,
        sa.Column("id", GUID, nullable=False),
        *parts,
        sa.Column("bundle_id", LONG, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, of in references.items()
        ),
        *((sa.UniqueConstraint(unique, name=op.f(f"uq_{name}_{unique}")),) if unique else ()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_bundle_id"), name, ["bundle_id"])


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _flag(name: str) -> sa.Column[object]:
    return sa.Column(name, db.Flag(), nullable=False)


def upgrade() -> None:
    _table("outside_rule", _text("kind"), _text("way"), _flag("sms"), _flag("bot"), unique="kind")
    _table(
        "outside_hours",
        _text("quiet_from"),
        _text("quiet_until"),
        sa.Column("digest_at", db.Json(), nullable=False),
        _flag("rests_on_days_off"),
    )
    _table(
        "outside_address",
        sa.Column("user_id", GUID, nullable=False),
        _text("wecom", nullable=True),
        _text("dingtalk", nullable=True),
        _flag("sms"),
        user_id=True,
        unique="user_id",
    )
    _table(
        "outside_message",
        _text("channel"),
        _text("kind"),
        sa.Column("user_id", GUID, nullable=True),
        sa.Column("department_id", GUID, nullable=True),
        sa.Column("notice_id", GUID, nullable=True),
        sa.Column("made_at", db.Utc(), nullable=False),
        sa.Column("due_at", db.Utc(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", db.Utc(), nullable=True),
        _text("end", nullable=True),
        _text("trouble", nullable=True),
        user_id=True,
    )
    op.create_index(op.f("ix_outside_message_ended_at_due_at"), "outside_message", ["ended_at", "due_at"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
