"""Setting the service standards."""

from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.customers.rules import BusinessSize
from fieldvisit.features.org.models import ORG, Department
from fieldvisit.features.service.models import ServiceStandard
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, Line, OptionalProse
from fieldvisit.kernel.work import Touching, Work


class SetStandard(Args):
    """What shops of a size are to be given: visits a month, service items, the strategy of the group."""

    department_id: Id
    business_size: BusinessSize
    visits_a_month: Annotated[int, Field(ge=0, le=31)]
    items: Annotated[list[Line], Field(max_length=20)]
    strategy: OptionalProse = None


def _org(_touching: Touching, args: SetStandard) -> list[str]:
    return [ORG.of(department=args.department_id).text]


@command(
    "service.set_standard",
    "PUT /service_standards/{business_size}",
    needs={Role.GENERAL_ADMIN},
    touches=_org,
)
def set_standard(work: Work, args: SetStandard) -> None:
    """Set the standard of a size from now on (S1.23, S10.2): plans, proposals and reports go by it."""
    department = work.find(Department, args.department_id, "department_missing", "department_not_yours")
    known = select(ServiceStandard).where(
        ServiceStandard.department_id == department.id, ServiceStandard.business_size == args.business_size
    )
    row = work.session.scalar(known)
    if row is None:
        standard_id = str(uuid5(UUID(department.id), f"service_standard:{args.business_size}"))
        row = ServiceStandard(id=standard_id, bundle_id=department.bundle_id)
        work.session.add(row)
    for name, value in args.model_dump().items():
        setattr(row, name, value)
