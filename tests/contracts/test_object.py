"""Whom a complaint is about finds no byte of it, through no door (S12; domain §3.3): not its number, its words, its slips, its plan."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from conftest import World
from features.test_cases import RATED, done, on, there
from features.test_complaints import complaint
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.deadlines import watch
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.reports import REPORTS
from personas import Persona, person, photo, uid

CANARY = "老陈当面骂人zqx"


def told_about(world: World, about: str) -> list[str]:
    """A complaint about somebody, with everything that hangs at it; the strings he must not find."""
    cc1, dm = world.as_("cc1"), world.as_("dm")
    picture, slip, plan = photo(kind="case"), uid(), uid()
    case = complaint(content=CANARY, object_user_id=person(about), photos=[picture["id"]], severity="major")
    done(cc1, "register", case, files=[picture])
    assert cc1.put_file(picture).status_code in (200, 201, 204)
    number = there(cc1, case)["number"]
    done(cc1, "assign", on(case, handler_id=person("dm"), severity="major"))
    done(dm, "accept", on(case))
    done(dm, "verify", on(case, verify_method="visit", verify_result="true", finding=CANARY))
    done(dm, "co_handle", on(case, info_slip_id=slip, addressee_id=person("post1"), content=CANARY))
    answer = {"info_slip_id": slip, "id": uid(), "text": CANARY}
    assert world.as_("post1").do("info_slips.reply", answer)["state"] == "applied"
    react(world.runtime.db)
    words = dict.fromkeys(("problem", "cause", "measures"), CANARY)
    owner = {"owner_id": person("am02"), "due_on": str(today() + timedelta(days=7))}
    planned = dm.do("rectification_plans.assign", on(case, rectification_plan_id=plan) | words | owner)
    assert planned["state"] == "applied", planned
    done(dm, "resolve", on(case, text=CANARY))
    done(dm, "report", on(case))
    done(dm, "inform", on(case, text=CANARY, method="visit", **RATED))
    watch(world.runtime.db)
    react(world.runtime.db)
    return [case["id"], number, picture["id"], slip, plan, CANARY]


def doors(who: Persona, wanted: list[str]) -> Iterator[tuple[str, str]]:
    """Every door there is, with what comes through it: lists, search, details, exports, bundles, pictures, reports."""
    for name in COLLECTIONS:
        for query in ({"limit": "200"}, {"limit": "200", "q": CANARY[:6]}):
            yield f"list {name} {query}", who.get(f"/api/{name}", params=query).text
        yield f"csv {name}", who.get(f"/api/{name}.csv").text
        for one in wanted[:-1]:
            shown = who.get(f"/api/{name}/{one}")
            yield f"detail {name}", "" if shown.status_code == 404 else shown.text
    keys = list(who.manifest())
    yield "manifest", " ".join(keys)
    for start in range(0, len(keys), 100):
        yield "bundles", str(who.fetch(*keys[start : start + 100]))
    asked = [f"feedback_case:{wanted[0]}", f"info_slip:{wanted[3]}", f"rectification_plan:{wanted[4]}"]
    yield "bundles asked for", str(who.fetch(*asked)["bundles"])
    picture = who.get(f"/api/attachments/{wanted[2]}/picture")
    yield "picture", "" if picture.status_code == 404 else wanted[2]
    for name in REPORTS:
        yield f"report {name}", who.get(f"/api/reports/{name}").text


def found(who: Persona, wanted: list[str]) -> tuple[int, list[str]]:
    """How many doors were opened, and through which something came."""
    opened = list(doors(who, wanted))
    return len(opened), [door for door, text in opened if any(one in text for one in wanted)]


@pytest.mark.parametrize("about", ["mm1", "am01"])
def test_whom_it_is_about_finds_nothing_where_others_do(
    world: World, about: str, record_property: Any
) -> None:
    wanted = told_about(world, about)
    opened, through = found(world.as_(about), wanted)
    record_property("doors", opened)
    assert (through, opened > 100) == ([], True)
    _, seen = found(world.as_("dm"), wanted)
    for door in ("list feedback_cases", "csv feedback_cases", "detail feedback_cases", "bundles", "picture"):
        assert any(one.startswith(door) for one in seen), door
    if about == "mm1":
        with world.runtime.db.write() as session:
            session.execute(update(Bundle).values(barred_user_id=None))
        assert found(world.as_(about), wanted)[1], "without the bar he would have found it"
