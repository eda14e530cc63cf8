"""What a run of entries will look at, read in a few statements before the first of them is carried out.

The memory of one short transaction. It forgets everything as soon as something is written that decides who sees what;
whatever it does not know is asked of the database as ever.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.bundles import Bundle, BundleScope, visible
from fieldvisit.kernel.db import Base
from fieldvisit.kernel.scopes import DECIDE_SIGHT, Principal, principal_of
from fieldvisit.kernel.users import Device, User

Row = TypeVar("Row", bound=Base)
Named = tuple[type[Any], str]


class Ahead:
    """Rows by model and id, the principals who act, which bundles they see, and where bundles hung."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._held: list[Any] = []  # what the session itself would forget
        self._bundle_ids: set[int] = set()
        self._fresh: set[int] = set()
        self._begin()
        event.listen(session, "loaded_as_persistent", self._hold)
        event.listen(session, "transient_to_pending", self._note)

    def _begin(self) -> None:
        self._has_moved = False
        self._made: dict[Named, Any] = {}
        self._absent: set[Named] = set()
        self._principals: dict[str, Principal] = {}
        self._seen: dict[str, dict[int, bool]] = {}
        self._stays: dict[int, list[BundleScope]] = {}
        self._told: dict[Hashable, Any] = {}
        self._watched = set(DECIDE_SIGHT)

    def _hold(self, _session: Session, row: Any) -> None:
        self._held.append(row)

    def _note(self, _session: Session, row: Any) -> None:
        self._held.append(row)
        self._made[type(row), getattr(row, "id", "")] = row
        self._has_moved |= type(row) in self._watched

    def note_fresh(self, bundle_ids: Iterable[int]) -> None:
        """These bundles are made in this transaction: what it puts there, it finds there."""
        self._fresh |= set(bundle_ids)

    def read(self, named: Iterable[Named]) -> None:
        """Load these rows, and remember of which there are none."""
        by_model: dict[type[Any], set[str]] = {}
        for model, row_id in named:
            by_model.setdefault(model, set()).add(row_id)
        for model, ids in by_model.items():
            rows = self.session.scalars(select(model).where(model.id.in_(sorted(ids)))).all()
            self._absent |= {(model, row_id) for row_id in ids.difference(row.id for row in rows)}
            self._bundle_ids |= {row.bundle_id for row in rows if getattr(row, "bundle_id", None)}

    def read_homes(self) -> None:
        """Load the bundles that the rows read so far live in."""
        self.session.scalars(select(Bundle).where(Bundle.id.in_(sorted(self._bundle_ids)))).all()

    def get(self, model: type[Row], row_id: str) -> Row | None:
        """The row, as `Session.get` would give it."""
        made: Row | None = self._made.get((model, row_id))
        if made is not None or (model, row_id) in self._absent:
            return made
        return self.session.get(model, row_id)

    def principal(self, user: User, device: Device | None) -> Principal:
        """`user` as the one who is asking now."""
        self._forget_if_moved()
        if user.id not in self._principals:
            self._principals[user.id] = principal_of(self.session, user, device)
        return self._principals[user.id]

    def sees(self, principal: Principal, bundle_id: int) -> bool:
        """Whether a bundle is among those he may see."""
        self._forget_if_moved()
        seen = self._seen.setdefault(principal.user.id, {})
        if bundle_id not in seen:
            asked = (self._bundle_ids | {bundle_id}) - seen.keys()
            among = visible(principal, fresh=self._fresh).where(BundleScope.bundle_id.in_(sorted(asked)))
            found = set(self.session.scalars(among))
            seen.update((one, one in found) for one in asked)
        return seen[bundle_id]

    def stays(self, bundle_id: int) -> list[BundleScope]:
        """Where the bundle hangs and where it ever hung."""
        self._forget_if_moved()
        if bundle_id not in self._stays:
            asked = (self._bundle_ids | {bundle_id}) - self._stays.keys()
            self._stays |= {one: [] for one in asked}
            for row in self.session.scalars(
                select(BundleScope).where(BundleScope.bundle_id.in_(sorted(asked)))
            ):
                self._stays[row.bundle_id].append(row)
        return self._stays[bundle_id]

    def once(self, name: Hashable, of: type[Base], ask: Callable[[], Any]) -> Any:
        """What `ask` answers, asked once for as long as no row of that table is written."""
        self._forget_if_moved()
        if name not in self._told:
            self._told[name] = ask()
            self._watched.add(of)
        return self._told[name]

    def is_moved(self) -> bool:
        """Whether something is about to be written that decides who sees what, or that was asked once, or about to be deleted."""
        if self._has_moved or self.session.deleted:
            return True
        return any(type(row) in self._watched for row in self.session.dirty)

    def _forget_if_moved(self) -> None:
        if self.is_moved():
            self.session.flush()

    def forget(self) -> None:
        """Ask the database for everything anew."""
        self._begin()
