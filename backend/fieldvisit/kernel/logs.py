"""Logs: one JSON line an event, with ids and codes; what went wrong by its place and kind, never by what it said."""

import logging
import traceback
from types import TracebackType
from typing import Any

import structlog

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure() -> None:
    """To be called once by whoever starts a server."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write down whole addresses, keys and all
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_place_and_kind),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def _place_and_kind(exc_info: ExcInfo) -> str:
    """Where an exception was raised, of which kind, and what it came from; its words may repeat what a user typed.

    A driver's says the value it choked on; of a database's error its SQLSTATE is kept.
    """
    return "".join(_told(exc_info[1], set()))


def _told(error: BaseException, seen: set[int]) -> list[str]:
    if id(error) in seen:
        return []
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_told(before, seen), "led to\n"] if before is not None else []
    lines += traceback.format_tb(error.__traceback__)
    state: Any = getattr(getattr(error, "orig", error), "sqlstate", None)
    lines.append(f"{type(error).__module__}.{type(error).__qualname__}{f' {state}' if state else ''}\n")
    for part in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        lines += ["of which\n", *_told(part, seen)]
    return lines
