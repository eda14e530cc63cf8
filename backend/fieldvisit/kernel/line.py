"""A line in which threads stand for something of which there is one: who came first is next."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Line:
    """The first in line is served; a plain lock would let in whoever happens to pass by, again and again."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_served = False

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def place(self, most_s: float) -> Iterator[bool]:
        """Be served while the block runs; False for whoever gave up after `most_s` seconds in line."""
        is_served = self._stand(most_s)
        try:
            yield is_served
        finally:
            if is_served:
                self._next()

    def _stand(self, most_s: float) -> bool:
        with self._guard:
            if not self._is_served:
                self._is_served = True
                return True
            call = threading.Lock()
            call.acquire()
            self._waiting.append(call)
        if call.acquire(timeout=most_s):
            return True
        with self._guard:
            if call not in self._waiting:  # called just now
                return True
            self._waiting.remove(call)
            return False

    def _next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_served = False
