"""The sales book (S2.14), by zone and person and spec (S2.4), and shops that fall behind (warning_shop): brought in by table or piece by piece, named where wrong, taken back whole, summed up truly."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from conftest import World
from features.test_imports import post
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.facts.models import SalesFact, SalesImport
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.reactions import react
from personas import Persona, shop, uid
from workbooks import Table, gbk, xlsx

HEAD = ["客户编码*", "规格编码", "月份", "周一日期", "需求量*", "订购量*", "金额*"]
SPECS = ("90010101", "90010202", "90070104")
FIGURES = ("demand_qty", "order_qty", "amount", "shops", "lines", "wanted_lines", "ordered_lines", "filled_lines", "missed_lines")  # fmt: skip


def month(back: int) -> date:
    """The first of the month so many months ago."""
    number = today().year * 12 + today().month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def monday(back: int) -> date:
    return today() - timedelta(days=today().weekday() + 7 * back)


def codes(world: World) -> dict[str, str]:
    """Shop id → code."""
    with world.runtime.db.read() as session:
        return dict(session.execute(select(Customer.id, Customer.customer_code)).all())


def row(code: str, starts_on: date, demand: int, order: int, spec: str = "", week: bool = False) -> list[Any]:
    when = ["", str(starts_on)] if week else [str(starts_on)[:7], ""]
    return [code, spec, *when, demand, order, f"{order * 130.5:.2f}"]


def bring(ga: Persona, rows: Iterable[list[Any]], title: str = "十月", **more: str) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in {"title": title, **more}.items())
    answer = post(ga, f"sales_facts?{query}", xlsx([HEAD, *rows]), **{"idempotency-key": uid()})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def written(told: dict[str, Any], rows: int) -> None:
    assert told == {"rows": rows, "faults": [], "is_written": True}


def report(who: Persona, name: str, **params: str) -> list[dict[str, Any]]:
    answer = who.get(f"/api/reports/{name}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def test_sales_are_brought_in_shown_to_whom_they_concern_and_taken_back_whole(world: World) -> None:
    ga, dm, mm1, am01, am02 = (world.as_(name) for name in ("ga", "dm", "mm1", "am01", "am02"))
    code, home = codes(world)[shop("cz:0")], f"customer:{shop('cz:0')}"
    table: Table = [HEAD, row(code, month(1), 120, 100), row(code, month(2), 90, 90)]
    tried = post(ga, "sales_facts/check?title=x", gbk(table)).json()
    assert tried == {"rows": 2, "faults": [], "is_written": False}
    assert dm.get("/api/sales_imports").json()["items"] == []
    written(bring(ga, table[1:], "十月销量"), 2)
    (made,) = dm.get("/api/sales_imports").json()["items"]
    assert (made["title"], made["row_count"], made["state"]) == ("十月销量", 2, "in_force")
    before = am01.manifest()
    react(world.runtime.db)
    assert am01.manifest()[home] == before[home] + 1
    (sales,) = am01.rows(home, "shop_sales")
    assert [(each["month"], each["demand_qty"], each["order_qty"]) for each in sales["months"]] == [
        (str(month(2))[:7], 90, 90),
        (str(month(1))[:7], 120, 100),
    ], "what was wanted and what was given stay apart"
    assert sales["months"][1]["amount"] == 1_305_000
    assert am02.rows(home, "shop_sales") == []
    assert mm1.rows(home, "shop_sales") == [sales]
    (own,) = [each for each in report(am01, "sales_by_place") if each["level"] == "account_manager"]
    assert (own["order_qty"], own["before_qty"], own["fill_rate"]) == (100, 90, 0.8333)
    assert report(am02, "sales_by_place") == []
    assert dm.call("POST", f"/api/sales_imports/{made['id']}/undo", {}).json()["code"] == "role_not_allowed"
    for who in (am01, mm1, world.as_("cc1")):
        assert who.get("/api/sales_imports").status_code == 404
    assert ga.call("POST", f"/api/sales_imports/{made['id']}/undo", {}).status_code == 200
    react(world.runtime.db)
    assert am01.rows(home, "shop_sales")[0]["months"] == []
    assert report(am01, "sales_by_place") == []
    again = ga.call("POST", f"/api/sales_imports/{made['id']}/undo", {})
    assert (again.status_code, again.json()["code"]) == (409, "import_undone")
    late = post(ga, f"sales_facts?title=x&import_id={made['id']}", xlsx(table), **{"idempotency-key": uid()})
    assert (late.status_code, late.json()["code"]) == (409, "import_undone")


def test_every_bad_row_is_named_and_nothing_of_the_table_is_written(world: World) -> None:
    ga, code = world.as_("ga"), codes(world)[shop("cz:0")]
    other = codes(world)[shop("xq:0")]
    ahead = month(-1)
    rows = [
        row("999999999999", month(1), 1, 1),
        row(other, month(1), 1, 1),
        row(code, month(1), 1, 1, "12345678"),
        row(code, ahead, 1, 1),
        [code, "", "", "", 1, 1, 1],
        [code, "", str(month(1))[:7], str(monday(1)), 1, 1, 1],
        row(code, monday(1) + timedelta(days=1), 1, 1, week=True),
        [code, "", "2026-13", "", 1, 1, 1],
        [code, "", "202601", "", -1, 1, 1],
        [code, "", "202602", "", 1, "1.5", 1],
        [code, "", "202603", "", 1, 1, "1.005"],
        [code, "", "202604", "", 1, 1, "NaN"],
        row(code, month(2), 1, 1),
        row(code, month(2), 2, 2),
    ]
    faults = [(fault["row"], fault["column"], fault["reason"]) for fault in bring(ga, rows)["faults"]]
    assert faults == [
        (2, "customer_code", "not_found"),
        (3, "customer_code", "not_found"),
        (4, "spec_code", "not_found"),
        (5, "month", "invalid"),
        (6, "month", "required"),
        (7, "week_start", "invalid"),
        (8, "week_start", "invalid"),
        (9, "month", "invalid"),
        (10, "demand_qty", "invalid"),
        (11, "order_qty", "invalid"),
        (12, "amount", "invalid"),
        (13, "amount", "invalid"),
        (15, "customer_code", "twice"),
    ]
    assert ga.get("/api/sales_imports").json()["items"] == []
    nameless = post(ga, "sales_facts", xlsx([HEAD, row(code, month(1), 1, 1)]), **{"idempotency-key": uid()})
    assert (nameless.status_code, nameless.json()["code"]) == (422, "args_invalid")
    assert nameless.json()["params"]["fields"] == [{"field": "title", "rule": "missing"}]


def test_a_later_import_corrects_an_earlier_one_and_what_it_said_counts_again_without_it(
    world: World,
) -> None:
    ga, code = world.as_("ga"), codes(world)[shop("cz:0")]
    first, second = uid(), uid()
    written(bring(ga, [row(code, month(1), 50, 40)], import_id=first), 1)
    written(bring(ga, [row(code, month(1), 60, 60), row(code, month(2), 5, 5)], import_id=second), 2)
    react(world.runtime.db)
    trend = report(ga, "sales_trend")
    assert [(each["starts_on"], each["order_qty"]) for each in trend] == [
        (str(month(2)), 5),
        (str(month(1)), 60),
    ]
    assert ga.call("POST", f"/api/sales_imports/{second}/undo", {}).status_code == 200
    react(world.runtime.db)
    assert [(each["starts_on"], each["order_qty"]) for each in report(ga, "sales_trend")] == [
        (str(month(1)), 40)
    ]


def test_pieces_sent_by_another_system_are_one_import(world: World) -> None:
    ga, code, whole, key = world.as_("ga"), codes(world), uid(), uid()
    pieces = [
        [{"row": 1, "customer_code": code[shop("cz:0", number)], "month": str(month(1)), "demand_qty": 7, "order_qty": 5, "amount": 650}]
        for number in range(3)
    ]  # fmt: skip
    for piece in pieces:
        args = {"import_id": whole, "title": "ERP", "rows": piece}
        assert ga.call("POST", "/api/sales_facts/import", args).status_code == 200
    for _ in range(2):  # an answer that was lost: sent again under its key, it counts once
        args = {"import_id": whole, "title": "ERP", "rows": [pieces[0][0] | {"month": str(month(2))}]}
        assert ga.call("POST", "/api/sales_facts/import", args, **{"idempotency-key": key}).status_code == 200
    (made,) = ga.get("/api/sales_imports").json()["items"]
    assert made["row_count"] == 4
    react(world.runtime.db)
    assert [each["order_qty"] for each in report(ga, "sales_trend")] == [5, 15]
    assert ga.call("POST", f"/api/sales_imports/{whole}/undo", {}).status_code == 200
    react(world.runtime.db)
    assert report(ga, "sales_trend") == []


def slowly(world: World) -> dict[tuple[str, str, date, str | None], dict[str, int]]:
    """The sums by route, straight from every single fact, one after the other."""
    with world.runtime.db.read() as session:
        valid = set(session.scalars(select(SalesImport.id).where(SalesImport.state == "in_force")))
        routes = dict(session.execute(select(Customer.id, Customer.route_id)).all())
        facts = session.scalars(select(SalesFact).order_by(SalesFact.number)).all()
    book = {
        (fact.customer_id, fact.period, fact.starts_on, fact.spec_id): fact
        for fact in facts
        if fact.import_id in valid
    }
    sums: dict[tuple[str, str, date, str | None], dict[str, int]] = {}
    for (customer, period, day, spec), fact in book.items():
        has_whole = (customer, period, day, None) in book
        keys = [(routes[customer], period, day, spec)]
        if spec is not None:
            keys.append((routes[customer], period, day, None))
        for key in keys:
            into = sums.setdefault(key, dict.fromkeys(FIGURES, 0))
            counts = key[3] == spec or not has_whole
            if counts:
                for name in FIGURES[:3]:
                    into[name] += getattr(fact, name)
            if spec is not None:
                into["lines"] += 1
                into["wanted_lines"] += fact.demand_qty > 0
                into["ordered_lines"] += fact.order_qty > 0
                into["filled_lines"] += fact.order_qty == fact.demand_qty
                into["missed_lines"] += fact.demand_qty > 0 and fact.order_qty == 0
    for key, into in sums.items():
        for customer in {each[0] for each in book if routes[each[0]] == key[0]}:
            of = [fact for each, fact in book.items() if each[:3] == (customer, *key[1:3])]
            if key[3] is not None:
                of = [fact for fact in of if fact.spec_id == key[3]]
            elif any(fact.spec_id is None for fact in of):
                of = [fact for fact in of if fact.spec_id is None]
            into["shops"] += sum(fact.order_qty for fact in of) > 0
    return sums


def kept(world: World) -> dict[tuple[str, str, date, str | None], dict[str, int]]:
    """The rollups as they are kept, through the front door of who reads them all in each department."""
    found = {}
    for reader in ("dm", "dm2"):
        after: dict[str, str] = {}
        while True:
            page = world.as_(reader).get("/api/sales_rollups", params={"limit": "200", **after}).json()
            for each in page["items"]:
                key = (
                    each["route_id"],
                    each["period"],
                    date.fromisoformat(each["starts_on"]),
                    each["spec_id"],
                )
                found[key] = {name: each[name] for name in FIGURES}
            if page["next"] is None:
                break
            after = {"after": page["next"]}
    return found


def test_rollups_equal_the_slow_sum_whatever_is_brought_in_taken_back_or_handed_over(
    world: World, record_property: Any
) -> None:
    ga, code, rng = world.as_("ga"), codes(world), random.Random(20261129)
    shops = [shop(route, number) for route in ("cz:0", "cz:1") for number in range(3)]
    compared = 0
    for step in range(12):
        deed = ("bring", "bring", "undo", "move")[step % 4]
        standing = ga.get("/api/sales_imports", params={"state": "in_force"}).json()["items"]
        if deed == "undo":
            undone = rng.choice(standing)["id"]
            assert ga.call("POST", f"/api/sales_imports/{undone}/undo", {}).status_code == 200
        elif deed == "move":
            to = demo_id(f"route:cz:{step // 4 % 2}")
            moved = {"route_id": to, "customer_ids": rng.sample(shops, 2), "on_day": str(today())}
            assert ga.call("POST", "/api/handovers", moved).status_code in (200, 409)
        else:
            keys = {
                (rng.choice(shops), rng.choice([month(1), month(2), monday(1)]), rng.choice(["", *SPECS]))
                for _ in range(25)
            }
            rows = [
                row(code[who], day, rng.randrange(9), rng.randrange(9), spec, week=day.day != 1)
                for who, day, spec in sorted(keys)
            ]
            written(bring(ga, rows), len(rows))
        react(world.runtime.db)
        slow = slowly(world)
        assert kept(world) == slow, (step, deed)
        compared += len(slow)
    record_property("sums", compared)
    assert compared >= 150


def test_a_shop_that_falls_behind_its_like_is_told_from_one_that_falls_with_them(world: World) -> None:
    ga, am01, code = world.as_("ga"), world.as_("am01"), codes(world)
    with world.runtime.db.write() as session:
        for each in session.scalars(select(Customer).where(Customer.route_id == demo_id("route:cz:0"))):
            each.business_size, each.customer_status = "2", "02"
    falls = {shop("cz:0"): (30, 90), shop("cz:0", 1): (60, 90), shop("cz:0", 2): (90, 90)}
    rows = [
        row(code[who], month(back), 99, (after if back <= 3 else earlier) // 3)
        for who, (after, earlier) in falls.items()
        for back in range(1, 7)
    ]
    rows.append(row(code[shop("cz:0")], today().replace(day=1), 99, 99))  # this month is not over yet
    written(bring(ga, rows), 19)
    react(world.runtime.db)
    for who, (after, earlier) in falls.items():
        (sales,) = am01.rows(f"customer:{who}", "shop_sales")
        assert (sales["recent_qty"], sales["before_qty"]) == (after, earlier)
    (growth,) = am01.rows(f"ref:sales:{demo_id('department:dq')}", "sales_growths")
    assert (growth["business_size"], growth["recent_qty"], growth["before_qty"]) == ("2", 180, 270)


def test_what_is_asked_of_a_report_is_answered_by_class_and_compared_with_last_year(world: World) -> None:
    ga, mm1, code = world.as_("ga"), world.as_("mm1"), codes(world)[shop("cz:0")]
    rows = [
        row(code, month(1), 10, 10, "90010101"),
        row(code, month(1), 30, 20, "90070104"),
        row(code, month(1), 5, 0, "90010202"),
        row(code, month(13), 40, 24, "90010101"),
    ]
    written(bring(ga, rows), 4)
    react(world.runtime.db)
    total, zone, *_ = report(mm1, "sales_by_place")
    assert (total["level"], zone["level"]) == ("total", "zone")
    assert (total["order_qty"], total["demand_qty"], total["last_year_qty"], total["yoy_growth"]) == (
        30,
        45,
        24,
        0.25,
    )
    assert (total["fill_breadth"], total["purchase_breadth"], total["company_oos_rate"]) == (
        0.3333,
        0.6667,
        0.3333,
    )
    assert total["case_value"] == round(130.5 * 100 * 250)
    by_spec = report(mm1, "sales_by_spec")
    assert [
        (each["price_class"], each["spec_code"], each["structure_share"], each["shops"]) for each in by_spec
    ] == [
        (1, None, 0.3333, None),
        (1, "90010101", 0.3333, 1),
        (1, "90010202", 0.0, 0),
        (5, None, 0.6667, None),
        (5, "90070104", 0.6667, 1),
    ]
    assert report(world.as_("am02"), "sales_by_spec") == []
    assert report(world.as_("dm2"), "sales_by_place") == []
