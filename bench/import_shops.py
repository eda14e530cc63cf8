"""5,000 shops come in while phones go on working: how long it takes, and how long a phone waits meanwhile.

Run `python bench/import_shops.py` from the project's root (needs the development packages). It starts a
server of its own over a fresh district on SQLite, pushes one entry after another from one phone, first
alone and then during the import, and prints both times. The budget is 15 s; the ratio is that of the
slowest push during the import to the slowest without.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

import workbooks
from browsers import PASSWORD, Server

SHOPS = 5000


def sign_in(server: Server, username: str) -> httpx2.Client:
    body = {"username": username, "password": PASSWORD, "device": {"id": str(uuid4()), "name": "bench"}}
    told = httpx2.post(f"{server.url}/api/auth/login", json=body).json()
    return httpx2.Client(
        base_url=server.url, headers={"authorization": f"Bearer {told['access_token']}"}, timeout=60
    )


def push_until(client: httpx2.Client, stop: threading.Event, waits: list[float]) -> None:
    """Check in at one shop again and again, noting how long each push takes and that it was applied."""
    shop = client.get("/api/customers", params={"limit": "1"}).json()["items"][0]["id"]
    seq = 0
    while not stop.is_set():
        seq += 1
        args = {"id": str(uuid4()), "customer_id": shop, "place": None}
        op = {"id": str(uuid4()), "seq": seq, "name": "visits.check_in", "v": 1, "args": args}
        began = time.perf_counter()
        told = client.post(
            "/api/sync/push", json={"proto": 1, "epoch": None, "last": None, "ops": [op]}
        ).json()
        waits.append(time.perf_counter() - began)
        if told["stop"] is not None:
            raise SystemExit(f"a phone was sent away: {told['stop']}")
        stop.wait(0.05)


@contextmanager
def pushing(client: httpx2.Client) -> Iterator[list[float]]:
    """One push after another as long as the block runs; how long each took, in seconds."""
    waits: list[float] = []
    stop = threading.Event()
    thread = threading.Thread(target=push_until, args=(client, stop, waits))
    thread.start()
    yield waits
    stop.set()
    thread.join()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        try:
            phone, desk = sign_in(server, "am01"), sign_in(server, "ga")
            with pushing(phone) as alone:
                time.sleep(5)
            zones = {row["id"]: row["code"] for row in desk.get("/api/zones").json()["items"]}
            routes = [(zones[row["zone_id"]], row["code"]) for row in desk.get("/api/routes").json()["items"]]
            content = workbooks.xlsx(workbooks.shops(SHOPS, routes))
            with pushing(phone) as meanwhile:
                began = time.perf_counter()
                told = desk.post("/api/imports/customers", content=content).json()
                took = time.perf_counter() - began
        finally:
            server.stop()
    if not told["is_written"]:
        raise SystemExit(f"not written: {told['faults'][:3]}")
    print(f"{SHOPS} shops from .xlsx ({len(content) / 1024:.0f} KiB): {took:.1f} s (budget 15 s)")
    for name, waits in (("alone", alone), ("meanwhile", meanwhile)):
        ordered = sorted(waits)
        print(
            f"pushes {name}: {len(ordered)}, median {ordered[len(ordered) // 2] * 1000:.0f} ms, slowest {ordered[-1] * 1000:.0f} ms"
        )
    print(f"slowest meanwhile / alone: {max(meanwhile) / max(alone):.1f}")


if __name__ == "__main__":
    main()
