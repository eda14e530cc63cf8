"""Whether account managers' plans need a decision."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    needed = sa.Column("plans_need_decision", db.Flag(), nullable=False, server_default="1")
    op.add_column("department", needed)


def downgrade() -> None:
    op.drop_column("department", "plans_need_decision")
