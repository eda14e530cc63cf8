"""When a shop is open, and when its market is held."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("retail_customer", sa.Column("opening_hours", sa.Text(), nullable=True))
    op.add_column("retail_customer", sa.Column("market_days", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("retail_customer", "market_days")
    op.drop_column("retail_customer", "opening_hours")
