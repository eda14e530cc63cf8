"""Five hundred phones listen to one process, which stays small; one change wakes exactly those who may see it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from browsers import ROOT
from conftest import SECRET, World
from fieldvisit.kernel import tokens
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.tokens import Access
from fieldvisit.kernel.users import Device, User
from loops import run_apart
from object_store import free_port
from personas import shop, uid

pytestmark = pytest.mark.timeout(240)
LISTENERS = 500
SEES = {"am01", "mm1", "dm", "ga"}  # shop cz:0
KIB_PER_STREAM = 200
WAKES = "fieldvisit_live_wakes_total"


@contextmanager
def process(world: World, folder: Path) -> Iterator[tuple[str, int]]:
    """The product in a process of its own over the world's database: its address and its id."""
    settings = world.runtime.settings
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "backend"),
        "PORT": str(port),
        "FIELDVISIT_DATABASE_URL": settings.url,
        "FIELDVISIT_DATA_DIR": str(folder),
        "FIELDVISIT_SECRET": SECRET,
        "FIELDVISIT_SWEEP_SECONDS": "3600",
    }
    command = [sys.executable, "-m", "fieldvisit", "demo"]
    with subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL) as running:
        until = time.monotonic() + 60
        while True:
            try:
                httpx2.get(f"http://127.0.0.1:{port}/readyz")
                break
            except httpx2.TransportError:
                assert running.poll() is None
                assert time.monotonic() < until
        yield f"http://127.0.0.1:{port}", running.pid
        begun = time.monotonic()
        running.send_signal(signal.SIGTERM)
        running.wait(20)
        assert time.monotonic() - begun < 8, "it waited for those who listen"


def sessions(world: World, many: int) -> list[tuple[str, str]]:
    """So many signed-in phones, shared out among all accounts: username and access token."""
    with world.runtime.db.write() as session:
        users = session.scalars(select(User).where(User.is_active).order_by(User.username)).all()
        made = [(users[number % len(users)], uid()) for number in range(many)]
        for user, device in made:
            session.add(Device(id=device, user_id=user.id, username=user.username, name="x", created_at=now(), seen_at=now(), approved_at=now()))  # fmt: skip
    key = world.runtime.access_key
    return [
        (user.username, tokens.issue(key, Access(user.id, device, user.stamp), now()))
        for user, device in made
    ]


def figures_of(pid: int) -> tuple[int, int]:
    """Resident memory in KiB, and threads."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(told["VmRSS"].split()[0]), int(told["Threads"])


async def listen(port: int, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /api/sync/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n".encode()
    )
    await reader.readuntil(b": open\n\n")
    return reader, writer


async def woken(readers: list[asyncio.StreamReader]) -> None:
    """Wait until each of them has been woken (once more)."""
    await asyncio.gather(*(reader.readuntil(b"data: moved\n\n") for reader in readers))


async def story(url: str, pid: int, people: list[tuple[str, str]], change: Any, fence: Any) -> dict[str, Any]:
    """All listen; one change, whose wakes are awaited where they are due; then one that concerns all."""
    before = figures_of(pid)
    port = int(url.rsplit(":", 1)[1])
    begun = time.monotonic()
    streams = [await listen(port, token) for _, token in people]
    opened = time.monotonic() - begun
    after = figures_of(pid)
    begun = time.monotonic()
    await asyncio.to_thread(change)
    due = [reader for (username, _), (reader, _) in zip(people, streams, strict=True) if username in SEES]
    await woken(due)
    took = time.monotonic() - begun
    await asyncio.to_thread(fence)
    await woken([reader for reader, _ in streams])
    listening = figures_of(pid)
    for _, writer in streams:
        writer.close()
    return {
        "before": before,
        "after": after,
        "opened": opened,
        "took": took,
        "due": len(due),
        "end": listening,
    }


def test_five_hundred_listen_and_one_change_wakes_those_who_see_it(
    world: World, tmp_path: Path, record_property: Any
) -> None:
    people = sessions(world, LISTENERS)
    am01, ga = (
        world.as_("am01"),
        world.as_("ga"),
    )  # before anybody listens: a sign-in moves the list of phones
    with process(world, tmp_path) as (url, pid), httpx2.Client(base_url=url, timeout=60) as client:
        am01.client = ga.client = client
        at_rest(client, world.runtime.db.is_sqlite)
        counted: list[int] = []

        def change() -> None:
            counted.append(figure(client, WAKES))
            am01.do("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})

        def fence() -> None:
            counted.append(figure(client, WAKES))
            assert ga.call("PUT", f"/api/brands/{uid()}", {"name": uid()}).status_code == 200

        told = run_apart(story(url, pid, people, change, fence))
        (rss, threads), (rss_open, threads_open) = told["before"], told["after"]
        each = (rss_open - rss) / LISTENERS
        record_property("streams/who see it/woken", f"{LISTENERS}/{told['due']}/{counted[1] - counted[0]}")
        record_property("memory KiB before, open, after a wake", f"{rss}, {rss_open}, {told['end'][0]}")
        record_property("KiB a stream", round(each, 1))
        record_property("threads before, open", f"{threads}, {threads_open}")
        record_property("seconds to open all, to wake", f"{told['opened']:.1f}, {told['took']:.2f}")
    assert counted[1] - counted[0] == told["due"], (
        "as many wakes as phones that see it, and each of those had one"
    )
    assert told["due"] >= 50
    assert each <= KIB_PER_STREAM
    assert threads_open <= 60 < LISTENERS, "a thread for each would be five hundred"


def at_rest(client: httpx2.Client, is_sqlite: bool) -> None:
    """Wait until the process has done its first round and hears of commits: what it does by itself wakes people, too."""
    until = time.monotonic() + 60
    while not figure(client, 'fieldvisit_rounds_total{end="done"}'):
        assert time.monotonic() < until
    while not is_sqlite and not figure(client, "fieldvisit_live_listening"):
        assert time.monotonic() < until


def figure(client: httpx2.Client, name: str) -> int:
    """What the process tells of itself under a name."""
    lines = client.get("/metrics").text.splitlines()
    told = [line.removeprefix(name) for line in lines if line.startswith(f"{name} ")]
    return int(float(told[0])) if told else 0
