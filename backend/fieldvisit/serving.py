"""The two processes of an installation: one that serves, and a worker beside it where it is asked for."""

import signal
import sys
import threading
from contextlib import suppress
from socket import socket

import uvicorn
from fastapi import FastAPI

from fieldvisit.kernel import logs
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.main import make_app
from fieldvisit.settings import Settings
from fieldvisit.worker import Worker

NOT_STARTED = 3  # what uvicorn ends with itself
PLAIN_HTTP = (
    "This address is plain http: from it a phone gives neither camera nor place, keeps no app for offline use, and "
    "passwords can be read on the way. Set FIELDVISIT_TLS_CERT and FIELDVISIT_TLS_KEY to a certificate (for a "
    "try-out: openssl req -x509 -newkey rsa:2048 -nodes -days 30 -keyout key.pem -out cert.pem -subj /CN=fieldvisit "
    "-addext subjectAltName=IP:192.0.2.1, with this machine's address), or put a TLS proxy in front and set "
    "FIELDVISIT_SECURE_COOKIES=true. More in docs/operations.md."
)


def address_of(settings: Settings) -> str:
    """Where the server is to be found, as a URL."""
    return f"{'https' if settings.tls_cert else 'http'}://{settings.host}:{settings.port}/"


def warning_of(settings: Settings) -> str | None:
    """What whoever serves other machines over plain http should know."""
    is_local = settings.host in ("localhost", "::1") or settings.host.startswith("127.")
    return None if is_local or settings.secure_cookies else PLAIN_HTTP


class Server(uvicorn.Server):
    """Lets go of the phones that listen before it waits for its requests to end: theirs would not."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime) -> None:
        super().__init__(config)
        self._runtime = runtime

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End every stream, then everything else."""
        self._runtime.live.close()
        await super().shutdown(sockets)


def config_of(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the product is served."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )


def serve_over(settings: Settings) -> None:
    """Serve API and app until a signal; raises ValueError for settings that cannot be served over."""
    if warning := warning_of(settings):
        sys.stderr.write(f"{warning}\n")
    app = make_app(settings)
    server = Server(config_of(app, settings), app.state.runtime)
    # Once it has stopped in good order, the server library raises the signal again, which would look like a death.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(NOT_STARTED)


def do_rounds(settings: Settings) -> None:
    """Be the worker until a signal; the round at hand is finished first. Raises ValueError like `serve_over`."""
    logs.configure()
    runtime = Runtime.open(settings)
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    sys.stderr.write("The worker is at its rounds.\n")
    Worker(runtime, sweeps=True).run(stop)
    runtime.close()
