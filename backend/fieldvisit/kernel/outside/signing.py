"""The one form in which this server and another show each other that a body is theirs."""

import hashlib
import hmac


def signature(secret: str, stamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA-256 over `<unix seconds>.<nonce>.<body>`, in hex."""
    return hmac.new(secret.encode(), f"{stamp}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()
