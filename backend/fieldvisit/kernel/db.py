"""One way to the database: column types that mean the same on SQLite and PostgreSQL, and two kinds of transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Dialect,
    Double,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
    insert,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.sqlite import REAL
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeEngine

from fieldvisit.kernel.line import Line
from fieldvisit.kernel.moves import moved_in, notify

LENGTH = len("0000-00-00T00:00:00.000000Z")
BUSY_TIMEOUT_MS = 5000
BUSY_STATES = ("40001", "40P01", "55P03")


T = TypeVar("T")


class _SqliteText(TypeDecorator[T]):
    """Stored as text on SQLite, whose STRICT tables know no dates and no JSON, and natively on PostgreSQL."""

    native: TypeEngine[Any]
    kind: type[Any]

    @property
    def python_type(self) -> type[Any]:
        """What a value of the column is in Python; filters and cursors are read by it."""
        return self.kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else self.native)


class Utc(_SqliteText[datetime]):
    """An aware moment, always UTC; on SQLite ISO text that sorts by time."""

    impl = DateTime
    cache_ok = True
    native = DateTime(timezone=True)
    kind = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its offset")
        value = value.astimezone(UTC)
        if dialect.name != "sqlite":
            return value
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if isinstance(value, str):  # years below 1000 were once written without their zeros
            return datetime.fromisoformat(value.zfill(LENGTH))
        return None if value is None else value.astimezone(UTC)


class Day(_SqliteText[date]):
    """A calendar day without a clock."""

    impl = Date
    cache_ok = True
    native = Date()
    kind = date

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class Json(_SqliteText[Any]):
    """A JSON value."""

    impl = Text
    cache_ok = True
    native = JSONB(none_as_null=True)
    kind = object

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return orjson.dumps(value).decode() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return orjson.loads(value) if isinstance(value, str) and dialect.name == "sqlite" else value


class Flag(TypeDecorator[bool]):
    """True or false; an integer on SQLite."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        return int(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


GUID = Uuid(as_uuid=False).with_variant(Text(), "sqlite")
LONG = BigInteger().with_variant(Integer(), "sqlite")
FLOAT: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")

Guid = Annotated[str, mapped_column(GUID)]
GuidKey = Annotated[str, mapped_column(GUID, primary_key=True)]
Long = Annotated[int, mapped_column(LONG)]
LongKey = Annotated[int, mapped_column(LONG, primary_key=True, autoincrement=True)]


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text(),
        datetime: Utc(),
        date: Day(),
        bool: Flag(),
        float: FLOAT,
        bytes: LargeBinary(),
        dict[str, Any]: Json(),
        list[str]: Json(),
        list[dict[str, Any]]: Json(),
        list[list[int]]: Json(),
    }


@event.listens_for(Table, "after_parent_attach")
def _strict(table: Table, _parent: Any) -> None:
    """Make every SQLite table STRICT (those of migrations included), so that it refuses text in a number."""
    if table.name != "alembic_version":
        table.dialect_options["sqlite"]["strict"] = True


class Database:
    """The engine and its two kinds of transaction: `write`, committed at its end, and `read`, one unchanging snapshot."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        read_options: dict[str, Any] = {"read_only": True}
        if not self.is_sqlite:
            read_options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._read_engine = self.engine.execution_options(**read_options)
        self.line = Line()
        self.on_moved: Callable[[frozenset[int]], None] | None = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits when the block ends and rolls back when it raises.

        Which bundles it moved is told at its commit: on PostgreSQL to all processes, on SQLite, which one
        process serves, to `on_moved`.
        """
        # SQLite has one writer, and waits for it by looking every 100 ms, at which some never win. Who has stood in
        # line for as long as that may last goes on to SQLite's own waiting, whose error everybody knows.
        line = self.line.place(BUSY_TIMEOUT_MS / 1000) if self.is_sqlite else nullcontext()
        with line, Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                yield session
                session.flush()
                for table, rows in session.info.pop("last", {}).items():
                    session.execute(insert(table), rows)
                moved = moved_in(session)
                if moved and not self.is_sqlite:
                    notify(session, moved)
            for call in session.info.get("after_commit", ()):
                call()
            if moved and self.is_sqlite and self.on_moved:
                self.on_moved(moved)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One snapshot: everything read in the block is of the same moment."""
        with Session(self._read_engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=16, max_overflow=32)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling is switched off: it begins late and lets DDL escape a rollback.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: str) -> Engine:
    return create_engine(url, hide_parameters=True, pool_size=16, max_overflow=32, pool_pre_ping=True)


def write_last(session: Session, model: type[Base], row: dict[str, Any]) -> None:
    """Insert a row at the end of this transaction, at once with all others of its table: for what nobody reads before."""
    session.info.setdefault("last", {}).setdefault(model.__table__, []).append(row)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have something done once this transaction is committed, and never if it is undone."""
    session.info.setdefault("after_commit", []).append(call)


def is_contention(error: OperationalError) -> bool:
    """Whether the database said that a lock was not to be had: worth another try."""
    return getattr(error.orig, "sqlstate", None) in BUSY_STATES or "database is locked" in str(error.orig)


def is_lost(error: OperationalError) -> bool:
    """Whether the connection is gone: the database was restarted, or ended it."""
    return error.connection_invalidated
