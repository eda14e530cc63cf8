"""Everything the server signs: receipts, anchors, deposit tokens and refresh tokens, each under a key of its own."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from fieldvisit.kernel.clock import from_unix_ms, unix_ms
from fieldvisit.kernel.values import is_uuid

DEPOSIT_LIFE = timedelta(days=180)


@dataclass(frozen=True)
class Deposit:
    """What a genuine deposit token says; it may be past `expires_at`."""

    device_id: str
    user_id: str
    expires_at: datetime


class Keys:
    """Signatures under the server's secret (≥ 32 bytes, or ValueError)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the secret needs at least 32 bytes")
        self._secret = secret

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose."""
        return hmac.digest(self._secret, b"fieldvisit:" + purpose.encode(), "sha256")

    def _mac(self, purpose: str, text: str) -> str:
        return base64.b32encode(hmac.digest(self.derive(purpose), text.encode(), "sha256")[:10]).decode()

    def _signed(self, purpose: str, text: str) -> str:
        return f"{text}.{self._mac(purpose, text)}"

    def _open(self, purpose: str, token: object, parts: int) -> list[str] | None:
        if not isinstance(token, str) or len(token) > 300 or not token.isascii():
            return None
        text, _, mac = token.rpartition(".")
        if not hmac.compare_digest(mac, self._mac(purpose, text)) or text.count(".") != parts - 1:
            return None
        return text.split(".")

    def receipt(self, op_id: str, received_at: datetime) -> str:
        """`r1.<unix ms>.<op>.<mac>`: proof that the server had the op at that time."""
        return self._signed("receipt", f"r1.{unix_ms(received_at)}.{op_id}")

    def receipt_time(self, token: object, op_id: str) -> datetime | None:
        """When the server first had the op, if the receipt is genuine and the op's; else None."""
        parts = self._open("receipt", token, 3)
        return from_unix_ms(int(parts[1])) if parts and parts[0] == "r1" and parts[2] == op_id else None

    def anchor(self, device_id: str, at: datetime) -> str:
        """`v1.<unix ms>.<device>.<mac>`: the server's time as handed to one device."""
        return self._signed("anchor", f"v1.{unix_ms(at)}.{device_id}")

    def anchor_time(self, token: object, device_id: str) -> datetime | None:
        """The time an anchor of this device was given, or None."""
        parts = self._open("anchor", token, 3)
        return from_unix_ms(int(parts[1])) if parts and parts[0] == "v1" and parts[2] == device_id else None

    def deposit(self, device_id: str, user_id: str, at: datetime) -> str:
        """A token that may push for this device and read nothing but its own results."""
        return "fvd_" + self._signed("deposit", f"{unix_ms(at + DEPOSIT_LIFE)}.{device_id}.{user_id}")

    def open_deposit(self, token: str) -> Deposit | None:
        """What a genuine deposit token says, expired or not; None for any other."""
        parts = self._open("deposit", token.removeprefix("fvd_"), 3) if token.startswith("fvd_") else None
        if not parts or not is_uuid(parts[1]) or not is_uuid(parts[2]):
            return None
        return Deposit(parts[1], parts[2], from_unix_ms(int(parts[0])))

    def successor(self, refresh_token: str) -> str:
        """The one refresh token that follows this one, so that a lost answer can be given again."""
        mac = hmac.digest(self.derive("refresh"), refresh_token.encode(), "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
