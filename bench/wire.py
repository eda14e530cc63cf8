"""The one client of every measure: requests prepared before the clock starts, over plain sockets.

Clients, servers and databases share the machine's cores, and what a client burns a server lacks: so this one knows
only as much HTTP as the servers measured speak, and is the same for all of them.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import uvloop

T = TypeVar("T")

AGAIN_S = 0.1
LARGEST_HEAD = 64 * 1024


def request(method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
    """A whole HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class Connection:
    """A connection that is kept; one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, url: str) -> "Connection":
        where = urlsplit(url)
        return cls(*await asyncio.open_connection(where.hostname, where.port, limit=LARGEST_HEAD))

    async def ask(self, raw: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self._writer.write(raw)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        if status in (204, 304):
            return status, b""
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            return status, await self._reader.readexactly(int(head[at + 17 : head.index(b"\r\n", at + 2)]))
        return status, await self._chunks()

    async def _chunks(self) -> bytes:
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(parts)

    def close(self) -> None:
        self._writer.close()


@dataclass(frozen=True)
class Call:
    """A prepared request, and what a good answer to it holds how many times (an empty mark: its status)."""

    raw: bytes
    mark: bytes
    times: int


@dataclass(frozen=True)
class Took:
    """Seconds from the first request to the last answer, and the processor's seconds that the clients burnt."""

    seconds: float
    cpu: float


def run(work: Coroutine[Any, Any, T]) -> T:
    """Carry a client's work out."""
    return uvloop.run(work)


def send_all(phones: Iterable[tuple[str, list[Call]]]) -> Took:
    """Each phone (its server's URL, and its calls) sends one call after the other, all phones at once.

    A server that asks for a little patience gets the same again, as from a phone; any other answer ends the measure.
    """
    return run(_send_all(list(phones)))


async def _send_all(phones: list[tuple[str, list[Call]]]) -> Took:
    connections = [await Connection.open(url) for url, _ in phones]
    began, burnt = time.perf_counter(), time.process_time()
    await asyncio.gather(
        *(_send(connection, calls) for connection, (_, calls) in zip(connections, phones, strict=True))
    )
    took = Took(time.perf_counter() - began, time.process_time() - burnt)
    for connection in connections:
        connection.close()
    return took


async def _send(connection: Connection, calls: list[Call]) -> None:
    for call in calls:
        while True:
            status, body = await connection.ask(call.raw)
            found = body.count(call.mark) if call.mark else status
            if found == call.times:
                break
            if status != 503 and b'"why":"busy"' not in body:
                raise SystemExit(f"not as expected ({found} of {call.times}): {status} {body[:300]!r}")
            await asyncio.sleep(AGAIN_S)
