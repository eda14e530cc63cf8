"""The desk of the complaint centre over 100,000 invented cases: its first page, by state, by words of 2, 3 and 6 signs, and what is similar.

Run `python bench/cases.py [--cases 100000] [--asked 200] [--postgres] [--check]` from the project's root, with the development
packages. It lays out the demo district, writes the cases, and asks the application over HTTP, each request another way than the
one before, as the complaint centre that sees them all. It prints medians and p95 beside the bound and writes the section of
docs/benchmarks.md; `--check` exits 1 where one is over.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from report import write_section
from sqlalchemy import insert, select

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

import postgres
from fieldvisit import migrate
from fieldvisit.demo.district import Size, build
from fieldvisit.features.cases.models import FeedbackCase
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.models import Route
from fieldvisit.kernel.bundles import Bundle, BundleScope
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.search import SearchText, spread
from fieldvisit.main import make_routes
from fieldvisit.settings import Settings
from personas import Persona, person

BOUND_MS = 150
PASSWORD = "zoufang-demo"  # noqa: S105 – of an invented district
PIECE = 5000
CATEGORIES = ("supply", "price", "order", "delivery", "settlement", "product_quality", "policy", "other")
STATES = ("registered", "handling", "informed", *("closed",) * 17)
SIGNS = "货款价烟条包订单送车迟到早晚多少错漏退换补扣网卡牌柜台店门市场批发零售新品断缺配额限量标签陈列促销会员积分短信电话服务态度"
PHRASES = (
    "送货总在中午",
    "订单提交后被取消",
    "扣款金额和订单不一致",
    "标价牌对不上",
    "畅销牌子断货",
    "包装封口开裂",
)
AT_WORK = ["accepted", "verified", "handling", "co_handling", "reopened"]
LISTS: dict[str, dict[str, list[Any]]] = {
    "first page by `due_at`": {"sort": ["due_at"]},
    "filtered by state": {"sort": ["due_at"], "state": ["registered", "closed"]},
    "a lane of the board": {
        "sort": ["due_at"],
        "state": [AT_WORK, ["registered"], ["resolved", "reported"]],
        "limit": ["20"],
    },
    "`q` of 2 signs, in every sixth case": {"sort": ["due_at"], "q": ["送货", "断货", "扣款", "封口"]},
    "`q` of 2 signs, rare": {"sort": ["due_at"], "q": ["牌柜", "烟漏", "款错", "晚价"]},
    "`q` of 3 signs": {"sort": ["due_at"], "q": ["送货总", "标价牌", "货款价"]},
    "`q` of 6 signs": {"sort": ["due_at"], "q": ["送货总在中午", "畅销牌子断货"]},
}


def content(rng: random.Random) -> str:
    """A phrase that many say, between 20 to 60 signs that nobody else says."""
    words = "".join(rng.choices(SIGNS, k=rng.randrange(20, 60)))
    return f"{words[:10]}，{rng.choice(PHRASES)}，{words[10:]}"


def cases(rng: random.Random, shops: list[Any], first: int, count: int) -> Iterator[dict[str, Any]]:
    for number in range(first, first + count):
        shop = rng.choice(shops)
        received = now() - timedelta(minutes=5 * number)
        yield {
            "id": str(UUID(int=rng.getrandbits(128), version=4)),
            "number": f"YJ-2020-{number:06}",
            "author_id": person("mm1"),
            "zone_id": shop.zone_id,
            "handler_id": person("mm1"),
            "feedback_type": "grumble",
            "source": "complaint_centre",
            "category": rng.choice(CATEGORIES),
            "customer_id": shop.id,
            "shop_name": shop.shop_name,
            "contact_phone": f"139{rng.randrange(20_000):08}",
            "content": content(rng),
            "received_at": received,
            "due_at": received + timedelta(days=2),
            "state": rng.choice(STATES),
        }


def fill(db: Database, count: int) -> None:
    """Cases with a bundle each, hung as the command hangs them."""
    rng = random.Random(5)  # noqa: S311 – invented cases
    since = now() - timedelta(days=400)
    with db.read() as session:
        shops = session.execute(select(Customer.id, Customer.shop_name, Route.zone_id).join(Route, Route.id == Customer.route_id)).all()  # fmt: skip
    for first in range(0, count, PIECE):
        rows = list(cases(rng, list(shops), first, min(PIECE, count - first)))
        with db.write() as session:
            bundles = [{"key": f"feedback_case:{row['id']}", "kind": "feedback_case", "day": today(), "rev": 1} for row in rows]  # fmt: skip
            session.execute(insert(Bundle), bundles)
            ids = dict(
                session.execute(select(Bundle.key, Bundle.id).where(Bundle.kind == "feedback_case")).all()
            )
            scopes = []
            for row in rows:
                row["bundle_id"] = ids[f"feedback_case:{row['id']}"]
                hung = (f"user:{row['author_id']}", "complaint-centre", f"zone:{row['zone_id']}")
                scopes += [{"bundle_id": row["bundle_id"], "scope": scope, "since": since} for scope in hung]
            session.execute(insert(BundleScope), scopes)
            session.execute(insert(FeedbackCase), rows)
            session.execute(insert(SearchText), [{"row_id": row["id"], "text": spread(map(row.get, FeedbackCase.searched))} for row in rows])  # fmt: skip


def measure(centre: Persona, asked: int, shops: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each kind of request."""
    rng = random.Random(6)  # noqa: S311
    taken: dict[str, list[float]] = {}
    for _ in range(asked):
        for name, choices in LISTS.items():
            params = {key: rng.choice(values) for key, values in choices.items()}
            taken.setdefault(name, []).append(_ask(centre, "/api/feedback_cases", params))
        told = {"customer_id": rng.choice(shops), "contact_phone": f"139{rng.randrange(20_000):08}", "category": "order", "content": content(rng)}  # fmt: skip
        taken.setdefault("similar: shop, number and words", []).append(
            _ask(centre, "/api/feedback_cases/similar", told)
        )
        told = {"content": content(rng)}
        taken.setdefault("similar: words alone", []).append(_ask(centre, "/api/feedback_cases/similar", told))
    return taken


def _ask(centre: Persona, path: str, params: dict[str, Any]) -> float:
    began = time.perf_counter()
    answer = centre.get(path, params=params)
    if answer.status_code != 200:
        raise SystemExit(answer.text)
    return 1000 * (time.perf_counter() - began)


@contextmanager
def database_url(folder: Path, is_postgres: bool) -> Iterator[str]:
    if not is_postgres:
        yield f"sqlite:///{folder / 'fieldvisit.db'}"
        return
    with postgres.server() as uri:
        yield "postgresql+psycopg://" + uri.partition("://")[2]


def run(url: str, folder: Path, count: int, asked: int) -> dict[str, list[float]]:
    """A district filled and asked."""
    db = Database(url)
    migrate.migrate(db)
    build(db, Size(zones=2, routes=5, shops=100, since=today() - timedelta(days=3), second_shops=2), PASSWORD)
    fill(db, count)
    with db.read() as session:
        shops = list(session.scalars(select(Customer.id)))
    db.close()
    secret = "a secret for the bench that is long enough"  # noqa: S105
    app = make_routes()
    app.state.runtime = Runtime.open(
        Settings(database_url=url, data_dir=folder, secret=secret, device_approval=False)
    )
    try:
        return measure(Persona.sign_in(TestClient(app), "cc1", PASSWORD), asked, shops)
    finally:
        app.state.runtime.close()


def p95(values: list[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def table(taken: dict[str, dict[str, list[float]]], count: int, asked: int) -> str:
    """Median and p95 of every request on every database."""
    lines = [f"{count:,} cases, {asked} requests of each kind, p95 at most {BOUND_MS} ms:", ""]
    lines += ["| request | " + " | ".join(f"{name}, median / p95" for name in taken) + " |"]
    lines += ["| --- |" + " ---: |" * len(taken)]
    for name in next(iter(taken.values())):
        cells = [f"{statistics.median(of[name]):.0f} / {p95(of[name]):.0f} ms" for of in taken.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--check", action="store_true")
    told = parser.parse_args()
    taken: dict[str, dict[str, list[float]]] = {}
    for name in ("SQLite", "PostgreSQL") if told.postgres else ("SQLite",):
        with tempfile.TemporaryDirectory() as scratch, database_url(Path(scratch), name != "SQLite") as url:
            taken[name] = run(url, Path(scratch), told.cases, told.asked)
    text = table(taken, told.cases, told.asked)
    print(text)
    if told.cases == 100_000:
        write_section("cases", text)
    over = [name for of in taken.values() for name, values in of.items() if p95(values) > BOUND_MS]
    if told.check and over:
        sys.exit(f"over: {', '.join(over)}")


if __name__ == "__main__":
    main()
