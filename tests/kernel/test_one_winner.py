"""Many who decide one thing at once: exactly one of them has decided it, and the others are told so."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from conftest import World
from personas import Persona, shop, uid

AT_ONCE = 24


def all_at_once(tries: list[Callable[[], Any]]) -> Counter[int]:
    """Run every try from a thread of its own, none before all are ready; how often each status came."""
    ready = Barrier(len(tries))

    def one(attempt: Callable[[], Any]) -> int:
        ready.wait(60)
        return int(attempt().status_code)

    with ThreadPoolExecutor(len(tries)) as pool:
        return Counter(pool.map(one, tries))


def phones(world: World, username: str, count: int) -> list[Persona]:
    first = world.as_(username)
    return [first, *(world.as_(username) for _ in range(count - 1))]


@pytest.mark.timeout(300)
def test_of_many_decisions_on_one_held_entry_just_one_stands(world: World, record_property: Any) -> None:
    am01 = world.as_("am01")
    visit = {"id": uid(), "customer_id": shop("cz:0"), "place": None}
    op = am01.op("visits.check_in", visit)
    assert world.as_("ga").call("POST", f"/api/users/{am01.id}/leave").status_code == 200
    assert am01.push(op, token=am01.deposit)["results"][0]["reason"] == "inactive"

    def decide(who: Persona, verb: str, args: dict[str, str]) -> Callable[[], Any]:
        return lambda: who.call("POST", f"/api/held_ops/{op['id']}/{verb}", args)

    tries = [
        decide(who, *(("apply", {}) if number % 2 else ("reject", {"reason": "r"})))  # type: ignore[arg-type]
        for number, who in enumerate(phones(world, "mm1", 4) * (AT_ONCE // 4))
    ]
    told = all_at_once(tries)
    record_property("decisions/winners", f"{AT_ONCE}/{told[200]}")
    assert told[200] == 1
    assert set(told) <= {200, 409, 503}
    (row,) = [one for one in world.as_("mm1").get("/api/held_ops").json()["items"] if one["id"] == op["id"]]
    made = world.as_("mm1").get(f"/api/visits/{visit['id']}").status_code
    assert (row["state"], made) in (("applied", 200), ("rejected", 404))


@pytest.mark.timeout(300)
def test_of_many_steps_on_one_submission_just_one_is_made(world: World, record_property: Any) -> None:
    am01 = world.as_("am01")
    request = {"id": uid(), "kind": "explain", "content": "why"}
    assert am01.call("POST", "/api/privacy_requests", request).status_code == 200
    path = f"/api/privacy_requests/{request['id']}"

    def step(who: Persona, name: str, args: dict[str, str]) -> Callable[[], Any]:
        return lambda: who.call("POST", f"{path}/{name}", args)

    ways = [("grant", {"note": "n"}), ("refuse", {"note": "n"}), ("return", {"note": "n"})]
    tries = [
        step(who, *ways[number % 3]) for number, who in enumerate(phones(world, "ga", 4) * (AT_ONCE // 4 - 1))
    ]
    tries += [step(am01, "withdraw", {}) for _ in range(4)]
    told = all_at_once(tries)
    record_property("steps/winners", f"{len(tries)}/{told[200]}")
    assert told[200] == 1
    assert set(told) <= {200, 409, 503}
    steps = am01.get("/api/flow_steps", params={"entity_id": request["id"]}).json()["items"]
    assert len(steps) == 2, "the submission, and what came of it"
