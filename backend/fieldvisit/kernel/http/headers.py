"""The headers on every answer: what a browser must not do with it, and that it is not kept."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.http import problems

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "worker-src 'self' blob:; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vue default"
)
OURS = ("camera", "clipboard-write", "fullscreen", "geolocation", "screen-wake-lock")
NOBODYS = (
    *(
        "accelerometer",
        "autoplay",
        "bluetooth",
        "browsing-topics",
        "captured-surface-control",
        "clipboard-read",
    ),
    *(
        "compute-pressure",
        "digital-credentials-get",
        "display-capture",
        "encrypted-media",
        "gamepad",
        "gyroscope",
    ),
    *("hid", "identity-credentials-get", "idle-detection", "keyboard-map", "local-fonts", "magnetometer"),
    *(
        "microphone",
        "midi",
        "otp-credentials",
        "payment",
        "picture-in-picture",
        "publickey-credentials-create",
    ),
    *("publickey-credentials-get", "serial", "speaker-selection", "storage-access", "sync-xhr", "usb"),
    *("window-management", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join([f"{name}=(self)" for name in OURS] + [f"{name}=()" for name in NOBODYS])
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS,
    "cache-control": "private, no-store",
}
HTTPS_ONLY = "max-age=31536000"


class Protection:
    """Adds to every answer what it does not say for itself; over https also that this host is asked over https alone.

    The framework's own plain refusal of a large body leaves as a Problem, like every other refusal.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or go through start and stop."""
        is_replaced = False

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["app"].state.runtime.settings.secure_cookies:
                    headers.setdefault("strict-transport-security", HTTPS_ONLY)
            await send(message)

        async def answered(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                is_replaced = True
                await problems.respond(Problem(413, "too_large"))(scope, receive, protected)
            elif not is_replaced:
                await protected(message)

        await self._app(scope, receive, answered)


def _is_plain_refusal(message: Message) -> bool:
    kind = MutableHeaders(scope=message).get("content-type", "")
    return message["status"] == 413 and kind.startswith("text/plain")
