"""Those who write stand in line: an embedded database has one writer, and in a storm nobody waits in vain."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text

from conftest import Copy
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.line import Line


def test_writers_of_an_embedded_database_are_served_in_the_order_in_which_they_came(
    sqlite_copy: Copy, tmp_path: Path
) -> None:
    """Whoever has just written and wants to again stands behind those who wait."""
    database = Database(sqlite_copy(tmp_path))
    served: list[int] = []

    def write(number: int) -> None:
        with database.write() as session:
            session.execute(text("SELECT 1"))
            served.append(number)

    with ThreadPoolExecutor(8) as pool:
        with database.write() as session:
            session.execute(text("SELECT 1"))
            for number in range(8):
                pool.submit(write, number)
                until(lambda number=number: database.line.length == number + 1)
        write(8)
    database.close()
    assert served == list(range(9))


def test_who_has_stood_in_line_too_long_gives_up_and_holds_nobody_back() -> None:
    line = Line()
    with line.place(1) as is_served:
        assert is_served
        with line.place(0.001) as is_served_too:
            assert not is_served_too
        assert line.length == 0
    with line.place(0.001) as is_served_next:
        assert is_served_next


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something has happened (at most 30 s)."""
    pause, end = threading.Event(), time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        pause.wait(0.001)
