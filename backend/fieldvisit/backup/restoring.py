"""Restoring an archive: everything is made ready beside what there is, and takes its place in one step at the end."""

import secrets
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fieldvisit.backup.archive import AUDIT_HEAD, DATABASE, PICTURES, Manifest, Part, Unpacked, unpack
from fieldvisit.backup.databases import check, kind_of, target_of
from fieldvisit.backup.making import note, save, secret_name
from fieldvisit.backup.refusal import Refused
from fieldvisit.backup.sealing import Key
from fieldvisit.kernel.audit import record
from fieldvisit.kernel.backups import Backup
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.epoch import renew
from fieldvisit.kernel.files import Files
from fieldvisit.kernel.stores import open_store
from fieldvisit.kernel.using import Use
from fieldvisit.migrate import knows, migrate, revision_of
from fieldvisit.settings import Settings


@dataclass(frozen=True)
class Restored:
    """What was restored: how many pictures the store had not, where the former database and audit head are kept.

    `has_secret` says whether this machine's secret is the one phones know; None where it has none yet.
    """

    manifest: Manifest
    pictures: int
    kept: str | None
    kept_head: Path | None
    has_secret: bool | None


def restore(settings: Settings, path: Path, key: Key | None, *, force: bool) -> Restored:
    """Put the database of an archive in the place of the present one, in a new epoch, and its pictures into the store.

    Pictures that came later stay: phones will name them again. Raises Refused, InUse, and Problem 503 where the file
    store does not answer; the present database then is as it was.
    """
    target = target_of(settings.url)
    with Use(settings.data_dir, alone=True):
        target.require_free(force=force)
        if target.folder is not None:
            target.folder.mkdir(parents=True, exist_ok=True)
        where = target.folder or settings.data_dir
        with tempfile.TemporaryDirectory(prefix="restoring-", dir=where) as name:
            folder = Path(name)
            read = unpack(path, key, partial(_take, folder))
            copy = folder / DATABASE
            _require_fit(settings, path, read.manifest, copy)
            with target.prepared(copy, partial(_finish, path.name, read)) as put:
                pictures = _restore_pictures(settings, path, key, read)
                kept = put()
            kept_head = _put_head(settings.data_dir, folder / AUDIT_HEAD)
    return Restored(read.manifest, pictures, kept, kept_head, _has_secret(settings, read.manifest))


def _take(folder: Path, part: Part) -> None:
    if part.name in (DATABASE, AUDIT_HEAD):
        save(part, folder / part.name)


def _require_fit(settings: Settings, path: Path, manifest: Manifest, copy: Path) -> None:
    if not copy.exists():
        raise Refused(f"{path} holds no database")
    if manifest.kind != kind_of(settings.url):
        ours = kind_of(settings.url)
        raise Refused(f"{path} is of a database of the kind {manifest.kind}, and the settings name {ours}")
    check(manifest.kind, copy)


def _finish(name: str, read: Unpacked, database: Database) -> None:
    """Bring the copy to the present schema and into a new epoch, and let it know the backup it came from."""
    revision = read.manifest.revision
    if revision_of(database) != revision:
        raise Refused(f"The archive's database is not at the schema {revision} that its manifest names")
    if not knows(database, revision):
        raise Refused(
            f"The archive is of a newer version of FieldVisit (schema {revision}): restore it with that one"
        )
    migrate(database)
    with database.write() as session:
        renew(session)
        if session.get(Backup, read.manifest.id) is None:
            note(session, name, read)
        record(session, "backups.restore", actor_id=None, entity_id=read.manifest.id)


def _restore_pictures(settings: Settings, path: Path, key: Key | None, read: Unpacked) -> int:
    files = Files(open_store(settings))
    wanted = {member.name: member.sha256 for member in read.manifest.members}
    written = 0

    def take(part: Part) -> None:
        nonlocal written
        if not part.name.startswith(PICTURES):
            return
        file_id, content = part.name.removeprefix(PICTURES), part.read()
        if part.member().sha256 != wanted.get(part.name):
            raise Refused(f"{path} was changed while it was being restored")
        if files.original(file_id, wanted[part.name]) is None:
            files.put(file_id, content)
            written += 1

    if unpack(path, key, take) != read:
        raise Refused(f"{path} was changed while it was being restored")
    return written


def _put_head(folder: Path, head: Path) -> Path | None:
    """The archive's head of the audit; the present one is evidence of what the restore cut off, and stays beside it."""
    present = folder / AUDIT_HEAD
    kept = None
    if present.exists():
        kept = folder / f"{AUDIT_HEAD}.before-restore-{secrets.token_hex(4)}"
        present.rename(kept)
    if head.exists():
        present.write_bytes(head.read_bytes())
    return kept


def _has_secret(settings: Settings, manifest: Manifest) -> bool | None:
    if settings.secret is None and not (settings.data_dir / "secret").exists():
        return None
    return secret_name(settings) == manifest.secret
