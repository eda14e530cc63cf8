"""Every workflow × every state × every step × everybody: what is not in the table is 409, whose it is not 403, unseen 404 (S18.1)."""

from datetime import date, timedelta
from itertools import count, product
from typing import Any

import pytest

from conftest import World
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.workflow import WORKFLOWS, Step, Workflow
from personas import Persona, person, shop, uid

pytestmark = pytest.mark.timeout(900)

# Who submits one, who answers it, who sees it without a part in it, and who must not know of it.
CAST: dict[str, dict[str, str]] = {
    "privacy_requests": {"author": "am01", "decider": "ga", "stranger": "am19"},
    "visit_anomalies": {"author": "am01", "decider": "mm1", "stranger": "am19"},
    "visit_plans": {"author": "am01", "decider": "mm1", "stranger": "am19"},
    "service_plans": {"author": "am01", "decider": "mm1", "stranger": "am19"},
    "work_logs": {"author": "am01", "decider": "mm1", "stranger": "am19"},
    "maintenance_appraisals": {"author": "mm1", "decider": "dm", "stranger": "mm2"},
}
# How one is submitted again: the step's route, and the field that holds its words.
AGAIN = {
    "privacy_requests": ("submit", "content"),
    "visit_anomalies": ("explain", "explanation"),
    "visit_plans": ("submit", "content"),
    "service_plans": ("submit", "aims"),
    "work_logs": ("submit", "notes"),
}
ASKED = {"work_logs.review": {"plan_check": "good", "grade": "B"}}
# Those that somebody decides; what is only reported (汇报) has an amendment and nothing else.
DECIDED = [name for name, flow in WORKFLOWS.items() if any(step.is_decision for step in flow.steps)]
FIRST_WORDS = "Why is my place kept?"
PERIODS = count(1)  # nobody plans a week or quarter twice


def week_plan(row_id: str, **more: Any) -> dict[str, Any]:
    monday = today() + timedelta(days=7 * int(row_id[:8]) - today().weekday())
    told = {"target_count": 9, "business_sizes": ["1"], "purposes": ["guidance"], "content": FIRST_WORDS}
    return {"horizon": "week", "first_on": str(monday)} | told | more


def quarter_plan(row_id: str, aims: str) -> dict[str, Any]:
    number = int(row_id[:8])
    first = date(today().year + 1 + number // 4, 3 * (number % 4) + 1, 1)
    return {"first_on": str(first), "aims": aims, "groups": [{"business_size": "1", "visits_a_month": 4}]}


def day_log(row_id: str, text: str, seen: str | None = None) -> dict[str, Any]:
    day = today() - timedelta(days=int(row_id[:8]) % 1000)
    note = {"id": row_id, "kind": "market", "text": text, "seen": seen}
    return {"id": row_id, "first_on": str(day), "notes": [note]}


def reported_sheet(author: Persona) -> str:
    """The sheet of this month, reported; of somebody there is one."""
    known = author.get("/api/maintenance_appraisals").json()["items"]
    if known:
        return str(known[0]["id"])
    told = {"account_manager_id": person("am01"), "first_on": str(today().replace(day=1))}
    row_id, path = uid(), "/api/maintenance_appraisals"
    sheet = told | {"quality_score": 80, "comment": FIRST_WORDS}
    assert author.call("POST", f"{path}/{row_id}/report", sheet).status_code == 200
    return row_id


def words_of(snapshot: dict[str, Any], field: str) -> str:
    """What a snapshot says in the field of its words; a log says it in its notes."""
    told = snapshot[field]
    return told if isinstance(told, str) else "".join(note["text"] for note in told)


def make(flow: Workflow, author: Persona) -> str:
    row_id = uid()
    if flow.name == "visit_plans":
        row_id = f"{next(PERIODS):08d}{row_id[8:]}"
        plan = week_plan(row_id)
        assert author.call("POST", f"/api{flow.path}/{row_id}/submit", plan).status_code == 200
        return row_id
    if flow.name == "service_plans":
        row_id = f"{next(PERIODS):08d}{row_id[8:]}"
        plan = quarter_plan(row_id, FIRST_WORDS)
        assert author.call("PUT", f"/api{flow.path}/{row_id}", plan).status_code == 200
        return row_id
    if flow.name == "work_logs":
        row_id = f"{next(PERIODS):08d}{row_id[8:]}"
        assert author.call("POST", f"/api{flow.path}/submit", day_log(row_id, FIRST_WORDS)).status_code == 200
        return row_id
    if flow.name == "maintenance_appraisals":
        return reported_sheet(author)
    if flow.name == "visit_anomalies":  # a visit of no length wants a word
        args = {"id": row_id, "customer_id": shop("cz:0"), "place": None, "place_refusal": "denied"}
        words = {"id": row_id, "explanation": FIRST_WORDS}
        made = (("visits.check_in", args), ("visits.check_out", {"visit_id": row_id}), ("visit_anomalies.explain", words))  # fmt: skip
        results = author.push(*(author.op(*op) for op in made))["results"]
        assert [result["state"] for result in results] == ["applied"] * 3
        return row_id
    request = {"id": row_id, "kind": "explain", "content": FIRST_WORDS}
    assert author.call("POST", f"/api{flow.path}", request).status_code == 200
    return row_id


def submit_again(flow: Workflow, author: Persona, row_id: str, words: str) -> int:
    route, field = AGAIN[flow.name]
    if flow.name == "visit_plans":
        again = week_plan(row_id, content=words)
        return author.call("POST", f"/api{flow.path}/{row_id}/{route}", again).status_code
    if flow.name == "service_plans":
        return author.call("PUT", f"/api{flow.path}/{row_id}", quarter_plan(row_id, words)).status_code
    if flow.name == "work_logs":
        again = day_log(row_id, words, seen=FIRST_WORDS)
        return author.call("POST", f"/api{flow.path}/{route}", again).status_code
    return author.call("POST", f"/api{flow.path}/{row_id}/{route}", {field: words}).status_code


def take(who: Persona, flow: Workflow, step: Step, row_id: str) -> tuple[int, str | None]:
    body = ASKED.get(f"{flow.name}.{step.name}", {}) | ({} if step.note == "none" else {"note": "because"})
    answer = who.call("POST", f"/api{flow.path}/{row_id}/{step.name}", body)
    return answer.status_code, answer.json().get("code")


def way_to(flow: Workflow, state: str) -> list[Step]:
    """The steps that lead from where it begins to a state, found by trying the table breadth first."""
    ways: list[tuple[str, list[Step]]] = [(flow.begins, [])]
    seen = set()
    for at, way in ways:
        if at == state:
            return way
        seen.add(at)
        ways += [
            (step.to, [*way, step])
            for step in flow.steps
            if at in step.come_from and step.to not in (None, *seen)
        ]  # type: ignore[misc]
    raise AssertionError(f"{state} of {flow.name} cannot be reached")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_only_the_steps_of_the_table_can_be_made_and_only_by_whose_they_are(
    world: World, name: str, record_property: Any
) -> None:
    flow = WORKFLOWS[name]
    people = {part: world.as_(username) for part, username in CAST[name].items()}
    cells = 0
    for state, step, part in product(sorted(flow.states()), flow.steps, people):
        row_id = make(flow, people["author"])
        for before in way_to(flow, state):
            assert take(people[before.by], flow, before, row_id)[0] == 200
        status, code = take(people[part], flow, step, row_id)
        if part == "stranger":
            wanted = {(404, f"{name}_missing"), (403, "role_not_allowed")}
        elif part != step.by:
            wanted = {(403, "step_not_yours"), (403, "own_submission"), (403, "role_not_allowed")}
        elif state not in step.come_from:
            wanted = {(409, "step_not_now")}
        else:
            wanted = {(200, None)}
        assert (status, code) in wanted, (state, step.name, part)
        shown = people["author"].get(f"/api{flow.path}/{row_id}").json()["state"]
        assert shown == (step.to or state if status == 200 else state)
        cells += 1
    record_property("cells", cells)
    assert cells == len(flow.states()) * len(flow.steps) * len(people) >= (30 if name in DECIDED else 3)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_reason_is_needed_where_something_is_given_back(world: World, name: str) -> None:
    flow = WORKFLOWS[name]
    for step in (one for one in flow.steps if one.note == "needed" and "submitted" in one.come_from):
        row_id = make(flow, world.as_(CAST[name]["author"]))
        for body in ({}, {"note": ""}, {"note": "  "}, {"note": 5}):
            answer = world.as_(CAST[name]["decider"]).call(
                "POST", f"/api{flow.path}/{row_id}/{step.name}", body
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "args_invalid")


@pytest.mark.parametrize("name", DECIDED)
def test_what_was_submitted_stays_as_it_was_and_is_amended_with_a_date(world: World, name: str) -> None:
    flow = WORKFLOWS[name]
    author, decider = world.as_(CAST[name]["author"]), world.as_(CAST[name]["decider"])
    row_id = make(flow, author)
    steps = {step.name: step for step in flow.steps}
    assert take(author, flow, steps["withdraw"], row_id)[0] == 200
    assert submit_again(flow, author, row_id, "In other words") == 200
    decision = next(step for step in flow.steps if step.is_decision and step.to != "returned")
    assert take(decider, flow, decision, row_id)[0] == 200
    if name == "visit_plans":
        body = week_plan(row_id, content="In other words", note="because")
        assert author.call("POST", f"/api{flow.path}/{row_id}/amend", body).status_code == 200
    else:
        assert take(author, flow, steps["amend"], row_id)[0] == 200
    told = author.get("/api/flow_steps", params={"entity_id": row_id, "sort": "made_at"}).json()["items"]
    assert [row["step"] for row in told] == ["submit", "withdraw", "submit", decision.name, "amend"]
    field = AGAIN[name][1]
    kept = [words_of(row["snapshot"], field) for row in told if row["snapshot"] and row["step"] == "submit"]
    assert kept == [FIRST_WORDS, "In other words"]
    assert told[-1]["note"] == "because"
    assert told[-1]["made_at"] >= told[-2]["made_at"]


@pytest.mark.parametrize("name", sorted(set(WORKFLOWS) - set(DECIDED)))
def test_what_was_reported_and_is_not_decided_stays_as_it_was_and_is_amended_with_a_date(
    world: World, name: str
) -> None:
    flow = WORKFLOWS[name]
    author = world.as_(CAST[name]["author"])
    row_id = make(flow, author)
    (amend,) = flow.steps
    assert take(author, flow, amend, row_id)[0] == 200
    told = author.get("/api/flow_steps", params={"entity_id": row_id, "sort": "made_at"}).json()["items"]
    assert [(row["step"], row["note"]) for row in told] == [("report", None), ("amend", "because")]
    assert FIRST_WORDS in told[0]["snapshot"].values()
