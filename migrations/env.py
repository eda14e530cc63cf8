"""Runs migrations: each one in a transaction of its own, on SQLite and PostgreSQL alike."""

from alembic import context

import fieldvisit.main  # noqa: F401 – names every table
from fieldvisit.kernel.db import Base, Database

database: Database = context.config.attributes["database"]


def _render(kind: str, item: object, autogen: object) -> str | bool:
    """Write our column types by their names."""
    if kind == "type" and type(item).__module__ == "fieldvisit.kernel.db":
        autogen.imports.add("from fieldvisit.kernel import db")
        return f"db.{type(item).__name__}()"
    return False


with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
        render_item=_render,
    )

    with context.begin_transaction():
        context.run_migrations()
