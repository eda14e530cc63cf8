"""What the first screen, and the whole app kept for offline use, cost over the wire."""

import gzip
import re

import pytest

from browsers import ROOT

pytestmark = pytest.mark.e2e
DIST = ROOT / "frontend-pwa" / "dist"
FIRST_ROUTE = 120 * 1024
PRECACHE = 450 * 1024


def test_the_first_route_and_the_shell_stay_small() -> None:
    page = (DIST / "index.html").read_text()
    linked = re.findall(r'(?:src|href)="/([^"]+\.(?:js|css))"', page)
    assert len(linked) >= 3
    size = sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in linked)
    assert size <= FIRST_ROUTE, size
    shell = [
        path
        for path in DIST.rglob("*")
        if path.suffix in (".js", ".css", ".html", ".png", ".svg") and path.name != "sw.js"
    ]
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in shell) <= PRECACHE
