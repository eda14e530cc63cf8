"""Whatever comes in, it is refused as a Problem, never as a 5xx, and never repeated back."""

import base64
import json
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from jose import jwt

from conftest import World
from fieldvisit.kernel import tokens
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.tokens import Access
from personas import shop, uid

CANARY = "canary-7f3a"
OP = {"id": uid(), "seq": 1, "name": "visits.check_in", "args": {}}
BODIES: list[bytes] = [
    b"",
    b"\xff\xfe",
    b"null",
    b"[]",
    b'"' + CANARY.encode() + b'"',
    b"NaN",
    b'{"proto": NaN, "ops": []}',
    b'{"proto": 1e999}',
    b'{"proto": 1, "ops": {"a": "' + CANARY.encode() + b'"}}',
    b'{"proto": 1, "ops": ["\\ud800"]}',
    b'{"proto": 1, "ops": [' + b"[" * 40 + b"]" * 40 + b"]}",
    b"[" * 100_000,
    b'{"a":' * 5_000,
    b'{"proto": 1, "ops": [{"id": 5}]}',
    b'{"proto": 1, "ops": [{"id": "' + uid().encode() + b'", "seq": 1.5, "name": "x"}]}',
    b'{"proto": 1, "ops": [{"id": "' + uid().encode() + b'", "seq": 1, "name": "\\u0000"}]}',
    b'{"proto": 1, "ops": [{"id": "' + uid().encode() + b'", "seq": 99999999999999999999, "name": "x"}]}',
    b'{"username": "' + CANARY.encode() + b'", "password": "' + CANARY.encode() + b'"}',
    b'{"keys": [1, 2]}',
    b'{"keys": ["\\u0000"]}',
]
ROUTES = (
    ("POST", "/api/sync/push"),
    ("POST", "/api/sync/bundles"),
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/refresh"),
    ("POST", "/api/visits"),
    ("PATCH", f"/api/customers/{shop('cz:0')}"),
    ("PATCH", "/api/customers/not-a-uuid"),
)


def test_no_body_makes_the_server_fall_or_repeat_it(world: World, record_property: Any) -> None:
    am01 = world.as_("am01")
    cells = 0
    for method, path in ROUTES:
        for body in BODIES:
            headers = am01.headers(**{"content-type": "application/json"})
            answer = world.client.request(method, path, content=body, headers=headers)
            assert 400 <= answer.status_code < 500, (path, body[:40], answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"]
            assert CANARY not in answer.text
            cells += 1
    record_property("cells", cells)
    assert cells == len(ROUTES) * len(BODIES) >= 140


def test_no_body_on_any_route_makes_the_server_fall_or_repeat_it(world: World, record_property: Any) -> None:
    """Every route that takes a body, as one who may use most of them and as one who may use few."""
    routes = sorted(
        (method, str(context.path).format_map(defaultdict(uid)))
        for context in iter_route_contexts(world.client.app.routes)  # type: ignore[attr-defined]
        for method in (context.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
    )
    bodies = [*BODIES, b"{}", b"\xff\xfe", b"PK\x03\x04" + CANARY.encode(), b'{"id": {"$ne": null}}']
    cells = 0
    for username in ("ga", "am01"):
        who = world.as_(username)
        for method, path in routes:
            for body in bodies:
                headers = who.headers(**{"content-type": "application/json"})
                answer = world.client.request(method, path, content=body, headers=headers)
                assert answer.status_code < 500, (method, path, body[:40], answer.text)
                assert CANARY not in answer.text
                assert answer.status_code < 300 or answer.json()["code"]
                cells += 1
    record_property("cells", cells)
    assert len(routes) >= 50
    assert cells >= 2000


@pytest.mark.parametrize("value", ["a\0b", "\ud83d", 10**30, True, [], {}, "x" * 5000, -1.5, "١٢٣"])
def test_no_value_in_an_entry_makes_the_server_fall(world: World, value: Any) -> None:
    am01 = world.as_("am01")
    visit = uid()
    am01.do("visits.check_in", {"id": visit, "customer_id": shop("cz:0"), "place": None})
    for field in ("note", "satisfaction", "responsibility_tags", "purpose", "unheard_of"):
        try:
            body = json.dumps(
                {"proto": 1, "ops": [am01.op("visits.record", {"visit_id": visit, field: value})]}
            ).encode()
        except UnicodeEncodeError:
            continue
        answer = world.client.post("/api/sync/push", content=body, headers=am01.headers())
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            (result,) = answer.json()["results"]
            assert result["state"] in ("applied", "held")
            assert result.get("reason") in (None, "invalid")


HEADERS = ("authorization", "cookie", "idempotency-key", "x-op-seq", "x-op-made-at", "x-op-clock", "x-op-files", "x-epoch", "x-last", "x-sha256", "if-none-match", "x-forwarded-for", "accept-language", "user-agent")  # fmt: skip


def test_no_huge_header_on_any_route_makes_the_server_fall_or_repeat_it(
    world: World, record_property: Any
) -> None:
    """64 KB, as plain text, as a token, as deep JSON and as a JSON token; a server in front may refuse them before."""
    am01 = world.as_("am01")
    huge = [
        (CANARY * 8192)[:65536],
        f"Bearer {'x' * 65536}",
        "[" * 65536,
        f"Bearer {base64.b64encode(b'[' * 49152).decode()}.e.s",
    ]
    routes = (("GET", "/api/customers"), ("GET", "/api/sync/manifest"), ("POST", "/api/visits"), ("POST", "/api/sync/push"), ("POST", "/api/auth/refresh"), ("PUT", f"/api/attachments/{uid()}"))  # fmt: skip
    cells = 0
    for method, path in routes:
        for name in HEADERS:
            for value in huge:
                headers = am01.headers() | {name: value}
                answer = world.client.request(method, path, json={"proto": 1, "ops": []}, headers=headers)
                assert answer.status_code < 500, (method, path, name, answer.text)
                assert CANARY not in answer.text
                cells += 1
    record_property("cells", cells)
    assert cells == len(routes) * len(HEADERS) * len(huge)


def test_too_much_is_too_much(world: World) -> None:
    am01 = world.as_("am01")
    assert am01.push_raw(*[OP | {"id": uid()} for _ in range(51)]).status_code == 413
    assert am01.push_raw(OP | {"args": {"note": "x" * 300_000}}).status_code == 413
    assert world.client.post("/api/auth/login", content=b"x" * 2_000_000).status_code == 413
    assert am01.call("POST", "/api/sync/bundles", {"keys": ["x"] * 101}).status_code == 413


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0",
        "?limit=201",
        "?limit=x",
        "?limit=1e3",
        "?after=x",
        "?colour=red",
        "?route_id=x",
        "?is_key=maybe",
        "?q=%00",
    ],
)
def test_a_list_asked_for_nonsense_is_refused(world: World, query: str) -> None:
    answer = world.as_("am01").get("/api/customers" + query)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def forged(world: World, user: str, device: str) -> dict[str, str]:
    key = world.runtime.access_key
    at = int(now().timestamp())
    good = {
        "sub": user, "did": device, "ver": 1, "typ": "access", "aud": "fieldvisit", "iss": "fieldvisit",
        "iat": at, "nbf": at, "exp": at + 900, "jti": "j",
    }  # fmt: skip
    made = {
        "none": jwt.encode(good, key, algorithm="HS256").rsplit(".", 1)[0] + ".",
        "other key": jwt.encode(good, "x" * 40, algorithm="HS256"),
        "other algorithm": jwt.encode(good, key, algorithm="HS512"),
        "expired": jwt.encode(
            good | {"exp": at - 1, "iat": at - 900, "nbf": at - 900}, key, algorithm="HS256"
        ),
        "not yet": jwt.encode(
            good | {"iat": at + 86_400, "nbf": at + 86_400, "exp": at + 87_300}, key, algorithm="HS256"
        ),
        "lives too long": jwt.encode(good | {"exp": at + 99_999}, key, algorithm="HS256"),
        "old stamp": jwt.encode(good | {"ver": 0}, key, algorithm="HS256"),
        "boolean stamp": jwt.encode(good | {"ver": True}, key, algorithm="HS256"),
        "unknown user": jwt.encode(good | {"sub": uid()}, key, algorithm="HS256"),
        "unknown device": jwt.encode(good | {"did": uid()}, key, algorithm="HS256"),
        "nested header": "[" * 1900 + ".e30.x",
        "too long": jwt.encode(good | {"pad": "x" * 3000}, key, algorithm="HS256"),
        "not ascii": "é.é.é",
        "text": "hello",
        "deposit": world.runtime.keys.deposit(device, user, now()),
        "forged deposit": "fvd_" + "1.2.3.AAAA",
    }
    for claim in good:
        made[f"without {claim}"] = jwt.encode(
            {k: v for k, v in good.items() if k != claim}, key, algorithm="HS256"
        )
        made[f"null {claim}"] = (
            jwt.encode(good | {claim: None}, key, algorithm="HS256")
            if claim not in ("sub", "jti", "iss", "aud")
            else "x"
        )
    wrong: list[tuple[str, Any]] = [
        ("typ", "refresh"), ("typ", ["access"]), ("aud", "other"), ("aud", []), ("iss", "other"), ("did", 5),
        ("did", ["x"]), ("did", ""), ("ver", "1"), ("ver", 1.0), ("ver", -1), ("ver", 2**70), ("exp", at + 10**12),
        ("iat", 0), ("nbf", at + 86_400), ("sub", device), ("did", user),
    ]  # fmt: skip
    for name, value in wrong:
        made[f"wrong {name} {value}"] = jwt.encode(good | {name: value}, key, algorithm="HS256")
    head, body, mac = jwt.encode(good, key, algorithm="HS256").split(".")
    for header in (
        {"alg": "none"}, {"alg": "NONE"}, {"alg": ""}, {}, {"alg": None}, {"alg": 5}, {"alg": ["HS256"]},
        {"alg": "RS256"}, {"alg": "HS384"}, {"alg": "ES256"}, {"alg": "HS256", "crit": ["x"]} | {"b64": False},
        {"alg": "none", "kid": "../../dev/null"}, {"alg": "RS256", "jku": "https://127.0.0.1/"},
        {"alg": "RS256", "jwk": {"kty": "oct", "k": "AA"}},
    ):  # fmt: skip
        part = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
        made[f"header {header}"] = f"{part}.{body}.{mac}"
        made[f"header {header} unsigned"] = f"{part}.{body}."
    made |= {"no body": f"{head}..{mac}", "four parts": f"{head}.{body}.{mac}.{mac}", "cut": f"{head}.{body}"}
    return made


DEPOSITED = (
    "/api/sync/push",
    "/api/sync/known",
    "/api/sync/sealed",
    "/api/attachments/",
)  # a deposit token is good for these
OPEN = {"/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/auth/login", "/api/auth/refresh", "/api/auth/logout", "/api/hotline/cases"}  # fmt: skip


@pytest.mark.timeout(900)
def test_no_forged_token_opens_any_route(world: World, record_property: Any) -> None:
    am01 = world.as_("am01")
    tried = forged(world, am01.id, am01.device)
    routes = [
        (method, str(route.path).format_map(defaultdict(uid)))
        for context in iter_route_contexts(world.client.app.routes)  # type: ignore[attr-defined]
        if (route := context).path not in OPEN
        for method in sorted(context.methods or ())
    ]
    cells = 0
    # A token is judged before the database is asked for much: on SQLite all are tried at every route, elsewhere some.
    few = 1 if world.runtime.db.is_sqlite else 6
    for number, (method, path) in enumerate(routes):
        for name, token in list(tried.items())[number % few :: few]:
            if name == "deposit" and path.startswith(DEPOSITED):
                continue
            headers = {"authorization": f"Bearer {token}".encode(), "content-type": "application/json"}
            answer = world.client.request(method, path, content=b"{}", headers=headers)
            assert answer.status_code == 401, (method, path, name, answer.status_code)
            cells += 1
    record_property("cells", cells)
    assert len(tried) >= 60
    assert len(routes) >= 60


def test_no_forged_token_opens_any_door(world: World) -> None:
    am01 = world.as_("am01")
    tried = forged(world, am01.id, am01.device)
    assert len(tried) >= 40
    for name, token in tried.items():
        headers = {"authorization": f"Bearer {token}".encode()}
        for path in ("/api/sync/manifest", "/api/customers", f"/api/customers/{shop('cz:0')}"):
            answer = world.client.get(path, headers=headers)
            assert answer.status_code == 401, (name, path, answer.text)
            assert answer.json()["session"] == "expired"
        if name != "deposit":
            assert (
                world.client.post("/api/sync/push", json={"proto": 1, "ops": []}, headers=headers).status_code
                == 401
            ), name
    good = tokens.issue(world.runtime.access_key, Access(am01.id, am01.device, 1), now())
    assert world.client.get("/api/customers", headers={"authorization": f"Bearer {good}"}).status_code == 200


def test_signing_in_tells_nothing_about_who_exists(world: World) -> None:
    def attempt(username: str, password: str) -> Any:
        body = {"username": username, "password": password, "device": {"id": uid(), "name": "x"}}
        return world.client.post("/api/auth/login", json=body)

    wrong, unknown = attempt("am01", "wrong"), attempt("nobody", "wrong")
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert wrong.status_code == 401


def test_a_refresh_whose_answer_was_lost_logs_nobody_out_but_a_stolen_one_ends_the_family(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01 = world.as_("am01")

    def refresh(token: str, device: str = am01.device) -> Any:
        world.client.cookies.clear()
        return world.client.post(
            "/api/auth/refresh", json={"device": device}, headers={"cookie": f"rt={token}"}
        )

    first = am01.cookie
    second = refresh(first).cookies["rt"]
    assert refresh(first).cookies["rt"] == second
    assert refresh(second, device=uid()).status_code == 409
    third = refresh(second).cookies["rt"]
    assert refresh(first).cookies["rt"] == second
    monkeypatch.setattr("fieldvisit.kernel.sessions.now", lambda: now() + timedelta(minutes=5))
    assert refresh(first).status_code == 401
    assert refresh(third).status_code == 401


def test_another_sites_page_cannot_use_the_cookie(world: World) -> None:
    am01 = world.as_("am01")
    world.client.cookies.clear()
    headers = {"cookie": f"rt={am01.cookie}", "sec-fetch-site": "cross-site"}
    assert (
        world.client.post("/api/auth/refresh", json={"device": am01.device}, headers=headers).status_code
        == 403
    )
    form = {"cookie": f"rt={am01.cookie}", "content-type": "text/plain"}
    assert world.client.post("/api/auth/refresh", content=b"{}", headers=form).status_code == 403


def test_a_file_whose_bytes_differ_is_refused_and_an_unknown_one_waits(world: World) -> None:
    from personas import photo  # noqa: PLC0415

    am01, am02 = world.as_("am01"), world.as_("am02")
    picture = photo()
    assert am01.put_file(picture).json()["code"] == "unknown"
    am01.do(
        "visits.check_in",
        {"id": uid(), "customer_id": shop("cz:0"), "place": None, "photos": [picture["id"]]},
        files=[picture],
    )
    assert am01.put_file(picture, b"something else").json()["code"] == "hash_differs"
    assert am02.put_file(picture).json()["code"] == "unknown"
    assert am01.put_file(picture, token=am01.deposit).status_code == 201
    assert am01.get("/api/attachments/..%2F..%2Fsecret/picture").status_code == 404
