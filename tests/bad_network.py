"""What lies between a phone and the server when it is not on the phone's side: portals, proxies, cut lines."""

import http.client
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from browsers import Server

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding"}
PORTAL = b"<!doctype html><title>Free Wi-Fi</title><p>Accept our terms to go on.</p>"


@dataclass
class Passing:
    """One request on its way, with what may be done to it."""

    handler: BaseHTTPRequestHandler
    body: bytes
    network: "BadNetwork"

    @property
    def path(self) -> str:
        return self.handler.path

    @property
    def ops(self) -> list[Any]:
        """The entries of a push."""
        return list(json.loads(self.body)["ops"])

    def ask(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """The real server's answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.network.behind.port, timeout=60)
        line.putrequest(self.handler.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.handler.headers.items():
            if name.lower() not in HOP_BY_HOP:
                line.putheader(name, value)
        line.putheader("content-length", str(len(self.body)))
        line.endheaders(self.body)
        answer = line.getresponse()
        content = answer.read()
        line.close()
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        return answer.status, headers, content

    def give(
        self, status: int, headers: list[tuple[str, str]], content: bytes, *, size: int | None = None
    ) -> None:
        handler = self.handler
        handler.send_response_only(status)
        for name, value in headers:
            handler.send_header(name, value)
        if status not in (204, 304):
            handler.send_header("content-length", str(len(content) if size is None else size))
        handler.end_headers()
        handler.wfile.write(content)
        handler.wfile.flush()

    def go_on(self) -> None:
        self.give(*self.ask())

    def cut(self) -> None:
        """The line is gone."""
        self.handler.close_connection = True
        self.handler.connection.close()


PUSH = "/api/sync/push"

Deed = Callable[[Passing], None]


def page(status: int, content: bytes = PORTAL, kind: str = "text/html") -> Deed:
    """Something on the way answers in the place of the server."""
    return lambda passing: passing.give(status, [("content-type", kind)], content)


def cut_before(passing: Passing) -> None:
    passing.cut()


def cut_after(passing: Passing) -> None:
    """The server has it; the phone never hears of that."""
    passing.ask()
    passing.cut()


def stall_midway(passing: Passing) -> None:
    """The server has it; of its answer one half comes, and then nothing."""
    status, headers, content = passing.ask()
    passing.give(status, headers, content[: len(content) // 2], size=len(content))
    passing.network.released.wait(120)
    passing.cut()


@dataclass
class BadNetwork(Server):
    """An address that leads to `behind`, where `deeds` say by path what is done to requests instead."""

    behind: Server = field(kw_only=True)
    deeds: dict[str, Deed] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    did: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    listening: ThreadingHTTPServer | None = None

    def start(self) -> None:
        network = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                network.pass_on(Passing(self, body, network))

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one  # noqa: N815 – the library asks for these

        self.listening = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.listening.daemon_threads = True
        threading.Thread(target=self.listening.serve_forever, daemon=True).start()

    def pass_on(self, passing: Passing) -> None:
        if passing.path.startswith("/api/sync/events"):
            passing.give(204, [], b"")  # look by yourself
            return
        deed = next((deed for start, deed in self.deeds.items() if passing.path.startswith(start)), None)
        if deed is None:
            passing.go_on()
            return
        try:
            deed(passing)
        finally:
            if passing.path != PUSH or passing.ops:  # a push of nothing is not what is waited for
                self.done.append(passing.path)
                self.did.set()

    def does(self, path: str, deed: Deed) -> None:
        """From now on this is done to requests whose path begins so."""
        self.did.clear()
        self.deeds[path] = deed

    def is_well(self) -> None:
        self.deeds.clear()
        self.done.clear()
        self.released.set()

    def stop(self) -> None:
        self.is_well()
        if self.listening is not None:
            self.listening.shutdown()
            self.listening.server_close()
            self.listening = None
