"""The copy of what is kept about oneself, as a file."""

from collections.abc import Iterator
from typing import IO

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from fieldvisit.kernel.http.callers import reading, runtime_of, token_of
from fieldvisit.kernel.personal import copy_for, note_copy

router = APIRouter(prefix="/api")
CHUNK = 64 * 1024


@router.get("/me/export.zip", tags=["privacy"], responses={200: {"content": {"application/zip": {}}}})
def copy(request: Request) -> StreamingResponse:
    """All that is kept about you: `data.json` and the pictures you took; that you took a copy is recorded."""
    runtime = runtime_of(request)
    with reading(runtime, token_of(request)) as (session, principal):
        content = copy_for(runtime, session, principal)
    note_copy(runtime, principal)
    headers = {"content-disposition": "attachment; filename=fieldvisit.zip"}
    return StreamingResponse(_chunks(content), media_type="application/zip", headers=headers)


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while chunk := content.read(CHUNK):
            yield chunk
