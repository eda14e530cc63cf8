"""The pool of suggestions (S12.9): read together, analysed together, answered by the department, and shown at each of them."""

from typing import Any

import pytest

from conftest import World
from features.test_cases import done, on, opinion, refused, seen, there, told
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.clock import now, today
from personas import Persona, person, shop, uid


def suggestion(world: World, username: str = "am01", **more: Any) -> str:
    """What a shop suggests, taken down by somebody."""
    routes = {"am01": "cz:0", "am02": "cz:1", "am03": "cj:0", "am19": "xq:0"}
    case = opinion(feedback_type="suggestion", customer_id=shop(routes.get(username, "cz:0"))) | more
    done(world.as_(username), "register", case)
    return str(case["id"])


def an_analysis(*case_ids: str, **more: Any) -> dict[str, Any]:
    told = {
        "id": uid(),
        "title": "送货时间",
        "analysis": "三户都在午间最忙时收货",
        "proposal": "线路改为上午",
    }
    return told | {"feedback_case_ids": list(case_ids)} | more


def submit(who: Persona, args: dict[str, Any]) -> str | None:
    answer = who.call("POST", "/api/suggestion_analyses", args)
    return None if answer.status_code == 200 else str(answer.json()["code"])


def answer(who: Persona, analysis: dict[str, Any], is_adopted: bool = True) -> str | None:
    said = {"is_adopted": is_adopted, "reply": "下月起调整"}
    response = who.call("POST", f"/api/suggestion_analyses/{analysis['id']}/answer", said)
    return None if response.status_code == 200 else str(response.json()["code"])


def withdraw(who: Persona, analysis: dict[str, Any]) -> str | None:
    response = who.call("POST", f"/api/suggestion_analyses/{analysis['id']}/withdraw", {})
    return None if response.status_code == 200 else str(response.json()["code"])


def notes(who: Persona, **filters: str) -> list[dict[str, Any]]:
    page = who.get("/api/feedback_notes", params={"limit": "200", "sort": "made_at", **filters})
    return list(page.json()["items"]) if page.status_code == 200 else []


def analyses(who: Persona) -> list[dict[str, Any]]:
    page = who.get("/api/suggestion_analyses")
    return list(page.json()["items"]) if page.status_code == 200 else []


def test_s12_9_suggestions_are_analysed_together_answered_and_each_shop_can_be_told(world: World) -> None:
    """(S12.9, S12.18)"""
    mm1, dm, am01 = world.as_("mm1"), world.as_("dm"), world.as_("am01")
    first, second, third = (
        suggestion(world),
        suggestion(world, "am02"),
        suggestion(world, category="supply"),
    )
    done(mm1, "inform", on({"id": first}, text="正在汇总", method="phone"))
    done(mm1, "close", on({"id": first}))
    done(mm1, "handle", on({"id": second}, opinion="汇总后上报"))
    made = an_analysis(first, second)
    assert submit(mm1, made) is None
    assert told(world, "dm", "suggestion_analysis_submitted") == 1
    states = {one: there(mm1, {"id": one})["state"] for one in (first, second, third)}
    assert states == {first: "closed", second: "handling", third: "registered"}, "it leaves them as they are"
    today_on = {"word": "pool", "made_at_from": str(today())}
    assert {note["feedback_case_id"] for note in notes(mm1, **today_on)} == {first, second}
    (row,) = analyses(dm)
    assert (row["state"], row["zone_id"], row["category"]) == ("submitted", demo_id("zone:cz"), "delivery")
    assert answer(dm, made) is None
    assert told(world, "mm1", "suggestion_analysis_answered") == 1
    (row,) = analyses(mm1)
    assert (row["state"], row["is_adopted"], row["reply"]) == ("answered", True, "下月起调整")
    assert row["decided_by_id"] == person("dm")
    for who in (mm1, am01, world.as_("cc1")):
        last = notes(who, feedback_case_id=first)[-2:]
        assert [(one["word"], one["text"], one["ref_id"]) for one in last] == [
            ("pool", "送货时间", made["id"]),
            ("adopt", "下月起调整", made["id"]),
        ], who.username
    done(mm1, "inform", on({"id": second}, text="下月起上午送", method="phone"))


def test_what_is_not_adopted_says_so_at_each_of_them_and_is_answered_once(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    case = suggestion(world)
    made, again = an_analysis(case), an_analysis(case, title="再次汇总")
    assert submit(mm1, made) is None
    assert submit(mm1, again) is None, "one may be part of several"
    assert answer(mm1, made) == "role_not_allowed"
    assert answer(dm, made, is_adopted=False) is None
    assert answer(dm, made) == "suggestion_analysis_answered"
    assert answer(dm, {"id": uid()}) == "suggestion_analysis_missing"
    assert [note["word"] for note in notes(mm1, ref_id=made["id"])] == ["pool", "decline"]
    assert [note["word"] for note in notes(mm1, ref_id=again["id"])] == ["pool"]
    assert told(world, "mm1", "suggestion_analysis_answered") == 1


def test_an_analysis_is_taken_back_by_its_author_before_it_is_answered_and_its_suggestions_are_free(
    world: World,
) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    case = suggestion(world)
    made, again = an_analysis(case), an_analysis(case, title="重新汇总")
    assert submit(mm1, made) is None
    assert withdraw(dm, made) == "suggestion_analysis_not_yours"
    assert withdraw(world.as_("am01"), made) == "role_not_allowed"
    assert withdraw(mm1, made) is None
    assert analyses(dm)[0]["state"] == "withdrawn"
    assert [note["word"] for note in notes(mm1, ref_id=made["id"])] == ["pool", "unpool"]
    assert (answer(dm, made), withdraw(mm1, made)) == ("suggestion_analysis_answered",) * 2
    assert submit(mm1, again) is None
    assert answer(dm, again) is None
    assert withdraw(mm1, again) == "suggestion_analysis_answered"


def test_the_departments_manager_takes_those_of_all_his_zones_and_records_what_was_decided(
    world: World,
) -> None:
    dm, mm1, mm2 = (world.as_(name) for name in ("dm", "mm1", "mm2"))
    one, other = suggestion(world), suggestion(world, "am03", category="supply")
    made = an_analysis(one, other)
    assert submit(mm1, made) == "feedback_case_missing", "he does not see the other's"
    assert submit(dm, made) is None
    (row,) = analyses(dm)
    assert (row["zone_id"], row["department_id"], row["category"]) == (None, demo_id("department:dq"), None)
    assert told(world, "dm", "suggestion_analysis_submitted") == 0, "nobody is told what he did himself"
    assert answer(dm, made) is None
    for who, case in ((mm1, one), (mm2, other)):
        assert told(world, str(who.username), "suggestion_analysis_answered") == 1
        assert [note["feedback_case_id"] for note in notes(who, word="adopt")] == [case]
        assert analyses(who) == [], "the department's analysis is the department's; each case has its answer"


@pytest.mark.parametrize("username", ["mm2", "mm4", "dm2", "am01", "cc1", "post1", "admin"])
def test_an_analysis_is_read_by_the_line_alone(world: World, username: str) -> None:
    """The centre and who took a suggestion down read at the case what became of it, not what was written of all of them."""
    case = suggestion(world)
    made = an_analysis(case)
    assert submit(world.as_("mm1"), made) is None
    who = world.as_(username)
    assert analyses(who) == []
    assert who.get(f"/api/suggestion_analyses/{made['id']}").status_code == 404
    assert who.fetch(f"suggestion_analysis:{made['id']}")["bundles"] == []
    sees_case = username in ("am01", "cc1")
    assert (seen(who, {"id": case}) is not None, len(notes(who, word="pool"))) == (sees_case, int(sees_case))
    for reader in ("mm1", "dm", "ga"):
        assert [row["id"] for row in analyses(world.as_(reader))] == [made["id"]], reader
    if username == "dm2":
        assert answer(who, made) == "suggestion_analysis_missing"


def test_it_is_all_or_nothing(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    good, gone, joined = suggestion(world), suggestion(world), suggestion(world)
    grumble = opinion(feedback_type="grumble")
    done(world.as_("am01"), "register", grumble)
    done(world.as_("am01"), "withdraw", on({"id": gone}, text="记错了"))
    done(mm1, "join", on({"id": joined}, joined_to_id=good))
    foreign, elsewhere = suggestion(world, "am03"), suggestion(world, "am19")
    about = suggestion(world, object_user_id=person("am02"))
    for wrong, code in (
        ([good, good], "suggestion_twice"),
        ([good, grumble["id"]], "case_not_suggestion"),
        ([good, about], "suggestion_about_person"),
        ([good, foreign], "feedback_case_missing"),
        ([good, elsewhere], "feedback_case_missing"),
        ([good, uid()], "feedback_case_missing"),
        ([good, gone], "feedback_case_not_now"),
        ([good, joined], "feedback_case_not_now"),
        ([], "args_invalid"),
        ([good, "nonsense"], "args_invalid"),
        ([uid() for _ in range(101)], "args_invalid"),
    ):
        assert submit(mm1, an_analysis(*wrong)) == code, code
    for empty in ("title", "analysis", "proposal"):
        assert submit(mm1, an_analysis(good, **{empty: " "})) == "args_invalid"
    assert submit(world.as_("am01"), an_analysis(good)) == "role_not_allowed"
    assert submit(world.as_("cc1"), an_analysis(good)) == "role_not_allowed"
    assert (analyses(dm), notes(dm, word="pool")) == ([], []), "nothing is half written"
    made = an_analysis(good)
    assert submit(mm1, made) is None
    assert submit(mm1, an_analysis(good, id=made["id"])) == "id_taken"
    assert len(notes(dm, word="pool")) == 1


def test_who_handled_one_elsewhere_takes_only_those_of_the_zone_he_leads(world: World) -> None:
    """He still sees what he handled; the zone is another's to sum up."""
    old, ga = suggestion(world), world.as_("ga")
    day = str(today())
    for username, zone in (("mm1", "cj"), ("mm2", "cz")):
        moved = {"user_id": person(username), "scope": f"zone:{demo_id(f'zone:{zone}')}", "since": day}
        assert ga.call("POST", "/api/assignments", moved).status_code == 200
    mm1 = world.as_("mm1")
    assert seen(mm1, {"id": old}) is not None
    assert submit(mm1, an_analysis(old)) == "suggestion_of_other_zone"
    assert submit(world.as_("mm2"), an_analysis(old)) is None


def test_one_that_turns_out_to_be_about_somebody_is_answered_unseen_by_him(world: World) -> None:
    mm1, dm, cc1 = world.as_("mm1"), world.as_("dm"), world.as_("cc1")
    one, other = suggestion(world), suggestion(world)
    made = an_analysis(one, other)
    assert submit(mm1, made) is None
    done(cc1, "upgrade", on({"id": one}, text="店主投诉"))
    done(cc1, "assign", on({"id": one}, handler_id=person("dm")))
    done(dm, "accept", on({"id": one}))
    found = {"verify_method": "visit", "verify_result": "true", "finding": "属实"}
    done(dm, "verify", on({"id": one}, object_user_id=person("mm1"), **found))
    assert answer(dm, made) is None
    assert {note["feedback_case_id"] for note in notes(mm1, ref_id=made["id"])} == {other}
    assert {note["feedback_case_id"] for note in notes(dm, ref_id=made["id"])} == {one, other}
    assert one not in mm1.get("/api/suggestion_analyses").text
    assert refused(mm1, "handle", on({"id": one}, opinion="x")) == "feedback_case_missing"


def test_analyses_are_found_by_state_and_taken_away_as_a_file(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    made = an_analysis(suggestion(world))
    assert submit(mm1, made) is None
    asked = {"state": "submitted", "made_at_from": str(now().date())}
    assert [row["id"] for row in dm.get("/api/suggestion_analyses", params=asked).json()["items"]] == [
        made["id"]
    ]
    assert answer(dm, made) is None
    assert dm.get("/api/suggestion_analyses", params={"state": "submitted"}).json()["items"] == []
    assert "送货时间" in dm.get("/api/suggestion_analyses.csv").text
