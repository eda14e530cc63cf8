"""What comes of a complaint: resolved, reported to centre and department, confirmed or rejected, taken up again (S12.11–S12.13, S12.15, S12.17)."""

from typing import Literal

from sqlalchemy import select

from fieldvisit.features.cases import terms
from fieldvisit.features.cases.models import FeedbackCase, RectificationPlan
from fieldvisit.features.cases.rules import ASSIGNING, HANDLING, RATINGS
from fieldvisit.features.cases.steps import (
    ExplainedOnCase,
    SaidOfCase,
    end,
    handled,
    handles,
    make,
    say,
    seen,
    there,
)
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import not_now, out_of_scope
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.work import Work

CENTRE = {Role.COMPLAINT_CENTRE}


class JudgeCase(ExplainedOnCase):
    """How a case is to count whose time could not be proven, and why."""

    timeliness: Literal["in_time", "late"]


@command(
    "feedback_cases.resolve",
    "POST /feedback_cases/{feedback_case_id}/resolve",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def resolve(work: Work, args: ExplainedOnCase) -> None:
    """Say what has come of a complaint; the terms of reporting it and of telling the shop begin (S12.11).

    Raises Problem 409 `case_not_handled` where something is true of it and nothing was done, `case_needs_rectification`
    for a major one without a plan (S12.13).
    """
    case = handled(work, args.feedback_case_id)
    if case.state == "verified" and case.verify_result != "untrue":
        raise not_now("case_not_handled")
    if case.severity == "major" and not _has_plan(work, case):
        raise not_now("case_needs_rectification")
    at = work.entry.received_at
    deadlines.end(work.session, terms.CONTACT, case.id, work.entry.interval)
    deadlines.end(work.session, terms.HANDLE[case.severity], case.id, work.entry.interval)
    deadlines.start(work.session, terms.REPORT, case.id, at)
    deadlines.start(work.session, terms.INFORM, case.id, at)
    case.result, case.resolved_at, case.extension_on = args.text, work.entry.stated_at, None
    make(work, case, args.id, "resolve", args.text)
    say(work, case, "resolved")


@command(
    "feedback_cases.report",
    "POST /feedback_cases/{feedback_case_id}/report",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def report(work: Work, args: SaidOfCase) -> None:
    """Report the result to the centre and the department at once (S12.15); whether in time is judged by what can be proven."""
    case = handled(work, args.feedback_case_id)
    make(work, case, args.id, "report", args.text)
    judgement = terms.judge_report(work.session, case, work.entry.interval)
    case.note_interval(work.entry.interval, judgement)
    case.reported_at, case.judged_by_id = work.entry.stated_at, None
    say(work, case, "reported")


@command(
    "feedback_cases.confirm", "POST /feedback_cases/{feedback_case_id}/confirm", needs=CENTRE, touches=there
)
def confirm(work: Work, args: SaidOfCase) -> None:
    """Close a complaint whose result was reported and told the shop; it is carried for 30 days more."""
    case = seen(work, args.feedback_case_id)
    make(work, case, args.id, "confirm", args.text)
    end(work, case)
    say(work, case, "confirmed")


@command(
    "feedback_cases.reject", "POST /feedback_cases/{feedback_case_id}/reject", needs=CENTRE, touches=there
)
def reject(work: Work, args: ExplainedOnCase) -> None:
    """Say what the result leaves open: it is to be handled further, and the time for it runs on as if it had never stopped."""
    case = seen(work, args.feedback_case_id)
    make(work, case, args.id, "reject", args.text)
    at = work.entry.received_at
    for key in (terms.REPORT, terms.INFORM):
        deadlines.drop(work.session, key, case.id, at)
    deadlines.resume(work.session, terms.HANDLE[case.severity], case.id)
    _unanswered(case)
    terms.show(work.session, case)
    say(work, case, "rejected")


@command(
    "feedback_cases.reopen", "POST /feedback_cases/{feedback_case_id}/reopen", needs=CENTRE, touches=there
)
def reopen(work: Work, args: ExplainedOnCase) -> None:
    """Take a closed complaint up again because the shop is not content; a new term of handling begins.

    Raises Problem 409 `case_too_old` when the shop was told longer ago than `complaint.reopen` allows.
    """
    case = seen(work, args.feedback_case_id)
    make(work, case, args.id, "reopen", args.text)
    at = work.entry.received_at
    told = case.informed_at
    if told is None or terms.until_reopened(work.session, told) < at:
        raise not_now("case_too_old")
    work.session.get_one(Bundle, case.bundle_id).day = None
    case.reopen_count += 1
    terms.begin_handling(work.session, case, at)
    _unanswered(case)
    terms.show(work.session, case)
    say(work, case, "reopened")


@command(
    "feedback_cases.judge", "POST /feedback_cases/{feedback_case_id}/judge", needs=ASSIGNING, touches=there
)
def judge(work: Work, args: JudgeCase) -> None:
    """Decide whether a case was in time that could not be proven either way (sync: unproven); who handled it cannot.

    Raises Problem 409 `feedback_case_not_now` where nothing is left open.
    """
    case = seen(work, args.feedback_case_id)
    if handles(work, case):
        raise out_of_scope("feedback_case_own")
    if case.timeliness != "unproven":
        raise not_now("feedback_case_not_now")
    make(work, case, args.id, "judge", args.text)
    case.timeliness, case.judged_by_id = args.timeliness, work.user.id
    say(work, case, "judged")


def _has_plan(work: Work, case: FeedbackCase) -> bool:
    of_case = select(RectificationPlan.id).where(RectificationPlan.feedback_case_id == case.id)
    return work.session.scalar(of_case.limit(1)) is not None


def _unanswered(case: FeedbackCase) -> None:
    """What was reported and told does not count any more."""
    case.reported_at = case.informed_at = case.informed_method = None
    case.earliest_at = case.latest_at = case.timeliness = case.judged_by_id = None
    for name in RATINGS:
        setattr(case, name, None)
