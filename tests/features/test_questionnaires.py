"""Questions as data (S16.2, S11.11): branches, bounds, photos and scores, made by the administrator and answered at a visit."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.features.questionnaires.rules import Question, asked, faulty, fits, score, unanswered
from personas import Persona, photo, shop, uid

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "questionnaires.json").read_text())


@pytest.mark.parametrize("case", VECTORS["answered"], ids=lambda case: str(case["name"]))
def test_what_is_asked_open_and_earned_follows_from_the_answers(case: dict[str, Any]) -> None:
    questions, answers = VECTORS["questions"], case["answers"]
    assert [question["key"] for question in asked(questions, answers)] == case["asked"]
    assert unanswered(questions, answers) == case["unanswered"]
    assert score(questions, answers) == case["score"]


@pytest.mark.parametrize(
    ("key", "answer", "is_fit"),
    [("staff", 20, True), ("staff", 21, False), ("shelf", shop("cz:0"), True), ("shelf", "a photo", False), ("staff", True, False)],
)  # fmt: skip
def test_an_answer_keeps_within_what_is_asked(key: str, answer: object, is_fit: bool) -> None:
    (question,) = [question for question in VECTORS["questions"] if question["key"] == key]
    assert fits(question, answer) == is_fit


def question(key: str, **more: Any) -> Question:
    return Question.model_validate({"key": key, "text": key, "kind": "yes_no"} | more)


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        ([question("a"), question("b", when={"key": "a", "values": [True]})], None),
        ([question("a"), question("a")], "question_twice"),
        ([question("a", when={"key": "b", "values": [True]}), question("b")], "question_branch"),
        ([question("a"), question("b", when={"key": "a", "values": ["yes"]})], "question_branch"),
        ([question("a", when={"key": "a", "values": [True]})], "question_branch"),
    ],
)
def test_a_question_follows_only_from_an_earlier_one_and_what_that_allows(
    questions: list[Question], code: str | None
) -> None:
    assert faulty(questions) == code


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "text", "low": 1},
        {"kind": "number", "low": 3, "high": 2},
        {"points": [1]},
        {"kind": "choice", "options": ["a", "b"], "points": [1]},
        {"kind": "photo", "points": [1]},
    ],
)
def test_bounds_and_points_that_say_nothing_are_refused(world: World, more: dict[str, Any]) -> None:
    refused = save(world.as_("ga"), [{"key": "a", "text": "a", "kind": "yes_no"} | more])
    assert (refused.status_code, refused.json()["code"]) == (422, "args_invalid")


def save(ga: Persona, items: list[dict[str, Any]]) -> Any:
    """In place of the district's own survey."""
    (asked,) = (row["id"] for row in ga.get("/api/checklists").json()["items"] if is_asked(row))
    args = {
        "department_id": demo_id("department:dq"),
        "kind": "survey",
        "replaces": asked,
        "title": "价格与库存调查",
        "items": items,
    }
    return ga.call("PUT", f"/api/checklists/{uid()}", args)


def is_asked(row: dict[str, Any]) -> bool:
    return row["kind"] == "survey" and row["ended_at"] is None


def test_a_fixed_format_survey_is_made_and_answered_at_a_survey_visit(world: World) -> None:
    ga, mm1, am01 = (world.as_(name) for name in ("ga", "mm1", "am01"))
    items = [
        {name: value for name, value in item.items() if value is not None} for item in VECTORS["questions"]
    ]
    branch = [items[0] | {"when": {"key": "staff", "values": [1]}}, *items[1:]]
    assert save(ga, branch).json()["code"] == "question_branch"
    answer = save(ga, items)
    assert answer.status_code == 200, answer.text
    (survey,) = filter(is_asked, mm1.get("/api/checklists").json()["items"])
    visit = {"id": uid(), "customer_id": shop("cz:0"), "place": None, "purpose": "market_survey"}
    assert mm1.do("visits.check_in", visit)["state"] == "applied"
    of = {"visit_id": visit["id"], "checklist_id": survey["id"]}
    answers = {"tags": False, "why": "其他", "staff": 3, "mood": 5}
    answered = mm1.do("visits.answer", of | {"answers": answers})
    assert (answered["state"], answered.get("code")) == ("applied", None)
    (given,) = mm1.get("/api/visit_answers").json()["items"]
    assert given["score"] == round(100 * (0 + 2 + 20) / (10 + 5 + 20), 1)
    for strange in ({"staff": 21}, {"shelf": "no photo"}, {"shelf": uid()}):
        held = mm1.do("visits.answer", of | {"answers": strange})
        assert (held["state"], held["code"]) == ("held", "answer_invalid")
    foreign = photo()
    am01.do("visits.check_in", {"id": uid(), "customer_id": shop("cz:0", 1), "place": None, "photos": [foreign["id"]]}, files=[foreign])  # fmt: skip
    assert mm1.do("visits.answer", of | {"answers": {"shelf": foreign["id"]}})["code"] == "answer_invalid"
    shelf = photo(kind="visit")
    added = mm1.do("visits.add_photos", {"visit_id": visit["id"], "photos": [shelf["id"]]}, files=[shelf])
    assert added["state"] == "applied"
    assert mm1.do("visits.answer", of | {"answers": {"shelf": shelf["id"]}})["state"] == "applied"
    assert mm1.do("visits.check_out", {"visit_id": visit["id"]})["state"] == "applied"
    (flagged,) = mm1.get("/api/visit_anomalies").json()["items"]
    assert flagged["flags"]["unanswered"]["figure"] == 1, "what the branch asked and nobody answered"
    assert world.as_("dm").get("/api/visit_answers").json()["items"][0]["answers"]["shelf"] == shelf["id"]
