"""Rendered bundles kept in memory: what a bundle shows is the same for ever under view, key and rev.

The view names epoch, role and schema. Whoever asks has made sure first that the bundle is visible, and what is put in was
read from a snapshot that was committed.
"""

from collections import OrderedDict
from threading import Lock

TURNS = 64
MAX_BYTES = 64 * 1024 * 1024

Name = tuple[str, str, int]


class Renderings:
    """The renderings asked for last, up to `max_bytes` together; safe among threads."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Name, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._turns = [Lock() for _ in range(TURNS)]

    def turn(self, user_id: str) -> Lock:
        """Held while something is rendered for him: his other phones that ask at once wait for it, and find it here."""
        return self._turns[hash(user_id) % TURNS]

    def get(self, view: str, key: str, rev: int) -> bytes | None:
        """The rendering, or None where it must be made."""
        name = (view, key, rev)
        with self._lock:
            found = self._kept.get(name)
            if found is not None:
                self._kept.move_to_end(name)
            return found

    def put(self, view: str, key: str, rev: int, rendered: bytes) -> None:
        """Keep a rendering, and let go of those not asked for the longest where room is wanted."""
        with self._lock:
            before = self._kept.pop((view, key, rev), b"")
            self._kept[(view, key, rev)] = rendered
            self._bytes += len(rendered) - len(before)
            while self._bytes > self._max_bytes and self._kept:
                self._bytes -= len(self._kept.popitem(last=False)[1])
