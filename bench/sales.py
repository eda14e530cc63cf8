"""A million rows of sales come in while a phone goes on working: by CSV pieces under one import, summed up, and taken back.

Run `python bench/sales.py` from the project's root (needs the development packages). It starts a server of its own over
the demo district on SQLite (3,600 shops), sends 100,000 rows at a time, waits until the sums by route say what was
sent, asks for the reports, and takes the whole import back. `--small` sends a tenth.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import httpx2

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from import_shops import pushing, sign_in
from report import write_section

from browsers import Server
from fieldvisit.demo.catalogue import SPECS
from fieldvisit.kernel.clock import today

PIECE = 100_000
HEAD = "customer_code,spec_code,week_start,demand_qty,order_qty,amount\n"
ASKED = 30


def rows(codes: list[str], weeks: list[date]) -> Iterator[tuple[str, int]]:
    """Every shop, spec and week, as a line of CSV and the cartons ordered."""
    rng = random.Random(1)  # noqa: S311 – invented quantities
    for week in weeks:
        for code in codes:
            for spec, *_ in SPECS:
                order = rng.randrange(20)
                yield f"{code},{spec},{week},{order + rng.randrange(4)},{order},{order * 130}.50\n", order


def codes_of(desk: httpx2.Client) -> list[str]:
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = desk.get("/api/customers", params={"limit": "200", **after}).json()
        found += [row["customer_code"] for row in page["items"]]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def seconds(call: Callable[[], httpx2.Response]) -> float:
    began = time.perf_counter()
    answer = call()
    if answer.status_code != 200:
        raise SystemExit(answer.text)
    return time.perf_counter() - began


def wait_for(desk: httpx2.Client, week: date, order_qty: int) -> float:
    """Until the sums by route say so many cartons of the week."""
    began = time.perf_counter()
    while True:
        params = {"period": "week", "starts_on": str(week)}
        told = desk.get("/api/reports/sales_by_place", params=params).json()["rows"]
        if told and told[0]["order_qty"] == order_qty:
            return time.perf_counter() - began
        time.sleep(0.2)


def quantiles(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered) * 1000:.0f} / {ordered[int(len(ordered) * 0.95)] * 1000:.0f} ms"


def measure(server: Server, weeks: int) -> list[tuple[str, str]]:
    """What was measured, and its figure."""
    phone, desk, leader = (sign_in(server, username) for username in ("am01", "ga", "dm"))
    desk.timeout = httpx2.Timeout(300)
    monday = today() - timedelta(days=today().weekday())
    days = [monday - timedelta(days=7 * (20 + back)) for back in range(weeks)]  # where nothing is yet
    lines = list(rows(codes_of(desk), days))
    last = sum(order for line, order in lines if f",{days[-1]}," in line)
    pieces = [lines[at : at + PIECE] for at in range(0, len(lines), PIECE)]
    texts = [(HEAD + "".join(line for line, _ in piece)).encode() for piece in pieces]
    whole = str(uuid4())
    tried = seconds(lambda: desk.post("/api/imports/sales_facts/check", content=texts[0]))
    with pushing(phone) as waits:
        took = [
            seconds(
                lambda text=text: desk.post(
                    "/api/imports/sales_facts", params={"title": "bench", "import_id": whole}, content=text
                )
            )
            for text in texts
        ]
        summed = wait_for(desk, days[-1], last)
    reports = {
        name: [seconds(lambda name=name: leader.get(f"/api/reports/{name}")) for _ in range(ASKED)]
        for name in ("sales_by_place", "sales_trend", "field_visits")
    }
    weekly = {"period": "week", "starts_on": str(days[-1])}
    reports["sales_by_spec"] = [
        seconds(lambda: leader.get("/api/reports/sales_by_spec", params=weekly)) for _ in range(ASKED)
    ]
    undone = seconds(lambda: desk.post(f"/api/sales_imports/{whole}/undo", json={}))
    began = time.perf_counter()
    while leader.get("/api/reports/sales_by_place", params=weekly).json()["rows"][0]["order_qty"]:
        time.sleep(0.2)
    return [
        ("rows", f"{len(lines):,} in {len(pieces)} pieces"),
        ("a piece tried without writing", f"{tried:.1f} s"),
        ("all pieces written", f"{sum(took):.0f} s, {len(lines) / sum(took):,.0f} rows/s, slowest piece {max(took):.1f} s"),
        ("until all sums are true", f"{summed:.1f} s more"),
        ("a phone's push meanwhile, median / slowest", f"{statistics.median(waits) * 1000:.0f} ms / {max(waits):.1f} s of {len(waits)}"),
        ("taken back whole", f"{undone:.1f} s, sums true after {time.perf_counter() - began:.1f} s more"),
        *((f"report {name}, median / p95 of {ASKED}", quantiles(times)) for name, times in reports.items()),
    ]  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--small", action="store_true")
    small = asked.parse_known_args()[0].small
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        try:
            found = measure(server, 2 if small else 12)
        finally:
            server.stop()
    table = "\n".join(["| sales on SQLite, 3,640 shops | |", "| --- | --- |", *(f"| {name} | {figure} |" for name, figure in found)])  # fmt: skip
    print(table)
    if not small:
        write_section("sales", table)


if __name__ == "__main__":
    main()
