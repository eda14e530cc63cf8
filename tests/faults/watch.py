"""Reads every answer a phone ever got, and finds in it what its user may not see."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

WORD = re.compile(r"zz\d{6}")
RESULT_KEYS = {"id", "state", "receipt", "reason", "code", "params", "suggested"}

MaySee = Callable[[str, str], bool]
HomesOf = Callable[[str], set[str]]


class Watch:
    """`may_see(who, bundle key)` is the oracle; `homes_of_word` says in which bundles a word may stand, and
    `home_of(collection, row)` in which one a row lives."""

    def __init__(
        self, may_see: MaySee, homes_of_word: HomesOf, home_of: Callable[[str, Any], str | None]
    ) -> None:
        self._may_see, self._homes_of_word, self._home_of = may_see, homes_of_word, home_of
        self.seen: Counter[str] = Counter()

    def heard(self, who: str, path: str, asked: Any, answer: Any) -> None:
        """Judge one answer; raises AssertionError at what should not be in it."""
        self.seen["answers"] += 1
        text = answer.text
        for word in set(WORD.findall(text)):
            self.seen["words"] += 1
            homes = self._homes_of_word(word)
            assert any(self._may_see(who, key) for key in homes), (
                f"{who} was told {word} of {homes} by {path}"
            )
        if answer.status_code != 200:
            return
        if path == "/api/sync/push":
            self._push(who, asked, answer.json())
            assert not WORD.search(text), f"values in the answer to a push of {who}"
        elif path == "/api/sync/manifest":
            for key, _rev in answer.json()["items"]:
                self._key(who, key, "the manifest")
        elif path == "/api/sync/bundles":
            for bundle in answer.json()["bundles"]:
                self._key(who, bundle["key"], "bundles")
                for name, rows in bundle["rows"].items():
                    self._rows(who, name, rows)
        elif path.startswith("/api/") and "items" in (told := _json(text)):
            self._rows(who, path.removeprefix("/api/").partition("?")[0], told["items"])

    def _key(self, who: str, key: str, where: str) -> None:
        self.seen["keys"] += 1
        assert self._may_see(who, key), f"{who} was shown {key} in {where}"

    def _rows(self, who: str, collection: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            self.seen["rows"] += 1
            home = self._home_of(collection, row)
            assert home is None or self._may_see(who, home), (
                f"{who} was sent {collection} {row['id']} of {home}"
            )

    def _push(self, who: str, asked: Any, told: dict[str, Any]) -> None:
        own = {op["id"] for op in asked["ops"]}
        for result in told["results"]:
            self.seen["results"] += 1
            assert result["id"] in own, f"{who} was told of an entry that he had not sent"
            assert result.keys() <= RESULT_KEYS, result.keys() - RESULT_KEYS
            assert all(one.keys() == {"field", "why"} for one in result.get("suggested", ()))


def _json(text: str) -> dict[str, Any]:
    told = json.loads(text)
    return told if isinstance(told, dict) else {}
