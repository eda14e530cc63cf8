"""Servers as processes of their own on this machine, and what of its cores they burn."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

START_S = 90
STOP_S = 20
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(
    command: Sequence[str | Path], folder: Path, ready: str | None = None, **environment: str
) -> Iterator[int]:
    """The process id of a command that runs in `folder` for as long as the block lasts, once `ready` answers.

    What it says goes to a file beside its data; its last words are shown where it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = folder / f"{Path(command[0]).name}.log"
    with said.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 – our own words
            command, cwd=folder, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(ready, process, said)
        yield process.pid
    finally:
        process.terminate()
        process.wait(STOP_S)


def _wait_for(ready: str | None, process: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + START_S
    while ready is not None:
        try:
            if httpx2.get(ready).status_code < 400:
                return
        except httpx2.TransportError:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{process.args!r} did not come up: {said.read_text()[-2000:]}") from None
        time.sleep(0.05)


def burnt(pids: Sequence[int]) -> float:
    """Seconds of a core that these processes, their children and those that ended have used until now."""
    parents, ticks = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            told = _told(int(path.name))
        except OSError:  # it has ended meanwhile
            continue
        parents[int(path.name)] = int(told[1])
        ticks[int(path.name)] = sum(map(int, told[11:15]))
    return sum(ticks[pid] for pid in ticks if _descends(pid, parents, set(pids))) / TICKS


def parent(pid: int) -> int:
    """The process id of whoever started a process."""
    return int(_told(pid)[1])


def _told(pid: int) -> list[str]:
    """What the kernel tells of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _descends(pid: int, parents: dict[int, int], ancestors: set[int]) -> bool:
    while pid and pid not in ancestors:
        pid = parents.get(pid, 0)
    return bool(pid)
