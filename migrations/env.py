"""Runs migrations: each one in a transaction of its own, on SQLite and PostgreSQL alike."""

from alembic import context

import fieldvisit.main  # noqa: F401 – names every table
from fieldvisit.kernel.db import Base, Database
from fieldvisit.kernel.search import INDEX

database: Database = context.config.attributes["database"]


def _render(kind: str, item: object, autogen: object) -> str | bool:
    """Write our column types by their names."""
    if kind == "type" and type(item).__module__ == "fieldvisit.kernel.db":
        autogen.imports.add("from fieldvisit.kernel import db")
        return f"db.{type(item).__name__}()"
    return False


def _is_declared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether models say it: the index of the search (with the tables SQLite keeps it in) is made by hand."""
    return kind not in ("table", "index") or not (name or "").startswith(INDEX)


with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
        render_item=_render,
        include_name=_is_declared,
    )

    with context.begin_transaction():
        context.run_migrations()
