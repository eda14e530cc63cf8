"""Who hears of what is said about a visit: comments, flags, explanations and their answers."""

from sqlalchemy import select

from fieldvisit.features.visits.anomalies import ANSWER, deciders
from fieldvisit.features.visits.models import Visit, VisitAnomaly, VisitComment
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening

COMMENTED = notice("visit_commented", "您的拜访有了点评")
FLAGGED = notice("visit_flagged", "有拜访需要核实")
EXPLAINED = notice("visit_explained", "有拜访异常已作说明")
ANSWERED = notice("visit_answered", "您对拜访的说明已有结果")
NEAR = notice("visit_anomaly_due_near", "有拜访异常的处理即将到期")
OVERDUE = notice("visit_anomaly_overdue", "有拜访异常的处理已超时", urgent=True)


@on("visits.commented")
def tell_the_others(happening: Happening) -> None:
    """The visitor hears a comment; whoever has commented hears what is said after it (S5.7)."""
    visit = happening.session.get_one(Visit, happening.event.data["visit_id"])
    said = select(VisitComment.author_id).where(VisitComment.visit_id == visit.id)
    told = {visit.visitor_id, *happening.session.scalars(said)}
    tell(happening, told, COMMENTED, visit_id=visit.id, customer_id=visit.customer_id)


@on("visits.flagged")
def tell_visitor(happening: Happening) -> None:
    """The visitor hears that a visit of his wants a word."""
    visit = happening.session.get_one(Visit, happening.event.data["visit_id"])
    tell(happening, [visit.visitor_id], FLAGGED, visit_id=visit.id, customer_id=visit.customer_id)


@on("visit_anomalies.submit")
def tell_deciders(happening: Happening) -> None:
    """Whoever answers hears that there is an explanation."""
    row = happening.session.get(VisitAnomaly, happening.event.data["entity_id"])
    if row is not None:  # an amendment may have taken away what was to be explained
        tell(
            happening,
            deciders(happening.session, row),
            EXPLAINED,
            visit_id=row.id,
            customer_id=row.customer_id,
        )


@on("visit_anomalies.accept", "visit_anomalies.invalidate", "visit_anomalies.return")
def tell_author(happening: Happening) -> None:
    """Whose visit it is hears the answer."""
    row = happening.session.get(VisitAnomaly, happening.event.data["entity_id"])
    if row is not None:
        step = happening.event.name.rpartition(".")[2]
        tell(happening, [row.author_id], ANSWERED, visit_id=row.id, customer_id=row.customer_id, step=step)


@on(f"{ANSWER}.due_near", f"{ANSWER}.overdue")
def remind(happening: Happening) -> None:
    """An explanation is to be answered soon, or should have been."""
    row = happening.session.get(VisitAnomaly, happening.event.data["entity_id"])
    if row is not None:
        kind = OVERDUE if happening.event.name.endswith("overdue") else NEAR
        tell(happening, deciders(happening.session, row), kind, visit_id=row.id, customer_id=row.customer_id)
