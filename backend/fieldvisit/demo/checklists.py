"""The checklists and service standards of the demo departments: visits by class of shop, and supervision (domain §3.8)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fieldvisit.demo.names import demo_id
from fieldvisit.features.org.models import ORG
from fieldvisit.features.questionnaires.rules import Question
from fieldvisit.features.service.models import ServiceStandard
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

# A survey in a fixed format: what follows from an answer, bounds, a photo, and what it scores.
SURVEY: list[dict[str, Any]] = [
    {"key": "price_tags", "kind": "yes_no", "text": "明码标价齐全", "text_en": "Price tags in place", "is_required": True, "points": [20, 0]},
    {"key": "why_not", "kind": "choice", "text": "缺价签的原因", "text_en": "Why tags are missing", "options": ["丢失", "未更换", "不愿摆放"], "is_required": True, "when": {"key": "price_tags", "values": [False]}, "points": [10, 10, 0]},
    {"key": "shelf", "kind": "photo", "text": "柜台照片", "text_en": "Photo of the counter", "when": {"key": "price_tags", "values": [False]}},
    {"key": "specs", "kind": "number", "text": "在售规格数", "text_en": "Specs on sale", "low": 0, "high": 200, "is_required": True},
    {"key": "demand", "kind": "choice", "text": "近期动销", "text_en": "How it sells lately", "options": ["俏", "紧", "平", "松", "软"], "is_required": True},
    {"key": "supply", "kind": "scale", "text": "货源满意度(1–5)", "text_en": "Satisfaction with supply (1–5)", "points": [40]},
    {"key": "service", "kind": "scale", "text": "服务满意度(1–5)", "text_en": "Satisfaction with service (1–5)", "points": [40]},
    {"key": "remark", "kind": "text", "text": "其他市场信息", "text_en": "Other market information"},
]  # fmt: skip


def _questions(asked: tuple[Asked, ...], keys: tuple[str, ...] | None = None) -> list[dict[str, Any]]:
    return _kept(
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
    )


def _kept(questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """As a checklist that is saved keeps them."""
    return [Question.model_validate(question).model_dump() for question in questions]


# Size → visits a month, service items, strategy (domain §3.8).
ITEMS = ("政策宣传", "品牌推介", "库存检查", "陈列与价签", "订货建议", "意见征询", "档案核对")
STANDARDS: dict[str, tuple[int, tuple[str, ...], str]] = {
    "1": (4, ITEMS, "每周一访,重点做好品牌培育与库存指导;订货日前一两天上门。"),
    "2": (2, ITEMS, "每半月一访,保证价签与陈列,按季核对档案。"),
    "3": (1, ("政策宣传", "陈列与价签", "意见征询", "档案核对"), "每月一访,其余用电话或微信联系。"),
}


def lay_out(district: "District", code: str) -> None:
    """A full list for large and medium shops, a short one for small ones, the supervision list, a survey; and the standards."""
    department = demo_id(f"department:{code}")
    lists: tuple[tuple[str, str, str, list[str], list[dict[str, Any]]], ...] = (
        ("full", "visit", "走访清单", ["1", "2"], _questions(VISIT)),
        ("short", "visit", "走访清单(小户)", ["3"], _questions(VISIT, SHORT)),
        ("supervision", "supervision", "督察清单", [], _questions(SUPERVISION)),
        ("survey", "survey", "市场调查表", [], _kept(SURVEY)),
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
    for size, (visits, items, strategy) in STANDARDS.items():
        district.add(
            ServiceStandard,
            ORG.of(department=department).text,
            id=demo_id(f"service_standard:{code}:{size}"),
            department_id=department,
            business_size=size,
            visits_a_month=visits,
            items=list(items),
            strategy=strategy,
        )
