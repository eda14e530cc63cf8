"""The questions of a checklist, as data: what may be asked, what may be answered, what is still unanswered."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fieldvisit.kernel.values import Args, Line, OptionalLine

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
MAX_TEXT = 1000
MAX_NUMBER = 1_000_000_000


class Question(Args):
    """One question. `choice` names its options; `scale` is 1 (worst) to 5; a `number` is whole and not negative."""

    key: Key
    text: Line
    text_en: OptionalLine = None
    kind: Literal["yes_no", "scale", "choice", "number", "text"]
    options: Annotated[list[Line], Field(max_length=12)] = []
    is_required: bool = False

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Question":
        if (self.kind == "choice") != (len(set(self.options)) >= 2):
            raise ValueError("a choice, and nothing else, has at least two options")
        return self


def fits(question: dict[str, Any], answer: object) -> bool:
    """Whether an answer is one that the question allows."""
    if isinstance(answer, bool) or question["kind"] == "yes_no":
        return question["kind"] == "yes_no" and isinstance(answer, bool)
    if isinstance(answer, int):
        low, high = {"scale": (1, 5), "number": (0, MAX_NUMBER)}.get(question["kind"], (1, 0))
        return low <= answer <= high
    if not isinstance(answer, str) or not answer.strip():
        return False
    if question["kind"] == "choice":
        return answer in question["options"]
    return question["kind"] == "text" and len(answer) <= MAX_TEXT and answer.replace("\n", "").isprintable()


def misfit(questions: Iterable[dict[str, Any]], answers: dict[str, Any]) -> str | None:
    """The key of the first answer that no question allows, or None."""
    known = {question["key"]: question for question in questions}
    return next(
        (key for key, answer in answers.items() if key not in known or not fits(known[key], answer)), None
    )


def unanswered(questions: Iterable[dict[str, Any]], answers: dict[str, Any]) -> list[str]:
    """The keys of required questions that have no answer."""
    return [
        question["key"]
        for question in questions
        if question["is_required"] and question["key"] not in answers
    ]
