"""A step on a service issue: who may make it, whether it may be made now, and what follows."""

from typing import Any

from fieldvisit.features.service_issues.models import ServiceIssue
from fieldvisit.features.service_issues.rules import STEPS
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.errors import not_now, out_of_scope
from fieldvisit.kernel.values import Args, Id
from fieldvisit.kernel.work import Touching, Work

DUE = deadlines.deadline("service_issue.close", 5, "working_day", 24)
PLACE = "/service_issues/{service_issue_id}"


class OnIssue(Args):
    """A step on a service issue."""

    service_issue_id: Id


def there(touching: Touching, args: Any) -> list[str]:
    """The bundle of the issue that is named."""
    return touching.bundle_of(ServiceIssue, args.service_issue_id)


def seen(work: Work, issue_id: str) -> ServiceIssue:
    """An issue that is his to see; raises Problem 404 `service_issue_missing`, 403 `service_issue_not_yours`."""
    return work.find(ServiceIssue, issue_id, "service_issue_missing", "service_issue_not_yours")


def leads(work: Work, issue: ServiceIssue) -> bool:
    """Whether its zone is led by whoever asks, or by whom he stands in for."""
    return f"zone:{issue.zone_id}" in work.principal.scopes


def led(work: Work, issue_id: str) -> ServiceIssue:
    """An issue of a zone that is his to lead."""
    issue = seen(work, issue_id)
    if not leads(work, issue):
        raise out_of_scope("service_issue_not_yours")
    return issue


def move(issue: ServiceIssue, step: str) -> None:
    """Make a step: the issue goes to where it leads; raises Problem 409 `service_issue_not_now`."""
    come_from, to = STEPS[step]
    if issue.state not in come_from:
        raise not_now("service_issue_not_now")
    issue.state = to


def end(work: Work, issue: ServiceIssue) -> None:
    """From now on it is carried for a while only."""
    work.session.get_one(Bundle, issue.bundle_id).day = day_of(work.entry.received_at)


def say(work: Work, issue: ServiceIssue, name: str) -> None:
    """Record what happened to an issue."""
    work.emit(f"service_issues.{name}", issue.bundle_id, service_issue_id=issue.id)
