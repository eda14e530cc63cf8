"""What the first screen, every other one, and the whole app kept for offline use cost over the wire."""

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from browsers import ROOT

pytestmark = pytest.mark.e2e
APP = ROOT / "frontend-pwa"
DIST = APP / "dist"
FIRST_ROUTE = 120 * 1024
PHONE_ROUTE = 20 * 1024
DESK_ROUTE = 40 * 1024
PRECACHE = 450 * 1024
ROUTE = re.compile(r"path: '([^']+)'[^}]*?import\('\./(pages/\w+\.vue)'\)")
AT_A_DESK = ("/desk", "/zone")
WORDS = "src/locales/work/zh-CN.json"
ALL_WORDS = 20 * 1024


@cache
def over_the_wire(name: str) -> int:
    return len(gzip.compress((DIST / name).read_bytes(), 9))


def linked() -> set[str]:
    """What the page itself asks for: the first route."""
    found = re.findall(r'(?:src|href)="/([^"]+\.(?:js|css))"', (DIST / "index.html").read_text())
    assert len(found) >= 3
    return set(found)


def fetched(chunks: dict[str, Any], name: str, *kinds: str) -> set[str]:
    """The files of a chunk with all it imports; of `kinds`, `dynamicImports` are those fetched when wanted."""
    files: set[str] = set()
    seen, coming = set[str](), [name]
    while coming:
        name = coming.pop()
        if name not in seen and name != "index.html":
            seen.add(name)
            # A page another page builds upon is a shared chunk, under its own name.
            chunk = chunks.get(name) or next(c for c in chunks.values() if c.get("name") == Path(name).stem)
            files |= {chunk["file"], *chunk.get("css", [])}
            coming += [other for kind in ("imports", *kinds) for other in chunk.get(kind, [])]
    return files


def routes() -> list[tuple[str, str]]:
    """Every lazily fetched route: its path and the key of its page in the build's manifest."""
    found = [
        (path, f"src/features/{file.parent.name}/{page}")
        for file in sorted(APP.glob("src/features/*/routes.ts"))
        for path, page in ROUTE.findall(file.read_text())
    ]
    named = sum(file.read_text().count("import('./pages/") for file in APP.glob("src/features/*/routes.ts"))
    assert len(found) == named > 20
    return found


def test_the_first_route_and_the_shell_stay_small() -> None:
    size = sum(map(over_the_wire, linked()))
    shell = set(re.findall(r'"url":"([^"]+)"', (DIST / "sw.js").read_text()))
    assert len(shell) > 200
    assert "index.html" in shell
    assert linked() <= shell
    kept = sum(map(over_the_wire, shell))
    print(f"first route {size / 1024:.1f} KiB, precache {kept / 1024:.1f} KiB in {len(shell)} files")
    assert size <= FIRST_ROUTE, size
    assert kept <= PRECACHE, kept


def test_every_other_route_adds_little_to_the_first() -> None:
    """The words of all pages beyond the first come as one file, once, with whichever is opened first; a feature's own with it."""
    chunks = json.loads((DIST / ".vite" / "manifest.json").read_text())
    (words,) = fetched(chunks, WORDS) - linked()
    print(f"{over_the_wire(words) / 1024:6.1f} KiB  words, once")
    assert over_the_wire(words) <= ALL_WORDS
    costs = {}
    for path, page in routes():
        here, later = (
            fetched(chunks, page, *kinds) - linked() - {words} for kinds in ((), ("dynamicImports",))
        )
        own = chunks.get(f"src/locales/{Path(page).parts[2]}/zh-CN.json")
        costs[path] = sum(map(over_the_wire, here | ({own["file"]} if own else set())))
        deferred = sum(map(over_the_wire, later - here))
        print(f"{costs[path] / 1024:6.1f} KiB {deferred / 1024:+6.1f} when wanted  {path}")
    heavy = {
        path: cost
        for path, cost in costs.items()
        if cost > (DESK_ROUTE if path.startswith(AT_A_DESK) else PHONE_ROUTE)
    }
    assert heavy == {}, f"{len(heavy)} of {len(costs)}"
