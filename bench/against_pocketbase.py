"""Push and first sync against PocketBase, a server in one file (Go, over SQLite): its batch API and its lists.

An ordinary user behind a rule that names him the owner, for writing and for reading. Its settings are as they come, but
for the batch API, which is switched on. It does not sync every commit to the disk (`synchronous=NORMAL`).
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson
from clients import BATCH
from figures import Figure
from ours import PHONES, carried, first_sync
from processes import running
from scene import Round, Scene
from wire import Call, Connection, request, run, send_all

from object_store import free_port

PROGRAM = Path(__file__).parents[1] / ".bench/python/bin/pocketbase"
ROOT, PASSWORD = "root@example.com", "bench-of-fieldvisit"
RULE = '@request.auth.id != "" && owner = @request.auth.id'
PAGE = 1000
PUSH = Figure("push / PocketBase's batch API", 2, "check-ins/s")
COLD = Figure("first sync, nothing rendered yet / PocketBase's list", 1, "rows/s")
WARM = Figure("first sync, rendered before / PocketBase's list", 3, "rows/s")
KINDS: dict[type, str] = {bool: "bool", int: "number", float: "number", list: "json", dict: "json"}

Row = dict[str, Any]


@contextmanager
def measure(scene: Scene) -> Iterator[Callable[[], Round]]:
    """Eight users who check in; the first of them then reads the very rows that our phone carries."""
    folder = scene.folder / "pocketbase"
    folder.mkdir()
    founding = (PROGRAM, "superuser", "upsert", ROOT, PASSWORD, "--dir", folder)
    subprocess.run(founding, check=True, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603 – our own words
    url = f"http://127.0.0.1:{free_port()}"
    command = (PROGRAM, "serve", "--http", url.removeprefix("http://"), "--dir", folder)
    with running(command, folder, f"{url}/api/health"), httpx2.Client(base_url=url, timeout=60) as http:
        base = Base(http)
        users = [base.user(name) for name in PHONES]
        base.collection("check_ins", {"customer": "text", "made_at": "date", "seq": "number"})
        rows = {name: members for name, members in carried(scene.phones[0]).items() if members}
        for name, members in rows.items():
            base.fill(name, users[0], members)
        sizes = {name: len(members) for name, members in rows.items()}

        def go() -> Round:
            ours, work, _ = scene.push(scene.phones)
            theirs = send_all(
                (url, [user.creates("check_ins", _check_ins(ops)) for ops in his])
                for user, his in zip(users, work, strict=True)
            )
            with scene.fresh(PHONES[:1]) as (phone,):
                cold = first_sync(phone)
                listed = run(_list(url, users[0], sizes))
                warm = first_sync(phone)
            return {
                PUSH: (ours, sum(len(ops) for his in work for ops in his) / theirs.seconds),
                COLD: (cold.rows / cold.seconds, listed),
                WARM: (warm.rows / warm.seconds, listed),
            }

        yield go


def _check_ins(ops: list[Row]) -> list[Row]:
    return [
        {"id": op["id"], "customer": op["args"]["customer_id"], "made_at": op["made_at"], "seq": op["seq"]}
        for op in ops
    ]


@dataclass(frozen=True)
class User:
    """An ordinary user who is signed in."""

    id: str
    access: dict[str, str]

    def creates(self, collection: str, rows: list[Row]) -> Call:
        """A batch that creates these rows as his own."""
        url = f"/api/collections/{collection}/records"
        made = [{"method": "POST", "url": url, "body": {"owner": self.id} | row} for row in rows]
        raw = request("POST", "/api/batch", self.access, orjson.dumps({"requests": made}))
        return Call(raw, b'"status":200}', len(rows))


class Base:
    """A PocketBase in its superuser's hands."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        self._users = ""
        self._access = self._sign_in("_superusers", ROOT).access
        self._ask("PATCH", "/api/settings", {"batch": {"enabled": True, "maxRequests": BATCH, "timeout": 30}})
        self._users = self._ask("GET", "/api/collections/users")["id"]

    def _ask(self, method: str, path: str, body: Row | None = None) -> Any:
        answer = self._http.request(method, path, json=body, headers=self._access)
        if answer.status_code != 200:
            raise SystemExit(f"PocketBase refused {path}: {answer.text[:300]}")
        return answer.json()

    def _sign_in(self, kind: str, email: str) -> User:
        body = {"identity": email, "password": PASSWORD}
        told = self._http.post(f"/api/collections/{kind}/auth-with-password", json=body).json()
        return User(told["record"]["id"], {"authorization": told["token"]})

    def user(self, name: str) -> User:
        """A new ordinary user, signed in."""
        email = f"{name}@example.com"
        body = {"email": email, "password": PASSWORD, "passwordConfirm": PASSWORD}
        self._ask("POST", "/api/collections/users/records", body)
        return self._sign_in("users", email)

    def collection(self, name: str, fields: dict[str, str]) -> None:
        """A collection whose rows belong to somebody, with ids like ours."""
        key = {
            "primaryKey": True,
            "required": True,
            "min": 1,
            "max": 60,
            "pattern": "^[\\w:.-]+$",
            "autogeneratePattern": "",
        }
        owner = {"name": "owner", "type": "relation", "collectionId": self._users, "maxSelect": 1}
        made = [{"name": field, "type": kind} for field, kind in fields.items()]
        body = {"name": name, "type": "base", "listRule": RULE, "createRule": RULE}
        made = [{"name": "id", "type": "text", **key}, owner | {"required": True}, *made]
        self._ask("POST", "/api/collections", body | {"fields": made})

    def fill(self, name: str, owner: User, rows: list[Row]) -> None:
        """A collection of its own for these rows, with the columns they have."""
        fields = {field: "text" for row in rows for field in row if field != "id"}
        for row in rows:
            fields |= {field: KINDS[type(value)] for field, value in row.items() if type(value) in KINDS}
        self.collection(name, fields)
        url = str(self._http.base_url)
        at = range(0, len(rows), BATCH)
        send_all([(url, [owner.creates(name, rows[start : start + BATCH]) for start in at])])


async def _list(url: str, user: User, sizes: dict[str, int]) -> float:
    """Rows a second over all collections, page after page, parsed; every row must come."""
    connection = await Connection.open(url)
    began = time.perf_counter()
    for name, size in sizes.items():
        came = 0
        for page in range(1, size // PAGE + 2):
            path = f"/api/collections/{name}/records?perPage={PAGE}&page={page}&skipTotal=1"
            status, answer = await connection.ask(request("GET", path, user.access))
            came += len(orjson.loads(answer)["items"]) if status == 200 else 0
        if came != size:
            raise SystemExit(f"PocketBase gave {came} of {size} {name}")
    took = time.perf_counter() - began
    connection.close()
    return sum(sizes.values()) / took
