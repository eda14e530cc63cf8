"""Notices outside (S18.3): to WeCom, DingTalk and by SMS, against a real receiver; nothing personal, at the right time, tried again."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from conftest import World
from fieldvisit.kernel.clock import SHANGHAI, today
from fieldvisit.kernel.notices import KINDS
from fieldvisit.kernel.outside.channels import Outside
from fieldvisit.kernel.outside.commands import show_rules
from fieldvisit.kernel.outside.rules import BACKOFF, DEFAULT_HOURS, SAID, Hours, due_at
from fieldvisit.worker import do_round
from personas import person, shop, uid, worked
from receiver import FINE, Receiver, Told, certificate, receiver, says, written

MONDAY = datetime(2026, 11, 23, 11, 0, tzinfo=SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=True) as moved:
        yield moved


@pytest.fixture
def far(world: World, tmp_path: Path) -> Iterator[Receiver]:
    """The world outside, to which every way leads."""
    with receiver(tmp_path) as made:
        bot = f'\n[[bots]]\nkind = "dingtalk"\ndepartment = "{department(world)}"\nurl = "{made.url}/robot/send?access_token=1"\nsecret = "SEC0123456789abcdef"\n'
        told = written(tmp_path / "outside.toml", made.ca, made.port, bots=bot)
        world.runtime.outside = Outside.open(told)
        yield made


def department(world: World) -> str:
    (row,) = world.as_("ga").get("/api/departments").json()["items"]
    return str(row["id"])


def newcomer(world: World) -> str:
    """The id of somebody new of whom a number is known."""
    made = {"id": uid(), "username": "post9", "employee_no": "99", "name": "周九", "role": "related_post"}
    answer = world.as_("ga").call("POST", "/api/users", made | {"phone": "13900000009"})
    assert answer.status_code == 200, answer.text
    return str(made["id"])


def reached(world: World, who: str, **where: Any) -> None:
    answer = world.as_("ga").call("PUT", f"/api/users/{who}/outside_address", where)
    assert answer.status_code == 200, answer.text


def slip_to(world: World, who: str, urgency: str = "normal") -> str:
    made = {"id": uid(), "category": "supply", "content": "王家小店断货三天", "wanted_action": "请核对投放"}
    more = {"addressee_id": who, "customer_id": shop("cz:0"), "urgency": urgency}
    assert world.as_("am01").do("info_slips.send", made | more)["state"] == "applied"
    return str(made["id"])


def messages(world: World) -> list[dict[str, Any]]:
    rows = world.as_("ga").get("/api/outside_messages", params={"sort": "made_at"}).json()["items"]
    return list(rows)


def ends(world: World) -> list[tuple[str, str | None, str | None]]:
    return [(row["channel"], row["end"], row["trouble"]) for row in messages(world)]


def signed_by_us(told: Told, secret: str) -> bool:
    stamp, nonce = told.headers["x-fieldvisit-timestamp"], told.headers["x-fieldvisit-nonce"]
    said = f"{stamp}.{nonce}.".encode() + told.body
    made = hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
    return hmac.compare_digest(told.headers["x-fieldvisit-signature"], f"sha256={made}")


def test_an_urgent_slip_reaches_a_person_by_every_way_he_has_and_says_nothing_of_whom_it_is_about(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    who = newcomer(world)
    reached(world, who, wecom="LiSi", dingtalk="manager7", sms=True)
    slip_to(world, who, "urgent")
    do_round(world.runtime)
    assert sorted(urlsplit(one.path).path for one in far.told) == [
        "/cgi-bin/gettoken",
        "/cgi-bin/message/send",
        "/gettoken",
        "/sms",
        "/topapi/message/corpconversation/asyncsend_v2",
    ]
    by = {urlsplit(one.path).path: one for one in far.told}
    assert by["/cgi-bin/message/send"].json["touser"] == "LiSi"
    assert by["/topapi/message/corpconversation/asyncsend_v2"].json["userid_list"] == "manager7"
    (text,) = set(far.texts())
    assert re.fullmatch(
        r"【走访通】有新的信息传递单（11-23 11:00:\d\d）。请打开走访通查看：https://fieldvisit.example/", text
    )
    assert signed_by_us(by["/sms"], "a secret of the gateway")
    assert not signed_by_us(by["/sms"], "a secret of another")
    assert sorted(ends(world)) == [(way, "sent", None) for way in ("dingtalk", "sms", "wecom")]
    do_round(world.runtime)
    assert len(far.told) == 5, "what was sent is not sent again"


def test_what_is_not_urgent_waits_for_the_digest_and_comes_as_one_message_without_sms(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    who = newcomer(world)
    reached(world, who, wecom="LiSi", sms=True)
    for _ in range(3):
        slip_to(world, who)
    do_round(world.runtime)
    assert far.told == []
    clock.move_to(at("2026-11-23T12:30:30"))
    do_round(world.runtime)
    (text,) = far.texts()
    assert text.startswith("【走访通】有新的信息传递单（3 条）（11-23 11:0")
    assert ends(world) == [("wecom", "sent", None)] * 3


@pytest.mark.parametrize(
    ("happens", "goes"),
    [
        ("2026-11-23T21:30", "2026-11-24T07:30"),
        ("2026-11-24T07:29", "2026-11-24T07:30"),
        ("2026-11-27T21:30", "2026-11-30T07:30"),  # Friday night: after the days off
        ("2026-09-30T21:30", "2026-10-08T07:30"),  # after the National Day holiday
        ("2026-10-10T10:00", "2026-10-10T10:00"),  # a Saturday that is worked (调休)
    ],
)
def test_nobody_is_disturbed_at_night_or_on_days_off(
    world: World, far: Receiver, happens: str, goes: str
) -> None:
    with time_machine.travel(at(happens), tick=True) as clock:
        reached(world, person("post1"), wecom="LiSi")
        slip_to(world, person("post1"), "urgent")
        do_round(world.runtime)
        is_at_once = happens == goes
        assert bool(far.texts()) == is_at_once
        clock.move_to(at(goes) - timedelta(seconds=5) if not is_at_once else at(goes) + timedelta(minutes=1))
        do_round(world.runtime)
        assert len(far.texts()) == is_at_once
        clock.move_to(at(goes) + timedelta(minutes=2))
        do_round(world.runtime)
        assert len(far.texts()) == 1


def test_hours_without_quiet_and_a_day_that_never_comes() -> None:
    never = Hours(time(8), time(8), (time(9),), rests_on_days_off=False)
    night = at("2026-11-23T03:00")
    assert due_at(night, "at_once", never, set()) == night
    assert due_at(at("2026-11-23T09:01"), "digest", never, set()) == at("2026-11-24T09:00")
    noon = Hours(time(12), time(14), (time(13),), rests_on_days_off=False)
    assert due_at(at("2026-11-23T12:30"), "at_once", noon, set()) == at("2026-11-23T14:00")
    off = {at("2026-11-23").date() + timedelta(days=number) for number in range(60)}
    assert due_at(night, "at_once", DEFAULT_HOURS, off) == night


def test_the_administrator_switches_kinds_and_hours_and_the_group_hears_once(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    show_rules(world.runtime.db)
    ga = world.as_("ga")
    rules = {row["kind"]: row for row in ga.get("/api/outside_rules", params={"limit": 200}).json()["items"]}
    assert rules.keys() == SAID.keys() - {"outside_try"}
    assert (rules["info_slip_overdue"]["way"], rules["info_slip_sent"]["way"]) == ("at_once", "digest")
    rule = {"way": "off", "sms": True, "bot": True}
    assert ga.call("PUT", "/api/outside_rules/info_slip_sent", rule).status_code == 200
    reached(world, person("post1"), wecom="LiSi")
    slip_to(world, person("post1"), "urgent")
    do_round(world.runtime)
    assert messages(world) == []
    ga.call("PUT", "/api/outside_rules/info_slip_sent", rule | {"way": "at_once"})
    slip_to(world, person("post1"))
    do_round(world.runtime)
    robot = next(one for one in far.told if one.path.startswith("/robot"))
    asked = {name: value[0] for name, value in parse_qs(urlsplit(robot.path).query).items()}
    told = f"{asked['timestamp']}\nSEC0123456789abcdef".encode()
    made = base64.b64encode(hmac.new(b"SEC0123456789abcdef", told, hashlib.sha256).digest()).decode()
    assert asked["sign"] == made
    assert sorted(row["channel"] for row in messages(world)) == ["bot", "wecom"]
    hours = {
        "quiet_from": "09:00",
        "quiet_until": "18:00",
        "digest_at": ["20:00"],
        "rests_on_days_off": False,
    }
    assert ga.call("PUT", "/api/outside_hours", hours).status_code == 200
    slip_to(world, person("post1"))
    do_round(world.runtime)
    assert [row["end"] for row in messages(world)].count(None) == 2
    answer = ga.call("PUT", "/api/outside_hours", hours | {"digest_at": ["10:00"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "outside_digest_quiet")
    answer = ga.call("PUT", "/api/outside_rules/no_such_kind", rule)
    assert (answer.status_code, answer.json()["code"]) == (404, "outside_kind_missing")


def test_what_was_read_in_the_app_is_not_sent_and_who_left_is_not_written_to(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    reached(world, person("post1"), wecom="LiSi")
    slip_to(world, person("post1"))
    do_round(world.runtime)
    post1 = world.as_("post1")
    ids = [row["id"] for row in post1.get("/api/notices").json()["items"]]
    assert post1.call("POST", "/api/notices/read", {"notice_ids": ids}).status_code == 200
    slip_to(world, person("post1"))
    do_round(world.runtime)
    reached(world, person("post1"))
    clock.move_to(at("2026-11-23T12:31"))
    do_round(world.runtime)
    assert far.texts() == []
    assert sorted(ends(world)) == [("wecom", "left", None), ("wecom", "read", None)]


TROUBLES = [
    (says(FINE, 500), "status_500"),
    (says(b"<html>"), "answer_wrong"),
    (says(b"[]"), "answer_wrong"),
    (says(b"x" * 70_000), "answer_wrong"),
    (says({"errcode": 45009}), "said_45009"),
    (says({}), "answer_wrong"),
    (says({"errcode": []}), "answer_wrong"),
    (says(FINE | {"expires_in": "x", "access_token": None, "errcode": -1}), "said_-1"),
    (says(b"", 302, Location="https://169.254.169.254/latest/meta-data"), "redirected"),
    (says(b"", 307, Location="https://localhost/inside"), "redirected"),
]


@pytest.mark.parametrize(
    ("answer", "code"), TROUBLES, ids=[f"{code}-{n}" for n, (_, code) in enumerate(TROUBLES)]
)
def test_a_receiver_that_answers_wrongly_is_not_taken_for_one_that_was_told(
    world: World, clock: time_machine.Traveller, far: Receiver, answer: Any, code: str
) -> None:
    far.answer = answer
    reached(world, person("post1"), wecom="LiSi")
    slip_to(world, person("post1"), "urgent")
    do_round(world.runtime)
    assert ends(world) == [("wecom", None, code)]
    assert len(far.told) == 1, "nothing was followed"


def test_it_is_tried_again_later_and_later_and_given_up_in_the_end(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    far.answer = says(FINE, 503)
    reached(world, person("post1"), wecom="LiSi")
    slip_to(world, person("post1"), "urgent")
    do_round(world.runtime)
    for asked, wait in enumerate(BACKOFF, 1):
        do_round(world.runtime)
        assert len(far.told) == asked, "not before its time"
        assert ends(world) == [("wecom", None, "status_503")]
        clock.shift(wait + timedelta(seconds=30))
        do_round(world.runtime)
    assert len(far.told) == len(BACKOFF) + 1
    assert ends(world) == [("wecom", "given_up", "status_503")]
    far.answer = says(FINE)
    slip_to(world, person("post1"), "urgent")
    do_round(world.runtime)
    assert ends(world)[-1] == ("wecom", "sent", None), "what comes later is tried for itself"


def test_two_of_a_kind_read_differently_so_that_no_platform_takes_the_second_for_the_first(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    reached(world, person("post1"), wecom="LiSi")
    for _ in range(2):
        slip_to(world, person("post1"), "urgent")
        do_round(world.runtime)
        clock.shift(timedelta(seconds=2))
    assert len(set(far.texts())) == len(far.texts()) == 2


def test_what_failed_in_the_evening_is_not_tried_in_the_night_nor_what_the_server_slept_over(
    world: World, far: Receiver
) -> None:
    with time_machine.travel(at("2026-11-23T20:58"), tick=True) as clock:
        far.answer = says(FINE, 503)
        reached(world, person("post1"), wecom="LiSi")
        slip_to(world, person("post1"), "urgent")
        do_round(world.runtime)
        assert len(far.told) == 1
        far.answer = says(FINE)
        for moment in ("2026-11-23T21:05", "2026-11-24T02:00", "2026-11-24T07:29"):
            clock.move_to(at(moment))
            do_round(world.runtime)
        assert len(far.told) == 1
        clock.move_to(at("2026-11-24T07:31"))
        do_round(world.runtime)
        assert ends(world) == [("wecom", "sent", None)]


def test_a_letter_that_has_grown_since_its_last_try_is_another_letter(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    who = newcomer(world)
    reached(world, who, sms=True)
    far.answer = says(FINE, 503)
    slip_to(world, who, "urgent")
    do_round(world.runtime)
    slip_to(world, who, "urgent")
    clock.shift(BACKOFF[0] + timedelta(seconds=5))
    far.answer = says(FINE)
    do_round(world.runtime)
    first, second = (one.json["id"] for one in far.told)
    assert first != second, "a gateway that has taken the first must not drop the second"
    assert "2 条" in far.texts()[1]


def test_what_waited_for_days_is_let_go_with_or_without_a_way_out(
    world: World, clock: time_machine.Traveller, tmp_path: Path
) -> None:
    reached(world, person("post1"), wecom="LiSi")
    slip_to(world, person("post1"), "urgent")
    do_round(world.runtime)
    clock.shift(timedelta(days=3, minutes=5))
    do_round(world.runtime)
    assert ends(world)[0] == ("wecom", "given_up", "too_old")


def test_the_group_hears_once_of_what_is_told_to_several_one_by_one_and_each_of_them_in_the_app(
    world: World, far: Receiver
) -> None:
    """Two market managers whose account managers' logs are missing, one of whom stands in for the other."""
    day = worked(today() + timedelta(days=7))
    with time_machine.travel(f"{day}T02:00:00Z", tick=True) as clock:
        rule = {"way": "at_once", "sms": True, "bot": True}
        assert world.as_("ga").call("PUT", "/api/outside_rules/work_logs_missing", rule).status_code == 200
        cover = {"since": str(day), "until": str(day + timedelta(days=20))}
        absence = {"id": uid(), "user_id": person("mm1"), "deputy_id": person("mm2")} | cover
        assert world.as_("dm").call("POST", "/api/absences", absence).status_code == 200
        clock.move_to(f"{worked(day + timedelta(days=1))}T02:00:00Z")
        do_round(world.runtime)
        kinds = {"kind": "work_logs_missing"}
        heard = {
            who: len(world.as_(who).get("/api/notices", params=kinds).json()["items"])
            for who in ("mm1", "mm2")
        }
        assert heard == {"mm1": 1, "mm2": 2}
        assert [(row["channel"], row["kind"]) for row in messages(world)] == [("bot", "work_logs_missing")]


def test_a_receiver_that_drips_its_answer_is_left_after_seconds_and_holds_up_no_other(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    who = newcomer(world)
    reached(world, who, wecom="LiSi", sms=True)
    far.drips = 60
    slip_to(world, who, "urgent")
    do_round(world.runtime)
    assert sorted(ends(world)) == [("sms", None, "no_answer"), ("wecom", None, "no_answer")]
    assert len(far.told) == 2, "one try each: the channel is left alone until the next round"
    far.drips = 0
    clock.shift(BACKOFF[0] + timedelta(seconds=5))
    do_round(world.runtime)
    assert sorted(ends(world)) == [("sms", "sent", None), ("wecom", "sent", None)]


def test_an_old_token_is_asked_for_anew_and_a_user_nobody_knows_is_given_up_at_once(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    old = iter([{"errcode": 42001}])

    def answer(told: Told) -> tuple[int, dict[str, str], bytes]:
        is_first = "message/send" in told.path
        return says(next(old, FINE) if is_first else FINE)(told)

    far.answer = answer
    reached(world, person("post1"), wecom="LiSi")
    slip_to(world, person("post1"), "urgent")
    do_round(world.runtime)
    paths = [urlsplit(one.path).path.rpartition("/")[2] for one in far.told]
    assert paths == ["gettoken", "send", "gettoken", "send"]
    assert ends(world) == [("wecom", "sent", None)]
    far.answer = says(FINE | {"invaliduser": "LiSi"})
    slip_to(world, person("post1"), "urgent")
    do_round(world.runtime)
    assert ends(world)[-1] == ("wecom", "given_up", "said_81013")


def test_an_administrator_tries_a_way_before_he_relies_on_it(
    world: World, clock: time_machine.Traveller, far: Receiver
) -> None:
    ga = world.as_("ga")
    answer = ga.call("POST", "/api/outside_messages/try", {"channel": "wecom"})
    assert (answer.status_code, answer.json()["code"]) == (409, "outside_no_address")
    reached(world, person("ga"), wecom="Admin")
    clock.move_to(at("2026-11-22T23:00"))
    ga = world.as_("ga")
    for channel in ("wecom", "bot"):
        assert ga.call("POST", "/api/outside_messages/try", {"channel": channel}).status_code == 200
    do_round(world.runtime)
    assert len(far.texts()) == 2
    assert all("测试消息" in text for text in far.texts())


@pytest.mark.parametrize(
    ("username", "where", "status", "code"),
    [
        ("post1", {"wecom": "has space"}, 422, "args_invalid"),
        ("post1", {"wecom": "LiSi"}, 409, "outside_id_taken"),
        ("post1", {"sms": True}, 409, "phone_missing"),
        ("nobody", {"wecom": "x"}, 404, "user_missing"),
        ("cc1", {"wecom": "x"}, 404, "user_missing"),
    ],
)
def test_an_address_that_cannot_be_is_refused(
    world: World, username: str, where: dict[str, Any], status: int, code: str
) -> None:
    reached(world, person("am01"), wecom="LiSi")
    answer = world.as_("ga").call("PUT", f"/api/users/{person(username)}/outside_address", where)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_without_a_file_nothing_leaves_and_what_was_queued_goes_once_there_is_one(
    world: World, clock: time_machine.Traveller, tmp_path: Path
) -> None:
    reached(world, person("post1"), wecom="LiSi", dingtalk="m7")
    slip_to(world, person("post1"), "urgent")
    do_round(world.runtime)
    assert [row["end"] for row in messages(world)] == [None, None]
    with receiver(tmp_path) as made:
        told = written(tmp_path / "o.toml", made.ca, made.port, dingtalk="")
        world.runtime.outside = Outside.open(told)
        do_round(world.runtime)
        assert sorted(ends(world)) == [("dingtalk", "given_up", "channel_missing"), ("wecom", "sent", None)]


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        (
            {"wecom": 'address = "http://localhost"\ncorp_id = "w"\nagent_id = 1\nsecret = "s"'},
            "every address is https",
        ),
        (
            {"sms": 'url = "https://other.example/"\nsecret = "a secret of the gateway"'},
            "every address is https",
        ),
        ({"sms": 'url = "https://localhost/sms"\nsecret = "short"'}, "sms.secret"),
        ({"wecom": 'corp_id = "w"\nagent_id = "SECRETVALUE"\nsecret = "s"'}, "wecom.agent_id"),
        ({"bots": '\n[[bots]]\nkind = "signed"\ndepartment = "d"\nurl = "https://localhost/"\n'}, "bots.0"),
        ({"unheard_of": "x = 1"}, "unheard_of"),
        ({"wecom": "= ="}, "is not TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_place_and_never_by_what_stands_there(
    tmp_path: Path, more: dict[str, str], wrong: str
) -> None:
    ca, _ = certificate(tmp_path)
    told = written(tmp_path / "o.toml", ca, 443, **more)
    with pytest.raises(ValueError, match=r"FIELDVISIT_OUTSIDE") as error:
        Outside.open(told)
    assert wrong in str(error.value)
    assert "SECRETVALUE" not in str(error.value)
    for path, why in (
        (tmp_path / "absent.toml", "cannot be read"),
        (written(told, tmp_path / "no.pem", 443), "ca_file"),
    ):
        with pytest.raises(ValueError, match=why):
            Outside.open(path)


def test_s18_3_no_sentence_that_goes_out_has_room_for_a_name() -> None:
    """Each is a sentence of its own, without a place to put a value into, and no kind is told outside without one."""
    assert len(SAID) > 60
    for kind, said in SAID.items():
        assert kind in KINDS | {"outside_try"}
        assert 5 <= len(said.text) <= 40, kind
        assert re.fullmatch(r"[\u4e00-\u9fff“”，、]+", said.text), kind
