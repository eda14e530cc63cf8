"""Every answer of every route carries the protective headers (R43)."""

import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from PIL import Image

from conftest import World
from fieldvisit.kernel.http import headers as protection
from fieldvisit.main import make_routes
from personas import photo, shop, uid

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WANTED = {
    "content-security-policy": ("default-src", "none'"),
    "x-content-type-options": ("nosniff",),
    "cross-origin-opener-policy": ("same-origin",),
    "cross-origin-resource-policy": ("same-origin",),
    "referrer-policy": ("no-referrer",),
    "permissions-policy": ("camera=(self)", "geolocation=(self)", "microphone=()", "usb=()"),
    "cache-control": (),
    "strict-transport-security": ("max-age=31536000",),
}
APP = ["/", "/customers/anything", "/assets/app-1.js", "/sw.js", "/manifest.webmanifest", "/no-such.js"]
HUGE = b"x" * (12 * 1024 * 1024 + 1)
ODD = [("GET", "/api/nothing"), ("PATCH", "/healthz"), ("BREW", "/api/me"), ("OPTIONS", "/api/customers")]


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "green").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def client(world: World, tmp_path: Path) -> TestClient:
    """The whole application, with an app to serve."""
    app = tmp_path / "app"
    (app / "assets").mkdir(parents=True)
    for name in ("index.html", "sw.js", "manifest.webmanifest", "assets/app-1.js"):
        (app / name).write_text("x")
    made = make_routes(app)
    made.state.runtime = world.runtime
    return TestClient(made, raise_server_exceptions=False, base_url="https://testserver")


def asked(client: TestClient) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(client.app.routes):  # type: ignore[attr-defined]
        for method in sorted(context.methods or ()):
            yield method, str(context.path).replace("{path:path}", "").format_map(defaultdict(uid))
    yield from (("GET", path) for path in APP)
    yield from ODD


def lacking(answer: Any) -> set[str]:
    return {
        name
        for name, parts in WANTED.items()
        if name not in answer.headers or any(part not in answer.headers[name] for part in parts)
    }


@pytest.mark.timeout(300)
def test_no_answer_lacks_a_header(world: World, client: TestClient, record_property: Any) -> None:
    """As nobody and as people, to every route, with no body, a bad, an empty and a huge one."""
    people = [{}, *(world.as_(username).headers() for username in ("am01", "mm1", "ga", "admin"))]
    world.runtime.settings.secure_cookies = True
    looked, bad, statuses = 0, set(), set()
    for method, path in asked(client):
        bodies = [b"{", b"{}"] if method in ("POST", "PUT", "PATCH", "DELETE") else []
        for number, who in enumerate(people):
            for body in (None, *bodies, *([HUGE] if bodies and number == 1 else [])):
                headers = who | {"content-type": "application/json"}
                answer = client.request(method, path, content=body, headers=headers)
                bad |= {(method, path, name) for name in lacking(answer)}
                assert answer.status_code < 400 or method == "HEAD" or answer.json()["code"]
                statuses.add(answer.status_code)
                looked += 1
    record_property("answers", looked)
    record_property("statuses", sorted(statuses))
    assert bad == set()
    assert looked >= 900
    assert statuses >= {200, 400, 401, 403, 404, 405, 413, 422}


def test_what_falls_what_has_not_changed_and_a_picture_have_them_too(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01, picture = world.as_("am01"), photo(png(), "shop_front")
    visit = {"id": uid(), "customer_id": shop("cz:0"), "place": None, "photos": [picture["id"]]}
    am01.do("visits.check_in", visit, files=[picture])
    am01.put_file(picture, png())
    world.runtime.settings.secure_cookies = True
    headers = am01.headers()
    shown = client.get(f"/api/attachments/{picture['id']}/picture", headers=headers)
    manifest = client.get("/api/sync/manifest", headers=headers)
    again = client.get("/api/sync/manifest", headers=headers | {"if-none-match": manifest.headers["etag"]})
    monkeypatch.delattr(world.runtime, "db")
    fallen = client.get("/readyz")
    assert [answer.status_code for answer in (shown, manifest, again, fallen)] == [200, 200, 304, 500]
    assert [lacking(answer) for answer in (shown, manifest, again, fallen)] == [set()] * 4


def test_over_plain_http_nothing_is_said_about_https(client: TestClient) -> None:
    assert lacking(client.get("/healthz")) == {"strict-transport-security"}


def test_a_header_that_is_left_out_is_missed(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.runtime.settings.secure_cookies = True
    assert lacking(client.get("/healthz")) == set()
    for name in WANTED.keys() - {"strict-transport-security"}:
        with monkeypatch.context() as patch:
            patch.setattr(protection, "HEADERS", {k: v for k, v in protection.HEADERS.items() if k != name})
            assert lacking(client.get("/healthz")) == {name}
