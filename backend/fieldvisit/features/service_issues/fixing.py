"""What becomes of a service issue that was assigned: fixed, and verified by somebody else, or given back (S16.7)."""

from fieldvisit.features.service_issues.models import ServiceIssue
from fieldvisit.features.service_issues.rules import LEADING, OWNING
from fieldvisit.features.service_issues.steps import DUE, PLACE, OnIssue, end, leads, move, say, seen, there
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import out_of_scope
from fieldvisit.kernel.scopes import deputy_of
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import OptionalProse, Prose
from fieldvisit.kernel.work import Work


class FixIssue(OnIssue):
    """What was done about it."""

    result: Prose


class VerifyIssue(OnIssue):
    """What the check says of it."""

    check_result: OptionalProse = None


class RejectFix(OnIssue):
    """What is wanting."""

    check_result: Prose


@command(
    "service_issues.fix",
    f"POST {PLACE}/fix",
    needs=OWNING,
    offline=True,
    in_person=True,
    touches=there,
)
def fix(work: Work, args: FixIssue) -> None:
    """Say what was done about what one was given; whether in time is judged by what can be proven."""
    issue = seen(work, args.service_issue_id)
    if issue.owner_id != work.user.id:
        raise out_of_scope("service_issue_not_yours")
    move(issue, "fix")
    issue.result = args.result
    issue.note_interval(work.entry.interval, deadlines.end(work.session, DUE, issue.id, work.entry.interval))
    say(work, issue, "fixed")


@command(
    "service_issues.verify",
    f"POST {PLACE}/verify",
    needs=LEADING,
    offline=True,
    in_person=True,
    touches=there,
)
def verify(work: Work, args: VerifyIssue) -> None:
    """Find it fixed after checking; it is over, and carried for 30 days more.

    Who assigned it checks, or his deputy, or the department's manager in his place; never who has fixed it. So what a market
    manager has taken himself is for the department's manager to check.
    """
    issue = _checked(work, args.service_issue_id)
    move(issue, "verify")
    issue.check_result, issue.verified_by_id = args.check_result, work.user.id
    end(work, issue)
    say(work, issue, "verified")


@command(
    "service_issues.reject",
    f"POST {PLACE}/reject",
    needs=LEADING,
    offline=True,
    in_person=True,
    touches=there,
)
def reject(work: Work, args: RejectFix) -> None:
    """Say what is wanting, by whose it is to check; the time for it runs on as if nothing had been said to be done."""
    issue = _checked(work, args.service_issue_id)
    move(issue, "reject")
    issue.check_result = args.check_result
    issue.earliest_at = issue.latest_at = issue.timeliness = None
    deadlines.resume(work.session, DUE, issue.id)
    say(work, issue, "rejected")


def _checked(work: Work, issue_id: str) -> ServiceIssue:
    issue = seen(work, issue_id)
    assigner = issue.assigner_id
    checks = assigner is not None and work.user.id in (assigner, deputy_of(work.session, assigner))
    checks |= work.user.role == Role.DEPARTMENT_MANAGER and leads(work, issue)
    if not checks or issue.owner_id == work.user.id:
        raise out_of_scope("service_issue_not_yours")
    return issue
