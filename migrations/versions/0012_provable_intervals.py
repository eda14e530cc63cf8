"""Between which moments a visit was ended and a decision made, and how that was judged."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JUDGED = ("deadline", "flow_step", "suggestion")
OF_VISITS = ("check_in_wall_at", "check_out_earliest_at", "check_out_latest_at", "check_out_wall_at")


def upgrade() -> None:
    for table in JUDGED:
        op.add_column(table, sa.Column("earliest_at", db.Utc(), nullable=True))
        op.add_column(table, sa.Column("latest_at", db.Utc(), nullable=True))
        op.add_column(table, sa.Column("timeliness", sa.Text(), nullable=True))
    op.add_column("flow_step", sa.Column("due_at", db.Utc(), nullable=True))
    for name in OF_VISITS:
        op.add_column("visit", sa.Column(name, db.Utc(), nullable=True))
    op.add_column("visit", sa.Column("scope_timeliness", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit", "scope_timeliness")
    for name in reversed(OF_VISITS):
        op.drop_column("visit", name)
    op.drop_column("flow_step", "due_at")
    for table in reversed(JUDGED):
        op.drop_column(table, "timeliness")
        op.drop_column(table, "latest_at")
        op.drop_column(table, "earliest_at")
