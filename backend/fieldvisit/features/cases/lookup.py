"""What is known while a case is taken down: cases that may be the same matter, and the shop that calls; only what the asker sees."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from fieldvisit.features.cases.models import FeedbackCase
from fieldvisit.features.cases.rules import OPEN, Category, FeedbackType, State
from fieldvisit.features.cases.similar import Told, parts, ranked
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.customers.rules import phone
from fieldvisit.kernel.bundles import seen_by
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.search import holding_any
from fieldvisit.kernel.values import View

RECENT = timedelta(days=90)
MAX_FOUND = 100
MAX_CALLERS = 5


class SimilarCase(View):
    """A case that may be the same matter."""

    id: str
    number: str
    state: State
    feedback_type: FeedbackType
    category: Category
    customer_id: str | None
    shop_name: str | None
    content: str
    received_at: datetime


class Caller(View):
    """A shop whose number is the one that calls."""

    id: str
    customer_code: str
    shop_name: str
    contact_name: str | None
    route_id: str


class SimilarCases(View):
    """At most five cases, the likeliest first, and the shops that have this number."""

    cases: list[SimilarCase]
    caller: list[Caller]


def similar(session: Session, principal: Principal, asked: Told, at: datetime) -> list[FeedbackCase]:
    """Cases that are open or not older than 90 days, as `ranked` puts them; found by shop, number and words, each by its index."""
    ways = [
        FeedbackCase.customer_id == asked.customer_id if asked.customer_id else None,
        FeedbackCase.contact_phone.in_(numbers(asked.contact_phone)) if asked.contact_phone else None,
        holding_any(FeedbackCase.id.expression, parts(asked.content)),
    ]
    found: dict[str, FeedbackCase] = {}
    for way in ways:
        if way is not None:
            found |= {row.id: row for row in session.scalars(_seen(principal, way, at))}
    told = [_told(row, asked) for row in sorted(found.values(), key=_newest)]
    return [found[case.id] for case in ranked(asked, told)]


def callers(session: Session, principal: Principal, number: str | None) -> list[Customer]:
    """The shops that have this number and that he may see."""
    if number is None:
        return []
    query = select(Customer).where(
        Customer.contact_phone.in_(numbers(number)), seen_by(principal, Customer.bundle_id.expression)
    )
    return list(session.scalars(query.order_by(Customer.customer_code).limit(MAX_CALLERS)))


def numbers(typed: str) -> list[str]:
    """A number as it was typed, and as the customer file would have it."""
    try:
        return list({typed, phone(typed)})
    except ValueError:
        return [typed]


def _seen(principal: Principal, way: ColumnElement[bool], at: datetime) -> Select[FeedbackCase]:
    is_young = FeedbackCase.state.in_(OPEN) | (FeedbackCase.received_at > at - RECENT)
    newest = select(FeedbackCase).where(way, is_young, seen_by(principal, FeedbackCase.bundle_id.expression))
    return newest.order_by(FeedbackCase.received_at.desc()).limit(MAX_FOUND)


def _newest(row: FeedbackCase) -> Any:
    return -row.received_at.timestamp(), row.id


def _told(row: FeedbackCase, asked: Told) -> Told:
    same = asked.contact_phone is not None and row.contact_phone in numbers(asked.contact_phone)
    number = asked.contact_phone if same else row.contact_phone
    return Told(row.id, row.customer_id, number, row.category, row.content, row.received_at)
