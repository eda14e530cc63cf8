"""Building the organisation (S1.3): from an empty database to a shop on an account manager's phone."""

import io
from typing import Any

import pytest
from sqlalchemy import select

from conftest import World
from fieldvisit import cli
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.users import User
from personas import person, uid

DEPARTMENT = demo_id("department:dq")


def test_an_administrator_lays_out_a_zone_a_route_and_a_shop(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    zone, route, shop = uid(), uid(), uid()
    assert (
        ga.call(
            "POST", "/api/zones", {"id": zone, "department_id": DEPARTMENT, "name": "北", "code": "b"}
        ).status_code
        == 200
    )
    assert (
        ga.call(
            "POST", "/api/routes", {"id": route, "zone_id": zone, "name": "北1线", "code": "b1"}
        ).status_code
        == 200
    )
    made = {
        "id": shop, "route_id": route, "customer_code": "340199999999", "licence_no": "990199999999",
        "shop_name": "北门商店", "retail_format": "Z", "market_type": "C", "business_size": "3",
    }  # fmt: skip
    assert ga.call("POST", "/api/customers", made).json()["entity_id"] == shop
    assert ga.call("POST", "/api/customers", made).json()["code"] == "id_taken"
    assert f"customer:{shop}" not in am01.manifest()
    assigned = {"user_id": am01.id, "scope": f"route:{route}", "since": str(today())}
    assert ga.call("POST", "/api/assignments", assigned).status_code == 200
    assert am01.rows(f"customer:{shop}", "customers")[0]["initials"] == "bmsd"


def test_a_zone_and_a_route_are_renamed_and_two_never_share_a_code(world: World) -> None:
    ga, mm1 = world.as_("ga"), world.as_("mm1")
    zone, route = demo_id("zone:cz"), demo_id("route:cz:0")
    assert ga.call("PUT", f"/api/zones/{zone}", {"name": "城北片区", "code": "cb"}).status_code == 200
    changed = {"name": "城北一线", "code": "cb1", "market_type": "X", "order_weekday": 3}
    assert ga.call("PUT", f"/api/routes/{route}", changed).status_code == 200
    org = f"ref:org:{DEPARTMENT}"
    assert "城北片区" in [row["name"] for row in mm1.rows(org, "zones")]
    (told,) = [row for row in mm1.rows(org, "routes") if row["id"] == route]
    assert {name: told[name] for name in changed} == changed
    assert told["account_manager_id"] == person("am01")
    for path, args in (
        (f"zones/{zone}", {"name": "x", "code": "cj"}),
        (f"routes/{route}", {"name": "x", "code": "cz2"}),
    ):
        assert ga.call("PUT", f"/api/{path}", args).json()["code"] == "code_taken"
        assert ga.call("PUT", f"/api/{path}", args | {"code": "own", "name": "own"}).status_code == 200
        assert ga.call("PUT", f"/api/{path}", args | {"code": "own", "name": "own"}).status_code == 200


def test_a_new_colleague_has_an_account_that_no_password_opens_yet(world: World) -> None:
    ga, user = world.as_("ga"), uid()
    args = {"id": user, "username": "am99", "employee_no": "99", "name": "新同事", "role": "account_manager"}
    assert ga.call("POST", "/api/users", args).status_code == 200
    assert ga.call("POST", "/api/users", args | {"id": uid()}).json()["code"] == "username_taken"
    assert "新同事" in [row["name"] for row in world.as_("am01").rows(f"ref:people:{DEPARTMENT}", "people")]
    body: dict[str, Any] = {"username": "am99", "password": "!", "device": {"id": uid(), "name": "x"}}
    assert world.client.post("/api/auth/login", json=body).status_code == 401


@pytest.mark.parametrize("scope", ["zone:{zone}", "route:{other}", "post:x"])
def test_nobody_is_assigned_to_what_his_post_does_not_serve(world: World, scope: str) -> None:
    ga = world.as_("ga")
    named = scope.format(zone=demo_id("zone:cz"), other=demo_id("route:xq:0"))
    args = {"user_id": person("am01"), "scope": named, "since": str(today())}
    assert ga.call("POST", "/api/assignments", args).status_code in (404, 422)


def test_the_command_line_founds_a_department_and_opens_accounts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.runtime.settings
    monkeypatch.setenv("FIELDVISIT_DATABASE_URL", settings.url)
    monkeypatch.setenv("FIELDVISIT_DATA_DIR", str(settings.data_dir))
    for username, role in (("boss", "department_manager"), ("clerk", "general_admin")):
        monkeypatch.setattr("sys.stdin", io.StringIO("A long enough password\n"))
        cli.create_user(username, username, cli.Role(role), "new")
    boss = type(world.as_("dm")).sign_in(world.client, "boss", "A long enough password")
    assert [row["code"] for row in boss.get("/api/departments").json()["items"]] == ["new"]
    assert {row["name"] for row in boss.get("/api/people").json()["items"]} == {"boss", "clerk"}
    with pytest.raises(cli.typer.Exit):
        cli.serve()


@pytest.mark.parametrize("column", ["username", "employee_no", "phone"])
def test_no_two_accounts_are_named_alike_in_whichever_department(world: World, column: str) -> None:
    ga = world.as_("ga")
    with world.runtime.db.write() as session:
        session.scalars(select(User).where(User.username == "am19")).one().phone = "13900000019"
    named = {"username": "am19", "employee_no": "am19", "phone": "13900000019"}
    new = {"username": "new.one", "employee_no": "N1", "phone": "13900000020"} | {column: named[column]}
    args = {"id": uid(), "name": "新人", "role": "account_manager"} | new
    refused = ga.call("POST", "/api/users", args)
    assert (refused.status_code, refused.json()["code"]) == (409, f"{column}_taken")
    assert (
        ga.call("POST", "/api/users", args | {column: "n2" if column != "phone" else None}).status_code == 200
    )


@pytest.mark.parametrize(
    "scope", ["route:abc", "route:" + "a" * 36, "route:00000000-0000-4000-8000-00000000000g"]
)
def test_nobody_is_assigned_to_what_cannot_be_a_place(world: World, scope: str) -> None:
    args = {"user_id": person("am02"), "scope": scope, "since": str(today())}
    refused = world.as_("ga").call("POST", "/api/assignments", args)
    assert (refused.status_code, refused.json()["code"]) == (422, "assignment_invalid")
