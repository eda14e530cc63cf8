"""The epoch: a name for this past of the database, renewed whenever it may have gone back in time."""

import json
import secrets
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.db import Base, Database, after_commit
from fieldvisit.kernel.metrics import EPOCHS
from fieldvisit.kernel.ops import Op

log = structlog.get_logger()


class ServerState(Base):
    """The one row that says which epoch it is, and whether pull waits for the operator after a restore."""

    __tablename__ = "server_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str]
    is_unconfirmed: Mapped[bool] = mapped_column(default=False)


class Mark:
    """The mark outside the database: the epoch and the highest op number this server has seen."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "mark.json"
        self._written = -1

    def read(self) -> tuple[str, int] | None:
        """Epoch and number, or None where there is no mark yet."""
        if not self._path.exists():
            return None
        mark = json.loads(self._path.read_text())
        return mark["epoch"], mark["number"]

    def raise_to(self, epoch: str, number: int) -> None:
        """Remember an op number; never lowers the mark within one epoch."""
        if number <= self._written:
            return
        known = self.read()
        if known and known[0] == epoch and known[1] >= number:
            self._written = known[1]
            return
        fresh = self._path.with_name(f"mark.{secrets.token_hex(4)}")
        fresh.write_text(json.dumps({"epoch": epoch, "number": number}))
        fresh.replace(self._path)
        self._written = number


def open_epoch(db: Database, mark: Mark) -> str:
    """The epoch to serve under; a database that is behind its mark gets a new one and the operator an alarm.

    Processes that start at once agree: the first to hold the row decides, and marks it before the next one looks.
    """
    try:
        return _open_epoch(db, mark)
    except IntegrityError:  # another process made the row at the same moment: now it is there
        return _open_epoch(db, mark)


def _open_epoch(db: Database, mark: Mark) -> str:
    with db.write() as session:
        state = session.get(ServerState, 1, with_for_update=True)
        number = session.scalar(select(func.max(Op.number))) or 0
        known = mark.read()
        if state is None:
            state = ServerState(id=1, epoch=_new_name())
            session.add(state)
            session.flush()
        elif known is not None and (known[0] != state.epoch or known[1] > number):
            log.error("the database is behind its mark: new epoch, pull waits for confirm-restore")
            renew(session)
            after_commit(session, EPOCHS.inc)
        mark.raise_to(state.epoch, number)
        return state.epoch


def renew(session: Session) -> None:
    """Begin a new epoch, and let pull wait for the operator."""
    state = session.get(ServerState, 1)
    if state is None:
        state = ServerState(id=1)
        session.add(state)
    state.epoch, state.is_unconfirmed = _new_name(), True


def _new_name() -> str:
    return "e" + secrets.token_hex(6)
