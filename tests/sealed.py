"""Sealing a rescue file as the contract says, with nothing of the server's own code."""

import base64
import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def pack(device: str, ops: list[Any], files: dict[str, bytes]) -> bytes:
    """Four bytes with the head's length, the head, then the files."""
    listed = [{"id": key, "bytes": len(content)} for key, content in files.items()]
    head = json.dumps({"proto": 1, "device": device, "ops": ops, "files": listed}).encode()
    return len(head).to_bytes(4) + head + b"".join(files.values())


def seal(public: str, plain: bytes) -> bytes:
    """`FVS1`, the key's name, an ephemeral point, a nonce, and AES-GCM over it all."""
    point = base64.urlsafe_b64decode(public)
    own = ec.generate_private_key(ec.SECP256R1())
    mine = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    key = HKDF(SHA256(), 32, mine + point, b"fieldvisit:rescue:1").derive(shared)
    bound, nonce = b"FVS1" + hashlib.sha256(point).digest()[:8] + mine, os.urandom(12)
    return bound + nonce + AESGCM(key).encrypt(nonce, plain, bound)
