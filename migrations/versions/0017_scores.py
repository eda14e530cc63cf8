"""What the answers to a checklist score."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel.db import FLOAT

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit_answers", sa.Column("score", FLOAT, nullable=True))


def downgrade() -> None:
    op.drop_column("visit_answers", "score")
