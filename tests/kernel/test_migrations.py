"""Models and migrations agree, there and back, on both databases; every value means the same on both."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from fieldvisit import migrate
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.events import Event


def test_models_and_migrations_agree_there_and_back(database_url: str) -> None:
    database = Database(database_url)
    migrate.check(database)
    migrate.downgrade(database, "base")
    assert not migrate.is_current(database)
    migrate.migrate(database)
    migrate.check(database)
    assert migrate.is_current(database)
    database.close()


def test_moments_and_json_come_back_as_they_went_in(database_url: str) -> None:
    database = Database(database_url)
    moment = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with database.write() as session:
        session.add(Event(name="x", data={"深": [1, None, {"a": True}]}, happened_at=moment))
    with database.read() as session:
        row = session.scalars(select(Event).order_by(Event.number.desc())).first()
        assert row is not None
        assert row.happened_at == moment
        assert row.happened_at.tzinfo is UTC
        assert row.data == {"深": [1, None, {"a": True}]}
    with pytest.raises(StatementError), database.write() as session:
        session.add(Event(name="x", data={}, happened_at=datetime(2026, 1, 1)))  # noqa: DTZ001
    database.close()


def test_sqlite_refuses_what_does_not_fit_its_column(sqlite_copy, tmp_path) -> None:  # type: ignore[no-untyped-def]
    database = Database(sqlite_copy(tmp_path))
    with pytest.raises(IntegrityError), database.write() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO server_state (id, epoch, is_unconfirmed) VALUES (2, 'e', 'text')"
        )
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(insert(Event.metadata.tables["refresh_token"]).values(
            hash="h", family="00000000-0000-4000-8000-000000000000", device_id="00000000-0000-4000-8000-000000000000",
            issued_at=datetime.now(UTC), expires_at=datetime.now(UTC)))  # fmt: skip
    database.close()
