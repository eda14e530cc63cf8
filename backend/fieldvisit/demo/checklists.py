"""The checklists of the demo departments: visits by class of shop, and supervision (domain §3.8)."""

from typing import TYPE_CHECKING, Any

from fieldvisit.demo.names import demo_id
from fieldvisit.features.org.models import ORG
from fieldvisit.features.visits.models import Checklist

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

Asked = tuple[str, str, str, str]

VISIT: tuple[Asked, ...] = (
    ("policy", "yes_no", "政策已告知", "Policy told"),
    ("brand", "yes_no", "品牌与新品已介绍", "Brands and new specs introduced"),
    ("price_tags", "yes_no", "明码标价齐全", "Price tags in place"),
    ("display", "yes_no", "陈列已检查", "Display checked"),
    ("stock", "yes_no", "库存已清点(柜台与后仓)", "Stock counted, counter and back room"),
    ("out_of_stock", "yes_no", "断货已记录", "Out of stock noted"),
    ("order_advice", "yes_no", "订货建议已提供", "Order advice given"),
    ("business_sheet", "yes_no", "经营指导单已讲解", "Business sheet explained"),
    ("opinion", "yes_no", "已征求意见(四个责任)", "Opinion asked (four responsibilities)"),
    ("file", "yes_no", "档案已核对", "File verified"),
    ("next_step", "yes_no", "下一步已约定", "Next step agreed"),
)
SHORT = ("policy", "brand", "price_tags", "out_of_stock", "opinion", "next_step")
SUPERVISION: tuple[Asked, ...] = (
    ("came_as_often", "yes_no", "客户经理到访次数与记录一致", "Came as often as recorded"),
    ("came_on_day", "yes_no", "客户经理在日志所记日期到访", "Came on the logged date"),
    ("policy_known", "yes_no", "客户知晓政策", "Policy known by the shop"),
    ("brand_known", "yes_no", "客户知晓品牌信息", "Brand information known"),
    ("price_tags", "yes_no", "明码标价", "Price tags"),
    ("file_correct", "yes_no", "档案内容属实", "File facts correct"),
    ("request_answered", "choice", "上次诉求", "Last request"),
    ("attitude", "scale", "服务态度(1–5)", "Service attitude (1–5)"),
    ("no_pressure", "yes_no", "订货建议有用且未施压", "Order advice useful, no pressure on ordering"),
    ("satisfaction", "scale", "客户满意度(1–5)", "Satisfaction of the shop (1–5)"),
)
OPTIONS = {"request_answered": ["已答复", "未答复", "没有诉求"]}
REQUIRED = {"no_pressure", "satisfaction"}


def _questions(asked: tuple[Asked, ...], keys: tuple[str, ...] | None = None) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "text": text,
            "text_en": text_en,
            "kind": kind,
            "options": OPTIONS.get(key, []),
            "is_required": asked is SUPERVISION and key in REQUIRED,
        }
        for key, kind, text, text_en in asked
        if keys is None or key in keys
    ]


def lay_out(district: "District", code: str) -> None:
    """A full list for large and medium shops, a short one for small ones, and the supervision list."""
    department = demo_id(f"department:{code}")
    lists: tuple[tuple[str, str, str, list[str], list[dict[str, Any]]], ...] = (
        ("full", "visit", "走访清单", ["1", "2"], _questions(VISIT)),
        ("short", "visit", "走访清单(小户)", ["3"], _questions(VISIT, SHORT)),
        ("supervision", "supervision", "督察清单", [], _questions(SUPERVISION)),
    )
    for name, kind, title, sizes, questions in lists:
        district.add(
            Checklist,
            ORG.of(department=department).text,
            id=demo_id(f"checklist:{code}:{name}"),
            department_id=department,
            kind=kind,
            title=title,
            market_types=[],
            business_sizes=sizes,
            retail_formats=[],
            items=questions,
            made_at=district.since,
            ended_at=None,
        )
