"""Finding a visit for whoever wants to write to it."""

from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.errors import out_of_scope
from fieldvisit.kernel.work import Work


def own_visit(work: Work, visit_id: str) -> Visit:
    """A visit of the author's own; raises Problem 404 `visit_missing` or 403 `visit_not_yours`."""
    visit = work.find(Visit, visit_id, "visit_missing", "visit_not_yours")
    if visit.visitor_id != work.user.id:
        raise out_of_scope("visit_not_yours")
    return visit
