"""`fieldvisit serve` as a process that can be killed and is back at once: forked from one that has read the program.

Run as a program it is that forerunner: for every line on its input it forks a server and, once that has ended,
says how. A line may name a fault to plant in that server, for a harness that must see it.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import true

from fieldvisit.kernel import apply, sync
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.values import parse_json
from object_store import free_port

TESTS = Path(__file__).parent


def carry_out_again() -> None:
    """A server that does not look whether an op is settled already."""
    apply._is_open = lambda _op: True
    apply.IS_OPEN = true()


def answer_before_it_is_kept() -> None:
    """A server that says every entry is applied, and sees to it a moment later."""
    in_truth = sync.push

    def push(runtime: Runtime, token: str, raw: bytes) -> dict[str, Any]:
        threading.Timer(0.1, in_truth, (runtime, token, raw)).start()
        results = [
            {"id": op["id"], "state": "applied", "receipt": runtime.keys.receipt(op["id"], now())}
            for op in parse_json(raw)["ops"]
        ]
        told = {"proto": 1, "epoch": runtime.epoch, "anchor": None, "session": "active"}
        return {**told, "results": results, "stop": None}

    sync.push = push


FAULTS: dict[str, Callable[[], None]] = {
    fault.__name__: fault for fault in (carry_out_again, answer_before_it_is_kept)
}


class ServerProcess:
    """One installation: its folder, its database and its address; `pid` is the serving process."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join((str(TESTS.parent / "backend"), str(TESTS))),
            "FIELDVISIT_DATA_DIR": str(folder),
            "FIELDVISIT_DATABASE_URL": database_url,
            "FIELDVISIT_DEVICE_APPROVAL": "false",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }
        self._forerunner = subprocess.Popen(
            [sys.executable, __file__],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, fault: str = "") -> None:
        """Fork a server and wait until it is ready (at most 60 s)."""
        assert self._forerunner.stdin is not None
        self._forerunner.stdin.write(f"{fault}\n")
        self._forerunner.stdin.flush()
        self.pid = int(self._said())
        until = time.monotonic() + 60
        pause = threading.Event()
        while time.monotonic() < until:
            try:
                if httpx2.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                pause.wait(0.01)
        raise AssertionError("the server did not come up")

    def _said(self) -> str:
        assert self._forerunner.stdout is not None
        return self._forerunner.stdout.readline()

    def signal(self, sign: signal.Signals) -> None:
        """Send a signal and go on."""
        os.kill(self.pid, sign)

    def ended(self) -> int:
        """Wait for the end of the process; its exit code, or minus the signal it died of."""
        return int(self._said())

    def close(self) -> None:
        """End the forerunner; whoever started a server has ended it."""
        self._forerunner.communicate()


def fork_servers() -> None:
    """Fork `fieldvisit serve` for each line, one at a time; print its pid, and how it ended."""
    from fieldvisit import cli  # noqa: PLC0415 – only the forerunner reads the whole program

    cli.make_routes()  # what is made once is made before anybody waits for it
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.dup2(2, 1)  # its log; the forerunner's own words go out alone
            if fault := line.strip():
                FAULTS[fault]()
            cli.app(["serve"])
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    fork_servers()
