"""The table of requests about one's own data."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import ALL, bundle
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.users import Role

REQUEST = bundle(
    "privacy_request",
    key="privacy_request:{request}",
    scopes=("user:{author}",),
    carried=dict.fromkeys(Role, ALL),
    contains=("privacy_requests", "flow_steps"),
)


class PrivacyRequest(Base):
    """What somebody asks of the data about him (个人信息权利请求): `kind` is correct, delete, explain or restrict."""

    __tablename__ = "privacy_request"

    id: Mapped[GuidKey]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str]
    content: Mapped[str]
    state: Mapped[str]
    made_at: Mapped[datetime]
    decided_by_id: Mapped[Guid | None]
    decided_for_id: Mapped[Guid | None]
    decided_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
