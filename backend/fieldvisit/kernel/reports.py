"""The registry of reports: every number that is shown, counted over nothing but the rows its reader may see."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import Session

from fieldvisit.kernel.bundles import visible
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.commands import args_invalid
from fieldvisit.kernel.errors import missing
from fieldvisit.kernel.export import FORMATS
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View


class Params(BaseModel):
    """What every report's parameters are made of; they come as text in the query."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Reading:
    """What a report holds in its hands: one snapshot, whoever asks, and the day (Asia/Shanghai)."""

    session: Session
    principal: Principal
    on: date

    def reads(self, name: str) -> bool:
        """Whether the reader's role reads this collection at all; a figure over one it does not read is null."""
        return self.principal.role in COLLECTIONS[name].views

    def of(self, name: str) -> ColumnElement[bool]:
        """Those rows of a collection that the reader may see; every count stands on this condition."""
        if not self.reads(name):
            return false()
        seen: ColumnElement[bool] = COLLECTIONS[name].model.bundle_id.in_(visible(self.principal))
        return seen

    def served(self, kind: str) -> set[str]:
        """The ids of the places of a kind (`zone`, `route`) that the reader serves or leads today."""
        prefix = f"{kind}:"
        return {scope.removeprefix(prefix) for scope in self.principal.scopes if scope.startswith(prefix)}


Count = Callable[[Reading, Any], list[Any]]


@dataclass(frozen=True)
class Report:
    """A table of figures for some roles: how it is asked for, what a row says, and the function that counts."""

    name: str
    count: Count
    params: type[Params]
    row: type[View]
    readers: frozenset[Role]

    @property
    def summary(self) -> str:
        return inspect.getdoc(self.count) or ""

    def table(self, session: Session, principal: Principal, wanted: dict[str, str]) -> list[dict[str, Any]]:
        """The rows, ready for JSON.

        Raises Problem 404 `not_found` for a role that is not among the readers, 422 `args_invalid`, and what the report says.
        """
        if principal.role not in self.readers:
            raise missing("not_found")
        try:
            asked = self.params.model_validate_strings(wanted)
        except ValidationError as error:
            raise args_invalid(error) from None
        return [
            row.model_dump(mode="json") for row in self.count(Reading(session, principal, today()), asked)
        ]

    def export(self, session: Session, principal: Principal, wanted: dict[str, str], form: str) -> bytes:
        """The same rows as `csv` or `xlsx`."""
        return FORMATS[form][0](list(self.row.model_fields), self.table(session, principal, wanted))


REPORTS: dict[str, Report] = {}


def report(name: str, *, row: type[View], readers: Iterable[Role]) -> Callable[[Count], Count]:
    """Declare a report over its function `(reading, params) -> rows`; the rows' order is the report's."""

    def declare(count: Count) -> Count:
        if name in REPORTS or not count.__doc__:
            raise ValueError(f"report {name} is declared twice or has no docstring")
        params = get_type_hints(count)["params"]
        REPORTS[name] = Report(name, count, params, row, frozenset(readers))
        return count

    return declare
