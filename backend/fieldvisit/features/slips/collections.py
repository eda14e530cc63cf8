"""What is seen of slips: by who sent one, whom it reached, and who leads the sender."""

from datetime import date, datetime

from fieldvisit.features.slips.models import InfoSlip, InfoSlipNote
from fieldvisit.features.slips.rules import SENDING, Category, State, Urgency, Word
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.values import View


class InfoSlipView(View):
    """A slip, and how it stands; without an addressee it went to the department."""

    id: str
    number: str
    author_id: str
    department_id: str | None
    addressee_id: str | None
    category: Category
    urgency: Urgency
    customer_id: str | None
    shop_name: str | None
    visit_id: str | None
    content: str
    wanted_action: str | None
    reply_due_on: date | None
    state: State
    made_at: datetime
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


class InfoSlipNoteView(View):
    """A step of a slip; photos of a reply have `owner_id` = this id."""

    id: str
    info_slip_id: str
    author_id: str
    word: Word
    text: str | None
    to_id: str | None
    made_at: datetime


collection(
    "info_slips",
    InfoSlip,
    InfoSlipView,
    readers=SENDING,
    filters=("author_id", "addressee_id", "category", "urgency", "state", "number"),
    sorting=("made_at", "number"),
    order=(InfoSlip.made_at, InfoSlip.id),
)
collection(
    "info_slip_notes",
    InfoSlipNote,
    InfoSlipNoteView,
    readers=SENDING,
    filters=("info_slip_id",),
    sorting=("made_at",),
    order=(InfoSlipNote.made_at, InfoSlipNote.id),
)
