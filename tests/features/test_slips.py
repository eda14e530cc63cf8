"""信息传递单 (S18.4): from a visit (S11.10) to any post or the department (S11.13), received, answered in time, passed on, confirmed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from conftest import World
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.deadlines import watch
from fieldvisit.kernel.reactions import react
from personas import Persona, person, photo, shop, uid


def slip(**more: Any) -> dict[str, Any]:
    told = {"id": uid(), "category": "supply", "content": "两个规格断货三天", "wanted_action": "请核对投放"}
    return told | more


def done(who: Persona, name: str, args: dict[str, Any], **more: Any) -> dict[str, Any]:
    result = who.do(name, args, **more)
    assert result["state"] == "applied", result
    return result


def refused(who: Persona, name: str, args: dict[str, Any]) -> tuple[str, str]:
    result = who.do(name, args)
    return str(result["state"]), str(result.get("code"))


def on(made: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"info_slip_id": made["id"], "id": uid()} | more


def seen(who: Persona, made: dict[str, Any]) -> dict[str, Any] | None:
    rows = who.rows(f"info_slip:{made['id']}", "info_slips")
    return dict(rows[0]) if rows else None


def words(who: Persona, made: dict[str, Any]) -> list[tuple[str, str | None]]:
    rows = who.rows(f"info_slip:{made['id']}", "info_slip_notes")
    return [(row["word"], row["text"]) for row in sorted(rows, key=lambda row: row["made_at"])]


def told(world: World, username: str, kind: str) -> int:
    watch(world.runtime.db)
    react(world.runtime.db)
    rows = world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"]
    return len(rows)


def test_s11_10_s18_4_a_slip_from_a_visit_is_received_answered_and_confirmed(world: World) -> None:
    am01, post1 = world.as_("am01"), world.as_("post1")
    visit, picture = uid(), photo(kind="slip")
    done(am01, "visits.check_in", {"id": visit, "customer_id": shop("cz:0"), "place": None})
    made = slip(
        addressee_id=person("post1"), customer_id=shop("cz:0"), visit_id=visit, photos=[picture["id"]]
    )
    done(am01, "info_slips.send", made, files=[picture])
    row = seen(post1, made)
    assert row
    assert (row["number"], row["state"]) == (f"XXD-{today().year}-000001", "sent")
    assert row["shop_name"]
    assert post1.get(f"/api/customers/{shop('cz:0')}").status_code in (403, 404), "the post sees no file"
    assert told(world, "post1", "info_slip_sent") == 1
    done(post1, "info_slips.receive", on(made))
    done(post1, "info_slips.reply", on(made, text="明日补货"))
    assert told(world, "am01", "info_slip_replied") == 1
    done(am01, "info_slips.confirm", on(made))
    assert told(world, "post1", "info_slip_confirmed") == 1
    row = seen(am01, made)
    assert row
    assert (row["state"], row["timeliness"]) == ("closed", "in_time")
    assert words(am01, made) == [("receive", None), ("reply", "明日补货"), ("confirm", None)]
    with time_machine.travel(now() + timedelta(days=31), tick=True):
        assert f"info_slip:{made['id']}" not in world.as_("am01").manifest()


def test_who_leads_the_sender_sees_it_and_nobody_else(world: World) -> None:
    made = slip(addressee_id=person("post1"))
    done(world.as_("am01"), "info_slips.send", made)
    seeing = {
        name
        for name in ("am01", "am02", "mm1", "mm2", "dm", "ga", "cc1", "post1", "post2", "am19", "dm2")
        if seen(world.as_(name), made)
    }
    assert seeing == {"am01", "mm1", "dm", "ga", "post1"}


def test_s11_13_a_slip_to_the_department_is_answered_by_its_manager(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    made = slip(category="compliance", urgency="urgent")
    done(mm1, "info_slips.send", made)
    assert told(world, "dm", "info_slip_sent") == 1
    assert told(world, "ga", "info_slip_sent") == 0
    done(dm, "info_slips.reply", on(made, text="已转专卖"))
    row = seen(mm1, made)
    assert row
    assert row["state"] == "replied"


def test_a_thin_answer_is_sent_back_and_a_slip_is_passed_on_to_whom_it_concerns(world: World) -> None:
    am01, mm1, post1 = (world.as_(name) for name in ("am01", "mm1", "post1"))
    made = slip(addressee_id=person("mm1"))
    done(am01, "info_slips.send", made)
    done(mm1, "info_slips.forward", on(made, addressee_id=person("post1"), text="请配送核对"))
    assert told(world, "post1", "info_slip_sent") == 1
    assert refused(mm1, "info_slips.reply", on(made, text="t")) == ("held", "info_slip_not_yours")
    done(post1, "info_slips.reply", on(made, text="知道了"))
    done(am01, "info_slips.reject_reply", on(made, text="什么时候补?"))
    assert told(world, "post1", "info_slip_reply_rejected") == 1
    done(post1, "info_slips.reply", on(made, text="周三补两件"))
    done(am01, "info_slips.confirm", on(made, text="已补到"))
    assert [word for word, _ in words(mm1, made)] == ["forward", "reply", "unsatisfied", "reply", "confirm"]


def test_an_answer_is_due_and_whoever_owes_it_is_reminded_then_both_hear(world: World) -> None:
    made, named = slip(addressee_id=person("post1")), slip(addressee_id=person("post1"))
    done(world.as_("am01"), "info_slips.send", made)
    done(world.as_("am01"), "info_slips.send", named | {"reply_due_on": str(today() + timedelta(days=40))})
    with time_machine.travel(now() + timedelta(days=12), tick=True):
        assert (told(world, "post1", "info_slip_overdue"), told(world, "am01", "info_slip_overdue")) == (1, 1)
        done(world.as_("post1"), "info_slips.reply", on(made, text="抱歉"))
        row = seen(world.as_("am01"), made)
        assert row
        assert row["timeliness"] == "late"


def test_s18_4_a_slip_that_nobody_has_received_is_taken_back_and_nothing_is_due_any_more(
    world: World,
) -> None:
    made = slip(addressee_id=person("post1"))
    am01, post1 = world.as_("am01"), world.as_("post1")
    done(am01, "info_slips.send", made)
    assert refused(post1, "info_slips.withdraw", on(made)) == ("held", "info_slip_not_yours")
    done(am01, "info_slips.withdraw", on(made, text="已当面说清"))
    assert words(post1, made) == [("withdraw", "已当面说清")]
    assert refused(post1, "info_slips.reply", on(made, text="t")) == ("held", "info_slip_not_now")
    assert told(world, "post1", "info_slip_withdrawn") == 1
    with time_machine.travel(now() + timedelta(days=9)):
        assert told(world, "post1", "info_slip_overdue") == 0
    other = slip(addressee_id=person("post1"))
    done(world.as_("am01"), "info_slips.send", other)
    done(world.as_("post1"), "info_slips.receive", on(other))
    assert refused(world.as_("am01"), "info_slips.withdraw", on(other)) == ("held", "info_slip_not_now")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"addressee_id": "00000000-0000-4000-8000-000000000000"}, "info_slip_addressee_missing"),
        ({"addressee_id": person("am19")}, "info_slip_addressee_missing"),
        ({"addressee_id": person("admin")}, "info_slip_addressee_missing"),
        ({"addressee_id": person("am01")}, "info_slip_to_self"),
        ({"reply_due_on": "2020-01-01"}, "day_passed"),
        ({"customer_id": shop("xq:0")}, "customer_missing"),
        ({"visit_id": "00000000-0000-4000-8000-000000000000"}, "visit_missing"),
        ({"category": "gossip"}, "args_invalid"),
        ({"content": " "}, "args_invalid"),
    ],
)
def test_what_is_wrong_with_a_slip_has_its_own_code_and_is_held(
    world: World, more: dict[str, Any], code: str
) -> None:
    assert refused(world.as_("am01"), "info_slips.send", slip(**more)) == ("held", code)


def test_steps_are_made_by_whose_they_are_and_once(world: World) -> None:
    am01, mm1, post1 = (world.as_(name) for name in ("am01", "mm1", "post1"))
    made = slip(addressee_id=person("post1"))
    done(am01, "info_slips.send", made)
    assert refused(am01, "info_slips.send", made) == ("held", "id_taken")
    for who, name, more, code in (
        (am01, "info_slips.receive", {}, "info_slip_not_yours"),
        (mm1, "info_slips.reply", {"text": "t"}, "info_slip_not_yours"),
        (am01, "info_slips.confirm", {}, "info_slip_not_now"),
        (post1, "info_slips.confirm", {}, "info_slip_not_yours"),
        (post1, "info_slips.forward", {"addressee_id": person("post1")}, "info_slip_to_self"),
        (post1, "info_slips.forward", {"addressee_id": person("am01")}, "info_slip_to_author"),
        (world.as_("am02"), "info_slips.receive", {}, "info_slip_missing"),
    ):
        assert refused(who, name, on(made, **more)) == ("held", code), (name, code)
    done(post1, "info_slips.receive", on(made))
    assert refused(post1, "info_slips.receive", on(made)) == ("held", "info_slip_not_now")
    outside = slip()
    assert refused(world.as_("cc1"), "info_slips.send", outside) == ("held", "info_slip_addressee_missing")
    done(world.as_("cc1"), "info_slips.send", outside | {"addressee_id": person("mm1")})
    assert seen(mm1, outside)
