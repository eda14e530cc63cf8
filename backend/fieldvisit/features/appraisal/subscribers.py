"""Who hears of an appraisal: the department, and whom it is about (S10.10, domain §3.7)."""

from fieldvisit.features.appraisal.models import MaintenanceAppraisal
from fieldvisit.features.org.models import Zone
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role

REPORTED = notice("maintenance_appraisal_reported", "有客户维护考核上报")
RESULT = notice("maintenance_appraisal_result", "您的客户维护考核已有结果")
AMENDED = notice("maintenance_appraisal_amended", "有客户维护考核作了补充")


@on("maintenance_appraisals.report")
def tell_everybody(happening: Happening) -> None:
    """The department manager and the general administrator hear that it is there, and he that his result is."""
    row = _appraisal(happening)
    _tell_department(happening, row, REPORTED)
    about = {"entity_id": row.id, "first_on": row.first_on.isoformat()}
    tell(happening, [row.account_manager_id], RESULT, **about)


@on("maintenance_appraisals.amend")
def tell_amended(happening: Happening) -> None:
    """Who has read it hears that something was added."""
    row = _appraisal(happening)
    _tell_department(happening, row, AMENDED, row.account_manager_id)


def _appraisal(happening: Happening) -> MaintenanceAppraisal:
    return happening.session.get_one(MaintenanceAppraisal, happening.event.data["entity_id"])


def _tell_department(happening: Happening, row: MaintenanceAppraisal, kind: str, *more: str) -> None:
    department = happening.session.get_one(Zone, row.zone_id).department_id
    posts = (Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN)
    told = [one for post in posts for one in holders(happening.session, post, department)]
    about = {"entity_id": row.id, "first_on": row.first_on.isoformat(), "user_id": row.account_manager_id}
    tell(happening, [*told, *more], kind, **about)
