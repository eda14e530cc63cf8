"""The rest of a visit: flags and their explanation (S11.9), checklists, stock (S7.8), comments (S5.7), the wrong shop, a call (S11.8)."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.visits.checklists import applying
from fieldvisit.features.visits.models import Visit
from fieldvisit.features.visits.rules import FASTEST_KMH, Stop, speed_kmh, visit_flags
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.intervals import Span
from fieldvisit.kernel.reactions import react
from personas import Persona, person, shop, uid

FULL, SUPERVISION = demo_id("checklist:dq:full"), demo_id("checklist:dq:supervision")
SPEC, OTHER_SPEC = demo_id("spec:90010101"), demo_id("spec:90010202")
CHECKLISTS = json.loads((Path(__file__).parents[1] / "vectors" / "checklists.json").read_text())
METRE = 1 / 111_194.93  # in degrees of latitude


def place_of(who: Persona, customer: str, north_m: float = 0.0) -> dict[str, Any]:
    row = who.rows(f"customer:{customer}", "customers")[0]
    at = {"lat": row["lat"] + north_m * METRE, "lng": row["lng"], "datum": "wgs84", "accuracy_m": 10.0}
    return at | {"fix_at": datetime.now(UTC).isoformat()}


def arrive(who: Persona, customer: str, **more: Any) -> str:
    visit = uid()
    args = {"id": visit, "customer_id": customer, "place": None, "place_refusal": "denied"} | more
    assert who.do("visits.check_in", args)["state"] == "applied"
    return visit


def anomaly(who: Persona, visit: str) -> dict[str, Any]:
    answer = who.get(f"/api/visit_anomalies/{visit}")
    return answer.json() if answer.status_code == 200 else {"flags": {}, "state": None}


def kinds(who: Persona) -> list[str]:
    return sorted(row["kind"] for row in who.get("/api/notices").json()["items"])


def test_a_visit_far_from_the_shop_is_flagged_and_the_word_given_on_the_spot_goes_along(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    visit = arrive(am01, shop("cz:0"), place=place_of(am01, shop("cz:0"), 850), place_note="店主在路口")
    found = anomaly(mm1, visit)
    assert found["flags"] == {"far_from_shop": {"figure": 850, "limit": 300}}
    assert (found["state"], found["explanation"]) == ("submitted", "店主在路口")
    react(world.runtime.db)
    assert kinds(mm1) == ["visit_explained"]
    accepted = mm1.call("POST", f"/api/visit_anomalies/{visit}/accept", {})
    assert accepted.status_code == 200, accepted.text
    react(world.runtime.db)
    assert anomaly(am01, visit)["state"] == "accepted"
    assert kinds(am01) == ["visit_answered"]


def test_a_place_that_was_not_far_keeps_its_note_and_asks_nothing(world: World) -> None:
    am01 = world.as_("am01")
    visit = arrive(am01, shop("cz:0"), place=place_of(am01, shop("cz:0"), 20), place_note="门口施工")
    assert anomaly(am01, visit)["state"] is None
    assert am01.get(f"/api/visits/{visit}").json()["place_note"] == "门口施工"


def test_an_old_fix_cannot_tell_where_somebody_arrived(world: World) -> None:
    am01 = world.as_("am01")
    old = place_of(am01, shop("cz:0")) | {"fix_at": (datetime.now(UTC) - timedelta(minutes=20)).isoformat()}
    row = am01.get(f"/api/visits/{arrive(am01, shop('cz:0'), place=old)}").json()
    assert (row["place_verdict"], row["distance_m"]) == ("cannot_tell", 0)
    assert 1195 <= row["check_in_fix_age_s"] <= 1230


def test_a_visit_of_no_length_is_explained_answered_and_asked_about_again(world: World) -> None:
    """State machine 13: explained by the visitor, accepted or let not count by his market manager (S18.1)."""
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    visit = arrive(am01, shop("cz:0"))
    am01.do("visits.check_out", {"visit_id": visit})
    assert list(anomaly(am01, visit)["flags"]) == ["too_short"]
    early = mm1.call("POST", f"/api/visit_anomalies/{visit}/accept", {})
    assert (early.status_code, early.json()["code"]) == (409, "step_not_now")
    am01.do("visit_anomalies.explain", {"id": visit, "explanation": "只送资料"})
    path = f"/api/visit_anomalies/{visit}"
    assert mm1.call("POST", f"{path}/return", {"note": "送了什么?"}).status_code == 200
    am01.do("visit_anomalies.explain", {"id": visit, "explanation": "新品宣传单"})
    assert mm1.call("POST", f"{path}/invalidate", {"note": "未见店主"}).status_code == 200
    assert anomaly(am01, visit)["state"] == "invalid"
    told = am01.get("/api/flow_steps", params={"entity_id": visit, "sort": "made_at"}).json()["items"]
    assert [step["step"] for step in told] == ["submit", "return", "submit", "invalidate"]
    assert am01.do("visit_anomalies.explain", {"id": visit, "explanation": "x"})["code"] == "step_not_now"


def test_a_market_managers_own_visit_is_answered_by_the_department_manager(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    visit = arrive(mm1, shop("cz:0"))
    mm1.do("visits.check_out", {"visit_id": visit})
    mm1.do("visit_anomalies.explain", {"id": visit, "explanation": "电话已沟通"})
    own = mm1.call("POST", f"/api/visit_anomalies/{visit}/accept", {})
    assert (own.status_code, own.json()["code"]) == (403, "own_submission")
    assert dm.call("POST", f"/api/visit_anomalies/{visit}/accept", {}).status_code == 200


def test_a_visit_by_telephone_has_no_place_and_no_least_length(world: World) -> None:
    am01 = world.as_("am01")
    visit = arrive(am01, shop("cz:0"), contact_method="phone", place=place_of(am01, shop("cz:0"), 5000))
    am01.do("visits.check_out", {"visit_id": visit})
    assert anomaly(am01, visit)["state"] is None


def test_two_arrivals_no_road_allows_are_flagged_at_the_second(world: World) -> None:
    am01 = world.as_("am01")
    arrive(am01, shop("cz:0"), place=place_of(am01, shop("cz:0")))
    second = arrive(am01, shop("cz:0", 1), place=place_of(am01, shop("cz:0", 1), 40_000))
    flags = anomaly(am01, second)["flags"]
    assert flags["too_fast"]["figure"] > FASTEST_KMH
    assert set(flags) == {"far_from_shop", "too_fast"}


@pytest.mark.parametrize(
    ("metres", "seconds", "fast"),
    [(500, 1, False), (1500, 10, True), (30_000, 1800, False), (70_000, 1800, True), (5000, 0, True)],
)
def test_travel_counts_only_beyond_a_kilometre_and_what_the_fixes_leave_open(
    metres: float, seconds: float, fast: bool
) -> None:
    speed = speed_kmh(Stop(30.0, 110.0, 20), Stop(30 + metres * METRE, 110.0, 20), seconds)
    assert (speed is not None and speed > FASTEST_KMH) is fast


def test_every_limit_is_passed_only_beyond_itself() -> None:
    quiet = {
        "verdict": "inside",
        "distance": 10.0,
        "radius_m": 300,
        "stay": Span(60.0, 60.0),
        "speed": 120.0,
        "unanswered": 0,
    }
    assert visit_flags(**quiet) == {}  # type: ignore[arg-type]
    for change, flag in (
        ({"stay": Span(0.0, 59.0)}, "too_short"),
        ({"stay": Span(18_001.0, 30_000.0)}, "too_long"),
        ({"speed": 121.0}, "too_fast"),
        ({"unanswered": 1}, "unanswered"),
        ({"verdict": "outside", "distance": 400.0}, "far_from_shop"),
    ):
        assert list(visit_flags(**(quiet | change))) == [flag]  # type: ignore[arg-type]
    assert visit_flags(**(quiet | {"stay": Span(18_000.0, 18_000.0)})) == {}  # type: ignore[arg-type]


def test_a_working_day_with_hardly_any_time_at_shops_is_asked_about_at_noon_after_it(world: World) -> None:
    """Whole-day rule of domain §2.9; what comes late counts until then."""
    monday = next(
        today() + timedelta(days=n) for n in range(1, 8) if (today() + timedelta(days=n)).weekday() == 0
    )
    with time_machine.travel(
        datetime(monday.year, monday.month, monday.day, 2, tzinfo=UTC), tick=True
    ) as clock:
        am01, am02 = world.as_("am01"), world.as_("am02")
        visit, other = arrive(am01, shop("cz:0")), arrive(am02, shop("cz:1"))
        clock.shift(timedelta(minutes=20))
        world.as_("am01").do("visits.check_out", {"visit_id": visit})
        clock.shift(timedelta(minutes=41))
        assert world.as_("am02").do("visits.check_out", {"visit_id": other})["state"] == "applied"
        clock.shift(timedelta(hours=24))
        do_duties(world.runtime.db)  # eleven o'clock
        assert anomaly(world.as_("am01"), visit)["state"] is None
        clock.shift(timedelta(hours=2))
        for _ in range(2):
            do_duties(world.runtime.db)
        react(world.runtime.db)
        am01 = world.as_("am01")
        assert anomaly(am01, visit)["flags"] == {"short_day": {"figure": 20, "limit": 60}}
        assert kinds(am01) == ["visit_flagged"]
        assert anomaly(world.as_("am02"), other)["state"] is None


def test_answers_belong_to_the_list_of_the_shops_class_and_only_fitting_ones_are_kept(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    visit = arrive(am01, shop("cz:0"))
    given = {"visit_id": visit, "checklist_id": FULL, "answers": {"policy": True, "display": False}}
    assert am01.do("visits.answer", given)["state"] == "applied"
    am01.do(
        "visits.answer",
        {"visit_id": visit, "checklist_id": FULL, "answers": {"display": None, "stock": True}},
    )
    assert mm1.get(f"/api/visit_answers/{visit}").json()["answers"] == {"policy": True, "stock": True}
    for wrong in ({"policy": "yes"}, {"policy": 1}, {"nothing": True}):
        refused = am01.do("visits.answer", {"visit_id": visit, "checklist_id": FULL, "answers": wrong})
        assert (refused["state"], refused["code"]) == ("held", "answer_invalid")


@pytest.mark.parametrize("vector", CHECKLISTS, ids=lambda vector: vector["name"])
def test_the_list_that_is_asked_is_the_narrowest_of_its_kind_for_the_shop(vector: dict[str, Any]) -> None:
    lists = [SimpleNamespace(**row) for row in vector["lists"]]
    visit, customer = Visit(purpose=vector["purpose"]), Customer(**vector["shop"])
    found = applying(lists, visit, customer)
    assert (found.id if found else None) == vector["asked"]


def test_what_a_market_manager_says_of_an_account_manager_is_never_his_to_see(world: World) -> None:
    """Supervision (S11.9): the answers stand where the account manager's reach does not go."""
    mm1, am01, dm = world.as_("mm1"), world.as_("am01"), world.as_("dm")
    visit = arrive(mm1, shop("cz:0"), purpose="supervise_am")
    answers = {"no_pressure": False, "satisfaction": 2, "request_answered": "未答复"}
    given = {"visit_id": visit, "checklist_id": SUPERVISION, "answers": answers}
    assert mm1.do("visits.answer", given)["state"] == "applied"
    assert dm.get(f"/api/visit_answers/{visit}").json()["answers"] == answers
    assert am01.get(f"/api/visit_answers/{visit}").status_code == 404
    assert visit not in am01.get("/api/visit_answers").text


def test_leaving_with_required_questions_open_is_flagged_and_not_refused(world: World) -> None:
    mm1 = world.as_("mm1")
    visit = arrive(mm1, shop("cz:0"), purpose="supervise_am")
    mm1.do("visits.answer", {"visit_id": visit, "checklist_id": SUPERVISION, "answers": {"satisfaction": 4}})
    assert mm1.do("visits.check_out", {"visit_id": visit})["state"] == "applied"
    assert anomaly(mm1, visit)["flags"]["unanswered"] == {"figure": 1, "limit": 0}


def test_a_changed_checklist_is_asked_from_now_on_and_the_old_one_is_still_answered_to(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    changed = {
        "department_id": demo_id("department:dq"),
        "kind": "visit",
        "title": "走访清单 2",
        "business_sizes": ["1", "2"],
        "items": [{"key": "policy", "text": "政策", "kind": "scale"}],
    }
    new = uid()
    assert ga.call("PUT", f"/api/checklists/{new}", changed | {"replaces": FULL}).status_code == 200
    carried = {row["id"]: row for row in am01.rows(f"ref:org:{demo_id('department:dq')}", "checklists")}
    assert carried[FULL]["ended_at"] is not None
    assert carried[new]["ended_at"] is None
    visit = arrive(am01, shop("cz:0"))
    late = am01.do("visits.answer", {"visit_id": visit, "checklist_id": FULL, "answers": {"policy": True}})
    assert late["state"] == "applied"
    twice = changed | {"items": [*changed["items"], *changed["items"]]}  # type: ignore[misc]
    assert ga.call("PUT", f"/api/checklists/{uid()}", twice).json()["code"] == "question_twice"
    assert (
        ga.call("PUT", f"/api/checklists/{uid()}", changed | {"replaces": FULL}).json()["code"]
        == "checklist_ended"
    )
    no_options = changed | {"items": [{"key": "k", "text": "t", "kind": "choice"}]}
    assert ga.call("PUT", f"/api/checklists/{uid()}", no_options).status_code == 422


def test_stock_is_read_spec_by_spec_and_read_anew_in_place(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    visit, reading = arrive(am01, shop("cz:0")), uid()
    first = {"id": reading, "spec_id": SPEC, "counter_qty": 12, "backroom_qty": 20, "pack_price": 6000}
    other = {"id": uid(), "spec_id": OTHER_SPEC, "counter_qty": 0, "out_of_stock_days": 3}
    assert (
        am01.do("visits.record_stock", {"visit_id": visit, "readings": [first, other]})["state"] == "applied"
    )
    again = first | {"counter_qty": 11}
    assert am01.do("visits.record_stock", {"visit_id": visit, "readings": [again]})["state"] == "applied"
    rows = {
        row["spec_id"]: row
        for row in mm1.rows(f"customer:{shop('cz:0')}", "stock_readings")
        if row["visit_id"] == visit
    }
    assert (rows[SPEC]["counter_qty"], rows[SPEC]["backroom_qty"], rows[SPEC]["pack_price"]) == (11, 20, 6000)
    assert rows[OTHER_SPEC]["out_of_stock_days"] == 3
    elsewhere = arrive(am01, shop("cz:0", 1))
    for bad, code in (
        ({"visit_id": elsewhere, "readings": [first]}, "id_taken"),
        ({"visit_id": visit, "readings": [first, first]}, "spec_twice"),
        ({"visit_id": visit, "readings": [first | {"counter_qty": -1}]}, "args_invalid"),
    ):
        assert am01.do("visits.record_stock", bad)["code"] == code
    from_another_phone = first | {"id": uid(), "counter_qty": 7}
    assert (
        am01.do("visits.record_stock", {"visit_id": visit, "readings": [from_another_phone]})["state"]
        == "applied"
    )
    kept = [row for row in mm1.rows(f"customer:{shop('cz:0')}", "stock_readings") if row["spec_id"] == SPEC]
    assert [(row["id"], row["counter_qty"]) for row in kept if row["visit_id"] == visit] == [(reading, 7)]
    unknown = am01.do("visits.record_stock", {"visit_id": visit, "readings": [first | {"spec_id": uid()}]})
    assert (unknown["reason"], unknown["code"]) == ("missing", "spec_missing")


def test_a_comment_is_heard_and_answered_and_nobody_else_reads_it(world: World) -> None:
    am01, am02, mm1 = world.as_("am01"), world.as_("am02"), world.as_("mm1")
    visit = arrive(am01, shop("cz:0"))
    assert (
        mm1.do("visits.comment", {"id": uid(), "visit_id": visit, "text": "陈列做得好"})["state"] == "applied"
    )
    react(world.runtime.db)
    assert kinds(am01) == ["visit_commented"]
    assert am01.do("visits.comment", {"id": uid(), "visit_id": visit, "text": "谢谢"})["state"] == "applied"
    react(world.runtime.db)
    assert kinds(mm1) == ["visit_commented"]
    said = mm1.get("/api/visit_comments", params={"visit_id": visit, "sort": "made_at"}).json()["items"]
    assert [(row["author_id"], row["text"]) for row in said] == [
        (person("mm1"), "陈列做得好"),
        (am01.id, "谢谢"),
    ]
    assert am02.get("/api/visit_comments", params={"visit_id": visit}).json()["items"] == []
    barged = am02.do("visits.comment", {"id": uid(), "visit_id": visit, "text": "x"})
    assert barged["code"] == "visit_missing"
    planned = uid()
    am01.do("visits.plan_visit", {"id": planned, "customer_id": shop("cz:0", 1), "day": str(today())})
    early = mm1.do("visits.comment", {"id": uid(), "visit_id": planned, "text": "x"})
    assert early["code"] == "visit_not_made"


def test_a_visit_recorded_at_the_wrong_shop_is_put_right_and_says_what_was_said_first(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    wrong, right, planned = shop("cz:0"), shop("cz:0", 1), uid()
    am01.do("visits.plan_visit", {"id": planned, "customer_id": wrong, "day": str(today())})
    before = am01.get(f"/api/customers/{wrong}").json()["last_visited_on"]
    arrive(am01, wrong, id=planned, place=place_of(am01, right))
    reading = {"id": uid(), "spec_id": SPEC, "counter_qty": 5}
    am01.do("visits.record_stock", {"visit_id": planned, "readings": [reading]})
    am01.do("visits.record", {"visit_id": planned, "findings": "陈列整齐"})
    am01.do("visits.check_out", {"visit_id": planned})
    assert am01.get(f"/api/customers/{wrong}").json()["last_visited_on"] == str(today())
    assert "far_from_shop" in anomaly(am01, planned)["flags"]
    args = {"visit_id": planned, "customer_id": right, "reason": "隔壁店,点错了"}
    assert am01.do("visits.correct_shop", args)["state"] == "applied"

    row = mm1.get(f"/api/visits/{planned}").json()
    assert (row["customer_id"], row["place_verdict"], row["is_planned"]) == (right, "inside", False)
    assert set(anomaly(am01, planned)["flags"]) == {"too_short"}
    (amended,) = mm1.get("/api/visit_amendments", params={"visit_id": planned}).json()["items"]
    assert (amended["from_customer_id"], amended["to_customer_id"], amended["reason"]) == (
        wrong,
        right,
        "隔壁店,点错了",
    )
    files = {key: am01.get(f"/api/customers/{key}").json() for key in (wrong, right)}
    assert files[wrong]["last_visited_on"] == before
    assert files[right]["last_visited_on"] == str(today())
    assert planned not in [row["id"] for row in am01.rows(f"customer:{wrong}", "visit_digests")]
    assert planned in [row["id"] for row in am01.rows(f"customer:{right}", "visit_digests")]
    assert reading["id"] in [row["id"] for row in am01.rows(f"customer:{right}", "stock_readings")]
    waiting = am01.get(
        "/api/visits", params={"customer_id": wrong, "state": "planned", "day": str(today())}
    ).json()
    assert len([item for item in waiting["items"] if item["is_planned"]]) >= 1
    assert am01.do("visits.correct_shop", args)["code"] == "shop_is_the_same"
    theirs = am01.do("visits.correct_shop", args | {"customer_id": shop("cz:1")})
    assert (theirs["reason"], theirs["code"]) == ("missing", "customer_missing")


def test_a_call_is_noted_in_the_file_without_the_number(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    call = {"id": uid(), "customer_id": shop("cz:0"), "method": "phone"}
    assert am01.do("customers.log_contact", call)["state"] == "applied"
    (row,) = mm1.rows(f"customer:{shop('cz:0')}", "contact_logs")
    assert (row["author_id"], row["method"], row["note"]) == (am01.id, "phone", None)
    assert world.as_("am02").get(f"/api/contact_logs/{call['id']}").status_code == 404


def test_a_spec_is_opened_and_changed_and_reaches_every_phone(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    brand, spec = uid(), uid()
    assert ga.call("PUT", f"/api/brands/{brand}", {"name": "新山"}).status_code == 200
    facts = {
        "spec_code": "90080101",
        "name": "新山(硬)",
        "brand_id": brand,
        "price_class": 2,
        "wholesale_price": 14_000,
        "guide_price": 16_000,
        "listed_on": str(date(2026, 11, 1)),
    }
    for price in (16_000, 16_500):
        saved = ga.call("PUT", f"/api/product_specs/{spec}", facts | {"guide_price": price})
        assert saved.status_code == 200, saved.text
    carried = {row["id"]: row for row in am01.rows("ref:catalogue:all", "product_specs")}
    assert carried[spec]["guide_price"] == 16_500
    again = ga.call("PUT", f"/api/product_specs/{uid()}", facts)
    assert (again.status_code, again.json()["code"]) == (409, "code_taken")
    assert ga.call("PUT", f"/api/brands/{uid()}", {"name": "新山"}).json()["code"] == "name_taken"
