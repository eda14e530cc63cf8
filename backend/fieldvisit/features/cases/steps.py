"""A step on a case: who may make it, whether it may be made now, and what is remembered of it."""

from typing import Any

from sqlalchemy import select

from fieldvisit.features.cases.models import FeedbackCase, FeedbackNote, RectificationPlan
from fieldvisit.features.cases.rules import Word, step_of
from fieldvisit.features.cases.terms import show
from fieldvisit.features.slips.models import InfoSlip
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.errors import conflict, not_now, out_of_scope
from fieldvisit.kernel.scopes import deputy_of
from fieldvisit.kernel.values import Args, Id, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work


class OnCase(Args):
    """A step on a case; `id` is the note's."""

    feedback_case_id: Id
    id: Id


class SaidOfCase(OnCase):
    """A step that may be explained."""

    text: OptionalProse = None


class ExplainedOnCase(OnCase):
    """A step that has to be explained."""

    text: Prose


def there(touching: Touching, args: Any) -> list[str]:
    """The bundle of the case that is named."""
    return touching.bundle_of(FeedbackCase, args.feedback_case_id)


def all_of_it(touching: Touching, args: Any) -> list[str]:
    """The bundles of a case, of the slips it sent and of its rectification plans."""
    slips = select(InfoSlip.bundle_id).join(FeedbackNote, FeedbackNote.ref_id == InfoSlip.id)
    plans = select(RectificationPlan.bundle_id).where(
        RectificationPlan.feedback_case_id == args.feedback_case_id
    )
    of_case = slips.where(FeedbackNote.feedback_case_id == args.feedback_case_id)
    keys = touching.session.scalars(select(Bundle.key).where(Bundle.id.in_(of_case.union(plans))))
    return [*there(touching, args), *keys]


def seen(work: Work, case_id: str) -> FeedbackCase:
    """A case that is his to see; raises Problem 404 `feedback_case_missing`, 403 `feedback_case_not_yours`."""
    return work.find(FeedbackCase, case_id, "feedback_case_missing", "feedback_case_not_yours")


def handled(work: Work, case_id: str) -> FeedbackCase:
    """A case that is one's own, or that of whom one stands in for, to deal with."""
    case = seen(work, case_id)
    if not handles(work, case):
        raise out_of_scope("feedback_case_not_yours")
    return case


def handles(work: Work, case: FeedbackCase) -> bool:
    """Whether he deals with it, or stands in for who does."""
    return work.user.id in (case.handler_id, deputy_of(work.session, case.handler_id))


def make(work: Work, case: FeedbackCase, note_id: str, word: Word, text: str | None = None, ref_id: str | None = None) -> None:  # fmt: skip
    """Make a step: the case goes to where it leads, and it is remembered; raises Problem 409 `feedback_case_not_now`."""
    step = step_of(case.feedback_type, word)
    if step is None or case.state not in step.come_from:
        raise not_now("feedback_case_not_now")
    case.state = step.to or case.state
    note(work, case, note_id, word, text, ref_id)
    show(work.session, case)


def note(work: Work, case: FeedbackCase, note_id: str, word: Word, text: str | None = None, ref_id: str | None = None) -> None:  # fmt: skip
    """Remember a step."""
    if work.session.get(FeedbackNote, note_id) is not None:
        raise conflict("id_taken")
    work.session.add(
        FeedbackNote(
            id=note_id,
            feedback_case_id=case.id,
            author_id=work.user.id,
            word=word,
            text=text,
            ref_id=ref_id,
            made_at=work.entry.stated_at,
            bundle_id=case.bundle_id,
        )
    )


def end(work: Work, case: FeedbackCase) -> None:
    """From now on it is carried for a while only."""
    work.session.get_one(Bundle, case.bundle_id).day = day_of(work.entry.received_at)


def say(work: Work, case: FeedbackCase, name: str, **data: Any) -> None:
    """Record what happened to a case."""
    work.emit(f"feedback_cases.{name}", case.bundle_id, feedback_case_id=case.id, **data)
