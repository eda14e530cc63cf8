"""What is to be let go of, and what still waits for its file, is found without reading years of what is not."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _some(name: str, table: str, column: str, which: str) -> None:
    """An index over those rows alone."""
    op.create_index(op.f(name), table, [column], sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def upgrade() -> None:
    _some("ix_op_received_at", "op", "received_at", "raw IS NOT NULL")
    _some("ix_visit_day_placed", "visit", "day", "check_in_lat IS NOT NULL")
    _some("ix_attachment_awaited", "attachment", "id", "uploaded_at IS NULL")
    op.create_index(op.f("ix_notice_made_at"), "notice", ["made_at"])
    op.create_index(op.f("ix_refresh_token_expires_at"), "refresh_token", ["expires_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_refresh_token_expires_at"), table_name="refresh_token")
    op.drop_index(op.f("ix_notice_made_at"), table_name="notice")
    op.drop_index("ix_attachment_awaited", table_name="attachment")
    op.drop_index("ix_visit_day_placed", table_name="visit")
    op.drop_index(op.f("ix_op_received_at"), table_name="op")
