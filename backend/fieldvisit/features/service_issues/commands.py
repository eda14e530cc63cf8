"""Service issues (服务问题): found before anybody complains, analysed and assigned (S16.7; domain §2.11)."""

from datetime import date, timedelta

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.lines import last_zone
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.features.service_issues.models import SERVICE_ISSUE, ServiceIssue
from fieldvisit.features.service_issues.rules import (
    FINDING,
    LEADING,
    OWNING,
    PREFIX,
    FoundIn,
    ServiceArea,
)
from fieldvisit.features.service_issues.steps import DUE, PLACE, OnIssue, end, led, move, say, seen, there
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, out_of_scope
from fieldvisit.kernel.numbers import doc_no
from fieldvisit.kernel.users import User
from fieldvisit.kernel.values import Args, Date, Id, Prose
from fieldvisit.kernel.work import Touching, Work


class FindIssue(Args):
    """What is wrong with our service, where it was found, and at which shop if it is about one.

    `source_id` is the visit or the log it was found in.
    """

    id: Id
    found_in: FoundIn
    source_id: Id | None = None
    customer_id: Id | None = None
    category: ServiceArea
    description: Prose


class AnalyseIssue(OnIssue):
    """Why it is so."""

    cause: Prose


class AssignIssue(OnIssue):
    """Who fixes it, by which measures, and the last day for it; without one it is counted as the administrator has set."""

    owner_id: Id
    measures: Prose
    due_on: Date | None = None


def _found(touching: Touching, args: FindIssue) -> list[BundleKey]:
    return [SERVICE_ISSUE.of(issue=args.id, author=touching.user.id)]


@command(
    "service_issues.find",
    "POST /service_issues",
    needs=FINDING,
    offline=True,
    in_person=True,
    touches=_found,
)
def find(work: Work, args: FindIssue) -> None:
    """Note what is wrong with our service before anybody complains; its number (FW-year-six digits) comes with the arrival.

    It belongs to the zone of the shop, which is one of his, or else to his own. Raises Problem 404 `customer_missing`, `zone_missing`.
    """
    if work.session.get(ServiceIssue, args.id) is not None:
        raise conflict("id_taken")
    customer = args.customer_id and work.find(
        Customer, args.customer_id, "customer_missing", "customer_reassigned"
    )
    zone = _zone(work, customer or None)
    home = work.bundle(SERVICE_ISSUE.of(issue=args.id, author=work.user.id))
    issue = ServiceIssue(
        author_id=work.user.id,
        zone_id=zone.id,
        shop_name=customer.shop_name if customer else None,
        found_at=work.entry.stated_at,
        state="found",
        bundle_id=home.id,
        **args.model_dump(),
    )
    work.hang(home, f"zone:{zone.id}")
    say(work, issue, "found")
    issue.number = doc_no(work.session, PREFIX, day_of(work.entry.received_at).year)
    work.session.add(issue)
    work.result = {"id": issue.id, "number": issue.number}


@command(
    "service_issues.analyse",
    f"POST {PLACE}/analyse",
    needs=LEADING,
    offline=True,
    in_person=True,
    touches=there,
)
def analyse(work: Work, args: AnalyseIssue) -> None:
    """Say why it is so: the zone's market manager, or the department's; again where another cause turns out."""
    issue = led(work, args.service_issue_id)
    move(issue, "analyse")
    issue.cause = args.cause
    say(work, issue, "analysed")


@command(
    "service_issues.assign",
    f"POST {PLACE}/assign",
    needs=LEADING,
    offline=True,
    in_person=True,
    touches=there,
)
def assign(work: Work, args: AssignIssue) -> None:
    """Give it to who is to fix it: an account manager of the zone or its market manager, who may also take it himself.

    Given to somebody else before it is fixed, its term begins anew. Raises Problem 404 `service_issue_owner_missing`, 422 `day_passed`.
    """
    issue = led(work, args.service_issue_id)
    _require_owner(work, issue, args.owner_id)
    if args.due_on is not None and args.due_on < work.entry.day:
        raise invalid("day_passed")
    move(issue, "assign")
    issue.owner_id, issue.assigner_id, issue.measures = args.owner_id, work.user.id, args.measures
    issue.due_on = args.due_on or _last_day(work)
    home = work.session.get_one(Bundle, issue.bundle_id)
    work.locks.hang_only(home, "user", {f"user:{issue.author_id}", f"user:{issue.owner_id}"})
    deadlines.drop(work.session, DUE, issue.id, work.entry.received_at)
    deadlines.start_until(work.session, DUE, issue.id, work.entry.received_at, issue.due_on)
    say(work, issue, "assigned")


@command(
    "service_issues.withdraw",
    f"POST {PLACE}/withdraw",
    needs=FINDING,
    offline=True,
    in_person=True,
    touches=there,
)
def withdraw(work: Work, args: OnIssue) -> None:
    """Take back (撤回) what one has found, before anybody has analysed it."""
    issue = seen(work, args.service_issue_id)
    if issue.author_id != work.user.id:
        raise out_of_scope("service_issue_not_yours")
    move(issue, "withdraw")
    end(work, issue)
    say(work, issue, "withdrawn")


def _zone(work: Work, customer: Customer | None) -> Zone:
    if customer is not None:
        return work.session.get_one(Zone, work.session.get_one(Route, customer.route_id).zone_id)
    zone_id = last_zone(work.session, work.user)
    zone = work.session.get(Zone, zone_id) if zone_id else None
    if zone is None:
        raise missing("zone_missing")
    return zone


def _require_owner(work: Work, issue: ServiceIssue, owner_id: str) -> None:
    owner = work.session.get(User, owner_id)
    if (
        owner is None
        or not owner.is_active
        or owner.role not in OWNING
        or last_zone(work.session, owner) != issue.zone_id
    ):
        raise missing("service_issue_owner_missing")


def _last_day(work: Work) -> date:
    """The last day where nobody has named one: the day on which the term ends that the administrator has set."""
    at = work.entry.received_at
    over = deadlines.due_after(work.session, at, deadlines.policy_of(work.session, DUE, at)).at
    return day_of(over - timedelta(microseconds=1))
