"""The outside of an archive: bytes that cannot be changed or cut short unseen, and with a key cannot be read without it.

Without a key the SHA-256 of all that goes before stands at the end. With one, the file is

    magic (20 bytes) · how the key is made (1) · salt (16) · check of the key (16) · chunks

where a chunk is 1 MiB of plain text under AES-256-GCM, the last one shorter. Its nonce is its number (11 bytes,
big-endian) and a byte that is 1 in the last chunk only, so that no chunk can be dropped, doubled or moved; the head is
authenticated with each. Every archive has a key of its own, made from the salt.
"""

import hashlib
import hmac
import os
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from fieldvisit.backup.refusal import Refused

MAGIC = b"FieldVisit backup 1\n"
CHUNK = 1 << 20
TAG = 16
SALT = 16
CHECK = 16
DIGEST = 32
SHORTEST_PASSPHRASE = 12


class Damaged(Exception):
    """The bytes are not those that were written."""


class Key:
    """What an archive is encrypted with: the content of a file, or a passphrase."""

    def __init__(self, secret: bytes, kind: bytes) -> None:
        self._secret = secret
        self.kind = kind

    @staticmethod
    def from_file(path: Path) -> "Key":
        """The whole content of a file of at least 32 bytes; raises Refused."""
        try:
            secret = path.read_bytes()
        except OSError as error:
            raise Refused(f"The key file {path} cannot be read: {error.strerror}") from None
        if len(secret) < 32:
            raise Refused(f"The key file {path} needs at least 32 bytes: openssl rand -hex 32 > {path}")
        return Key(secret, b"F")

    @staticmethod
    def from_passphrase(text: str) -> "Key":
        """Raises Refused for fewer than 12 characters."""
        if len(text) < SHORTEST_PASSPHRASE:
            raise Refused(f"The passphrase needs at least {SHORTEST_PASSPHRASE} characters")
        return Key(text.encode(), b"P")

    def derive(self, salt: bytes) -> tuple[bytes, bytes]:
        """The archive's key, and what tells whether it is the right one."""
        made = (
            Scrypt(salt, 32 + CHECK, n=2**17, r=8, p=1).derive(self._secret)
            if self.kind == b"P"
            else HKDF(SHA256(), 32 + CHECK, salt, b"fieldvisit backup").derive(self._secret)
        )
        return made[:32], made[32:]


class Sealer:
    """Writes an archive's outside; `sha256` and `bytes` are of the file so far."""

    def __init__(self, file: IO[bytes], key: Key | None) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._cipher: AESGCM | None = None
        self._head = b""
        self._waiting = bytearray()
        self._number = 0
        self.bytes = 0
        if key is not None:
            salt = os.urandom(SALT)
            made, check = key.derive(salt)
            self._cipher = AESGCM(made)
            self._head = MAGIC + key.kind + salt + check
            self._out(self._head)

    @property
    def sha256(self) -> str:
        """Of what was written so far, in hex."""
        return self._hash.hexdigest()

    def write(self, content: bytes) -> int:
        """Take bytes of the inside."""
        if self._cipher is None:
            self._out(content)
        else:
            self._waiting += content
            while len(self._waiting) > CHUNK:
                self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
                del self._waiting[:CHUNK]
        return len(content)

    def finish(self) -> None:
        """Write what ends the file."""
        if self._cipher is None:
            self._out(self._hash.digest())
        else:
            self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        assert self._cipher is not None  # noqa: S101 – for the type checker
        self._out(self._cipher.encrypt(_nonce(self._number, is_last=is_last), plain, self._head))
        self._number += 1

    def _out(self, content: bytes) -> None:
        self._file.write(content)
        self._hash.update(content)
        self.bytes += len(content)


class Opener:
    """Reads what a Sealer wrote; raises Damaged where it is not that, Refused without the right key."""

    def __init__(self, file: IO[bytes], key: Key | None) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._cipher: AESGCM | None = None
        self._head = b""
        self._ready = bytearray()
        self._number = 0
        self._left = os.fstat(file.fileno()).st_size
        self.bytes = self._left
        self.is_encrypted = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        if self.is_encrypted:
            self._open(key)
        elif key is not None:
            raise Refused("The archive is not encrypted: leave the key away if it is yours all the same")

    @property
    def sha256(self) -> str:
        """Of the whole file, once everything was read."""
        return self._hash.hexdigest()

    def read(self, size: int) -> bytes:
        """At most so many bytes of the inside; none at its end, which is only reached if all was as it was written."""
        return self._read_sealed(size) if self._cipher else self._read_plain(size)

    def _open(self, key: Key | None) -> None:
        if key is None:
            raise Refused("The archive is encrypted: name its key file or passphrase")
        self._head = self._in(len(MAGIC) + 1 + SALT + CHECK)
        kind, salt, check = (
            self._head[len(MAGIC) :][:1],
            self._head[len(MAGIC) + 1 :][:SALT],
            self._head[-CHECK:],
        )
        if kind != key.kind:
            raise Refused(
                f"The archive was encrypted with a {'passphrase' if kind == b'P' else 'key file'}, or it was altered"
            )
        made, expected = key.derive(salt)
        if not hmac.compare_digest(check, expected):
            raise Refused("The key is not that of the archive, or the archive was altered")
        self._cipher = AESGCM(made)

    def _read_plain(self, size: int) -> bytes:
        content = self._in(min(size, self._left - DIGEST))
        if not content and size:
            expected = self._hash.digest()
            if self._left and self._in(DIGEST) != expected:
                raise Damaged
        return content

    def _read_sealed(self, size: int) -> bytes:
        while self._left and len(self._ready) < size:
            sealed = self._in(min(CHUNK + TAG, self._left))
            try:
                assert self._cipher is not None  # noqa: S101 – for the type checker
                nonce = _nonce(self._number, is_last=not self._left)
                self._ready += self._cipher.decrypt(nonce, sealed, self._head)
            except InvalidTag:
                raise Damaged from None
            self._number += 1
        content = bytes(self._ready[:size])
        del self._ready[:size]
        return content

    def _in(self, size: int) -> bytes:
        content = self._file.read(size) if size > 0 else b""
        if len(content) != size:
            raise Damaged
        self._hash.update(content)
        self._left -= len(content)
        return content


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
