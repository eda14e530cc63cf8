"""A manifest in which nothing moved (304), which is what phones ask for most, against a greeting from the same server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clients import Client
from figures import Figure
from ours import PHONES
from scene import Round, Scene
from wire import Call, request, send_all

UNCHANGED = Figure("manifest unchanged (304) / hello", 0.4, "requests/s")


@contextmanager
def measure(scene: Scene) -> Iterator[Callable[[], Round]]:
    """Eight phones at once; the greeting is `/healthz`, a plain route of the same application."""
    url = scene.ours.urls[0]

    def go() -> Round:
        phones = [Client(url, name) for name in PHONES]
        asked = scene.scale.requests
        same = send_all((url, [_manifest(phone)] * asked) for phone in phones)
        hello = send_all([(url, [Call(request("GET", "/healthz", {}), b"", 200)] * asked)] * len(phones))
        every = asked * len(phones)
        return {UNCHANGED: (every / same.seconds, every / hello.seconds)}

    yield go


def _manifest(phone: Client) -> Call:
    etag = phone.http.get("/api/sync/manifest", headers=phone.access).headers["etag"]
    return Call(request("GET", "/api/sync/manifest", phone.access | {"if-none-match": etag}), b"", 304)
