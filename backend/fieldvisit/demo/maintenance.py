"""Three cases of upkeep: one for everybody, one for its zone, one that waits for a comment (S10.3, S10.4). All invented."""

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from fieldvisit.demo.names import demo_id
from fieldvisit.features.maintenance.models import MAINTENANCE_CASE, MaintenanceCase
from fieldvisit.features.org.models import Zone
from fieldvisit.kernel.clock import now

if TYPE_CHECKING:
    from fieldvisit.demo.district import District


class Told(NamedTuple):
    """Who told what, so many days ago, what was said of it, and who reads it."""

    author: str
    zone: str
    manager: str
    days_ago: int
    title: str
    situation: str
    action: str
    effect: str
    tags: tuple[str, ...]
    comment: str | None
    shared: str


TOLD = (
    Told("am07", "cj", "mm2", 12, "三步补齐价签", "集镇一户价签常缺,店主嫌换起来麻烦。", "先带两张样签摆给他看,再约好关店前半小时,一起换完并教店员写。", "两周后复访价签齐全,旁边两户也照着做了。", ("价签", "沟通"), "步骤清楚,先示范再约时间,值得大家学。", "department"),
    Told("am01", "cz", "mm1", 6, "缺货期的替代推荐", "畅销规格断货三天,店主着急。", "拿进货记录和店主一起看口味相近的两个规格,各少量试销。", "试销一周补货两次,断货期订货没有下降。", ("货源", "新品"), "用店主自己的数据说话。", "zone"),
    Told("am13", "nx", "mm3", 1, "农忙时改约拜访时间", "农忙上午店主都不在店。", "和六户商量改在午后两点到四点,前一天发消息提醒。", "一周六户都见到了店主。", ("时间", "沟通"), None, "none"),
)  # fmt: skip


def tell(district: "District", department: str) -> None:
    """The cases, each where it may be read."""
    zones = [row["id"] for row in district.rows[Zone] if row["department_id"] == department]
    for number, told in enumerate(TOLD, start=1):
        author, zone = district.people[told.author], demo_id(f"zone:{told.zone}")
        case_id = demo_id(f"maintenance_case:{number}")
        scopes = [f"zone:{zone}"]
        if told.shared == "zone":
            scopes.append(f"team:{zone}")
        if told.shared == "department":
            scopes += [f"department:{department}", *(f"team:{one}" for one in zones)]
        home = district.hang(MAINTENANCE_CASE.of(case=case_id, author=author), *scopes)
        district.add(
            MaintenanceCase,
            home,
            id=case_id,
            author_id=author,
            zone_id=zone,
            customer_id=None,
            title=told.title,
            situation=told.situation,
            action=told.action,
            effect=told.effect,
            skill_tags=list(told.tags),
            made_at=now() - timedelta(days=told.days_ago),
            mm_comment=told.comment,
            commented_by_id=district.people[told.manager] if told.comment else None,
            shared=told.shared,
        )
