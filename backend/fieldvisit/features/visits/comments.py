"""拜访点评: what superiors say of a visit, and what the visitor answers."""

from fieldvisit.features.visits.models import Visit, VisitComment
from fieldvisit.features.visits.rules import VISITORS
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, not_now, out_of_scope
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, Prose
from fieldvisit.kernel.work import Touching, Work

COMMENTERS = VISITORS | {Role.DEPARTMENT_MANAGER}


class Comment(Args):
    """A word on a visit."""

    id: Id
    visit_id: Id
    text: Prose


def _of_visit(touching: Touching, args: Comment) -> list[str]:
    return touching.bundle_of(Visit, args.visit_id)


@command(
    "visits.comment",
    "POST /visits/{visit_id}/comments",
    needs=COMMENTERS,
    offline=True,
    in_person=True,
    touches=_of_visit,
)
def comment(work: Work, args: Comment) -> None:
    """Comment on a visit that has been made (S1.6, S5.7), or answer as its visitor; words once said stay."""
    visit = work.find(Visit, args.visit_id, "visit_missing", "visit_not_yours")
    if work.principal.role == Role.ACCOUNT_MANAGER and visit.visitor_id != work.user.id:
        raise out_of_scope("visit_not_yours")
    if visit.check_in_at is None:
        raise not_now("visit_not_made")
    if work.session.get(VisitComment, args.id) is not None:
        raise conflict("id_taken")
    work.session.add(
        VisitComment(
            id=args.id,
            visit_id=visit.id,
            author_id=work.user.id,
            text=args.text,
            made_at=work.entry.stated_at,
            bundle_id=visit.bundle_id,
        )
    )
    work.emit("visits.commented", visit.bundle_id, visit_id=visit.id, comment_id=args.id)
