"""Checklists by class of shop: set by the general administrator, answered at the visit (S11.9, S11.11, domain §3.8)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.customers.rules import BusinessSize, MarketType, RetailFormat
from fieldvisit.features.org.models import ORG, Department
from fieldvisit.features.questionnaires.rules import Answer, Key, Question, faulty, misfit, score
from fieldvisit.features.visits.models import Checklist, Visit, VisitAnswers
from fieldvisit.features.visits.rules import HIDDEN_FROM_FILE, VISITORS, may_record
from fieldvisit.features.visits.sight import own_visit
from fieldvisit.kernel.attachments import Attachment
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, not_now
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, Line
from fieldvisit.kernel.work import Touching, Work

ChecklistKind = Literal["visit", "supervision", "survey"]
# What is asked at a visit of a purpose: the first kind there is a list of.
KINDS_OF_PURPOSE: dict[str | None, tuple[ChecklistKind, ...]] = {
    HIDDEN_FROM_FILE: ("supervision",),
    "market_survey": ("survey", "visit"),
}


class SaveChecklist(Args):
    """A checklist for a kind of visit and some classes of shops; no classes named means all of them."""

    id: Id
    replaces: Id | None = None
    department_id: Id
    kind: ChecklistKind
    title: Annotated[Line, Field(max_length=60)]
    market_types: Annotated[list[MarketType], Field(max_length=len(get_args(MarketType)))] = []
    business_sizes: Annotated[list[BusinessSize], Field(max_length=len(get_args(BusinessSize)))] = []
    retail_formats: Annotated[list[RetailFormat], Field(max_length=len(get_args(RetailFormat)))] = []
    items: Annotated[list[Question], Field(min_length=1, max_length=40)]


class EndChecklist(Args):
    """A checklist that is not asked any more."""

    checklist_id: Id


class AnswerChecklist(Args):
    """The answers to the checklist of a visit: those named change, null takes one back."""

    visit_id: Id
    checklist_id: Id
    answers: Annotated[dict[Key, Answer | None], Field(min_length=1, max_length=40)]


def _org(_touching: Touching, args: SaveChecklist) -> list[str]:
    return [ORG.of(department=args.department_id).text]


def _of_list(touching: Touching, args: EndChecklist) -> list[str]:
    return touching.bundle_of(Checklist, args.checklist_id)


def _of_visit(touching: Touching, args: AnswerChecklist) -> list[str | BundleKey]:
    return [*touching.bundle_of(Visit, args.visit_id)]


@command("visits.save_checklist", "PUT /checklists/{id}", needs={Role.GENERAL_ADMIN}, touches=_org)
def save_checklist(work: Work, args: SaveChecklist) -> None:
    """Ask a checklist from now on, in place of the one it replaces; what was answered keeps its questions."""
    department = work.find(Department, args.department_id, "department_missing", "department_not_yours")
    if (code := faulty(args.items)) is not None:
        raise invalid(code)
    if work.session.get(Checklist, args.id) is not None:
        raise conflict("id_taken")
    if args.replaces is not None:
        _end(work, args.replaces)
    work.session.add(
        Checklist(
            **args.model_dump(exclude={"replaces"}),
            made_at=work.entry.stated_at,
            bundle_id=department.bundle_id,
        )
    )
    work.result = {"id": args.id}


@command(
    "visits.end_checklist",
    "POST /checklists/{checklist_id}/end",
    needs={Role.GENERAL_ADMIN},
    touches=_of_list,
)
def end_checklist(work: Work, args: EndChecklist) -> None:
    """Ask a checklist no more."""
    _end(work, args.checklist_id)


def _end(work: Work, checklist_id: str) -> None:
    row = work.find(Checklist, checklist_id, "checklist_missing", "department_not_yours")
    if row.ended_at is not None:
        raise not_now("checklist_ended")
    row.ended_at = work.entry.stated_at


@command("visits.answer", "PATCH /visits/{visit_id}/answers", needs=VISITORS, offline=True, touches=_of_visit)
def answer(work: Work, args: AnswerChecklist) -> None:
    """Answer questions of a checklist at an own visit; one that has been replaced meanwhile is still answered to."""
    visit = own_visit(work, args.visit_id)
    if not may_record(visit.state):
        raise not_now("visit_not_open")
    checklist = work.find(Checklist, args.checklist_id, "checklist_missing", "department_not_yours")
    given = {key: value for key, value in args.answers.items() if value is not None}
    if (key := misfit(checklist.items, given)) is not None:
        raise invalid("answer_invalid", field=key)
    if (key := _lost_photo(work, visit, checklist, given)) is not None:
        raise invalid("answer_invalid", field=key)
    row = work.session.get(VisitAnswers, visit.id)
    if row is None:
        row = VisitAnswers(id=visit.id, answers={}, bundle_id=visit.bundle_id)
        work.session.add(row)
    kept = row.answers if row.checklist_id == checklist.id else {}
    row.checklist_id = checklist.id
    row.answers = {key: value for key, value in (kept | args.answers).items() if value is not None}
    row.score = score(checklist.items, row.answers)


def _lost_photo(work: Work, visit: Visit, checklist: Checklist, given: dict[str, Any]) -> str | None:
    """The key of an answer that names a photo this visit does not have."""
    for question in checklist.items:
        if question["kind"] == "photo" and (photo := given.get(question["key"])) is not None:
            found = work.get(Attachment, photo)
            if found is None or found.owner_id != visit.id:
                return str(question["key"])
    return None


def applying(checklists: Iterable[Any], visit: Visit, customer: Customer) -> Any | None:
    """The checklist that is asked at a visit: of its kind, for the shop's class; the one that names most classes."""
    fitting = [row for row in checklists if row.ended_at is None and _covers(row, customer)]
    for kind in KINDS_OF_PURPOSE.get(visit.purpose, ("visit",)):
        of_kind = [row for row in fitting if row.kind == kind]
        if of_kind:
            return min(of_kind, key=lambda row: (-_narrowness(row), row.id))
    return None


def _narrowness(row: Any) -> int:
    return sum(bool(named) for named in (row.market_types, row.business_sizes, row.retail_formats))


def _covers(row: Any, customer: Customer) -> bool:
    return all(
        not named or value in named
        for named, value in (
            (row.market_types, customer.market_type),
            (row.business_sizes, customer.business_size),
            (row.retail_formats, customer.retail_format),
        )
    )


def asked_at(work: Work, visit: Visit, customer: Customer) -> Checklist | None:
    """The checklist that a visit was to answer, by what is asked now in the visitor's department."""
    department_id = work.user.department_id
    asked = select(Checklist).where(Checklist.department_id == department_id, Checklist.ended_at.is_(None))
    found: Checklist | None = applying(
        work.ahead.once(("asked", department_id), Checklist, lambda: work.session.scalars(asked).all()),
        visit,
        customer,
    )
    return found
