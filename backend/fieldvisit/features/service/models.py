"""The table of service standards."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.db import Base, Guid, GuidKey, Long


class ServiceStandard(Base):
    """服务标准 of a department for shops of one size: visits a month, service items, and the group's strategy."""

    __tablename__ = "service_standard"
    __table_args__ = (UniqueConstraint("department_id", "business_size"),)

    id: Mapped[GuidKey]
    department_id: Mapped[Guid] = mapped_column(ForeignKey("department.id"))
    business_size: Mapped[str]
    visits_a_month: Mapped[int]
    items: Mapped[list[str]]
    strategy: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
