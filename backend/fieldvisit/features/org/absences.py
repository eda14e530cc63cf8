"""Being away: from when until when, and who stands in (代); it begins and ends by itself."""

from sqlalchemy import select

from fieldvisit.features.org.models import PEOPLE
from fieldvisit.features.org.people import colleague
from fieldvisit.features.org.rules import may_deputise
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, not_now, out_of_scope
from fieldvisit.kernel.scopes import Cover, scopes_of
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Date, Id
from fieldvisit.kernel.work import Touching, Work

REGISTRARS = {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN}


class RegisterAbsence(Args):
    """That a user is away from a day on, until (not including) another, and who stands in for him."""

    id: Id
    user_id: Id
    deputy_id: Id
    since: Date
    until: Date


class EndAbsence(Args):
    """That an absence ends earlier: `until` is the first day back."""

    absence_id: Id
    until: Date


def _people_of(touching: Touching, _args: Args) -> list[str | BundleKey]:
    department = touching.user.department_id
    return [] if department is None else [PEOPLE.of(department=department)]


@command("org.register_absence", "POST /absences", needs=REGISTRARS, in_person=True, touches=_people_of)
def register_absence(work: Work, args: RegisterAbsence) -> None:
    """Register an absence with its deputy, who has the same post or the next: the one directly above (S1.4).

    Department manager and general administrator stand in for each other.

    The deputy sees and does what the absent one's territory asks for, and decides for him; never a second
    absence over the same days, nor a deputy who is away or covered himself then.
    """
    user, deputy = colleague(work, args.user_id), colleague(work, args.deputy_id)
    _require_his(work, user)
    if not work.entry.day <= args.since < args.until:
        raise invalid("day_invalid")
    if not may_deputise(Role(user.role), Role(deputy.role)) or user.id == deputy.id:
        raise invalid("deputy_unfit")
    if not user.is_active or not deputy.is_active:
        raise not_now("user_inactive")
    if work.session.get(Cover, args.id) is not None:
        raise conflict("id_taken")
    away = select(Cover.id).where(Cover.since < args.until, Cover.until > args.since)
    for who, code in ((Cover.user_id == user.id, "cover_overlaps"), (Cover.user_id == deputy.id, "deputy_absent"), (Cover.deputy_id == user.id, "deputises_then")):  # fmt: skip
        if work.session.scalar(away.where(who)) is not None:
            raise not_now(code)
    home = work.bundle(PEOPLE.of(department=user.department_id))
    work.session.add(Cover(**args.model_dump(), bundle_id=home.id))
    work.emit("org.absence_registered", home.id, **args.model_dump(mode="json"))
    work.result = {"id": args.id}


@command(
    "org.end_absence", "POST /absences/{absence_id}/end", needs=REGISTRARS, in_person=True, touches=_people_of
)
def end_absence(work: Work, args: EndAbsence) -> None:
    """Let an absence end earlier; one that has not begun may be called off by its first day.

    Who stays away longer is registered anew, from the day on which he was to be back.
    """
    row = work.find(Cover, args.absence_id, "absence_missing", "absence_not_yours")
    _require_his(work, work.session.get_one(User, row.user_id))
    if row.until <= work.entry.day:
        raise not_now("absence_over")
    if args.until < max(row.since, work.entry.day) or args.until > row.until:
        raise invalid("day_invalid")
    row.until = args.until
    until = row.until.isoformat()
    work.emit("org.absence_ended", row.bundle_id, user_id=row.user_id, deputy_id=row.deputy_id, until=until)


def _require_his(work: Work, user: User) -> None:
    """A market manager registers for those only who serve his routes, and nobody but an administrator for himself."""
    if work.principal.role == Role.GENERAL_ADMIN:
        return
    theirs = {scope for scope in scopes_of(work.session, user) if scope.startswith(("route:", "zone:"))}
    serves_his = user.role == Role.ACCOUNT_MANAGER and bool(theirs) and theirs <= work.principal.scopes
    if user.id == work.user.id or not (work.principal.role == Role.DEPARTMENT_MANAGER or serves_his):
        raise out_of_scope("user_not_yours")
