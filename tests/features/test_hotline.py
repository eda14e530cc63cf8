"""A hotline's calls (S12.4): signed, taken once each, in the complaint centre's name; nothing else comes in by that door."""

import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import time_machine
from httpx2 import Response
from sqlalchemy import func, select

from conftest import World, on_sqlite
from fieldvisit.demo.district import demo_id
from fieldvisit.features.cases import hotline, nonces
from fieldvisit.features.cases.models import FeedbackCase
from fieldvisit.features.cases.nonces import HotlineNonce
from fieldvisit.features.customers.models import Customer
from fieldvisit.kernel.clock import iso, now, parse_iso, unix_ms
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.outside import signing
from fieldvisit.kernel.outside.hotline_file import read_hotline
from fieldvisit.kernel.outside.signing import signature
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.users import Device, User
from personas import person, shop, uid

SECRET, FORMER = "the hotline's secret, long enough for it", "its former one, while they change it over"
FILE = f'secrets = ["{SECRET}", "{FORMER}"]\nusername = "cc1"\ndefault_zone = "城中片区"\n'
PATH = "/api/hotline/cases"
PARTS = ("x-hotline-time", "x-hotline-nonce", "x-hotline-signature", "body")


@pytest.fixture
def line(world: World, tmp_path: Path) -> World:
    """The world with a hotline."""
    return with_file(world, tmp_path, FILE)


def with_file(world: World, folder: Path, text: str) -> World:
    path = folder / "hotline.toml"
    path.write_text(text, encoding="utf-8")
    world.runtime.hotline = read_hotline(path)
    return world


def call(**more: Any) -> dict[str, Any]:
    told = {"call_id": secrets.token_hex(8), "received_at": iso(now() - timedelta(minutes=3))}
    told |= {"caller_number": "13912345678", "feedback_type": "grumble", "category": "delivery"}
    return told | {"content": "送货总在中午", "demand": "改到上午"} | more


def sealed(
    body: bytes, *, secret: str = SECRET, off: timedelta = timedelta(0), nonce: str | None = None
) -> dict[str, str]:
    stamp, nonce = str(unix_ms(now() + off) // 1000), nonce or secrets.token_urlsafe(16)
    return dict(zip(PARTS, (stamp, nonce, signature(secret, stamp, nonce, body)), strict=False))


def sent(world: World, body: bytes, headers: dict[str, str]) -> Response:
    return world.client.post(PATH, content=body, headers=headers)  # type: ignore[return-value]


def rung(world: World, told: Any, **how: Any) -> Response:
    body = told if isinstance(told, bytes) else orjson.dumps(told)
    return sent(world, body, sealed(body, **how))


def taken(world: World, told: dict[str, Any], **how: Any) -> dict[str, Any]:
    answer = rung(world, told, **how)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def said(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def cases(world: World) -> int:
    with world.runtime.db.read() as session:
        return session.scalar(select(func.count()).select_from(FeedbackCase)) or 0


def row(world: World, username: str, case: dict[str, Any]) -> dict[str, Any] | None:
    answer = world.as_(username).get(f"/api/feedback_cases/{case['id']}")
    return answer.json() if answer.status_code == 200 else None


def test_s12_4_a_call_becomes_a_case_that_the_centre_and_the_zones_manager_see(line: World) -> None:
    rang = now() - timedelta(minutes=3)
    case = taken(line, call(zone="城郊片区", caller_name="王五", received_at=iso(rang)))
    seen = row(line, "mm2", case)
    assert seen is not None
    assert (seen["number"], seen["handler_id"]) == (case["number"], person("mm2"))
    assert (seen["contact_phone"], seen["contact_name"]) == ("13912345678", "王五")
    assert (seen["source"], seen["author_id"]) == ("complaint_centre", person("cc1"))
    assert parse_iso(seen["received_at"]) == parse_iso(iso(rang))
    at_the_centre = row(line, "cc1", case)
    assert at_the_centre is not None
    assert at_the_centre["contact_phone"] == "139****5678"
    assert row(line, "mm1", case) is None
    audit = line.as_("admin").get("/api/audit", params={"action": "feedback_cases.register"}).json()["items"]
    assert [one["actor_id"] for one in audit] == [person("cc1")]


def test_a_call_finds_its_shop_by_licence_code_or_number_and_else_its_zone(line: World) -> None:
    with line.runtime.db.read() as session:
        of = session.get_one(Customer, shop("cj:0"))
    for more in (
        {"licence_no": of.licence_no},
        {"customer_code": of.customer_code},
        {"caller_number": of.contact_phone},
        {"licence_no": "unheard of", "customer_code": of.customer_code},
    ):
        seen = row(line, "mm2", taken(line, call(**more)))
        assert seen is not None
        assert seen["customer_id"] == of.id
    for more in ({}, {"zone": "没有这个片区"}, {"licence_no": "unheard of"}):
        seen = row(line, "mm1", taken(line, call(**more)))
        assert seen is not None
        assert (seen["customer_id"], seen["zone_id"]) == (None, demo_id("zone:cz"))
    with line.runtime.db.write() as session:
        session.get_one(Customer, shop("cj:0", 1)).contact_phone = of.contact_phone
    seen = row(line, "mm1", taken(line, call(caller_number=of.contact_phone)))
    assert seen is not None, "a number of two shops names neither"
    assert seen["customer_id"] is None


def test_a_call_that_is_said_to_come_from_tomorrow_came_when_it_came(line: World) -> None:
    case = taken(line, call(received_at=iso(now() + timedelta(days=1))))
    seen = row(line, "cc1", case)
    assert seen is not None
    came = parse_iso(seen["received_at"])
    assert came is not None
    assert came <= now()


def test_a_thousand_replays_make_one_case(line: World, record_property: Any) -> None:
    """Identical bytes, and the same call signed anew, in eight threads at once from the first on."""
    told = call()
    body = orjson.dumps(told)
    same, before = sealed(body), cases(line)
    spaced = orjson.dumps(told, option=orjson.OPT_INDENT_2)

    def once(number: int) -> Response:
        if number % 3 == 0:
            return sent(line, body, same)
        return rung(line, body if number % 3 == 1 else spaced)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(once, range(1000)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert cases(line) == before + 1
    record_property("replays", len(answers))
    with line.runtime.db.read() as session:
        hotlines = select(func.count()).select_from(Device).where(Device.name == hotline.DEVICE_NAME)
        assert session.scalar(hotlines) == 1
    assert said(rung(line, told | {"content": "别的"})) == (409, "hotline_call_differs")
    taken(line, call())
    assert cases(line) == before + 2


@on_sqlite
def test_ids_that_are_not_the_calls_own_are_noticed(line: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hotline, "uuid5", lambda *_: uid())
    told, before = call(), cases(line)
    for _ in range(3):
        taken(line, told)
    assert cases(line) == before + 3


def test_a_call_is_the_same_where_its_shop_got_another_number_meanwhile_and_after_its_words_are_erased(
    line: World,
) -> None:
    with line.runtime.db.read() as session:
        of = session.get_one(Customer, shop("cj:0"))
    told = call(caller_number=of.contact_phone)
    case = taken(line, told)
    with line.runtime.db.write() as session:
        session.get_one(Customer, of.id).contact_phone = "13100000000"
    assert taken(line, told) == case
    with time_machine.travel(now() + timedelta(days=401)):
        do_duties(line.runtime.db)
        assert taken(line, told) == case


def altered(body: bytes, headers: dict[str, str], part: str, dice: random.Random) -> tuple[bytes, Any]:
    """The call with one byte of one part another one."""
    if part == "body":
        at = dice.randrange(len(body))
        return body[:at] + bytes([body[at] ^ dice.randrange(1, 128)]) + body[at + 1 :], headers
    text = headers[part]
    at = dice.randrange(len(text))
    signs = "0123456789" if part == "x-hotline-time" else "0123456789abcdef"
    other = dice.choice([sign for sign in signs if sign != text[at]])
    return body, headers | {part: text[:at] + other + text[at + 1 :]}


def accepted_of(world: World, times: int, parts: tuple[str, ...] = PARTS) -> int:
    dice, accepted = random.Random(7), 0
    for number in range(times):
        body = orjson.dumps(call())
        content, headers = altered(body, sealed(body), parts[number % len(parts)], dice)
        accepted += sent(world, content, headers).status_code == 200
    return accepted


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many tries as one likes."""
    monkeypatch.setattr(hotline, "require_patience", lambda *_: False)


@pytest.mark.usefixtures("patient")
def test_one_byte_altered_anywhere_and_none_is_taken(line: World, record_property: Any) -> None:
    before = cases(line)
    assert accepted_of(line, 400) == 0
    record_property("alterations", 400)
    assert cases(line) == before
    taken(line, call())
    assert cases(line) == before + 1, "the control"


@on_sqlite
@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("left_out", ["x-hotline-time", "x-hotline-nonce", "body"])
def test_a_signature_over_less_is_noticed(
    line: World, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    def short(secret: str, stamp: str, nonce: str, body: bytes) -> str:
        said = {"x-hotline-time": stamp, "x-hotline-nonce": nonce}
        kept = {name: "" if name == left_out else value for name, value in said.items()}
        return signing.signature(secret, *kept.values(), b"" if left_out == "body" else body)

    monkeypatch.setattr(hotline, "signature", short)
    monkeypatch.setitem(globals(), "signature", short)
    assert accepted_of(line, 60, (left_out,)) > 0


def test_what_is_late_early_or_signed_by_another_is_refused(line: World) -> None:
    before, told = cases(line), call()
    for off in (timedelta(minutes=5, seconds=2), timedelta(days=-400), timedelta(minutes=-5, seconds=-2)):
        assert said(rung(line, told, off=off)) == (401, "hotline_time")
    assert said(rung(line, told, secret="somebody else's, as long as ours is")) == (401, "hotline_signature")
    assert said(line.client.post(PATH, json=told)) == (401, "hotline_signature")  # type: ignore[arg-type]
    for nonce in ("short", "x" * 65, "no spaces in a nonce"):
        assert said(rung(line, told, nonce=nonce)) == (401, "hotline_signature")
    assert cases(line) == before
    case = taken(line, told, off=timedelta(minutes=4))
    assert taken(line, told, off=timedelta(minutes=-4), secret=FORMER) == case, "while they change it over"


def test_who_signs_wrongly_too_often_waits_and_who_signs_rightly_begins_anew(line: World) -> None:
    wrong = {"secret": "somebody else's, as long as ours is"}
    for _ in range(20):
        assert said(rung(line, call(), **wrong)) == (401, "hotline_signature")
    refused = rung(line, call())
    assert said(refused) == (429, "hotline_too_many")
    assert 0 < int(refused.headers["retry-after"]) <= 10
    with time_machine.travel(now() + timedelta(seconds=11)):
        taken(line, call())
        assert said(rung(line, call(), **wrong)) == (401, "hotline_signature")
        taken(line, call())


def test_a_nonce_belongs_to_one_body_of_two_at_once_and_is_forgotten_after_ten_minutes(line: World) -> None:
    before = cases(line)

    def race(number: int) -> list[int]:
        nonce, bodies = f"nonce-of-a-race-{number}", [orjson.dumps(call()), orjson.dumps(call())]
        with ThreadPoolExecutor(2) as threads:
            sealing = [sealed(body, nonce=nonce) for body in bodies]
            return sorted(a.status_code for a in threads.map(sent, [line] * 2, bodies, sealing))

    assert [race(number) for number in range(10)] == [[200, 409]] * 10
    assert cases(line) == before + 10
    assert said(rung(line, call(), nonce="nonce-of-a-race-0")) == (409, "hotline_nonce_used")
    with time_machine.travel(now() + timedelta(minutes=9)):
        do_duties(line.runtime.db)
        assert nonces_kept(line) == 10
    with time_machine.travel(now() + timedelta(minutes=11)):
        do_duties(line.runtime.db)
        assert nonces_kept(line) == 0


def nonces_kept(world: World) -> int:
    with world.runtime.db.read() as session:
        return session.scalar(select(func.count()).select_from(HotlineNonce)) or 0


def test_more_calls_than_a_hotline_has_are_bounded(line: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonces, "MOST", 3)
    told = [call() for _ in range(4)]
    for one in told[:3]:
        taken(line, one)
    assert said(rung(line, told[3])) == (429, "hotline_too_many")
    with time_machine.travel(now() + timedelta(minutes=11)):
        do_duties(line.runtime.db)
        taken(line, told[3])


def test_what_is_signed_but_no_call_is_refused_and_nothing_of_it_repeated(line: World) -> None:
    before = cases(line)
    for body, why in (
        (b"no json PRIVATE", (400, "not_json")),
        (b"[]", (422, "args_invalid")),
        (call(PRIVATE="PRIVATE"), (422, "args_invalid")),
        (call(feedback_type="PRIVATE"), (422, "args_invalid")),
        (call(content=" "), (422, "args_invalid")),
        (call(received_at="PRIVATE"), (422, "args_invalid")),
        (call(content="PRIVATE" * 10_000), (413, "too_large")),
    ):
        answer = rung(line, body)
        assert said(answer) == why
        assert "PRIVATE" not in answer.text
    assert cases(line) == before
    told = call(content=" ")
    rung(line, told)
    taken(line, told | {"content": "这次说清楚了"})


def test_without_a_file_there_is_no_such_door_and_with_a_wrong_one_no_server(
    world: World, tmp_path: Path
) -> None:
    told = call()
    assert said(rung(world, told)) == (404, "hotline_not_set_up")
    path = tmp_path / "hotline.toml"
    path.write_text(FILE, encoding="utf-8")
    world.runtime.settings.hotline = path
    world.restart()
    taken(world, told)
    path.write_text(FILE.replace(SECRET, "SECRETVALUE"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"FIELDVISIT_HOTLINE: secrets\.0 is wrong"):
        Runtime.open(world.runtime.settings)


@pytest.mark.parametrize("change", ["inactive", "role", "revoked", "absent", "zone"])
def test_a_hotline_whose_account_or_zone_is_not_there_is_told_to_come_again(
    line: World, tmp_path: Path, change: str
) -> None:
    taken(line, call())
    with line.runtime.db.write() as session:
        user = session.scalars(select(User).where(User.username == "cc1")).one()
        user.is_active = change != "inactive"
        user.role = "related_post" if change == "role" else user.role
        if change == "revoked":
            of = select(Device).where(Device.name == hotline.DEVICE_NAME)
            session.scalars(of).one().revoked_at = now()
    if change in ("absent", "zone"):
        with_file(line, tmp_path, FILE.replace("cc1" if change == "absent" else "城中", "nobody"))
    told, before = call(), cases(line)
    assert said(rung(line, told)) == (503, "hotline_not_ready")
    assert cases(line) == before
    if change in ("absent", "zone"):
        taken(with_file(line, tmp_path, FILE), told)


def test_nobody_enters_by_the_hotlines_device_without_being_let_in(line: World) -> None:
    taken(line, call())
    devices = line.as_("cc1").get("/api/devices").json()["items"]
    (mine,) = [one for one in devices if one["name"] == hotline.DEVICE_NAME]
    assert mine["approved_at"] is None
    line.runtime.settings.device_approval = True
    body = {"username": "cc1", "password": "zoufang-demo", "device": {"id": mine["id"], "name": "x"}}
    assert said(line.client.post("/api/auth/login", json=body)) == (403, "device_waiting")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (FILE.replace(SECRET, "SECRETVALUE"), "secrets.0"),
        (FILE.replace(f'"{SECRET}", "{FORMER}"', ""), "secrets"),
        (FILE.replace(f'"{FORMER}"', f'"{FORMER}", "{FORMER}"'), "secrets"),
        (FILE.replace('username = "cc1"', 'username = ""'), "username"),
        (FILE.replace("default_zone", "zone"), "default_zone"),
        (FILE + "SECRETVALUE", "is not TOML"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_place_and_never_by_what_stands_there(
    tmp_path: Path, text: str | None, wrong: str
) -> None:
    path = tmp_path / "hotline.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"of FIELDVISIT_HOTLINE") as error:
        read_hotline(path)
    assert wrong in str(error.value)
    assert "SECRETVALUE" not in str(error.value)
