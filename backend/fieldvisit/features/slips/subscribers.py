"""Who hears of a slip: whom it is for, and who sent it."""

from collections.abc import Iterable

from fieldvisit.features.slips.commands import REPLY, REPLY_URGENT
from fieldvisit.features.slips.models import InfoSlip
from fieldvisit.features.slips.rules import DEPARTMENT_POSTS
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening

SENT = notice("info_slip_sent", "有新的信息传递单")
REPLIED = notice("info_slip_replied", "您的信息传递单有了回复")
REJECTED = notice("info_slip_reply_rejected", "您对信息传递单的回复被退回")
CONFIRMED = notice("info_slip_confirmed", "您对信息传递单的回复已确认")
WITHDRAWN = notice("info_slip_withdrawn")
DUE_NEAR = notice("info_slip_due_near", "有信息传递单即将到期", urgent=True)
OVERDUE = notice("info_slip_overdue", "有信息传递单已超时", urgent=True)

TO_ADDRESSEE = {
    "info_slips.sent": SENT,
    "info_slips.forwarded": SENT,
    "info_slips.reply_rejected": REJECTED,
    "info_slips.confirmed": CONFIRMED,
    "info_slips.withdrawn": WITHDRAWN,
    f"{REPLY}.due_near": DUE_NEAR,
    f"{REPLY_URGENT}.due_near": DUE_NEAR,
}


def _slip(happening: Happening) -> InfoSlip:
    data = happening.event.data
    return happening.session.get_one(InfoSlip, data.get("info_slip_id") or data["entity_id"])


def _addressees(happening: Happening, slip: InfoSlip) -> Iterable[str]:
    """Whom it was for when it happened; of the department its manager, and its administrator where there is none."""
    addressee_id = happening.event.data.get("addressee_id", slip.addressee_id)
    if addressee_id is not None:
        return [addressee_id]
    posts = (holders(happening.session, post, slip.department_id) for post in DEPARTMENT_POSTS)
    return next((found for found in posts if found), [])


@on(*TO_ADDRESSEE)
def tell_addressee(happening: Happening) -> None:
    """Whom it is for hears that it came, is due soon, was answered too thinly, or is done."""
    slip = _slip(happening)
    kind = TO_ADDRESSEE[happening.event.name]
    tell(happening, _addressees(happening, slip), kind, entity_id=slip.id, urgency=slip.urgency)


@on("info_slips.replied")
def tell_author(happening: Happening) -> None:
    """Who sent it hears that it was answered."""
    slip = _slip(happening)
    tell(happening, [slip.author_id], REPLIED, entity_id=slip.id)


@on(f"{REPLY}.overdue", f"{REPLY_URGENT}.overdue")
def tell_both(happening: Happening) -> None:
    """Nothing has come in time: both hear it."""
    slip = _slip(happening)
    tell(happening, [*_addressees(happening, slip), slip.author_id], OVERDUE, entity_id=slip.id)
