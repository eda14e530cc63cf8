"""How long it is kept where somebody was: a track is needed to check visits, and not for longer (PIPL Art. 19)."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.retention import AT_ONCE, keep_for
from fieldvisit.kernel.work import Locks


@keep_for("where visitors were", timedelta(days=400))
def forget_places(session: Session, before: datetime) -> int:
    """A visit stays, with its verdict and distance; its coordinates go."""
    old = select(Visit).where(Visit.check_in_lat.is_not(None), Visit.day < day_of(before))
    rows = session.scalars(old.order_by(Visit.day).limit(AT_ONCE)).all()
    locks = Locks(session)
    homes = {row.bundle_id for row in rows}
    locks.take(session.scalars(select(Bundle.key).where(Bundle.id.in_(homes))).all())
    for row in rows:
        row.check_in_lat = row.check_in_lng = row.check_in_accuracy_m = row.check_in_fix_at = None
        row.check_in_fix_age_s = None
    locks.bump()
    return len(rows)
