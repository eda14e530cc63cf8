"""The inside of an archive: a tar of the database, the pictures and, last, a manifest with the hash of each."""

import hashlib
import io
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from fieldvisit.backup.refusal import Refused
from fieldvisit.backup.sealing import CHUNK, Damaged, Key, Opener, Sealer

DATABASE = "database"
AUDIT_HEAD = "audit_head.json"
MANIFEST = "manifest.json"
PICTURES = "files/original/"
KNOWN = re.compile(rf"{DATABASE}|{re.escape(AUDIT_HEAD)}|{PICTURES}[0-9a-f-]{{36}}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Strict):
    """One member: its name, size in bytes and SHA-256 in hex."""

    name: str
    bytes: int
    sha256: str


class Manifest(_Strict):
    """What an archive holds, and of which past.

    `revision` is the migration the database is at, `secret` names the server's secret without telling it,
    `entries` counts the ops, `missing` names pictures that the store should have had.
    """

    format: Literal[1] = 1
    id: str
    kind: Literal["sqlite", "postgresql"]
    revision: str
    epoch: str | None
    started_at: datetime
    finished_at: datetime
    secret: str
    entries: int
    missing: list[str]
    members: list[Member]


class Part:
    """A member being written or read: passes bytes through and knows their size and hash."""

    def __init__(self, name: str, source: IO[bytes]) -> None:
        self.name = name
        self._source = source
        self._hash = hashlib.sha256()
        self._bytes = 0

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        content = self._source.read(size)
        self._hash.update(content)
        self._bytes += len(content)
        return content

    def member(self) -> Member:
        """What was read, for the manifest."""
        return Member(name=self.name, bytes=self._bytes, sha256=self._hash.hexdigest())


class Packer:
    """Adds members one by one; `close` writes the manifest and the end."""

    def __init__(self, file: IO[bytes], key: Key | None) -> None:
        self.sealer = Sealer(file, key)
        self._tar = tarfile.open(  # noqa: SIM115 – closed by close
            fileobj=cast("IO[bytes]", self.sealer), mode="w|", bufsize=CHUNK, format=tarfile.PAX_FORMAT
        )
        self.members: list[Member] = []

    def add_file(self, name: str, path: Path) -> None:
        """A member from a file."""
        with path.open("rb") as source:
            self._add(name, source, path.stat().st_size)

    def add(self, name: str, content: bytes) -> None:
        """A member from memory."""
        self._add(name, io.BytesIO(content), len(content))

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        part = Part(name, source)
        self._tar.addfile(info, cast("IO[bytes]", part))
        self.members.append(part.member())

    def close(self, manifest: Manifest) -> None:
        """Write the manifest and what ends the archive."""
        self.add(MANIFEST, manifest.model_dump_json(indent=1).encode())
        self._tar.close()
        self.sealer.finish()


class Unpacked(_Strict):
    """An archive that was read whole: its manifest, and size, hash and kind of the file."""

    manifest: Manifest
    bytes: int
    sha256: str
    is_encrypted: bool


def unpack(path: Path, key: Key | None, take: Callable[[Part], None]) -> Unpacked:
    """Hand every member to `take` and read on to the end; what `take` got counts only when this has returned.

    Raises Refused for whatever is not an archive as it was written, and without the right key.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    with file, _checked(path):
        opener = Opener(file, key)
        members: list[Member] = []
        manifest: Manifest | None = None
        with tarfile.open(fileobj=cast("IO[bytes]", opener), mode="r|", bufsize=CHUNK) as tar:
            for part in _parts(tar):
                if manifest is not None:
                    raise Damaged
                if part.name == MANIFEST:
                    manifest = Manifest.model_validate_json(part.read())
                    continue
                take(part)
                while part.read(CHUNK):
                    pass
                members.append(part.member())
        while opener.read(CHUNK):
            pass
        if manifest is None or manifest.members != members:
            raise Damaged
    return Unpacked(
        manifest=manifest, bytes=opener.bytes, sha256=opener.sha256, is_encrypted=opener.is_encrypted
    )


def _parts(tar: tarfile.TarFile) -> Iterator[Part]:
    for info in tar:
        source = tar.extractfile(info) if info.isreg() else None
        if source is None or not (info.name == MANIFEST or KNOWN.fullmatch(info.name)):
            raise Damaged
        yield Part(info.name, source)


@contextmanager
def _checked(path: Path) -> Iterator[None]:
    try:
        yield
    except (Damaged, tarfile.TarError, ValidationError, UnicodeDecodeError, OverflowError):
        raise Refused(f"{path} is no whole archive of FieldVisit: it was altered or cut short") from None
