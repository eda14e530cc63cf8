"""The built app: its files, compressed where that helps, and its front page for every other address."""

import gzip
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from fieldvisit.kernel.errors import missing

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
}
COMPRESSED = {".html", ".js", ".css", ".json", ".webmanifest", ".svg"}


@cache
def _compressed(file: Path, changed_ns: int) -> bytes:
    """A file that changed counts as another one."""
    return gzip.compress(file.read_bytes(), mtime=0)


def make_router(folder: Path) -> APIRouter:
    """Routes for the files below `folder`, which must hold an index.html to be served at all."""
    router = APIRouter(include_in_schema=False)
    root = folder.resolve()

    @router.get("/{path:path}")
    def page(path: str, request: Request) -> Response:
        if path.split("/", maxsplit=1)[0] == "api" or "\0" in path:
            raise missing("not_found")
        asked = (root / path).resolve()
        found = asked if asked.is_relative_to(root) and asked.is_file() and asked.suffix in TYPES else None
        if found is None and (Path(path).suffix in TYPES or not (root / "index.html").is_file()):
            raise missing("not_found")
        file = found or root / "index.html"
        hashed = file.parent.name == "assets"
        headers = {"cache-control": "public, max-age=31536000, immutable" if hashed else "no-cache"}
        if file.suffix in COMPRESSED:
            headers["vary"] = "accept-encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["content-encoding"] = "gzip"
                return Response(
                    _compressed(file, file.stat().st_mtime_ns), headers=headers, media_type=TYPES[file.suffix]
                )
        return FileResponse(file, media_type=TYPES[file.suffix], headers=headers)

    return router
