"""A visit made with no signal reaches the manager: arrival, notes, responsibility tags (S1.2), (S1.6), (S11.9), (S11.11)."""

from datetime import UTC, datetime

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.clock import today
from personas import person, photo, shop, uid

ZONE = demo_id("zone:cz")


def check_in(customer: str, **more: object) -> dict[str, object]:
    return {"id": uid(), "customer_id": customer, "place": None, "place_refusal": "denied"} | more


def test_a_day_in_the_field_arrives_once_and_stands_before_the_own_manager_only(world: World) -> None:
    am01, mm1, mm2 = world.as_("am01"), world.as_("mm1"), world.as_("mm2")
    customer = am01.rows(f"customer:{shop('cz:0')}", "customers")[0]
    picture = photo()
    place = {
        "lat": customer["lat"],
        "lng": customer["lng"],
        "datum": "wgs84",
        "accuracy_m": 12.5,
        "fix_at": datetime.now(UTC).isoformat(),
    }
    visit = uid()
    ops = [
        am01.op(
            "visits.check_in",
            {
                "id": visit,
                "customer_id": customer["id"],
                "place": place,
                "place_verdict": "inside",
                "photos": [picture["id"]],
            },
            files=[picture],
        ),
        am01.op(
            "customers.edit",
            {
                "customer_id": customer["id"],
                "set": {"contact_phone": {"from": customer["contact_phone"], "to": "1390000 1234"}},
            },
        ),
        am01.op(
            "visits.record",
            {
                "visit_id": visit,
                "findings": "价签齐全",
                "satisfaction": 4,
                "responsibility_tags": ["no_profit"],
            },
        ),
        am01.op("visits.check_out", {"visit_id": visit}),
    ]
    assert [result["state"] for result in am01.push(*ops)["results"]] == ["applied"] * 4
    assert am01.put_file(picture).status_code == 201
    assert am01.put_file(picture).status_code == 200

    again = am01.push(*ops)
    assert [result["state"] for result in again["results"]] == ["applied"] * 4

    key = f"visits:{am01.id}:{ZONE}:{today()}"
    seen = [row for row in mm1.rows(key, "visits") if row["id"] == visit]
    assert len(seen) == 1
    assert (seen[0]["state"], seen[0]["place_verdict"], seen[0]["distance_m"]) == ("completed", "inside", 0)
    assert seen[0]["findings"] == "价签齐全"
    files = [row for row in mm1.rows(key, "attachments") if row["owner_id"] == visit]
    assert [(row["state"], row["sha256"]) for row in files] == [("stored", picture["sha256"])]
    assert mm1.get(f"/api/attachments/{picture['id']}/picture").status_code in (200, 409)
    assert mm2.get(f"/api/attachments/{picture['id']}/picture").status_code == 404
    assert mm2.rows(key, "visits") == []
    changed = mm1.rows(f"customer:{customer['id']}", "customers")[0]
    assert changed["contact_phone"] == "13900001234"
    digest = mm1.rows(f"customer:{customer['id']}", "visit_digests")[0]
    assert (digest["id"], digest["visitor_id"]) == (visit, person("am01"))


def test_a_planned_visit_becomes_the_visit_made(world: World) -> None:
    """A shop on the list of a day (S11.5)."""
    am01 = world.as_("am01")
    visit = uid()
    assert (
        am01.do("visits.plan_visit", {"id": visit, "customer_id": shop("cz:0", 1), "day": str(today())})[
            "state"
        ]
        == "applied"
    )
    assert am01.do("visits.check_in", check_in(shop("cz:0", 1), id=visit))["state"] == "applied"
    row = am01.get(f"/api/visits/{visit}").json()
    assert (row["state"], row["is_planned"], row["place_verdict"], row["place_refusal"]) == (
        "in_progress",
        True,
        "cannot_tell",
        "denied",
    )


def test_a_visit_may_be_cancelled_with_a_reason_but_not_after_it_ended(world: World) -> None:
    am01 = world.as_("am01")
    visit = uid()
    am01.do("visits.check_in", check_in(shop("cz:0"), id=visit))
    assert am01.do("visits.check_out", {"visit_id": visit})["state"] == "applied"
    refused = am01.do("visits.cancel", {"visit_id": visit, "reason": "店主外出"})
    assert (refused["state"], refused["reason"], refused["code"]) == ("held", "invalid", "visit_not_open")


def test_the_file_of_a_shop_shows_no_supervision(world: World) -> None:
    mm1, am01 = world.as_("mm1"), world.as_("am01")
    visit = uid()
    mm1.do("visits.check_in", check_in(shop("cz:0"), id=visit, purpose="supervise_am"))
    mm1.do("visits.check_out", {"visit_id": visit})
    digests = am01.rows(f"customer:{shop('cz:0')}", "visit_digests")
    assert visit not in [row["id"] for row in digests]
    assert am01.get(f"/api/visits/{visit}").status_code == 404


def test_the_day_a_shop_was_visited_is_the_phones_day_within_what_can_be_proven(world: World) -> None:
    am01 = world.as_("am01")
    visit = uid()
    am01.push(
        am01.op("visits.check_in", check_in(shop("cz:0"), id=visit), made_at="2001-01-01T08:00:00+08:00")
    )
    assert am01.get(f"/api/visits/{visit}").json()["day"] == str(today())
