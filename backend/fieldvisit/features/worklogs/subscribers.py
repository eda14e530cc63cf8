"""What work logs do by themselves: figures follow the visits, reviews the meetings, and who has to know is told."""

from sqlalchemy import select

from fieldvisit.features.meetings.models import Meeting
from fieldvisit.features.plans.progress import count
from fieldvisit.features.visits.models import Visit
from fieldvisit.features.worklogs.commands import REVIEW, reviewers
from fieldvisit.features.worklogs.models import WorkLog
from fieldvisit.features.worklogs.stand_ups import to_review_before
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.deadlines import hasten
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening

SUBMITTED = notice("work_log_submitted", "有工作日志等待批阅")
DECIDED = notice("work_log_decided", "您的工作日志已批阅")
NEAR = notice("work_log_due_near", "有工作日志的批阅即将到期")
OVERDUE = notice("work_log_overdue", "有工作日志的批阅已超时", urgent=True)

TO_REVIEWER = {
    "work_logs.submit": SUBMITTED,
    f"{REVIEW}.due_near": NEAR,
    f"{REVIEW}.overdue": OVERDUE,
}


def _log(happening: Happening) -> WorkLog:
    return happening.session.get_one(WorkLog, happening.event.data["entity_id"])


@on("visits.planned", "visits.completed", "visits.cancelled", "visits.shop_corrected")
def count_on(happening: Happening) -> None:
    """A visit that arrives after the log of its day, from another phone perhaps, is counted in it (S13.2)."""
    visit = happening.session.get_one(Visit, happening.event.data["visit_id"])
    about = select(WorkLog).where(
        WorkLog.author_id == visit.visitor_id, WorkLog.first_on <= visit.day, WorkLog.last_on >= visit.day
    )
    changed = []
    for log in happening.session.scalars(about.order_by(WorkLog.id)):
        figures = count(happening.session, log).figures
        if figures != log.figures:
            changed.append((log, figures))
    homes = select(Bundle.key).where(Bundle.id.in_([log.bundle_id for log, _ in changed]))
    happening.bundles(happening.session.scalars(homes).all())
    for log, figures in changed:
        log.figures = figures


@on("meetings.notified")
def hasten_reviews(happening: Happening) -> None:
    """What waits for its review when a daily meeting of the zone is called is due before it, never later than it was (S5.1)."""
    meeting = happening.session.get_one(Meeting, happening.event.data["meeting_id"])
    is_ahead = meeting.state == "notified" and meeting.planned_start > happening.event.happened_at
    if meeting.kind == "daily" and is_ahead:
        for log_id in to_review_before(happening.session, meeting, REVIEW):
            hasten(happening.session, REVIEW, log_id, meeting.planned_start)


@on(*TO_REVIEWER)
def tell_reviewer(happening: Happening) -> None:
    """Who reviews hears that a log is there, that it is to be reviewed soon, and that it should have been."""
    log = _log(happening)
    kind = TO_REVIEWER[happening.event.name]
    told = reviewers(happening.session, log)
    tell(happening, told, kind, entity_id=log.id, horizon=log.horizon, first_on=log.first_on.isoformat())


@on("work_logs.review", "work_logs.return")
def tell_author(happening: Happening) -> None:
    """Whose log it is hears what was said of it."""
    log = _log(happening)
    step = happening.event.name.rpartition(".")[2]
    about = {"entity_id": log.id, "horizon": log.horizon, "first_on": log.first_on.isoformat()}
    tell(happening, [log.author_id], DECIDED, step=step, grade=log.grade, **about)
