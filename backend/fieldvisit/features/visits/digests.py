"""What the shop's file tells of a visit; a supervision leaves no trace there."""

from sqlalchemy import func, select

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.visits.models import Visit, VisitDigest
from fieldvisit.features.visits.rules import HIDDEN_FROM_FILE
from fieldvisit.kernel.work import Work


def tell_file(work: Work, visit: Visit) -> None:
    """Write or renew the digest of a completed visit in its shop's file, whose bundle must be locked."""
    if visit.purpose == HIDDEN_FROM_FILE:
        drop_digest(work, visit)
        return
    customer = work.session.get_one(Customer, visit.customer_id)
    digest = work.get(VisitDigest, visit.id)
    if digest is None:
        digest = VisitDigest(id=visit.id, day=visit.day, visitor_id=visit.visitor_id)
        work.session.add(digest)
    digest.customer_id, digest.bundle_id = customer.id, customer.bundle_id
    digest.outcome, digest.next_step = visit.findings or visit.note, visit.next_step
    digest.satisfaction = visit.satisfaction
    if customer.last_visited_on is None or customer.last_visited_on < visit.day:
        customer.last_visited_on = visit.day


def drop_digest(work: Work, visit: Visit) -> None:
    """Take the digest out of the file it stands in; the shop was then last visited when the others say."""
    digest = work.session.get(VisitDigest, visit.id)
    if digest is None:
        return
    customer = work.session.get_one(Customer, digest.customer_id)
    others = select(func.max(VisitDigest.day)).where(
        VisitDigest.customer_id == customer.id, VisitDigest.id != visit.id
    )
    customer.last_visited_on = work.session.scalar(others)
    work.session.delete(digest)
