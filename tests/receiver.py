"""A real receiver of webhooks on loopback, speaking https: it keeps what it is told and answers as a test wants it to."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FINE = {"errcode": 0, "errmsg": "ok", "access_token": "t-1", "expires_in": 7200}


@dataclass(frozen=True)
class Told:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[["Told"], tuple[int, dict[str, str], bytes]]


def says(said: Any, status: int = 200, **headers: str) -> Answer:
    """The same answer to everything."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return lambda _told: (status, headers, body)


@dataclass
class Receiver:
    """What came, and how the next are answered; `drips` lets the answer come a byte a second, for so many."""

    port: int
    ca: Path
    told: list[Told] = field(default_factory=list)
    connections: int = 0
    answer: Answer = field(default_factory=lambda: says(FINE))
    drips: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def texts(self) -> list[str]:
        """What was said in the messages, whichever way they came."""
        told = [one.json for one in self.told if one.body]
        return [
            one.get("text")
            if isinstance(one.get("text"), str)
            else (one.get("msg") or one)["text"]["content"]
            for one in told
        ]


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A key with a certificate that vouches for itself, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's own authority")])
    begins = datetime.now(UTC) - timedelta(days=400)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=2000))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert, secret


@contextmanager
def receiver(folder: Path, name: str = "localhost") -> Iterator[Receiver]:
    """One that listens on every loopback address of IPv4 until the block ends."""
    cert, key = certificate(folder, name)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(cert, key)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            one = Told(self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length))
            made.told.append(one)
            status, headers, body = made.answer(one)
            self.send_response(status)
            for header, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(header, value)
            self.end_headers()
            for _ in range(made.drips):
                if made.stop.wait(1):
                    return
                self.wfile.write(b" ")
                self.wfile.flush()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 – the library's name

        def log_message(self, *_args: Any) -> None:
            """What a test wants to know it finds in `told`."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> Any:
            connection, address = super().get_request()
            made.connections += 1
            return connection, address

        def finish_request(self, request: Any, client_address: Any) -> None:
            try:
                with trust.wrap_socket(request, server_side=True) as wrapped:
                    super().finish_request(wrapped, client_address)
            except (ssl.SSLError, ConnectionError):
                return  # who does not trust the certificate goes away

    server = Server(("0.0.0.0", 0), Handler)
    made = Receiver(server.server_port, cert)
    listening = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    listening.start()
    try:
        yield made
    finally:
        made.stop.set()
        server.shutdown()
        server.server_close()
        listening.join(5)


def written(path: Path, ca: Path, port: int, **more: str) -> Path:
    """An operator's file whose every way out leads to a receiver; `more` are further parts of it."""
    here = f"https://localhost:{port}"
    parts = {
        "wecom": f'address = "{here}"\ncorp_id = "ww1"\nagent_id = 1000002\nsecret = "s"',
        "dingtalk": f'address = "{here}"\napp_key = "k"\napp_secret = "s"\nagent_id = 7',
        "sms": f'url = "{here}/sms"\nsecret = "a secret of the gateway"',
    } | more
    text = f'app_url = "https://fieldvisit.example/"\nhosts = ["localhost:{port}"]\ninner_networks = ["127.0.0.0/8", "::1/128"]\nca_file = "{ca}"\n'
    for name, part in parts.items():
        if part:
            text += f"\n[{name}]\n{part}\n" if name != "bots" else part
    path.write_text(text, encoding="utf-8")
    return path
