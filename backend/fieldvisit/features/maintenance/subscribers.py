"""Who hears of a case: whoever leads its author, and he what was said of it."""

from fieldvisit.features.maintenance.models import MaintenanceCase
from fieldvisit.features.org.lines import superiors
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening

WRITTEN = notice("maintenance_case_written", "有新的维护案例")
COMMENTED = notice("maintenance_case_commented", "您的维护案例有了点评")


def _case(happening: Happening) -> MaintenanceCase:
    return happening.session.get_one(MaintenanceCase, happening.event.data["case_id"])


@on("maintenance_cases.written")
def tell_leader(happening: Happening) -> None:
    """Whoever leads him hears that there is a case to read."""
    case = _case(happening)
    told = superiors(happening.session, case.author_id, case.zone_id)
    tell(happening, told, WRITTEN, entity_id=case.id)


@on("maintenance_cases.commented")
def tell_author(happening: Happening) -> None:
    """Whoever wrote it hears that it was commented on."""
    case = _case(happening)
    tell(happening, [case.author_id], COMMENTED, entity_id=case.id)
