"""Tables of the catalogue."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import ALL, bundle
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.users import Role

CATALOGUE = bundle(
    "ref:catalogue",
    key="ref:catalogue:all",
    scopes=("all",),
    carried=dict.fromkeys((Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.GENERAL_ADMIN), ALL),
    contains=("brands", "product_specs"),
)


class Brand(Base):
    """品牌 and its maker (工业企业)."""

    __tablename__ = "brand"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[GuidKey]
    name: Mapped[str]
    maker: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class ProductSpec(Base):
    """规格 (品规). Prices in fen a carton; `price_class` 1 to 5; one that is not `is_active` is not sold any more."""

    __tablename__ = "product_spec"
    __table_args__ = (UniqueConstraint("spec_code"),)

    id: Mapped[GuidKey]
    spec_code: Mapped[str]
    name: Mapped[str]
    brand_id: Mapped[Guid] = mapped_column(ForeignKey("brand.id"), index=True)
    price_class: Mapped[int]
    wholesale_price: Mapped[int]
    guide_price: Mapped[int]
    is_new: Mapped[bool] = mapped_column(default=False)
    is_key: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str | None]
    listed_on: Mapped[date | None]
    barcode: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
