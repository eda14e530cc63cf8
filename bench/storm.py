"""Two thousand phones come back within two minutes: `python bench/storm.py [--small] [--postgres]`.

The network was dead; each phone holds five entries and a photo, and comes online at a moment of its own. It pushes, pulls
and sends its photo as the sync contract says (`async_phone.py`, written from the contract alone); three requests in a
hundred are cut off or lose their answer. Each phone is another account manager's, over a server in a process of its own.
Afterwards everything is looked up in the database and the file store, and the same look-up must find an entry that was
never sent, one that is there twice, and a photo with other bytes. `--small`: a hundred phones in ten seconds.
"""

import argparse
import asyncio
import io
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from async_phone import Phone, Weather, Wire
from clients import mint
from history import postgres_makers
from long_past import ROUTES, lay_out
from PIL import Image
from sqlalchemy import select

from browsers import Server
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.models import Route
from fieldvisit.kernel import sync, tokens
from fieldvisit.kernel.audit import Audit
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import principal_of
from fieldvisit.kernel.stores import open_store
from fieldvisit.kernel.tokens import Access
from fieldvisit.kernel.users import Device, User
from fieldvisit.settings import Settings
from reckoning import Reckoning, integrity, reckon, visits_in

SHOPS = 12
BAD = 0.03
PATIENCE_S = 600
SECRET = "a secret for measures that is long enough"  # noqa: S105 – of a database that is thrown away


@dataclass(frozen=True)
class Size:
    """How many phones come back within how many seconds."""

    phones: int
    seconds: float


WHOLE, SMALL = Size(2000, 120), Size(100, 10)


@dataclass
class Watch:
    """The serving process while it serves: resident memory in MiB, most threads, seconds of processor time."""

    pid: int
    rss: list[float] = field(default_factory=list)
    threads: int = 0

    def look(self) -> None:
        said = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        told = dict(line.split(":", 1) for line in said if ":" in line)
        self.rss.append(int(told["VmRSS"].split()[0]) / 1024)
        self.threads = max(self.threads, int(told["Threads"]))

    @property
    def cpu(self) -> float:
        parts = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    async def keep_looking(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(0.5)


def photograph(rng: random.Random) -> bytes:
    """A small JPEG that no other phone has."""
    picture = Image.effect_noise((96, 72), rng.uniform(20, 120))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=60)
    return kept.getvalue() + rng.randbytes(16)


def phones_of(settings: Settings, port: int, many: int, weather: Weather) -> list[Phone]:
    """So many people on the phones they have had all the time, who carry what is carried now."""
    runtime = Runtime.open(settings)
    with runtime.db.write() as session:
        chosen = session.scalars(
            select(User).join(Route, Route.account_manager_id == User.id).order_by(User.username).limit(many)
        ).all()
        devices = {user.id: str(uuid4()) for user in chosen}
        for user in chosen:
            session.add(Device(id=devices[user.id], user_id=user.id, username=user.username, name="storm", created_at=now(), seen_at=now(), approved_at=now()))  # fmt: skip
    phones = []
    for user in chosen:
        device = devices[user.id]
        access = tokens.issue(runtime.access_key, Access(user.id, device, user.stamp), now())
        phone = Phone(
            Wire(port, weather), weather, user.id, access, runtime.keys.deposit(device, user.id, now())
        )
        with runtime.db.read() as session:
            phone.carry(runtime.epoch, sync.manifest(runtime, session, principal_of(session, user))[1])
        phones.append(phone)
    runtime.close()
    return phones


def shop_of(database: Database) -> dict[str, Customer]:
    """A shop of each account manager."""
    with database.read() as session:
        rows = session.execute(
            select(Route.account_manager_id, Customer).join(Customer, Customer.route_id == Route.id)
        )
        return dict(rows.all())


def spend_a_day(phone: Phone, shop: Customer, rng: random.Random) -> None:
    """What a visit makes: arrival, notes, a photo, a remark in the shop's file, leaving."""
    visit, photo = mint(), mint()
    place = {
        "lat": shop.lat,
        "lng": shop.lng,
        "datum": "wgs84",
        "accuracy_m": 12.5,
        "fix_at": now().isoformat(),
    }
    phone.save(
        "visits.check_in", {"id": visit, "customer_id": shop.id, "place": place, "place_verdict": "inside"}
    )
    phone.save("visits.record", {"visit_id": visit, "note": f"note {visit}"})
    phone.save("visits.add_photos", {"visit_id": visit, "photos": [photo]}, {photo: photograph(rng)})
    phone.save(
        "customers.edit", {"customer_id": shop.id, "set": {"note": {"from": None, "to": f"remark {visit}"}}}
    )
    phone.save("visits.check_out", {"visit_id": visit})


async def storm(phones: list[Phone], size: Size, watch: Watch, rng: random.Random) -> float:
    """All come online within the time; seconds until the last one is done, or everybody's patience is over."""
    looking = asyncio.create_task(watch.keep_looking())

    async def come(phone: Phone, after: float) -> None:
        await asyncio.sleep(after)
        await phone.work()

    began = time.monotonic()
    coming = [asyncio.create_task(come(phone, rng.uniform(0, size.seconds))) for phone in phones]
    _, late = await asyncio.wait(coming, timeout=PATIENCE_S)
    for task in late:
        task.cancel()
    took = time.monotonic() - began
    await asyncio.gather(*coming, return_exceptions=True)
    for task in coming:
        if not task.cancelled() and task.exception():
            raise task.exception()
    await asyncio.sleep(2)
    looking.cancel()
    watch.look()
    return took


def plant_faults(settings: Settings, phones: list[Phone]) -> None:
    """An entry that is saved and never sent, what an entry did done twice, and other bytes in a photo's place."""
    phones[0].save("visits.record", {"visit_id": uuid4().hex, "note": "never sent"})
    database = Database(settings.url)
    with database.write() as session:
        op_id = next(iter(phones[1].settled))
        row = session.scalars(select(Audit).where(Audit.op_id == op_id)).one()
        kept = {name: getattr(row, name) for name in ("at", "actor_id", "author_id", "device_id", "action", "outcome", "entity_id", "op_id", "bundle_id")}  # fmt: skip
        session.add(Audit(id=str(uuid4()), **kept))
    database.close()
    open_store(settings).write(f"original/{next(iter(phones[2].sent))}", b"something else")


def require(found: Reckoning, lost: int, twice: int) -> None:
    """Raises SystemExit unless just so much is lost and doubled."""
    if (len(found.lost), len(found.twice)) != (lost, twice):
        raise SystemExit(f"lost {found.lost[:5]} …, twice {found.twice[:5]} …; expected {lost} and {twice}")


def tell_times(phones: list[Phone], size: Size, took: float) -> None:
    done = sorted(phone.took for phone in phones if phone.took is not None)
    if not done:
        raise SystemExit("no phone was done")
    at = {name: done[min(int(len(done) * share), len(done) - 1)] for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))}  # fmt: skip
    print(f"| phones settled / come online | {len(done)} / {len(phones)} within {size.seconds:.0f} s |")
    print(f"| seconds from online to settled: p50, p95, max | {', '.join(f'{s:.2f}' for s in at.values())} |")
    print(f"| seconds until the last one was done | {took:.0f} |")
    print(f"| passes a phone, mean and most | {sum(p.passes for p in phones) / len(phones):.2f}, {max(p.passes for p in phones)} |")  # fmt: skip


def tell(phones: list[Phone], size: Size, took: float, weather: Weather, watch: Watch, cpu: float) -> None:
    seen = weather.seen
    print("| what | figure |\n| --- | --- |")
    tell_times(phones, size, took)
    print(f"| requests | {seen.pop('requests')} |")
    print(f"| of these | {', '.join(f'{name}: {count}' for name, count in sorted(seen.items()))} |")
    rss = watch.rss
    print(f"| server's memory MiB: before, peak, after | {rss[0]:.0f}, {max(rss):.0f}, {rss[-1]:.0f} |")
    print(f"| server's threads at most, processor seconds | {watch.threads}, {cpu:.0f} |")


def tell_log(log: Path) -> None:
    """What the server thought worth a warning, and how often."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    grave = Counter(
        f"{one['level']}: {one['event']} {one.get('error', '')}" for one in lines if one["level"] != "info"
    )
    print(
        f"| warnings and errors in its log | {', '.join(f'{what} ×{n}' for what, n in grave.items()) or 'none'} |"
    )


def tell_held(settings: Settings) -> None:
    """Why entries were held."""
    database = Database(settings.url)
    with database.read() as session:
        held = session.execute(select(Op.name, Op.reason, Op.code).where(Op.state == "held")).all()
    database.close()
    print(f"| held | {dict(Counter(map(tuple, held)))} |")


def run(folder: Path, size: Size, url: str) -> None:
    """One storm over one database: measure, tell, look everything up, and look up what was planted."""
    settings = Settings(database_url=url, data_dir=folder, device_approval=False)
    folder.mkdir()
    rng = random.Random(2026)  # noqa: S311 – a storm, not a secret
    weather = Weather(rng, BAD)
    database = Database(url)
    lay_out(database, -(-size.phones // ROUTES), SHOPS)
    shops = shop_of(database)
    database.close()
    server = Server(folder, database_url=url, log=folder / "log")
    server.start()
    try:
        phones = phones_of(settings, server.port, size.phones, weather)
        for phone in phones:
            spend_a_day(phone, shops[phone.user], rng)
        before = visits_in(url)
        load = os.getloadavg()[0]
        watch = Watch(server.process.pid)
        watch.look()
        cpu = watch.cpu
        took = asyncio.run(storm(phones, size, watch, rng))  # noqa: TID251 – no browser here
        cpu = watch.cpu - cpu
        is_alive = server.process.poll() is None
    finally:
        server.stop()
    print(
        f"{settings.url.partition(':')[0]}, load average {load:.1f} before and {os.getloadavg()[0]:.1f} after"
    )
    tell(phones, size, took, weather, watch, cpu)
    tell_log(server.log)
    found = reckon(settings, phones, before)
    for name, figure in found.figures().items():
        print(f"| {name} | {figure} |")
    print(f"| the database's own examination | {integrity(url)} |")
    errors = sum(count for name, count in weather.seen.items() if name.startswith("answered 5") and name != "answered 503")  # fmt: skip
    require(found, 0, 0)
    if found.states["held"]:
        tell_held(settings)
    if (
        found.saved != 5 * size.phones
        or found.states != Counter(applied=found.saved)
        or errors
        or not is_alive
    ):
        raise SystemExit(f"{found.saved} entries, {dict(found.states)}, {errors} server errors")
    plant_faults(settings, phones)
    planted = reckon(settings, phones, before)
    print(f"| planted: never sent, done twice, other bytes → found | {planted.lost}, {planted.twice} |")
    require(planted, 2, 1)


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
        run(folder / "server", SMALL if told.small else WHOLE, make("storm"))


if __name__ == "__main__":
    main()
