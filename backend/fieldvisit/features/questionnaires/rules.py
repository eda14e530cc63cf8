"""Questions as data: what may be asked and when, what may be answered, what is still open, and what the answers score."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fieldvisit.kernel.values import Args, Line, OptionalLine, is_uuid

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Answer = bool | int | str
MAX_TEXT = 1000
MAX_NUMBER = 1_000_000_000
Number = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Points = Annotated[int, Field(ge=0, le=100)]


class When(Args):
    """That a question is asked only where an earlier one was answered with one of these values."""

    key: Key
    values: Annotated[list[Answer], Field(min_length=1, max_length=12)]


class Question(Args):
    """One question. `choice` names its options; `scale` is 1 (worst) to 5; a `number` is whole and not negative.

    A `photo` is answered with the id of a photo of the visit. `low` and `high` bound a number. `points` score an
    answer: of yes and no, of each option, or of the best of the scale; without them it scores nothing.
    """

    key: Key
    text: Line
    text_en: OptionalLine = None
    kind: Literal["yes_no", "scale", "choice", "number", "text", "photo"]
    options: Annotated[list[Line], Field(max_length=12)] = []
    is_required: bool = False
    when: When | None = None
    low: Number | None = None
    high: Number | None = None
    points: Annotated[list[Points], Field(max_length=12)] = []

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Question":
        if (self.kind == "choice") != (len(set(self.options)) >= 2):
            raise ValueError("a choice, and nothing else, has at least two options")
        if self.kind != "number" and (self.low is not None or self.high is not None):
            raise ValueError("only a number has bounds")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("the lower bound is above the higher one")
        wanted = {"yes_no": 2, "choice": len(self.options), "scale": 1}.get(self.kind, 0)
        if self.points and len(self.points) != wanted:
            raise ValueError("there are points for every answer, or for none")
        return self


def faulty(questions: Sequence[Question]) -> str | None:
    """Why these questions cannot be asked together: `question_twice`, `question_branch`, or None.

    A question may only follow from an earlier one, and from answers that one allows.
    """
    earlier: dict[str, dict[str, Any]] = {}
    for question in questions:
        if question.key in earlier:
            return "question_twice"
        if question.when is not None:
            before = earlier.get(question.when.key)
            if before is None or not all(fits(before, value) for value in question.when.values):
                return "question_branch"
        earlier[question.key] = question.model_dump()
    return None


def fits(question: dict[str, Any], answer: object) -> bool:
    """Whether an answer is one that the question allows."""
    if isinstance(answer, bool) or question["kind"] == "yes_no":
        return question["kind"] == "yes_no" and isinstance(answer, bool)
    if isinstance(answer, int):
        low, high = {"scale": (1, 5), "number": _bounds(question)}.get(question["kind"], (1, 0))
        return low <= answer <= high
    if not isinstance(answer, str) or not answer.strip():
        return False
    if question["kind"] == "photo":
        return is_uuid(answer)
    if question["kind"] == "choice":
        return answer in question["options"]
    return question["kind"] == "text" and len(answer) <= MAX_TEXT and answer.replace("\n", "").isprintable()


def _bounds(question: dict[str, Any]) -> tuple[int, int]:
    low, high = question.get("low"), question.get("high")
    return 0 if low is None else low, MAX_NUMBER if high is None else high


def misfit(questions: Iterable[dict[str, Any]], answers: dict[str, Any]) -> str | None:
    """The key of the first answer that no question allows, or None."""
    known = {question["key"]: question for question in questions}
    return next(
        (key for key, answer in answers.items() if key not in known or not fits(known[key], answer)), None
    )


def asked(questions: Iterable[dict[str, Any]], answers: dict[str, Any]) -> list[dict[str, Any]]:
    """The questions that are asked, given the answers so far; one that follows from an unasked one is not."""
    found: dict[str, dict[str, Any]] = {}
    for question in questions:
        when = question.get("when")
        if when is None or (when["key"] in found and _is_one_of(answers.get(when["key"]), when["values"])):
            found[question["key"]] = question
    return list(found.values())


def _is_one_of(answer: object, values: list[Answer]) -> bool:
    """Yes is not 1, as it is to Python."""
    return any(answer == value and isinstance(answer, bool) == isinstance(value, bool) for value in values)


def unanswered(questions: Iterable[dict[str, Any]], answers: dict[str, Any]) -> list[str]:
    """The keys of required questions that are asked and have no answer."""
    return [
        question["key"]
        for question in asked(questions, answers)
        if question["is_required"] and question["key"] not in answers
    ]


def score(questions: Iterable[dict[str, Any]], answers: dict[str, Any]) -> float | None:
    """What the answers earned of what could be earned by those asked and answered, in per cent to one place.

    None where nothing that scores was answered.
    """
    earned = attainable = 0.0
    for question in asked(questions, answers):
        points, answer = question.get("points") or [], answers.get(question["key"])
        if points and answer is not None:
            attainable += max(points)
            earned += _points(question, points, answer)
    return round(100 * earned / attainable, 1) if attainable else None


def _points(question: dict[str, Any], points: list[int], answer: Any) -> float:
    if question["kind"] == "yes_no":
        return points[0 if answer else 1]
    if question["kind"] == "scale":
        return points[0] * (int(answer) - 1) / 4
    options: list[str] = question["options"]
    return points[options.index(answer)]
