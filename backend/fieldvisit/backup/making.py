"""Making a backup: copied while the server goes on, read back whole, and only then counted."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldvisit.backup.archive import AUDIT_HEAD, DATABASE, PICTURES, Manifest, Packer, Part, Unpacked, unpack
from fieldvisit.backup.databases import check, kind_of, snapshot
from fieldvisit.backup.refusal import Refused
from fieldvisit.backup.sealing import CHUNK, Key
from fieldvisit.kernel.attachments import Attachment, FileState
from fieldvisit.kernel.audit import record
from fieldvisit.kernel.backups import Backup
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.epoch import ServerState
from fieldvisit.kernel.files import Files
from fieldvisit.kernel.keys import Keys
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.stores import open_store
from fieldvisit.kernel.using import Use
from fieldvisit.migrate import revision_of
from fieldvisit.settings import Settings


@dataclass(frozen=True)
class Made:
    """A verified archive, and whether it counts."""

    path: Path
    manifest: Manifest
    bytes: int
    sha256: str
    counts: bool


def back_up(settings: Settings, place: Path, key: Key | None, *, accept_missing: bool) -> Made:
    """Write an archive to a new file, or under a name of its time into a folder, and count it once it is verified.

    It counts only with every picture that its database calls stored, unless `accept_missing`. Raises Refused, and
    Problem 503 where the file store does not answer; no archive is left then.
    """
    started_at = now()
    path = _path_of(place, started_at, key)
    database = Database(settings.url)
    try:
        with Use(settings.data_dir, alone=False), _working(settings.data_dir) as folder:
            partial = path.with_name(f"{path.name}.{uuid4().hex[:8]}.part")
            try:
                manifest = _write(settings, database, partial, key, folder, started_at)
                read = verify(partial, key, folder)
                if read.manifest != manifest:
                    raise Refused("What was read back is not what was written")
                _publish(partial, path)
            finally:
                partial.unlink(missing_ok=True)
            counts = accept_missing or not manifest.missing
            if counts:
                with database.write() as session:
                    count(session, path.name, read)
            return Made(path, manifest, read.bytes, read.sha256, counts)
    finally:
        database.close()


def verify(path: Path, key: Key | None, folder: Path) -> Unpacked:
    """Read an archive whole, and open its database's copy (in `folder`, for a moment). Raises Refused."""
    copy = folder / "read-back"

    def take(part: Part) -> None:
        if part.name == DATABASE:
            save(part, copy)

    try:
        read = unpack(path, key, take)
        if not copy.exists():
            raise Refused(f"{path} holds no database")
        check(read.manifest.kind, copy)
    finally:
        copy.unlink(missing_ok=True)
    return read


def count(session: Session, name: str, read: Unpacked) -> None:
    """Write down that there is this verified backup; raises Refused where the database is not of its past any more."""
    state = session.get(ServerState, 1)
    if (state.epoch if state else None) != read.manifest.epoch:
        raise Refused("The database was restored meanwhile: the archive is whole, but does not count")
    note(session, name, read)
    record(session, "backups.make", actor_id=None, entity_id=read.manifest.id)


def note(session: Session, name: str, read: Unpacked) -> None:
    """The row of a backup."""
    session.add(
        Backup(
            id=read.manifest.id,
            name=name,
            started_at=read.manifest.started_at,
            finished_at=read.manifest.finished_at,
            sha256=read.sha256,
            bytes=read.bytes,
            is_encrypted=read.is_encrypted,
        )
    )


def save(part: Part, path: Path) -> None:
    """A member's bytes into a file that only its owner reads."""
    with _created(path) as file:
        while content := part.read(CHUNK):
            file.write(content)


def secret_name(settings: Settings) -> str:
    """A name for the server's secret that does not tell it."""
    return Keys(settings.secret_bytes()).derive("name")[:8].hex()


def _write(
    settings: Settings, database: Database, path: Path, key: Key | None, folder: Path, started_at: datetime
) -> Manifest:
    copy = folder / DATABASE
    files = Files(open_store(settings))
    head = settings.data_dir / "audit_head.json"  # before the database, whose chain then holds what it names
    head_content = head.read_bytes() if head.exists() else None
    missing = []
    with _created(path) as file:
        packer = Packer(file, key)
        if head_content is not None:
            packer.add(AUDIT_HEAD, head_content)
        with snapshot(database, copy) as session:
            state = session.get(ServerState, 1)
            entries = session.scalar(select(func.count()).select_from(Op)) or 0
            wanted = session.execute(
                select(Attachment.id, Attachment.sha256)
                .where(Attachment.state == FileState.STORED)
                .order_by(Attachment.id)
            ).all()
        packer.add_file(DATABASE, copy)
        copy.unlink()
        for file_id, sha256 in wanted:
            content = files.original(file_id, sha256)
            if content is None:
                missing.append(file_id)
            else:
                packer.add(f"{PICTURES}{file_id}", content)
        manifest = Manifest(
            id=str(uuid4()),
            kind=kind_of(settings.url),
            revision=revision_of(database) or "",
            epoch=state.epoch if state else None,
            started_at=started_at,
            finished_at=now(),
            secret=secret_name(settings),
            entries=entries,
            missing=missing,
            members=packer.members,
        )
        packer.close(manifest)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _path_of(place: Path, at: datetime, key: Key | None) -> Path:
    tail = ".backup" if key else ".tar"
    path = place / f"fieldvisit-{at:%Y%m%dT%H%M%SZ}{tail}" if place.is_dir() else place
    if path.exists():
        raise Refused(f"{path} is there already, and a backup overwrites nothing")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}")
    return path


def _publish(partial: Path, path: Path) -> None:
    """Give the archive its name; whoever made that name meanwhile keeps it."""
    try:
        os.link(partial, path)
    except FileExistsError:
        raise Refused(f"{path} is there already, and a backup overwrites nothing") from None
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _created(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


@contextmanager
def _working(folder: Path) -> Iterator[Path]:
    """A folder for the copies, where plain text lies anyway: never beside the archive."""
    with tempfile.TemporaryDirectory(prefix="backup-", dir=folder) as name:
        yield Path(name)
