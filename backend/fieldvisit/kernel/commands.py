"""The registry of commands: everything that may be written, by whom, under which route and which name."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import ValidationError
from sqlalchemy.orm import Session

from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.db import Base
from fieldvisit.kernel.errors import invalid
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, canonical
from fieldvisit.kernel.work import Touching, Work

Touches = Callable[[Touching, Any], Iterable[str | BundleKey]]
Handler = Callable[[Work, Any], None]
Keeps = Callable[[Session, str, dict[str, Any]], dict[str, Any]]
Reads = dict[str, tuple[type[Base], ...]]


@dataclass(frozen=True)
class Command:
    """One thing that may be done: op name and version, REST method and path (below /api), who may, and how."""

    name: str
    v: int
    method: str
    path: str
    args: type[Args]
    handler: Handler
    needs: frozenset[Role]
    offline: bool
    touches: Touches
    in_person: bool
    keeps: Keeps | None
    reads: Reads

    @property
    def summary(self) -> str:
        return inspect.getdoc(self.handler) or ""

    @property
    def path_fields(self) -> list[str]:
        """The arguments that the route's path holds."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    def parse(self, args: Any) -> Args:
        """Typed arguments; raises Problem 422 `args_invalid` naming fields and rules, never values."""
        try:
            return self.args.model_validate_json(canonical(args))
        except ValidationError as error:
            raise args_invalid(error) from None


COMMANDS: dict[tuple[str, int], Command] = {}


def command(
    name: str,
    route: str,
    *,
    needs: Iterable[Role],
    touches: Touches,
    offline: bool = False,
    in_person: bool = False,
    keeps: Keeps | None = None,
    reads: Reads | None = None,
    v: int = 1,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a command over its handler `(work, args)`. `offline` lets the app queue it without signal.

    One that is `in_person` nobody can apply on another's behalf. `touches` names the bundles it will change, so that they are locked together before it starts.
    `keeps` says what of the arguments as they came may be used and kept of this author (a user's id); the rest vanishes from the entry, too.
    `reads` says of which tables the arguments name rows: those of all entries of a run are read at once.
    """
    method, path = route.split(" ")

    def declare(handler: Callable[..., None]) -> Callable[..., None]:
        if (name, v) in COMMANDS:
            raise ValueError(f"command {name} v{v} is declared twice")
        if not handler.__doc__:
            raise ValueError(f"command {name} has no docstring")
        args = get_type_hints(handler)["args"]
        COMMANDS[name, v] = Command(
            name,
            v,
            method,
            path,
            args,
            handler,
            frozenset(needs),
            offline,
            touches,
            in_person,
            keeps,
            reads or {},
        )
        return handler

    return declare


def args_invalid(error: ValidationError) -> Any:
    """The Problem for arguments that do not fit: the first fields and the rule each breaks."""
    fields = [
        {"field": ".".join(str(part) for part in item["loc"])[:120], "rule": item["type"]}
        for item in error.errors(include_url=False, include_context=False, include_input=False)[:10]
    ]
    return invalid("args_invalid", fields=fields)
