"""Tables from the desk: tried first, written whole or not at all, and every bad row named (S8.1)."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

import workbooks
from conftest import PASSWORD, World
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.kernel.users import Role, User
from personas import Persona, person, uid
from workbooks import Table

FORMS: dict[str, Callable[[Table], bytes]] = {
    "xlsx": workbooks.xlsx,
    "xls": workbooks.xls,
    "gbk": workbooks.gbk,
}
SEED = 20261124


def codes(ga: Persona) -> list[tuple[str, str]]:
    """Codes of zone and route for every route there is."""
    zones = {row["id"]: row["code"] for row in ga.get("/api/zones").json()["items"]}
    return [(zones[row["zone_id"]], row["code"]) for row in ga.get("/api/routes").json()["items"]]


def post(who: Persona, path: str, content: bytes, **headers: str) -> Any:
    return who.client.post(f"/api/imports/{path}", content=content, headers=who.headers(**headers))


def count(world: World, model: type[Any]) -> int:
    with world.runtime.db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("form", FORMS)
def test_shops_from_every_kind_of_table_are_tried_then_written(world: World, form: str) -> None:
    ga = world.as_("ga")
    content = FORMS[form](workbooks.shops(40, codes(ga)))
    before = count(world, Customer)
    tried = post(ga, "customers/check", content).json()
    assert tried == {"rows": 40, "faults": [], "is_written": False}
    assert count(world, Customer) == before
    key = uid()
    assert post(ga, "customers", content, **{"idempotency-key": key}).json()["is_written"]
    assert count(world, Customer) == before + 40
    again = post(ga, "customers", content, **{"idempotency-key": key.upper()}).json()
    assert again == {"rows": 40, "faults": [], "is_written": True}
    other = FORMS[form](workbooks.shops(3, codes(ga)))
    assert post(ga, "customers", other, **{"idempotency-key": key}).json()["code"] == "id_reuse"
    anew = post(ga, "customers", content, **{"idempotency-key": uid()}).json()
    assert {fault["reason"] for fault in anew["faults"]} == {"taken"}
    assert count(world, Customer) == before + 40
    route = demo_id("route:cz:0")
    found = [
        row
        for row in ga.get("/api/customers", params={"q": "新丰", "limit": "200"}).json()["items"]
        if row["route_id"] == route
    ]
    assert len(found) == 40 // len(codes(ga))
    assert {(row["retail_format"], row["business_size"], row["customer_status"]) for row in found} == {
        ("B", "3", "01")
    }
    carried, elsewhere = world.as_("am01").manifest(), world.as_("am02").manifest()
    for row in found:
        assert f"customer:{row['id']}" in carried, "the new file is carried by whoever serves its route"
        assert f"customer:{row['id']}" not in elsewhere


def spoil(table: Table, faults: int) -> tuple[Table, set[tuple[int, str, str]]]:
    """Plant faults, one in a row, of every kind in turn; the table and what should be found."""
    spoilt = [list(row) for row in table]
    kinds: list[tuple[str, int, Any, str]] = [
        ("zone_code", 0, "无此区", "not_found"),
        ("route_code", 1, "R-?", "not_found"),
        ("customer_code", 2, "12345", "invalid"),
        ("customer_code", 2, None, "twice"),
        ("licence_no", 3, "99999999999x", "invalid"),
        ("licence_no", 3, None, "twice"),
        ("shop_name", 4, "", "required"),
        ("shop_name", 4, "店" * 61, "invalid"),
        ("retail_format", 5, "飞机场", "invalid"),
        ("market_type", 6, "太空", "invalid"),
        ("business_size", 7, "", "required"),
        ("contact_phone", 8, "不知道", "invalid"),
    ]
    planted = set()
    places = sorted(random.Random(SEED).sample(range(3, len(table)), faults))
    for number, place in enumerate(places):
        column, at, value, reason = kinds[number % len(kinds)]
        spoilt[place][at] = spoilt[1][at] if reason == "twice" else value
        planted.add((place + 1, column, reason))
    return spoilt, planted


def test_of_3600_rows_with_60_faults_all_60_are_named_and_nothing_is_written(world: World) -> None:
    ga = world.as_("ga")
    table = workbooks.shops(3600, codes(ga))
    spoilt, planted = spoil(table, 60)
    before = count(world, Customer)
    for path in ("customers/check", "customers"):
        answer = post(ga, path, workbooks.xlsx(spoilt))
        assert answer.status_code == 200
        told = answer.json()
        assert {(fault["row"], fault["column"], fault["reason"]) for fault in told["faults"]} == planted
        assert len(told["faults"]) == len(planted) == 60
        assert not told["is_written"]
        assert "不知道" not in answer.text, "what a cell said is not repeated"
        assert count(world, Customer) == before
    assert post(ga, "customers", workbooks.xlsx(table)).json() == {
        "rows": 3600,
        "faults": [],
        "is_written": True,
    }
    assert count(world, Customer) == before + 3600


def test_people_come_with_their_posts_and_serve_from_today(world: World) -> None:
    ga = world.as_("ga")
    zone, route = demo_id("zone:cz"), uid()
    code = next(row["code"] for row in ga.get("/api/zones").json()["items"] if row["id"] == zone)
    ga.call("POST", "/api/routes", {"id": route, "zone_id": zone, "name": "新线", "code": "N9"})
    head = ["工号*", "姓名*", "用户名*", "岗位*", "手机号", "辖区编码", "线路编码"]
    table = [
        head,
        [900001, "新客户经理", "new.am", "客户经理", 13900000001, code, "N9"],
        [900002, "新管理员", "new.ga", "综合管理员", "", "", ""],
    ]
    assert post(ga, "people/check", workbooks.xlsx(table)).json() == {
        "rows": 2,
        "faults": [],
        "is_written": False,
    }
    assert post(ga, "people", workbooks.xlsx(table)).json()["is_written"]
    routes = ga.get("/api/routes").json()["items"]
    served = next(row for row in routes if row["id"] == route)
    with world.runtime.db.read() as session:
        user = session.scalars(select(User).where(User.username == "new.am")).one()
    assert (served["account_manager_id"], user.employee_no, user.phone) == (user.id, "900001", "13900000001")
    issued = ga.call("POST", f"/api/auth/codes/{user.id}").json()
    body = {"username": "900001", "password": issued["code"], "device": {"id": uid(), "name": "t"}}
    assert ga.client.post("/api/auth/login", json=body).json()["user"]["id"] == user.id

    wrong = [
        head,
        [900001, "重复", "new.am", "客户经理", "", code, "N9"],
        [900003, "无线路", "new.am3", "客户经理", "", code, ""],
        [900004, "有线路", "new.mm", "市场经理", "", code, "N9"],
        [900005, "岗位错", "new.x", "董事长", "", "", ""],
        [900006, "区错", "new.y", "市场经理", "", "??", ""],
        [900007, "受理", "new.z", "相关岗位", "", code, ""],
        [900007, "双", "Bad Name", "相关岗位", "abc", "", ""],
    ]
    faults = post(ga, "people/check", workbooks.gbk(wrong)).json()["faults"]
    assert {(fault["row"], fault["column"], fault["reason"]) for fault in faults} == {
        (2, "employee_no", "taken"),
        (2, "username", "taken"),
        (2, "route_code", "served"),
        (3, "route_code", "required"),
        (4, "route_code", "not_for_this_post"),
        (5, "role", "invalid"),
        (6, "zone_code", "not_found"),
        (7, "zone_code", "not_for_this_post"),
        (8, "username", "invalid"),
        (8, "phone", "invalid"),
    }


def test_titles_that_are_missing_unknown_or_doubled_are_named(world: World) -> None:
    ga = world.as_("ga")
    head, *rows = workbooks.shops(2, codes(ga))
    at = head.index("店名*")
    head = [*head[:at], *head[at + 1 :], "店铺颜色", "经营地址"]
    rows = [[*row[:at], *row[at + 1 :], "x", "y"] for row in rows]
    told = post(ga, "customers/check", workbooks.xlsx([head, *rows])).json()
    assert {(fault["column"], fault["reason"]) for fault in told["faults"] if fault["row"] == 1} == {
        ("shop_name", "column_missing"),
        ("J", "column_unknown"),
        ("K", "column_twice"),
    }


def test_a_filled_template_is_understood(world: World) -> None:
    ga = world.as_("ga")
    for name in ("customers", "people"):
        empty = ga.get(f"/api/imports/{name}/template.xlsx")
        assert empty.status_code == 200
        told = post(ga, f"{name}/check", empty.content)
        assert (told.status_code, told.json()["code"]) == (422, "sheet_empty")


@pytest.mark.parametrize("username", ["am01", "mm1", "dm", "cc1", "post1", "admin"])
def test_only_the_administrator_brings_tables_in(world: World, username: str) -> None:
    who = world.as_(username)
    for path in ("customers", "customers/check", "people", "people/check"):
        answer = post(who, path, b"not even a table")
        assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")
    assert who.get("/api/imports/customers/template.xlsx").status_code == 403


def test_an_administrator_brings_nothing_into_another_department(world: World) -> None:
    with world.runtime.db.write() as session:
        session.get_one(User, person("dm2")).role = Role.GENERAL_ADMIN.value
    ga, other = world.as_("ga"), world.as_("dm2")
    faults = post(other, "customers/check", workbooks.xlsx(workbooks.shops(3, codes(ga)[:1]))).json()[
        "faults"
    ]
    assert {fault["reason"] for fault in faults} == {"not_found"}


def test_an_administrator_puts_nobody_into_another_department(world: World) -> None:
    with world.runtime.db.write() as session:
        session.get_one(User, person("dm2")).role = Role.GENERAL_ADMIN.value
    head = ["工号*", "姓名*", "用户名*", "岗位*", "辖区编码", "线路编码"]
    table = [head, [900001, "新", "new.am", "客户经理", *codes(world.as_("ga"))[0]]]
    faults = post(world.as_("dm2"), "people/check", workbooks.xlsx(table)).json()["faults"]
    assert [(fault["column"], fault["reason"]) for fault in faults] == [("zone_code", "not_found")]


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
    "zip of nothing": b"PK\x03\x04" + b"\0" * 400,
    "half a workbook": workbooks.xlsx([["a"], ["b"]])[:900],
    "ole of nothing": b"\xd0\xcf\x11\xe0" + b"\0" * 2000,
    "text with nul": "店名\0,a\n1,2".encode(),
    "open quote": b'a,b\n"x',
    "one line": b"a,b,c",
    "html": b"<html><script>alert(1)</script></html>\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_table_is_refused_by_name(world: World, name: str) -> None:
    answer = post(world.as_("ga"), "customers/check", HOSTILE[name])
    assert answer.status_code == 422 or answer.json()["faults"], answer.text
    assert answer.status_code == 200 or answer.json()["code"] in ("sheet_unreadable", "sheet_empty")


def test_a_workbook_made_to_eat_memory_only_takes_its_reader_down(world: World) -> None:
    """One cell at either end of a sheet is seventeen thousand million cells to whoever lays them all out."""
    out = workbooks.io.BytesIO()
    with workbooks.xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1048575, 16383, "b")
    ga = world.as_("ga")
    answer = post(ga, "customers/check", out.getvalue())
    assert answer.status_code in (413, 422)
    long = post(ga, "customers/check", workbooks.gbk(workbooks.shops(10_001, [("1", "1")])))
    assert (long.status_code, long.json()["code"]) == (413, "sheet_too_long")
    assert Persona.sign_in(world.client, "ga", PASSWORD).id == ga.id
