"""Who hears of a case: whoever it waits for, who took it down, and who leads; never whom it is about."""

from collections.abc import Iterable

from sqlalchemy import select

from fieldvisit.features.cases import terms
from fieldvisit.features.cases.commands import concerns_leader, department_of
from fieldvisit.features.cases.models import FeedbackCase, FeedbackNote
from fieldvisit.features.cases.rules import COMPLAINT
from fieldvisit.features.slips.models import InfoSlip, InfoSlipNote
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role

REGISTERED = notice("feedback_case_registered", "有客户意见等待处理")
ASSIGNED = notice("feedback_case_assigned", "有客户投诉转给您办理", urgent=True)
ACCEPTED = notice("feedback_case_accepted", "转办的客户投诉已接办")
RETURNED = notice("feedback_case_returned", "转办的客户投诉被退回", urgent=True)
CO_HANDLED = notice("feedback_case_co_handled", "协办岗位已答复")
EXTENSION_ASKED = notice("feedback_case_extension_asked", "有客户投诉申请延期")
EXTENSION_DECIDED = notice("feedback_case_extension_decided", "您的延期申请已有结果")
REPORTED = notice("feedback_case_reported", "客户投诉处理结果已上报")
REJECTED = notice("feedback_case_rejected", "客户投诉需要继续办理", urgent=True)
INFORMED = notice("feedback_case_informed", "您记录的客户意见已有结果")
CONFIRMED = notice("feedback_case_confirmed", "客户投诉已办结")
DUE_NEAR = notice("feedback_case_due_near", "有客户意见即将到期", urgent=True)
OVERDUE = notice("feedback_case_overdue", "有客户意见已超时", urgent=True)

TO_HANDLER = {
    "feedback_cases.assigned": ASSIGNED,
    "feedback_cases.extension_decided": EXTENSION_DECIDED,
    "feedback_cases.rejected": REJECTED,
    "feedback_cases.reopened": REJECTED,
    "feedback_cases.confirmed": CONFIRMED,
}
TO_CENTRE = {"feedback_cases.accepted": ACCEPTED, "feedback_cases.returned": RETURNED}
OF_TERMS = [key for key in terms.ALL if key != terms.ASSIGN]


def _case(happening: Happening) -> FeedbackCase:
    data = happening.event.data
    return happening.session.get_one(FeedbackCase, data.get("feedback_case_id") or data["entity_id"])


def _tell(happening: Happening, case: FeedbackCase, users: Iterable[str], kind: str) -> None:
    tell(happening, set(users) - {case.object_user_id}, kind, entity_id=case.id)


def _centre(happening: Happening) -> list[str]:
    return holders(happening.session, Role.COMPLAINT_CENTRE, None)


def _leaders(happening: Happening, case: FeedbackCase) -> list[str]:
    department = department_of(happening.session, case)
    return holders(happening.session, Role.DEPARTMENT_MANAGER, department)


@on("feedback_cases.registered", "feedback_cases.upgraded")
def tell_who_is_awaited(happening: Happening) -> None:
    """A complaint waits for the centre to assign it, anything else for who handles it."""
    case = _case(happening)
    awaited = _centre(happening) if case.feedback_type == COMPLAINT else [case.handler_id]
    _tell(happening, case, awaited, REGISTERED)


@on(*TO_HANDLER)
def tell_handler(happening: Happening) -> None:
    """Whoever handles it hears what the centre or the department has decided."""
    case = _case(happening)
    _tell(happening, case, [case.handler_id], TO_HANDLER[happening.event.name])


@on(*TO_CENTRE)
def tell_centre(happening: Happening) -> None:
    """The centre hears whether somebody has taken it over."""
    _tell(happening, _case(happening), _centre(happening), TO_CENTRE[happening.event.name])


@on("feedback_cases.extension_asked")
def tell_who_decides(happening: Happening) -> None:
    """More time is granted by the department's manager, or by the centre in his place."""
    case = _case(happening)
    at_the_centre = concerns_leader(happening.session, case)
    _tell(
        happening, case, _centre(happening) if at_the_centre else _leaders(happening, case), EXTENSION_ASKED
    )


@on("feedback_cases.reported")
def tell_both(happening: Happening) -> None:
    """The result goes to the centre and to the department at once (S12.15)."""
    case = _case(happening)
    admins = holders(happening.session, Role.GENERAL_ADMIN, department_of(happening.session, case))
    _tell(happening, case, [*_centre(happening), *_leaders(happening, case), *admins], REPORTED)


@on("feedback_cases.informed")
def tell_author(happening: Happening) -> None:
    """Whoever took it down hears what the shop was told."""
    case = _case(happening)
    _tell(happening, case, [case.author_id], INFORMED)


@on(*(f"{key}.due_near" for key in OF_TERMS))
def tell_it_is_near(happening: Happening) -> None:
    """Whoever handles it hears that the next step is due soon."""
    case = _case(happening)
    _tell(happening, case, [case.handler_id], DUE_NEAR)


@on(*(f"{key}.overdue" for key in OF_TERMS))
def tell_leaders(happening: Happening) -> None:
    """A step was not made in time: whoever handles it hears it, the department's manager, and of a complaint the centre."""
    case = _case(happening)
    centre = _centre(happening) if case.feedback_type == COMPLAINT else []
    _tell(happening, case, {case.handler_id, *_leaders(happening, case), *centre}, OVERDUE)


@on(f"{terms.ASSIGN}.due_near", f"{terms.ASSIGN}.overdue")
def tell_it_is_not_assigned(happening: Happening) -> None:
    """Nobody has been given it yet: the centre hears it, and when it is over the department's manager as well."""
    case = _case(happening)
    is_over = happening.event.name.endswith(".overdue")
    leaders = _leaders(happening, case) if is_over else []
    _tell(happening, case, [*_centre(happening), *leaders], OVERDUE if is_over else DUE_NEAR)


@on(*(f"{key}.due_moved" for key in terms.ALL))
def move(happening: Happening) -> None:
    """The calendar has changed, and with it when the next step is due."""
    session, case = happening.session, _case(happening)
    happening.bundles(session.scalars(select(Bundle.key).where(Bundle.id == case.bundle_id)))
    handling = deadlines.due_of(session, terms.HANDLE[case.severity], case.id)
    case.handle_due_at = handling or case.handle_due_at
    terms.show(session, case)


@on("info_slips.replied")
def take_answer(happening: Happening) -> None:
    """A co-handler has answered: it stands with the case, and when all have, whoever handles it goes on (S12.12)."""
    session = happening.session
    asked = select(FeedbackNote).where(
        FeedbackNote.ref_id == happening.event.data["info_slip_id"], FeedbackNote.word == "co_handle"
    )
    note = session.scalar(asked)
    if note is None or note.ref_id is None:
        return
    case = session.get_one(FeedbackCase, note.feedback_case_id)
    happening.bundles(session.scalars(select(Bundle.key).where(Bundle.id == case.bundle_id)))
    answer = session.scalars(
        select(InfoSlipNote)
        .where(InfoSlipNote.info_slip_id == note.ref_id, InfoSlipNote.word == "reply")
        .order_by(InfoSlipNote.made_at.desc())
        .limit(1)
    ).one()
    session.add(
        FeedbackNote(
            id=happening.next_id("co_handled"),
            feedback_case_id=case.id,
            author_id=answer.author_id,
            word="co_handled",
            text=answer.text,
            ref_id=note.ref_id,
            made_at=answer.made_at,
            bundle_id=case.bundle_id,
        )
    )
    if case.state == "co_handling" and not _awaits_others(happening, case):
        case.state = "handling"
    _tell(happening, case, [case.handler_id], CO_HANDLED)


def _awaits_others(happening: Happening, case: FeedbackCase) -> bool:
    waiting = (
        select(InfoSlip.id)
        .join(FeedbackNote, FeedbackNote.ref_id == InfoSlip.id)
        .where(FeedbackNote.feedback_case_id == case.id, FeedbackNote.word == "co_handle")
        .where(InfoSlip.state.in_(("sent", "received")))
    )
    return happening.session.scalar(waiting.limit(1)) is not None
