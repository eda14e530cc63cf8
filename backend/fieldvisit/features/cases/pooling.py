"""The pool of suggestions (S12.9): those that belong together are analysed, and the department's manager answers what is proposed."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.cases.commands import department_of
from fieldvisit.features.cases.models import (
    SUGGESTION_ANALYSIS,
    FeedbackCase,
    FeedbackNote,
    SuggestionAnalysis,
)
from fieldvisit.features.cases.rules import HANDLING, MAX_POOLED, SUGGESTION, Word
from fieldvisit.features.cases.steps import make, note, seen
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, not_now, out_of_scope
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, Line, Prose
from fieldvisit.kernel.work import Touching, Work


class SubmitAnalysis(Args):
    """What these suggestions have in common, and what is proposed."""

    id: Id
    title: Annotated[Line, Field(max_length=100)]
    analysis: Prose
    proposal: Prose
    feedback_case_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_POOLED)]


class OnAnalysis(Args):
    """A step on an analysis."""

    suggestion_analysis_id: Id


class AnswerAnalysis(OnAnalysis):
    """Whether it is adopted, and what is done or why not."""

    is_adopted: bool
    reply: Prose


def _pooled(touching: Touching, args: SubmitAnalysis) -> list[str | BundleKey]:
    cases = (touching.bundle_of(FeedbackCase, case_id) for case_id in args.feedback_case_ids)
    home = SUGGESTION_ANALYSIS.of(analysis=args.id, author=touching.user.id)
    return [home, *(key for keys in cases for key in keys)]


@command(
    "suggestion_analyses.submit", "POST /suggestion_analyses", needs=HANDLING, in_person=True, touches=_pooled
)
def submit(work: Work, args: SubmitAnalysis) -> None:
    """Analyse suggestions that belong together, all of them or none; each shows it from now on.

    A market manager takes those of one zone he leads, the department's manager any of his department. Raises Problem 404
    `feedback_case_missing`, 422 `suggestion_twice`, `case_not_suggestion`, `suggestion_about_person`,
    `suggestion_of_other_zone`, 409 `feedback_case_not_now` for one that was taken back or joined to another.
    """
    if work.session.get(SuggestionAnalysis, args.id) is not None:
        raise conflict("id_taken")
    if len(set(args.feedback_case_ids)) < len(args.feedback_case_ids):
        raise invalid("suggestion_twice")
    cases = [seen(work, case_id) for case_id in args.feedback_case_ids]
    department_id, zone_id = _place(work, cases)
    home = work.bundle(SUGGESTION_ANALYSIS.of(analysis=args.id, author=work.user.id))
    categories = {case.category for case in cases}
    row = SuggestionAnalysis(
        author_id=work.user.id,
        department_id=department_id,
        zone_id=zone_id,
        category=categories.pop() if len(categories) == 1 else None,
        state="submitted",
        made_at=work.entry.stated_at,
        bundle_id=home.id,
        **args.model_dump(exclude={"feedback_case_ids"}),
    )
    work.session.add(row)
    work.hang(home, f"zone:{zone_id}" if zone_id else f"department:{department_id}")
    for case in cases:
        make(work, case, work.id(f"pool:{case.id}"), "pool", row.title, row.id)
    work.emit("suggestion_analyses.submitted", home.id, suggestion_analysis_id=row.id)
    work.result = {"id": row.id}


def _with_all_in_it(touching: Touching, args: OnAnalysis) -> list[str]:
    homes = select(Bundle.key).join(FeedbackNote, FeedbackNote.bundle_id == Bundle.id)
    of = homes.where(FeedbackNote.ref_id == args.suggestion_analysis_id, FeedbackNote.word == "pool")
    own = touching.bundle_of(SuggestionAnalysis, args.suggestion_analysis_id)
    return [*own, *touching.session.scalars(of.distinct())]


@command(
    "suggestion_analyses.answer",
    "POST /suggestion_analyses/{suggestion_analysis_id}/answer",
    needs={Role.DEPARTMENT_MANAGER},
    in_person=True,
    touches=_with_all_in_it,
)
def answer(work: Work, args: AnswerAnalysis) -> None:
    """Adopt what is proposed, or not, with a reply; on his own the department's manager records what was decided.

    Every suggestion in it shows the reply, whatever has become of it since. Raises Problem 404 `suggestion_analysis_missing`,
    403 `suggestion_analysis_not_yours`, 409 `suggestion_analysis_answered`.
    """
    row = _waiting(work, args.suggestion_analysis_id)
    if f"department:{row.department_id}" not in work.principal.scopes:
        raise out_of_scope("suggestion_analysis_not_yours")
    row.state, row.is_adopted, row.reply = "answered", args.is_adopted, args.reply
    row.decided_by_id, row.decided_at = work.user.id, work.entry.stated_at
    _tell_in_all(work, row, "adopt" if args.is_adopted else "decline", args.reply)
    work.emit("suggestion_analyses.answered", row.bundle_id, suggestion_analysis_id=row.id)


@command(
    "suggestion_analyses.withdraw",
    "POST /suggestion_analyses/{suggestion_analysis_id}/withdraw",
    needs=HANDLING,
    in_person=True,
    touches=_with_all_in_it,
)
def withdraw(work: Work, args: OnAnalysis) -> None:
    """Take back (撤回) what one submitted, before it is answered; its suggestions can be analysed anew.

    Raises Problem 404 `suggestion_analysis_missing`, 403 `suggestion_analysis_not_yours`, 409 `suggestion_analysis_answered`.
    """
    row = _waiting(work, args.suggestion_analysis_id)
    if row.author_id != work.user.id:
        raise out_of_scope("suggestion_analysis_not_yours")
    row.state = "withdrawn"
    _tell_in_all(work, row, "unpool", row.title)
    work.emit("suggestion_analyses.withdrawn", row.bundle_id, suggestion_analysis_id=row.id)


def _waiting(work: Work, analysis_id: str) -> SuggestionAnalysis:
    """An analysis that is his to see and was neither answered nor taken back."""
    row = work.find(
        SuggestionAnalysis, analysis_id, "suggestion_analysis_missing", "suggestion_analysis_not_yours"
    )
    if row.state != "submitted":
        raise not_now("suggestion_analysis_answered")
    return row


def _tell_in_all(work: Work, row: SuggestionAnalysis, word: Word, text: str) -> None:
    """A note in every suggestion that is part of it, whatever has become of it since."""
    of_row = select(FeedbackCase).join(FeedbackNote, FeedbackNote.feedback_case_id == FeedbackCase.id)
    in_it = of_row.where(FeedbackNote.ref_id == row.id, FeedbackNote.word == "pool")
    for case in work.session.scalars(in_it.order_by(FeedbackCase.id)).all():
        note(work, case, work.id(f"{word}:{case.id}"), word, text, row.id)


def _place(work: Work, cases: list[FeedbackCase]) -> tuple[str, str | None]:
    """The department and, of a market manager's, the zone they are from; raises Problem where one does not belong here."""
    if any(case.feedback_type != SUGGESTION for case in cases):
        raise invalid("case_not_suggestion")
    if any(case.object_user_id is not None for case in cases):
        raise invalid("suggestion_about_person")
    zones = {case.zone_id for case in cases}
    departments = {department_of(work.session, case) for case in cases}
    leads_department = work.user.role == Role.DEPARTMENT_MANAGER
    if (
        len(departments if leads_department else zones) > 1
        or not {f"zone:{zone}" for zone in zones} <= work.principal.scopes
    ):
        raise invalid("suggestion_of_other_zone")
    return departments.pop(), None if leads_department else zones.pop()
