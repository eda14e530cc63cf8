"""`Work`, what a command's handler holds in its hands: the session, who acts, when, and the locked bundles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid5

from sqlalchemy import event, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, UOWTransaction, attributes

from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.bundles import Bundle, BundleKey, BundleScope, last_seen
from fieldvisit.kernel.clock import day_of, now
from fieldvisit.kernel.db import Base
from fieldvisit.kernel.errors import Problem, Reason, missing
from fieldvisit.kernel.events import Event, emit
from fieldvisit.kernel.intervals import Interval
from fieldvisit.kernel.moves import note_moved
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.users import User

Row = TypeVar("Row", bound=Base)


class Unlocked(Exception):
    """A row of a bundle was changed that the transaction had not locked; it is tried again with these keys."""

    def __init__(self, keys: Iterable[str | BundleKey]) -> None:
        super().__init__()
        self.keys = list(keys)


@dataclass(frozen=True)
class Entry:
    """The op being applied. It was made between `earliest_at` and `received_at`; the device says `stated_at`.

    `wall_at` is what its clock showed: good for comparing with another reading of that very clock, and for nothing else.
    """

    number: int
    id: str
    name: str
    earliest_at: datetime
    stated_at: datetime
    received_at: datetime
    day: date
    wall_at: datetime | None

    @staticmethod
    def of(op: Op) -> "Entry":
        """The day is the wall clock's if that lies inside the provable interval, else the receipt's."""
        stated = op.stated_at or op.received_at
        made = op.made_at
        day = day_of(made if made and op.earliest_at <= made <= op.received_at else op.received_at)
        return Entry(op.number, op.id, op.name, op.earliest_at, stated, op.received_at, day, made)

    @property
    def interval(self) -> Interval:
        """When it was made, as far as that can be proven."""
        return Interval(self.earliest_at, self.stated_at, self.received_at, self.wall_at)

    def id_of(self, label: str) -> str:
        """An id that is the same whenever this op is applied again."""
        return str(uuid5(UUID(self.id), label))


@dataclass(frozen=True)
class Touching:
    """What a command may look at before anything is locked, to name the bundles it will touch."""

    ahead: Ahead
    user: User
    entry: Entry

    @property
    def session(self) -> Session:
        return self.ahead.session

    def get(self, model: type[Row], row_id: str) -> Row | None:
        """The row, if there is one; read together with those the other entries of a run name."""
        return self.ahead.get(model, row_id)

    def bundle_of(self, model: type[Any], row_id: str) -> list[str]:
        """The key of the bundle a row lives in; empty if there is no such row (yet)."""
        bundle_id = getattr(self.get(model, row_id), "bundle_id", None)
        return [] if bundle_id is None else [self.session.get_one(Bundle, bundle_id).key]


class Work:
    """One op being applied inside a transaction whose bundles are locked.

    `user` is its author and `principal` who answers for it and whose sight counts: the author himself,
    or whoever applies it on his behalf.
    """

    def __init__(
        self, locks: "Locks", principal: Principal, entry: Entry, on_behalf_of: User | None = None
    ) -> None:
        self.locks = locks
        self.session = locks.session
        self.ahead = locks.ahead
        self.principal = principal
        self.user = on_behalf_of or principal.user
        self.entry = entry
        self.result: dict[str, Any] = {}

    def id(self, label: str) -> str:
        """An id that is the same whenever this op is applied again."""
        return self.entry.id_of(label)

    def get(self, model: type[Row], row_id: str) -> Row | None:
        """The row, if there is one; read together with those the other entries of a run name."""
        return self.ahead.get(model, row_id)

    def find(self, model: type[Row], row_id: str, absent: str, lost: str) -> Row:
        """The row, if it is his to see; raises Problem `absent` (404), or `lost` (403) if it was his before."""
        row = self.get(model, row_id)
        bundle_id = getattr(row, "bundle_id", None)
        if row is None or bundle_id is None:
            raise missing(absent, waits_for=row_id)
        if self.ahead.sees(self.principal, bundle_id):
            return row
        last = last_seen(self.session, self.principal.user, bundle_id)
        if last is None:
            raise missing(absent, waits_for=row_id)
        raise OutOfScope(lost, row, last)

    def bundle(self, key: BundleKey) -> Bundle:
        """A bundle that this transaction holds locked; raises Unlocked otherwise."""
        held = self.locks.held.get(key.text)
        if held is None:
            raise Unlocked([key])
        return held

    def hang(self, bundle: Bundle, scope: str) -> None:
        """Hang the bundle in a scope from now on, where it does not hang already."""
        self.locks.hang(bundle, scope)

    def emit(self, name: str, bundle_id: int | None = None, **data: Any) -> None:
        """Record that something happened, in this transaction; `data` holds ids and codes only."""
        emit(
            self.session,
            name,
            op_id=self.entry.id,
            user_id=self.principal.user.id,
            bundle_id=bundle_id,
            at=self.entry.received_at,
            data=data,
        )


class OutOfScope(Problem):
    """He could see the row until `last`; the handler of an append-only entry may go on with `row` all the same."""

    def __init__(self, code: str, row: Any, last: date) -> None:
        super().__init__(403, code, reason=Reason.SCOPE)
        self.row = row
        self.last = last


class Locks:
    """The bundles a transaction holds, and which of them it changed: their revs rise once, at its end.

    A swift one writes what its entries did together, at its end, where nothing speaks against it.
    """

    def __init__(self, session: Session, *, is_swift: bool = False) -> None:
        self.session = session
        self.is_swift = is_swift
        self.ahead = Ahead(session)
        self.held: dict[str, Bundle] = {}
        self._ids: dict[int, Bundle] = {}
        self._changed: set[int] = set()
        self._hung: dict[int, set[str]] = {}  # of bundles that are new
        self.writes = 0
        event.listen(session, "before_flush", self._guard)

    def take(self, keys: Iterable[str | BundleKey]) -> None:
        """Lock bundles in one statement, by key; those named by a BundleKey are made where they are missing."""
        wanted = {str(key): key for key in keys if str(key) not in self.held}
        if not wanted:
            return
        made = [key for _, key in sorted(wanted.items()) if isinstance(key, BundleKey)]
        if made:
            self._make(made)
        rows = self.session.scalars(
            select(Bundle).where(Bundle.key.in_(sorted(wanted))).order_by(Bundle.key).with_for_update()
        ).all()
        for row in rows:
            self.held[row.key] = self._ids[row.id] = row
        fresh = {key: bundle for key in made if (bundle := self.held[key.text]).rev == 0}
        self.ahead.note_fresh(bundle.id for bundle in fresh.values())
        self._note_hung(bundle.id for bundle in fresh.values())
        for key, bundle in fresh.items():
            for scope in key.scopes:
                self.hang(bundle, scope)

    def _note_hung(self, bundle_ids: Iterable[int]) -> None:
        """Remember where new bundles hang, so that hanging thousands of them asks the database once."""
        hung: dict[int, set[str]] = {bundle_id: set() for bundle_id in bundle_ids}
        present = select(BundleScope.bundle_id, BundleScope.scope)
        for bundle_id, scope in self.session.execute(
            present.where(BundleScope.bundle_id.in_(hung), BundleScope.until.is_(None))
        ):
            hung[bundle_id].add(scope)
        self._hung |= hung

    def _make(self, keys: list[BundleKey]) -> None:
        insert = sqlite.insert if self.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        values = [{"key": key.text, "kind": key.kind, "day": key.day, "rev": 0} for key in keys]
        self.session.execute(insert(Bundle).on_conflict_do_nothing(index_elements=["key"]), values)

    def hang(self, bundle: Bundle, scope: str) -> None:
        """Hang a held bundle in a scope, where it does not hang already."""
        if not self._hangs(bundle, scope):
            self.session.add(BundleScope(bundle_id=bundle.id, scope=scope, since=now()))

    def _hangs(self, bundle: Bundle, scope: str) -> bool:
        hung = self._hung.get(bundle.id)
        if hung is not None:
            is_there = scope in hung
            hung.add(scope)
            return is_there
        there = select(BundleScope.number).where(
            BundleScope.bundle_id == bundle.id, BundleScope.scope == scope, BundleScope.until.is_(None)
        )
        return self.session.scalar(there) is not None

    def hang_only(self, bundle: Bundle, kind: str, scopes: set[str]) -> None:
        """Of the scopes of a kind (`user`, `route` …) hang a held bundle in just these; in others it ends now."""
        present = select(BundleScope).where(
            BundleScope.bundle_id == bundle.id,
            BundleScope.scope.startswith(f"{kind}:"),
            BundleScope.until.is_(None),
        )
        for row in self.session.scalars(present):
            if row.scope not in scopes:
                row.until = now()
                self._hung.get(bundle.id, set()).discard(row.scope)
        for scope in sorted(scopes):
            self.hang(bundle, scope)

    def write_down(self) -> None:
        """Write what an entry did; in a swift transaction only what the next one has to find in the database."""
        if not self.is_swift or self.ahead.is_moved():
            self.session.flush()

    def _guard(self, session: Session, _context: UOWTransaction, _instances: Any) -> None:
        if self.ahead.is_moved():
            self.ahead.forget()
        rows = [row for row in (*session.new, *session.deleted) if _is_bundled(row)]
        rows += [row for row in session.dirty if _counts(session, row)]
        self.writes += len(rows)
        touched: set[int] = set()
        for row in rows:
            now_in, was_in = getattr(row, "bundle_id", None), _left(row)
            touched |= {bundle_id for bundle_id in (now_in, was_in) if bundle_id is not None}
            if now_in is not None and not isinstance(row, BundleScope | Event):
                self._changed |= {now_in, was_in or now_in}
        note_moved(session, (row.bundle_id for row in rows if isinstance(row, BundleScope)))
        if strangers := touched - self._ids.keys():
            with session.no_autoflush:
                raise Unlocked(session.scalars(select(Bundle.key).where(Bundle.id.in_(strangers))).all())

    def release(self) -> None:
        """Stop guarding a session that goes on to other things."""
        event.remove(self.session, "before_flush", self._guard)

    def bump(self) -> None:
        """Raise the rev of every bundle changed in this transaction, once."""
        self.session.flush()
        if self._changed:
            self.session.execute(
                update(Bundle)
                .where(Bundle.id.in_(sorted(self._changed)))
                .values(rev=Bundle.rev + 1)
                .execution_options(synchronize_session=False)
            )
            note_moved(self.session, self._changed)
            self._changed.clear()


def _is_bundled(row: Any) -> bool:
    """Whether a row belongs to a bundle's content; a table that `is_apart` is read through one but never carried."""
    return isinstance(row, Base) and not getattr(row, "is_apart", False)


def _counts(session: Session, row: Any) -> bool:
    """Whether a changed row is changed in more than what its table calls quiet."""
    if not _is_bundled(row) or not session.is_modified(row):
        return False
    quiet: frozenset[str] = getattr(row, "quiet", frozenset())
    return not quiet or any(
        attribute.history.has_changes() for attribute in inspect(row).attrs if attribute.key not in quiet
    )


def _left(row: Base) -> int | None:
    """The bundle a row is being moved out of, if any."""
    if not hasattr(row, "bundle_id"):
        return None
    return next((old for old in attributes.get_history(row, "bundle_id").deleted or ()), None)
