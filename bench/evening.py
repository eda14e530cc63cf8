"""Two hundred people submit their logs at the same moment: `python bench/evening.py [--small] [--postgres]`.

At six in the evening everybody's log is due. Each phone, another account manager's, pushes a log of six notes and pulls what
it has to, all at once, over a server in a process of its own; nothing goes wrong on the way. Afterwards every log is looked
up in the database, and the same look-up must find one that is taken away. `--small`: twenty people.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from async_phone import Phone, Weather
from clients import mint
from history import postgres_makers
from long_past import ROUTES, lay_out
from sqlalchemy import delete, select
from storm import SECRET, SHOPS, Size, Watch, phones_of, storm, tell_times

from browsers import Server
from fieldvisit.features.worklogs.models import WorkLog
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Database
from fieldvisit.settings import Settings

WHOLE, SMALL = Size(200, 0), Size(20, 0)
KINDS = ("market", "customer", "brand", "problem", "experience", "tomorrow")


def write_up(phone: Phone) -> None:
    """A log of six notes, waiting to be sent."""
    notes = [{"id": mint(), "kind": kind, "text": f"{kind} of {phone.user}"} for kind in KINDS]
    phone.save("work_logs.submit", {"id": mint(), "first_on": str(today()), "notes": notes})


def wanting(url: str, phones: list[Phone]) -> list[str]:
    """Whose log is not there just once, submitted, with every note."""
    database = Database(url)
    with database.read() as session:
        rows = session.execute(select(WorkLog.author_id, WorkLog.state, WorkLog.notes)).all()
    database.close()
    whole = Counter(
        row.author_id for row in rows if row.state == "submitted" and len(row.notes) == len(KINDS)
    )
    return [phone.user for phone in phones if whole[phone.user] != 1]


def run(folder: Path, size: Size, url: str) -> None:
    """One evening over one database: measure, tell, look every log up, and look for one that is taken away."""
    settings = Settings(database_url=url, data_dir=folder, device_approval=False)
    folder.mkdir()
    weather = Weather(random.Random(18))  # noqa: S311 – an evening, not a secret
    database = Database(url)
    lay_out(database, -(-size.phones // ROUTES), SHOPS)
    server = Server(folder, database_url=url, log=folder / "log")
    server.start()
    try:
        phones = phones_of(settings, server.port, size.phones, weather)
        for phone in phones:
            write_up(phone)
        load = os.getloadavg()[0]
        took = asyncio.run(storm(phones, size, Watch(server.process.pid), weather.rng))  # noqa: TID251 – no browser here
    finally:
        server.stop()
    print(f"{url.partition(':')[0]}, load average {load:.1f} before and {os.getloadavg()[0]:.1f} after")
    tell_times(phones, size, took)
    lost = wanting(url, phones)
    print(f"| logs that are not there once and whole | {len(lost)} of {len(phones)} |")
    with database.write() as session:
        session.execute(delete(WorkLog).where(WorkLog.author_id == phones[0].user))
    database.close()
    planted = wanting(url, phones)
    print(f"| planted: one log taken away → found | {len(planted)} |")
    if lost or planted != [phones[0].user] or any(count for name, count in weather.seen.items() if name.startswith("answered 5")):  # fmt: skip
        raise SystemExit(f"{len(lost)} lost, {len(planted)} planted found, {dict(weather.seen)}")


def main() -> None:
    asking = argparse.ArgumentParser()
    asking.add_argument("--small", action="store_true")
    asking.add_argument("--postgres", action="store_true")
    told = asking.parse_args()
    os.environ |= {"FIELDVISIT_SECRET": SECRET, "FIELDVISIT_DEVICE_APPROVAL": "false"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        make: Callable[[str], Any] = lambda name: f"sqlite:///{folder / name}.db"  # noqa: E731
        if told.postgres:
            make = stack.enter_context(postgres_makers())
        run(folder / "server", SMALL if told.small else WHOLE, make("evening"))


if __name__ == "__main__":
    main()
