"""Push against express-pouchdb over LevelDB (Node): `_bulk_docs`, in its full and its minimal mode, with no permission at all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
from figures import Figure
from processes import running
from scene import Round, Scene
from wire import Call, request, send_all

from object_store import free_port

SERVER = Path(__file__).with_name("pouchdb") / "server.js"
MODES = {
    "fullCouchDB": Figure("push / express-pouchdb, full mode", 1.5, "check-ins/s"),
    "minimumForPouchDB": Figure("push / express-pouchdb, minimal mode", 0.5, "check-ins/s"),
}


@contextmanager
def measure(scene: Scene) -> Iterator[Callable[[], Round]]:
    """A server in each mode; every check-in is a document of one database."""
    with ExitStack() as stack:
        urls = {mode: stack.enter_context(_served(mode, scene.folder / mode)) for mode in MODES}

        def go() -> Round:
            return {figure: _pair(scene, urls[mode]) for mode, figure in MODES.items()}

        yield go


@contextmanager
def _served(mode: str, folder: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(("node", SERVER, mode, str(port), folder), folder, f"{url}/"):
        httpx2.put(f"{url}/check_ins").raise_for_status()
        yield url


def _pair(scene: Scene, url: str) -> tuple[float, float]:
    ours, work, _ = scene.push(scene.phones)
    took = send_all((url, [_bulk(ops) for ops in his]) for his in work)
    return ours, sum(len(ops) for his in work for ops in his) / took.seconds


def _bulk(ops: list[dict[str, Any]]) -> Call:
    docs = [
        {"_id": op["id"], "type": "check_in", "author": "am01", "made_at": op["made_at"], "seq": op["seq"]}
        | op["args"]
        for op in ops
    ]
    return Call(
        request("POST", "/check_ins/_bulk_docs", {}, orjson.dumps({"docs": docs})), b'"ok":true', len(docs)
    )
