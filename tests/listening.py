"""Phones that listen: a real server in a thread over a world's runtime, and readers of its event streams."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.main import make_app
from fieldvisit.serving import Server, config_of
from object_store import free_port

PATIENCE_S = 20


@contextmanager
def served(runtime: Runtime) -> Iterator[tuple[str, Runtime]]:
    """The product as it is served, over the database of another runtime: its address and its own runtime."""
    do_duties(runtime.db)  # what is due today has been said before anybody listens
    react(runtime.db)
    settings = runtime.settings.model_copy(update={"port": free_port(), "sweep_seconds": 3600})
    app = make_app(settings)
    server = Server(config_of(app, settings), app.state.runtime)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until_true(lambda: server.started, "the server has started")
    try:
        yield f"http://127.0.0.1:{settings.port}", app.state.runtime
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "the server waits for those who listen"


def until_true(looks: Any, what: str) -> None:
    """Wait for something another thread does."""
    until = time.monotonic() + PATIENCE_S
    while not looks():
        assert time.monotonic() < until, f"never came: {what}"
        threading.Event().wait(0.01)


@dataclass
class Listener:
    """One phone that listens; what it was sent stands in `lines`, in order."""

    lines: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    is_over: bool = False

    @property
    def wakes(self) -> int:
        return self.lines.count("data: moved")


@contextmanager
def listening(url: str, token: str) -> Iterator[Listener]:
    """A phone that reads its stream until the block ends or the stream does; it listens when the block begins."""
    heard = Listener()
    leave = threading.Event()

    def read() -> None:
        headers = {"authorization": f"Bearer {token}"}
        with httpx2.Client(timeout=PATIENCE_S) as client, client.stream("GET", f"{url}/api/sync/events", headers=headers) as answer:  # fmt: skip
            assert answer.status_code == 200
            heard.headers = dict(answer.headers)
            for line in answer.iter_lines():
                heard.lines.append(line)
                if leave.is_set():
                    return
        heard.is_over = True

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    until_true(lambda: heard.lines, "the first byte")
    yield heard
    leave.set()
