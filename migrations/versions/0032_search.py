"""Feedback cases found by any part of their text, and a shop by the number that calls."""

import sqlalchemy as sa
from alembic import op
from fieldvisit.kernel import search

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

GUID = sa.Uuid(as_uuid=False).with_variant(sa.Text(), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEARCHED = ("number", "shop_name", "contact_name", "content", "demand")
NO_TRIGRAMS = (
    "PostgreSQL does not let this role make the extension pg_trgm. As a superuser, run in this database "
    "CREATE EXTENSION pg_trgm; and migrate again (docs/operations.md, Install)."
)
NO_SIGNS = (
    "This database's locale knows no letters beyond ASCII, so no search can be served by an index. Make it anew with "
    "LOCALE 'C.UTF-8' or another UTF-8 locale and restore into it (docs/operations.md, Install)."
)
ON_SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "text, content='search_text', content_rowid='number', tokenize='trigram')",
    "CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN"
    " INSERT INTO search_index (rowid, text) VALUES (NEW.number, NEW.text); END",
    "CREATE TRIGGER search_text_removed AFTER DELETE ON search_text BEGIN"
    " INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', OLD.number, OLD.text); END",
    "CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN"
    " INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', OLD.number, OLD.text);"
    " INSERT INTO search_index (rowid, text) VALUES (NEW.number, NEW.text); END",
)
INDEXES = {
    "feedback_case": (
        ["contact_phone", "received_at"],
        ["state", "due_at", "id"],
        ["due_at", "id"],
        ["received_at", "id"],
    ),
    "retail_customer": (["contact_phone"],),
}


def upgrade() -> None:
    table = op.create_table(
        "search_text",
        sa.Column("number", LONG, autoincrement=True, nullable=False),
        sa.Column("row_id", GUID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_text")),
        sa.UniqueConstraint("row_id", name=op.f("uq_search_text_row_id")),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in ON_SQLITE:
            op.execute(statement)
    else:
        _with_trigrams()
    cases = sa.table("feedback_case", sa.column("id", GUID), *map(sa.column, SEARCHED))
    rows = op.get_bind().execute(sa.select(cases)).all()
    op.bulk_insert(table, [{"row_id": row.id, "text": search.spread(row[1:])} for row in rows])
    for name, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, columns)


def _with_trigrams() -> None:
    bind = op.get_bind()
    is_there = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
    if bind.exec_driver_sql(is_there).first() is None:
        try:
            op.execute("CREATE EXTENSION pg_trgm")
        except sa.exc.DBAPIError as error:
            raise RuntimeError(NO_TRIGRAMS) from error
    if not bind.exec_driver_sql("SELECT cardinality(show_trgm('货货货'))").scalar_one():
        raise RuntimeError(NO_SIGNS)
    op.execute("CREATE INDEX search_index ON search_text USING gin (text gin_trgm_ops)")


def downgrade() -> None:
    for name, indexes in INDEXES.items():
        for columns in indexes:
            op.drop_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_text")
