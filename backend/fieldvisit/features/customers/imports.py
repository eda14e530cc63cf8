"""Shops from a workbook: the table, what is checked of it, and the command that opens all the files at once."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import Field, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.commands import NewShop
from fieldvisit.features.customers.models import CUSTOMER, Customer
from fieldvisit.features.customers.rules import (
    initials,
    normalise,
)
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel.bundles import BundleKey, visible
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.imports import Column, Fault, Row, importer, refuse, twice
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Line
from fieldvisit.kernel.work import Touching, Work

FREE = ("address", "owner_name", "contact_name", "contact_phone", "note", "order_way", "business_area", "special_group", "terminal_level", "opening_hours", "market_days")  # fmt: skip


class ShopRow(Row, NewShop):
    """A shop in a table: where it belongs and what its file begins with (S8.1)."""

    zone_code: Line
    route_code: Line
    address: str | None = None
    owner_name: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    order_way: str | None = None
    business_area: str | None = None
    special_group: str | None = None
    terminal_level: str | None = None
    opening_hours: str | None = None
    market_days: str | None = None
    note: str | None = None

    @field_validator(*FREE)
    @classmethod
    def _as_in_the_file(cls, value: str | None, info: Any) -> str | None:
        return normalise(info.field_name, value)


class ImportShops(Args):
    """Shops to open, at most 10,000 at once."""

    rows: Annotated[list[ShopRow], Field(min_length=1, max_length=10_000)]


COLUMNS = (
    Column("zone_code", "辖区编码", True),
    Column("route_code", "线路编码", True),
    Column("customer_code", "客户编码", True),
    Column("licence_no", "许可证号", True),
    Column("shop_name", "店名", True),
    Column("retail_format", "业态", True, {"食杂店": "Z", "便利店": "B", "超市": "S", "商场": "N", "烟酒商店": "Y", "娱乐服务类": "F", "其他": "Q"}),
    Column("market_type", "市场类型", True, {"城镇": "C", "乡村": "X"}),
    Column("business_size", "经营规模", True, {"大": "1", "中": "2", "小": "3"}),
    Column("address", "经营地址"),
    Column("owner_name", "负责人"),
    Column("contact_name", "联系人"),
    Column("contact_phone", "联系电话"),
    Column("order_way", "订货方式", labels={"电话": "10", "配货": "20", "网上": "31", "电视": "32", "手机": "33"}),
    Column("business_area", "商圈", labels={"住宅": "residential", "商业": "commercial", "商务": "business", "交通": "transport", "区位": "location", "乡村": "rural", "混合": "mixed"}),
    Column("special_group", "特殊群体", labels={"无": "none", "渔区": "fishing", "景区": "scenic", "院校": "campus", "大型工地": "large_site", "其他": "other"}),
    Column("terminal_level", "终端等级", labels={"普通": "ordinary", "现代": "modern", "加盟": "franchised"}),
    Column("opening_hours", "营业时间"),
    Column("market_days", "集日"),
    Column("lat", "纬度", read=float),
    Column("lng", "经度", read=float),
    Column("datum", "坐标系", labels={"WGS84": "wgs84", "GCJ02": "gcj02", "BD09": "bd09"}),
    Column("note", "备注"),
)  # fmt: skip


def routes_of(session: Session, principal: Principal) -> dict[tuple[str, str], Route]:
    """The routes one may see, by the codes of zone and route."""
    found = select(Zone.code, Route).join(Zone, Zone.id == Route.zone_id)
    return {
        (code, route.code): route
        for code, route in session.execute(found.where(Route.bundle_id.in_(visible(principal))))
    }


def check(session: Session, principal: Principal, rows: Sequence[ShopRow]) -> Iterable[Fault]:
    """Routes that are not there, numbers that stand twice or belong to another shop, a place given by half."""
    yield from twice(rows, "customer_code", "licence_no")
    routes = routes_of(session, principal)
    zones = {zone for zone, _ in routes}
    codes = set(session.scalars(select(Customer.customer_code)))
    licences = set(session.scalars(select(Customer.licence_no)))
    for row in rows:
        if row.zone_code not in zones:
            yield Fault(row.row, "zone_code", "not_found")
        elif (row.zone_code, row.route_code) not in routes:
            yield Fault(row.row, "route_code", "not_found")
        if row.customer_code in codes:
            yield Fault(row.row, "customer_code", "taken")
        if row.licence_no in licences:
            yield Fault(row.row, "licence_no", "taken")
        place = {"lat": row.lat, "lng": row.lng, "datum": row.datum}
        if any(part is not None for part in place.values()):
            yield from (Fault(row.row, name, "required") for name, part in place.items() if part is None)


def _opened(touching: Touching, args: ImportShops) -> list[BundleKey]:
    return [CUSTOMER.of(customer=touching.entry.id_of(row.customer_code)) for row in args.rows]


@command(
    "customers.import_shops",
    "POST /customers/import",
    needs={Role.GENERAL_ADMIN},
    in_person=True,
    touches=_opened,
)
def import_shops(work: Work, args: ImportShops) -> None:
    """Open the files of many shops, all or none; 422 `import_faulty` names every fault by row and column (S8.1)."""
    refuse(check(work.session, work.principal, args.rows))
    routes = routes_of(work.session, work.principal)
    for row in args.rows:
        shop_id = work.id(row.customer_code)
        home = work.bundle(CUSTOMER.of(customer=shop_id))
        route = routes[row.zone_code, row.route_code]
        work.session.add(
            Customer(
                **row.model_dump(exclude={"row", "zone_code", "route_code"}),
                id=shop_id,
                route_id=route.id,
                initials=initials(row.shop_name),
                customer_status="01",
                opened_on=work.entry.day,
                bundle_id=home.id,
            )
        )
        work.hang(home, f"route:{route.id}")
    work.emit("customers.imported", count=len(args.rows))


importer("customers", command="customers.import_shops", row=ShopRow, columns=COLUMNS, check=check)
