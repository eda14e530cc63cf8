"""How a server is started: over https by certificate, with a word of warning where a phone would refuse things."""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from browsers import ROOT
from fieldvisit.serving import warning_of
from fieldvisit.settings import Settings
from object_store import free_port

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fieldvisit")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return folder / "cert.pem", folder / "key.pem"


def environment(folder: Path, **more: str) -> dict[str, str]:
    told = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "backend"), "PYTHONUNBUFFERED": "1"}
    return told | {"FIELDVISIT_DATA_DIR": str(folder)} | more


@contextmanager
def demo(folder: Path, port: int, **more: str) -> Iterator[list[str]]:
    """`fieldvisit demo`, listening; what it has said is in the list when it has ended."""
    said: list[str] = []
    command = [sys.executable, "-m", "fieldvisit", "demo", "--size", "test"]
    with (folder / "said").open("w+") as out:
        told = environment(folder, PORT=str(port), **more)
        process = subprocess.Popen(command, env=told, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + 90
            while time.monotonic() < until and process.poll() is None:
                try:
                    httpx2.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx2.ConnectError:
                    continue
                except httpx2.TransportError:  # it speaks, and speaks TLS
                    break
            assert process.poll() is None, "it ended"
            yield said
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            out.seek(0)
            said += out.read().splitlines()


def test_with_a_certificate_it_speaks_https_and_its_cookies_are_the_strict_ones(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    cert, key = certificate
    port = free_port()
    with demo(tmp_path, port, FIELDVISIT_TLS_CERT=str(cert), FIELDVISIT_TLS_KEY=str(key)) as said:
        with httpx2.Client(verify=ssl.create_default_context(cafile=str(cert))) as client:
            page = client.get(f"https://127.0.0.1:{port}/readyz")
            assert page.headers["strict-transport-security"] == "max-age=31536000"
            device = {"id": str(uuid4()), "name": "test"}
            body = {"username": "am01", "password": "zoufang-demo", "device": device}
            told = client.post(f"https://127.0.0.1:{port}/api/auth/login", json=body)
            cookie = told.headers["set-cookie"]
            assert cookie.startswith("__Host-rt=")
            assert "Secure" in cookie
            again = client.post(f"https://127.0.0.1:{port}/api/auth/refresh", json={"device": device["id"]})
            assert again.status_code == 200
        with pytest.raises(httpx2.TransportError):
            httpx2.get(f"http://127.0.0.1:{port}/healthz")
    assert any(f"https://127.0.0.1:{port}/" in line for line in said)
    assert not any("plain http" in line for line in said)


@pytest.mark.parametrize(
    ("host", "is_https", "is_warned"),
    [
        ("127.0.0.1", False, False),
        ("localhost", False, False),
        ("::1", False, False),
        ("0.0.0.0", False, True),
        ("192.0.2.7", False, True),
        ("0.0.0.0", True, False),
    ],
)
def test_who_serves_phones_without_https_is_told_what_they_refuse(
    host: str, is_https: bool, is_warned: bool
) -> None:
    warned = warning_of(Settings(host=host, secure_cookies=is_https))
    assert (warned is not None) is is_warned
    if warned:
        for word in ("camera", "place", "FIELDVISIT_TLS_CERT", "openssl", "docs/operations.md"):
            assert word in warned


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"FIELDVISIT_TLS_CERT": "{cert}"}, "are set together"),
        ({"FIELDVISIT_TLS_KEY": "{key}"}, "are set together"),
        ({"FIELDVISIT_TLS_CERT": "/no/such.pem", "FIELDVISIT_TLS_KEY": "{key}"}, "/no/such.pem"),
        ({"FIELDVISIT_FILES_URL": "https://bucket"}, "FIELDVISIT_FILES_URL is s3://"),
        ({"PORT": "70000"}, "PORT: Input should be less than or equal to 65535."),
        ({"FIELDVISIT_PASSWORD_POLICY": "none"}, "FIELDVISIT_PASSWORD_POLICY: "),
        ({"FIELDVISIT_SECRET": "short"}, "FIELDVISIT_SECRET needs at least 32 bytes"),
    ],
)
def test_settings_that_do_not_fit_are_refused_in_a_sentence(
    certificate: tuple[Path, Path], tmp_path: Path, more: dict[str, str], said: str
) -> None:
    cert, key = certificate
    more = {name: value.format(cert=cert, key=key) for name, value in more.items()}
    command = [sys.executable, "-m", "fieldvisit", "demo", "--size", "test"]
    refused = subprocess.run(
        command, env=environment(tmp_path, **more), capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr


def test_cookies_are_strict_by_themselves_only_with_a_certificate(certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    assert Settings(tls_cert=cert, tls_key=key).secure_cookies is True
    assert Settings(tls_cert=cert, tls_key=key, secure_cookies=False).secure_cookies is False
    assert Settings().secure_cookies is False
