"""The reckoning: everything that phones saved stands in the database and the file store, once, and whole."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select, text

from fieldvisit.features.customers.models import CustomerChange, Suggestion
from fieldvisit.features.visits.models import Visit, VisitDigest
from fieldvisit.kernel.attachments import Attachment, FileState
from fieldvisit.kernel.audit import Audit
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.events import Event
from fieldvisit.kernel.files import Files
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.stores import open_store
from fieldvisit.settings import Settings
from fleet import FieldPhone

EVENTS = {"visits.check_in": "visits.checked_in", "visits.check_out": "visits.completed"}


class Books:
    """All that the database holds of what phones bring, read at once, and the file store beside it."""

    def __init__(self, settings: Settings) -> None:
        database = Database(settings.url)
        self.store = Files(open_store(settings))
        self.ops: dict[str, list[Op]] = {}
        with database.read() as session:
            for row in session.scalars(select(Op)):
                self.ops.setdefault(row.id, []).append(row)
            self.audit = Counter(map(tuple, session.execute(select(Audit.op_id, Audit.action))))
            self.events = Counter(map(tuple, session.execute(select(Event.op_id, Event.name))))
            self.visits = {row.id: row for row in session.scalars(select(Visit))}
            self.digests = set(session.scalars(select(VisitDigest.id)))
            self.edits = set(session.scalars(select(CustomerChange.id)))
            self.edits |= set(session.scalars(select(Suggestion.id)))
            self.attachments = {row.id: row for row in session.scalars(select(Attachment))}
        database.close()

    def has_file(self, ref: dict[str, Any]) -> bool:
        row = self.attachments.get(ref["id"])
        return row is not None and row.state == FileState.STORED and self.store.holds(row.id, ref["sha256"])

    def effects(self, op: dict[str, Any]) -> dict[str, int]:
        """How often each effect of an applied op is there."""
        name, args = op["name"], op["args"]
        found = {"audit": self.audit[op["id"], name]}
        if name in EVENTS:
            found["event"] = self.events[op["id"], EVENTS[name]]
        if name == "visits.check_in":
            found["visit"] = int(args["id"] in self.visits)
        elif name == "visits.record":
            found["note"] = int(self.visits[args["visit_id"]].note == args["note"])
        elif name == "visits.check_out":
            found["digest"] = int(args["visit_id"] in self.digests)
        elif name == "customers.edit":
            ids = {str(uuid5(UUID(op["id"]), f"{what}:note")) for what in ("change", "suggest")}
            found["edit"] = len(ids & self.edits)
        return found


@dataclass
class Reckoning:
    """What came of everything saved. `lost` and `twice` name what and of which op; the others are counts.

    `kept` counts ops stored before the death that swallowed their answer, `done` those of them carried out before it.
    """

    saved: int = 0
    states: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    effects: int = 0
    files: int = 0
    kept: int = 0
    done: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    def expect_one(self, what: str, op_id: str, count: int) -> None:
        if count == 0:
            self.lost.append(f"{what} of {op_id}")
        elif count > 1:
            self.twice.append(f"{what} of {op_id}")

    def figures(self) -> dict[str, str]:
        """For the report: each with what it is a share of."""
        return {
            "ops lost/saved": f"{len(self.lost)}/{self.saved}",
            "ops twice/saved": f"{len(self.twice)}/{self.saved}",
            "ops applied + held (error)/saved": (
                f"{self.states['applied']} + {self.states['held']} ({self.errors})/{self.saved}"
            ),
            "effects checked": str(self.effects),
            "files arrived/named": f"{self.files - sum(one.startswith('file') for one in self.lost)}/{self.files}",
            "ops stored (carried out) though no answer came": f"{self.kept} ({self.done})",
        }


def visits_in(url: str) -> int:
    """How many visits there are before anybody works."""
    database = Database(url)
    with database.read() as session:
        count = session.scalar(select(func.count(Visit.id))) or 0
    database.close()
    return count


def reckon(settings: Settings, phones: list[FieldPhone], visits_before: int) -> Reckoning:
    """Compare all that the phones saved with the books; nothing may be there that nobody saved."""
    books, found = Books(settings), Reckoning()
    for phone in phones:
        for op in phone.saved:
            _look_up(found, books, phone, op)
    saved = {op["id"] for phone in phones for op in phone.saved}
    found.twice += [f"op of nobody: {key}" for key in books.ops.keys() - saved]
    arrived = {
        op["args"]["id"]
        for phone in phones
        for op in phone.saved
        if op["name"] == "visits.check_in" and books.ops.get(op["id"], [None])[0]
    }
    strangers = len(books.visits.keys() - arrived) - visits_before
    found.twice += [f"visit of nobody, {strangers} times"] * bool(strangers)
    return found


def _look_up(found: Reckoning, books: Books, phone: FieldPhone, op: dict[str, Any]) -> None:
    found.saved += 1
    rows = books.ops.get(op["id"], [])
    found.expect_one("op", op["id"], len(rows))
    if not rows:
        return
    row = rows[0]
    found.states[row.state] += 1
    found.errors += row.reason == "error"
    told = phone.results.get(op["id"], {"state": row.state})["state"]
    is_settled = row.state in (OpState.APPLIED, OpState.HELD) and told == row.state
    found.expect_one("result", op["id"], int(is_settled))
    broken = phone.broken.get(op["id"])
    if broken and row.received_at < broken:
        found.kept += 1
        found.done += row.settled_at is not None and row.settled_at < broken
    for ref in op["files"]:
        found.files += 1
        found.expect_one("file", op["id"], int(books.has_file(ref)))
    if row.state == OpState.APPLIED:
        for what, count in books.effects(op).items():
            found.effects += 1
            found.expect_one(what, op["id"], count)


def integrity(url: str) -> str:
    """`ok`, or what the database's own examination says is broken in tables, indexes and references."""
    database = Database(url)
    with database.engine.connect() as connection:
        if database.is_sqlite:
            said = [row[0] for row in connection.execute(text("PRAGMA integrity_check"))]
            said += [f"reference: {row}" for row in connection.execute(text("PRAGMA foreign_key_check"))]
        else:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
            indexes = (
                "SELECT count(bt_index_parent_check(i.indexrelid, true)) FROM pg_index i "
                "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
                "WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND i.indisvalid"
            )
            heaps = (
                "SELECT h.msg FROM pg_class c, LATERAL verify_heapam(c.oid) h "
                "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            )
            connection.execute(text(indexes))
            said = [row[0] for row in connection.execute(text(heaps))] or ["ok"]
    database.close()
    return "; ".join(said)
