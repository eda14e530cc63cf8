"""The life of an account: codes, passwords, limits that a rival cannot use, phones that are let in and shut out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from conftest import PASSWORD, World
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.limits import SignInCount
from fieldvisit.kernel.passwords import POLICIES, broken_rules
from fieldvisit.kernel.users import User
from personas import Persona, person, shop, uid

GOOD = "Qinghe-7 Bridge"


def sign_in(world: World, name: str, password: str = PASSWORD, device: str | None = None) -> Any:
    body = {"username": name, "password": password, "device": {"id": device or uid(), "name": "x"}}
    return world.client.post("/api/auth/login", json=body)


def choose(world: World, token: str, current: str, new: str) -> Any:
    headers = {"authorization": f"Bearer {token}"}
    return world.client.post("/api/auth/password", json={"current": current, "new": new}, headers=headers)


def code_for(who: Persona, username: str) -> str:
    answer = who.call("POST", f"/api/auth/codes/{person(username)}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


@pytest.fixture
def strict(world: World) -> World:
    """Further phones wait for an administrator, as they do outside of demos."""
    world.runtime.settings.device_approval = True
    return world


def test_one_signs_in_by_username_staff_number_or_phone_number(world: World) -> None:
    with world.runtime.db.write() as session:
        for username, number in (("am01", "13900000001"), ("am02", "13900000002"), ("am03", "13900000002")):
            session.get_one(User, person(username)).phone = number
    for name in ("am01", "AM01", "13900000001"):
        assert sign_in(world, name).json()["user"]["id"] == person("am01")
    assert sign_in(world, "13900000002").json()["code"] == "bad_credentials", "a shared number names nobody"


def test_a_one_time_code_opens_nothing_but_the_choice_of_a_password(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    code = code_for(ga, "am01")
    assert am01.get("/api/sync/manifest").status_code == 401, "what was signed in is shut"
    assert sign_in(world, "am01").status_code == 401, "the old password is gone"
    told = sign_in(world, "am01", code.lower().replace("-", " ")).json()
    assert told["must_change_password"] is True
    headers = {"authorization": f"Bearer {told['access_token']}"}
    refused = world.client.get("/api/sync/manifest", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_needed")
    weak = choose(world, told["access_token"], code, "zoufang1")
    assert (weak.status_code, weak.json()["code"]) == (422, "password_weak")
    assert weak.json()["params"]["rules"] == ["too_plain", "too_common"]
    chosen = choose(world, told["access_token"], code, GOOD)
    assert chosen.status_code == 200, chosen.text
    fresh = {"authorization": f"Bearer {chosen.json()['access_token']}"}
    assert world.client.get("/api/sync/manifest", headers=fresh).status_code == 200
    assert sign_in(world, "am01", code).status_code == 401, "it was for one time"
    assert sign_in(world, "am01", GOOD).json()["must_change_password"] is False


def test_a_code_dies_after_a_day_and_is_given_by_administrators_only(world: World) -> None:
    ga = world.as_("ga")
    code = code_for(ga, "am02")
    with time_machine.travel(now() + timedelta(hours=25)):
        assert sign_in(world, "am02", code).status_code == 401
    for username in ("am01", "mm1", "dm", "cc1", "post1"):
        refused = world.as_(username).call("POST", f"/api/auth/codes/{person('am03')}")
        assert refused.json()["code"] == "role_not_allowed"
    assert ga.call("POST", f"/api/auth/codes/{person('am19')}").json()["code"] == "user_missing"
    assert ga.call("POST", f"/api/auth/codes/{person('ga')}").json()["code"] == "own_account"
    assert ga.call("POST", "/api/auth/codes/nonsense").json()["code"] == "user_missing"
    assert code_for(world.as_("admin"), "am19")


def test_a_password_is_not_taken_again_and_grows_old(world: World) -> None:
    ga = world.as_("ga")
    told = sign_in(world, "am01", code := code_for(ga, "am01")).json()
    with world.runtime.db.write() as session:
        session.get_one(User, person("am01")).is_demo = False
    passwords = [GOOD, *(f"Ninety Days {number}!" for number in range(5))]
    current = code
    for new in passwords:
        answer = choose(world, told["access_token"], current, new)
        assert answer.status_code == 200, answer.text
        told, current = answer.json(), new
    again = choose(world, told["access_token"], current, passwords[2])
    assert again.json()["params"]["rules"] == ["used_before"]
    with time_machine.travel(now() + timedelta(days=91)):
        assert sign_in(world, "am01", current).json()["must_change_password"] is True


def test_changing_the_password_ends_every_other_session(world: World) -> None:
    here, there = world.as_("am01"), world.as_("am01")
    answer = choose(world, here.token, PASSWORD, GOOD)
    assert answer.status_code == 200
    assert there.get("/api/sync/manifest").status_code == 401
    refreshed = world.client.post("/api/auth/refresh", json={"device": there.device}, headers={"cookie": f"rt={there.cookie}"})  # fmt: skip
    assert refreshed.status_code == 401
    assert there.push(token=there.deposit)["session"] == "ok", "what it holds still comes"


@pytest.mark.parametrize(
    ("policy", "password", "rules"),
    [
        ("mlps2", "Short-1", ["too_short"]),
        ("mlps2", "onlyletters", ["too_plain"]),
        ("mlps2", "P@ssw0rd2026", ["too_common"]),
        ("mlps2", "Aa123456789-", ["too_common"]),
        ("mlps2", GOOD, []),
        ("mlps2", "Am01-2026 x", ["own_name"]),
        ("mlps2", "李明-Bridge7", ["own_name"]),
        ("mlps3", "Bridge-77", ["too_short"]),
        ("asvs", "correct horse battery", []),
        ("asvs", "Bridge-77", ["too_short"]),
        ("asvs", "123456789012", ["too_common"]),
        ("asvs", "abcdefghijklm", ["too_common"]),
        ("asvs", "x" * 201, ["too_long", "too_common"]),
    ],
)
def test_each_policy_asks_for_its_own(policy: str, password: str, rules: list[str]) -> None:
    assert broken_rules(password, POLICIES[policy], ["am01", "李明"]) == rules


def test_a_rival_who_fails_on_purpose_locks_nobody_out_of_his_own_phone(world: World) -> None:
    own = world.as_("am01")
    refusals = [sign_in(world, "am01", "wrong").status_code for _ in range(40)]
    assert refusals[:5] == [401] * 5
    assert set(refusals[5:]) == {429}
    assert sign_in(world, "am01").status_code == 429, "a strange phone waits, even with the password"
    for _ in range(20):
        assert sign_in(world, "am01", device=own.device).status_code == 200
    assert own.get("/api/sync/manifest").status_code == 200


def test_in_a_day_few_passwords_can_be_tried_and_neither_a_restart_nor_many_at_once_help(
    world: World,
) -> None:
    start, tried = now(), 0
    for minute in range(0, 24 * 60, 7):
        with time_machine.travel(start + timedelta(minutes=minute)):
            tried += sign_in(world, "am02", "wrong").status_code == 401
    world.restart()
    with time_machine.travel(start + timedelta(minutes=24 * 60 - 5)):
        assert sign_in(world, "am02").status_code == 429
    assert 5 <= tried <= 50
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(lambda _: sign_in(world, "am03", "wrong").status_code, range(24)))
    assert at_once.count(401) <= 5


def test_a_name_that_is_unknown_answers_like_one_that_is_known(world: World) -> None:
    known = [sign_in(world, "am01", "wrong") for _ in range(8)]
    unknown = [sign_in(world, "nobody-here", "wrong") for _ in range(8)]
    assert [(a.status_code, a.text) for a in known] == [(a.status_code, a.text) for a in unknown]
    assert known[-1].headers["retry-after"] == str(known[-1].json()["params"]["retry_after_s"])


def test_one_address_cannot_try_every_name_and_cannot_pretend_to_be_another(world: World) -> None:
    codes = []
    for number in range(60):
        body = {"username": f"name{number}", "password": "wrong", "device": {"id": uid(), "name": "x"}}
        headers = {"x-forwarded-for": f"10.0.0.{number}"}
        codes.append(world.client.post("/api/auth/login", json=body, headers=headers).status_code)
    assert codes[:50] == [401] * 50
    assert set(codes[50:]) == {429}


def test_behind_our_own_proxy_no_claimed_address_buys_another_try(world: World, record_property: Any) -> None:
    world.runtime.settings.proxy_hops = 1
    codes = []
    for number in range(1000):
        body = {"username": f"name{number}", "password": "wrong", "device": {"id": uid(), "name": "x"}}
        claimed = f"10.{number % 256}.{number // 256}.9, 203.0.113.7"  # the last is what our proxy saw
        answer = world.client.post("/api/auth/login", json=body, headers={"x-forwarded-for": claimed})
        codes.append(answer.status_code)
    with world.runtime.db.read() as session:
        buckets = session.scalars(select(SignInCount.key).where(SignInCount.key.startswith("address:"))).all()
    record_property("tries/let through/buckets", f"{len(codes)}/{codes.count(401)}/{len(buckets)}")
    assert len(buckets) == 1
    assert codes[:50] == [401] * 50
    assert codes.count(401) <= 55
    assert set(codes) == {401, 429}


def test_a_further_phone_waits_until_it_is_approved(strict: World) -> None:
    first = strict.as_("am01")
    ga = strict.as_("ga")
    phone = uid()
    waiting = sign_in(strict, "am01", device=phone)
    assert (waiting.status_code, waiting.json()["code"]) == (403, "device_waiting")
    assert sign_in(strict, "am01", "wrong", device=phone).json()["code"] == "bad_credentials"
    rows = {row["id"]: row for row in ga.get("/api/devices", params={"user_id": first.id}).json()["items"]}
    assert rows[phone]["approved_at"] is None
    assert rows[first.device]["approved_at"]
    assert first.call("POST", f"/api/devices/{phone}/approve").json()["code"] == "role_not_allowed"
    assert (
        strict.as_("dm2").call("POST", f"/api/devices/{phone}/approve").json()["code"] == "role_not_allowed"
    )
    assert ga.call("POST", f"/api/devices/{phone}/approve").status_code == 200
    assert sign_in(strict, "am01", device=phone).status_code == 200
    code = code_for(ga, "am01")
    assert sign_in(strict, "am01", code).status_code == 200, (
        "a code from the administrator speaks for the phone"
    )


def test_a_revoked_phone_is_shut_out_at_once_and_what_it_holds_is_received_and_held(world: World) -> None:
    lost, kept = world.as_("am01"), world.as_("am01")
    entry = lost.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
    assert (
        world.as_("am02").call("POST", f"/api/devices/{lost.device}/revoke").json()["code"]
        == "device_missing"
    )
    assert (
        world.as_("dm").call("POST", f"/api/devices/{lost.device}/revoke").json()["code"]
        == "device_not_yours"
    )
    assert kept.call("POST", f"/api/devices/{lost.device}/revoke").status_code == 200
    refused = lost.get("/api/sync/manifest")
    assert (refused.status_code, refused.json()["session"]) == (401, "revoked")
    assert sign_in(world, "am01", device=lost.device).status_code == 401
    told = lost.push(entry, token=lost.deposit)
    assert (told["session"], told["results"][0]["reason"]) == ("revoked", "inactive")
    again = lost.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
    slow = lost.push(again, token=lost.deposit)
    assert (slow["results"], slow["stop"]["why"]) == ([], "slow_down")
    with time_machine.travel(now() + timedelta(seconds=31)):
        assert lost.push(again, token=lost.deposit)["results"][0]["reason"] == "inactive"
    assert kept.get("/api/sync/manifest").status_code == 200


@pytest.mark.parametrize("tabs", [2, 4, 8])
def test_tabs_refreshing_at_once_with_lost_answers_sign_nobody_out(world: World, tabs: int) -> None:
    am01 = world.as_("am01")
    cookie, answers = am01.cookie, 0

    def refresh(token: str) -> Any:
        headers = {"cookie": f"rt={token}"}
        return world.client.post("/api/auth/refresh", json={"device": am01.device}, headers=headers)

    for _ in range(12):
        with ThreadPoolExecutor(tabs) as pool:
            told = list(pool.map(refresh, [cookie] * tabs))
        assert {answer.status_code for answer in told} == {200}
        answers += len(told)
        following = {answer.cookies["rt"] for answer in told}
        assert len(following) == 1, "whichever answer arrives, the browser holds the same cookie"
        cookie = following.pop()
    assert answers == 12 * tabs
