"""From when on a length holds, and deadlines whose end was named."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# What was set before days were said held for whatever began; so the last of each is what is left of it.
KEEP_LAST = """
    DELETE FROM deadline_policy
    WHERE EXISTS (SELECT 1 FROM deadline_policy AS later
                  WHERE later.key = deadline_policy.key AND later.since > deadline_policy.since)
"""


def upgrade() -> None:
    with op.batch_alter_table("deadline_policy") as table:
        table.add_column(sa.Column("since", db.Day(), nullable=False, server_default="1970-01-01"))
        table.drop_constraint(op.f("uq_deadline_policy_key"), type_="unique")
        table.create_unique_constraint(op.f("uq_deadline_policy_key_since"), ["key", "since"])
    with op.batch_alter_table("deadline_policy") as table:
        table.alter_column("since", server_default=None)
    op.add_column("deadline", sa.Column("named_at", db.Utc(), nullable=True))


def downgrade() -> None:
    op.drop_column("deadline", "named_at")
    op.execute(KEEP_LAST)
    with op.batch_alter_table("deadline_policy") as table:
        table.drop_constraint(op.f("uq_deadline_policy_key_since"), type_="unique")
        table.create_unique_constraint(op.f("uq_deadline_policy_key"), ["key"])
        table.drop_column("since")
