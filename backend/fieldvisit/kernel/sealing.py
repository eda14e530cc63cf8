"""Rescue files that only this server can open: sealed on the phone against a public key it was given at sign-in."""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from fieldvisit.kernel.errors import bad_request, conflict
from fieldvisit.kernel.values import parse_json

MAGIC = b"FVS1"
NAME, POINT, NONCE, TAG = 8, 65, 12, 16
BOUND = len(MAGIC) + NAME + POINT  # all before the nonce is authenticated with the content
INFO = b"fieldvisit:rescue:1"


@dataclass(frozen=True)
class Content:
    """What a rescue file holds: a head as JSON with `proto`, `device`, `ops` and `files`, and the files' bytes by id."""

    head: Any
    files: dict[str, bytes]


class RescueKey:
    """The server's P-256 key for rescue files. What is sealed with `public` opens here and nowhere else."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self._point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self._name = hashlib.sha256(self._point).digest()[:NAME]

    @property
    def public(self) -> str:
        """The public key as phones take it: the uncompressed point, base64url."""
        return base64.urlsafe_b64encode(self._point).decode()

    @staticmethod
    def kept_in(folder: Path) -> "RescueKey":
        """The key in `rescue_key.pem` of the folder, made at the first call; several processes may come at once."""
        path = folder / "rescue_key.pem"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            made = ec.generate_private_key(ec.SECP256R1())
            draft = folder / f"rescue_key.{os.getpid()}"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            try:
                os.link(draft, path)  # whole or not at all, and never over another's
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        private = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError("rescue_key.pem is no key on a curve")
        return RescueKey(private)

    def open(self, sealed: bytes) -> Content:
        """What was sealed; raises Problem 400 `bad_rescue_file` for one that was changed, 409 `rescue_key_unknown`."""
        if len(sealed) < BOUND + NONCE + TAG:
            _refuse()
        bound, nonce, rest = sealed[:BOUND], sealed[BOUND : BOUND + NONCE], sealed[BOUND + NONCE :]
        if bound[len(MAGIC) : len(MAGIC) + NAME] != self._name:
            raise conflict("rescue_key_unknown")
        point = bound[-POINT:]
        try:
            other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            shared = self._private.exchange(ec.ECDH(), other)
            key = HKDF(SHA256(), 32, point + self._point, INFO).derive(shared)
            return _unpack(AESGCM(key).decrypt(nonce, rest, bound))
        except (ValueError, InvalidTag):
            _refuse()


def is_sealed(raw: bytes) -> bool:
    """Whether a file says of itself that it is sealed; one of an older app is plain JSON."""
    return raw.startswith(MAGIC)


def _unpack(plain: bytes) -> Content:
    """Four bytes with the head's length, the head, then the files it lists, one after the other."""
    start = 4 + int.from_bytes(plain[:4])
    head = parse_json(plain[4:start])
    files: dict[str, bytes] = {}
    listed = head.get("files", []) if isinstance(head, dict) else []
    for file in listed if isinstance(listed, list) else []:
        if not isinstance(file, dict) or type(file.get("bytes")) is not int or file["bytes"] < 0:
            _refuse()
        files[str(file.get("id"))] = plain[start : start + file["bytes"]]
        start += file["bytes"]
    if start != len(plain):
        _refuse()
    return Content(head, files)


def _refuse() -> NoReturn:
    raise bad_request("bad_rescue_file")
