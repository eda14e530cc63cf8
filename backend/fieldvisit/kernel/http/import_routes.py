"""Tables from the desk: an empty one to fill, a dry run, and the writing of all of it."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from fieldvisit.kernel import imports, sheets
from fieldvisit.kernel.export import FORMATS
from fieldvisit.kernel.http.answers import json_response
from fieldvisit.kernel.http.api_routes import headers_of
from fieldvisit.kernel.http.callers import runtime_of, token_of

router = APIRouter(prefix="/api")

FAULT = {
    "type": "object",
    "properties": {
        "row": {"type": "integer"},
        "column": {"type": "string"},
        "reason": {"type": "string"},
    },
}
OUTCOME: dict[str, Any] = {
    "type": "object",
    "properties": {
        "rows": {"type": "integer"},
        "faults": {"type": "array", "items": FAULT},
        "is_written": {"type": "boolean"},
    },
}
DESCRIBED: dict[str, Any] = {
    "requestBody": {"content": {"application/octet-stream": {}}},
    "responses": {"200": {"content": {"application/json": {"schema": OUTCOME}}}},
}


@router.get("/imports/{name}/template.xlsx", tags=["imports"])
def template(name: str, request: Request) -> Response:
    """An empty workbook with the titles of a table that can be brought in."""
    made, _ = imports.allowed(runtime_of(request), token_of(request), name)
    headers = {"content-disposition": f"attachment; filename={name}.xlsx"}
    return Response(made.template(), media_type=FORMATS["xlsx"][1], headers=headers)


@router.post(
    "/imports/{name}/check", tags=["imports"], max_body_size=sheets.MAX_FILE, openapi_extra=DESCRIBED
)
async def check(name: str, request: Request) -> Response:
    """Try a table (.xlsx, .xls, CSV in UTF-8 or GBK) without writing: every fault by row, column and reason."""
    return await _bring_in(name, request, is_dry=True)


@router.post("/imports/{name}", tags=["imports"], max_body_size=sheets.MAX_FILE, openapi_extra=DESCRIBED)
async def bring_in(name: str, request: Request) -> Response:
    """Write a table, all of it or nothing; with a fault the answer is that of the dry run.

    What the command asks for beside the rows (the title of a table of sales, say) stands in the query.
    """
    return await _bring_in(name, request, is_dry=False)


async def _bring_in(name: str, request: Request, *, is_dry: bool) -> Response:
    runtime, token = runtime_of(request), token_of(request)
    await run_in_threadpool(imports.allowed, runtime, token, name)
    raw = await request.body()
    headers = None if is_dry else headers_of(request)
    further = dict(request.query_params)
    return json_response(
        await run_in_threadpool(imports.bring_in, runtime, token, name, raw, headers, further)
    )
