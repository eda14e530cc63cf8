"""Who hears of a request: whoever answers it, then its author."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from fieldvisit.features.helpdesk.models import HelpRequest
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role, User

ASKED = notice("help_asked", "有同事求助")
ANSWERED = notice("help_answered", "您的求助有了答复")
CLOSED = notice("help_closed")


def answerers(session: Session, row: HelpRequest) -> Iterable[str]:
    """The administrators of the author's department; the system's where there are none."""
    author = session.get_one(User, row.author_id)
    admins = holders(session, Role.GENERAL_ADMIN, author.department_id) if author.department_id else []
    admins = [admin for admin in admins if admin != author.id]
    return admins or holders(session, Role.SYSTEM_ADMIN, None)


@on("helpdesk.asked")
def tell_answerers(happening: Happening) -> None:
    """Whoever answers hears that something was asked, or asked on."""
    row = happening.session.get_one(HelpRequest, happening.event.data["request_id"])
    tell(happening, answerers(happening.session, row), ASKED, entity_id=row.id, number=row.number)


@on("helpdesk.answered", "helpdesk.closed")
def tell_author(happening: Happening) -> None:
    """Whoever asked hears the answer, and that his request was closed."""
    row = happening.session.get_one(HelpRequest, happening.event.data["request_id"])
    kind = ANSWERED if happening.event.name == "helpdesk.answered" else CLOSED
    tell(happening, [row.author_id], kind, entity_id=row.id, number=row.number)
