"""The air between a phone and the server: it loses, doubles, delays and cuts, and the server dies at its seams."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fieldvisit.kernel import apply, sync, uploads
from fieldvisit.kernel.turns import Busy
from sync_client import LostAnswer

DOORS = {
    "/api/sync/push": "push",
    "/api/sync/manifest": "manifest",
    "/api/sync/bundles": "bundles",
    "/api/auth/login": "login",
}
# What may happen to a request, by door; those of the second line end the process at that very place.
LOSSES = ("lost_request", "lost_answer", "doubled")
CRASHES = ("after_receipt", "while_applying", "before_commit", "before_answer")
FATES = {
    "push": (*LOSSES, "busy", *CRASHES),
    "manifest": (*LOSSES, "cut"),
    "bundles": LOSSES,
    "file": (*LOSSES, "before_linking"),
}


class Killed(BaseException):
    """The process is gone; no handler of the server may catch this."""


def _busy(*_: Any, **__: Any) -> Any:
    raise Busy


@contextmanager
def _dying(seam: str) -> Iterator[list[str]]:
    """A server that ends at a seam: all receipts stored and none judged; one op carried out; a whole run carried out
    and not committed; everything committed and no answer given; a file's bytes stored and not linked.

    The list says whether it came to that.
    """
    struck: list[str] = []

    def die(*_: Any, **__: Any) -> Any:
        struck.append(seam)
        raise Killed

    def then_die(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **kwargs: die(function(*args, **kwargs))

    with pytest.MonkeyPatch.context() as patch:
        if seam == "after_receipt":
            patch.setattr(sync, "apply_ops", die)
        elif seam == "while_applying":
            patch.setattr(apply, "carry_out", then_die(apply.carry_out))
        elif seam == "before_commit":
            patch.setattr(apply, "_transact", then_die(apply._transact))
        elif seam == "before_answer":
            patch.setattr(sync, "_answer", die)
        elif seam == "before_linking":
            patch.setattr(uploads, "link", die)
        elif seam == "busy":
            patch.setattr(sync, "apply_ops", _busy)
        yield struck


class Air:
    """What a phone speaks through: httpx's `request`. `plan` says what becomes of the next request at a door."""

    def __init__(
        self,
        client: Callable[[], Any],
        sending: Callable[..., None],
        heard: Callable[..., None],
        died: Callable[[str, Any], None],
    ) -> None:
        self._client, self._sending, self._heard, self._died = client, sending, heard, died
        self.plan: dict[str, str] = {}
        self.last_push: dict[str, Any] | None = None

    def request(self, method: str, path: str, **kwargs: Any) -> Any:
        door = "file" if path.startswith("/api/attachments/") else DOORS.get(path, "other")
        fate = self.plan.pop(door, None)
        if fate == "lost_request":
            raise LostAnswer
        if door == "push":
            self.last_push = kwargs
        if fate == "doubled":
            self._pass(method, path, kwargs)
        answer = self._fatal(fate, method, path, kwargs) if fate else self._pass(method, path, kwargs)
        if fate == "lost_answer":
            raise LostAnswer
        return _cut(answer) if fate == "cut" else answer

    def again(self) -> None:
        """The last push comes once more, much later, as it was; nobody waits for the answer."""
        if self.last_push is not None:
            self._pass("POST", "/api/sync/push", self.last_push)

    def _fatal(self, fate: str, method: str, path: str, kwargs: dict[str, Any]) -> Any:
        with _dying(fate) as struck:
            try:
                answer = self._pass(method, path, kwargs)
            except BaseException:  # the process took the test's own way to it along
                if not struck:
                    raise
        if struck:
            self._died(fate, kwargs.get("json"))
            raise LostAnswer
        return answer

    def _pass(self, method: str, path: str, kwargs: dict[str, Any]) -> Any:
        self._sending(path, kwargs.get("json"))
        answer = self._client().request(method, path, **kwargs)
        self._heard(path, kwargs.get("json"), answer)
        return answer


class _Cut:
    """A manifest that lost its end on the way and is still JSON."""

    def __init__(self, answer: Any) -> None:
        self.status_code, self.headers = answer.status_code, answer.headers
        told = answer.json()
        self._told = told | {"items": told["items"][: len(told["items"]) // 2]}

    def json(self) -> Any:
        return json.loads(json.dumps(self._told))


def _cut(answer: Any) -> Any:
    return _Cut(answer) if answer.status_code == 200 else answer
