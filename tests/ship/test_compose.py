"""The deployment as it is written down: what is published, what each part may do, and that its settings exist."""

import re
from typing import Any

import pytest
import yaml
from fastapi.routing import iter_route_contexts

from browsers import ROOT
from fieldvisit.kernel.http.app import MAX_BODY
from fieldvisit.kernel.live import HEARTBEAT_S
from fieldvisit.main import make_routes
from fieldvisit.settings import Settings

DOCKER = ROOT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROXY = (DOCKER / "proxy" / "fieldvisit.conf.template").read_text()
OURS = ("api", "worker", "migrate")
ROOT_OF_ITS_OWN = {"db": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}}
EVERY = pytest.mark.parametrize("name", SERVICES)


def bytes_of(size: str) -> int:
    return int(size[:-1]) * {"k": 1024, "m": 1024**2}[size[-1]]


def test_the_deployment_has_all_its_parts() -> None:
    assert SERVICES.keys() == {"proxy", "api", "worker", "migrate", "db", "store", "bucket"}
    assert SERVICES["worker"]["command"] == ["python", "-m", "fieldvisit", "worker"]
    assert SERVICES["migrate"]["command"] == ["python", "-m", "fieldvisit", "migrate"]


@EVERY
def test_a_part_runs_a_pinned_image_without_rights_on_a_disk_it_cannot_change(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[a-z0-9./-]+:(?!latest)[a-z0-9.-]*\d[a-z0-9.-]*", service["image"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) == ROOT_OF_ITS_OWN.get(name, set())
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert service.get("network_mode") is None


@EVERY
def test_only_the_proxy_is_to_be_reached_from_outside(name: str) -> None:
    service = SERVICES[name]
    if name == "proxy":
        assert service["ports"] == ["80:8080", "443:8443"]
        assert set(service["networks"]) == {"outside", "inside"}
    else:
        assert "ports" not in service
        assert service["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


@EVERY
def test_no_secret_has_a_default(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search(r"PASSWORD$|SECRET|_KEY|DATABASE_URL", variable):
            assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", value), variable


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_its_value_one_it_takes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = SERVICES[name]["environment"]
    assert len(given) >= 10
    known = {f"FIELDVISIT_{field.upper()}" for field in Settings.model_fields}
    assert given.keys() <= known
    for variable, value in given.items():
        filled = re.sub(r"\$\{[A-Z_]+:\?[^}]+\}", "x" * 40, value)
        monkeypatch.setenv(variable, re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", filled))
    settings = Settings()
    assert (settings.secure_cookies, settings.proxy_hops, settings.sweep) == (True, 1, False)
    assert settings.url.startswith("postgresql+psycopg://")


def test_what_must_be_set_is_in_the_example() -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+):\?", (DOCKER / "compose.yaml").read_text()))
    example = set(re.findall(r"^([A-Z_]+)=", (DOCKER / ".env.example").read_text(), re.MULTILINE))
    assert wanted <= example
    assert len(wanted) == 5


def test_an_image_is_built_from_pinned_ones_and_runs_as_nobody() -> None:
    dockerfile = (DOCKER / "Dockerfile").read_text()
    images = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert len(images) == 3
    assert all(re.search(r":[a-z0-9.-]*\d", image) for image in images)
    assert "--require-hashes -r requirements.lock" in dockerfile
    assert dockerfile.index("USER fieldvisit") < dockerfile.index("CMD [")


def test_the_proxy_lets_in_what_the_api_lets_in_and_not_a_byte_more() -> None:
    """Every route that takes a larger body has a place in the proxy with the same limit, and no other has."""
    (plain,) = re.findall(r"^client_max_body_size (\w+);", PROXY, re.MULTILINE)
    assert bytes_of(plain) == MAX_BODY
    places = dict(re.findall(r"location =? ?(/\S+) \{ client_max_body_size (\w+);", PROXY))
    routes = [
        (str(context.path), limit)
        for context in iter_route_contexts(make_routes().routes)
        if (limit := getattr(context.route, "max_body_size", None) or 0) > MAX_BODY
    ]
    assert len(routes) >= 4
    for path, limit in routes:
        (size,) = [size for place, size in places.items() if path.startswith(place)]
        assert bytes_of(size) == limit, path
    assert all(any(path.startswith(place) for path, _ in routes) for place in places)


@pytest.mark.parametrize(
    "said",
    [
        "client_header_timeout 10s;",
        "client_body_timeout 15s;",
        "send_timeout 30s;",
        "limit_conn connections 200;",
        "proxy_request_buffering on;",
        "ssl_protocols TLSv1.2 TLSv1.3;",
        "ssl_reject_handshake on;",
        "return 308 https://$server_name$request_uri;",
        "location = /metrics { return 404; }",
        "proxy_set_header Host $server_name;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "server_tokens off;",
    ],
)
def test_the_proxy_keeps_its_limits(said: str) -> None:
    """That its program takes the file, and ends slow clients in that time, was tried by hand with nginx 1.22."""
    assert said in PROXY


def test_the_proxy_holds_no_byte_of_a_stream_back() -> None:
    (place,) = re.findall(r"location = /api/sync/events \{(.*?)\n    \}", PROXY, re.DOTALL)
    for said in ("gzip off;", "proxy_buffering off;", "proxy_cache off;", "limit_conn listeners 500;"):
        assert said in place
    for timeout in ("proxy_read_timeout", "send_timeout"):
        (seconds,) = re.findall(rf"{timeout} (\d+)s;", place)
        assert int(seconds) >= 3 * HEARTBEAT_S, "a heartbeat may be late"


def test_the_proxys_own_answers_have_the_headers_of_ours() -> None:
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy", "Cache-Control", "Strict-Transport-Security"):  # fmt: skip
        assert re.search(rf"add_header {name} \$own_\w+ always;", PROXY), name
        assert f"$upstream_http_{name.lower().replace('-', '_')}" in PROXY
    assert "$http_" not in PROXY
    assert "$request " not in PROXY
