"""One route per command and two per collection, made from the registries."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from fieldvisit.kernel import rest
from fieldvisit.kernel.audit import record
from fieldvisit.kernel.collections import COLLECTIONS, MAX_PAGE, Collection, Seen, Wanted
from fieldvisit.kernel.commands import COMMANDS, Command
from fieldvisit.kernel.errors import bad_request, invalid
from fieldvisit.kernel.export import FORMATS
from fieldvisit.kernel.http.answers import json_response
from fieldvisit.kernel.http.callers import reading, runtime_of, token_of
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.sessions import reader
from fieldvisit.kernel.sync import require_confirmed
from fieldvisit.kernel.values import parse_json

SCHEMA = "#/components/schemas/{model}"


def make_router() -> APIRouter:
    """All routes the registries ask for, under /api."""
    router = APIRouter(prefix="/api")
    for command in COMMANDS.values():
        router.add_api_route(
            command.path,
            _command_endpoint(command),
            methods=[command.method],
            summary=command.summary.splitlines()[0],
            description=command.summary,
            tags=[command.name.split(".")[0]],
            operation_id=command.name if command.v == 1 else f"{command.name}.v{command.v}",
            openapi_extra=_described(command),
        )
    for collection in COLLECTIONS.values():
        doors: list[tuple[str, Callable[..., Response]]] = [
            (f"/{collection.name}", _list_endpoint(collection)),
            (f"/{collection.name}/{{row_id}}", _detail_endpoint(collection)),
            *_reveals(collection),
            (f"/{collection.name}.csv", _export_endpoint(collection, "csv")),
            (f"/{collection.name}.xlsx", _export_endpoint(collection, "xlsx")),
        ]
        for path, endpoint in doors:
            router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                tags=[collection.name],
                operation_id=endpoint.__name__,
                summary=endpoint.__doc__,
                openapi_extra=_shown(collection, path),
            )
    return router


def _shown(collection: Collection, path: str) -> dict[str, Any]:
    """The rows a role may be shown, and for a list how it is asked for."""
    if "{field}" in path:
        value = {"type": "object", "properties": {"value": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}
        return {"responses": {"200": {"content": {"application/json": {"schema": value}}}}}
    names = sorted({view.__name__ for view in collection.views.values()})
    row: dict[str, Any] = {"anyOf": [{"$ref": SCHEMA.format(model=name)} for name in names]}
    cursor = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    page = {"type": "object", "properties": {"items": {"type": "array", "items": row}, "next": cursor}}
    many, whole = "row_id" not in path, "." in path
    asked = [*(["q"] if collection.search else []), "sort", *collection.filters] if many else []
    asked += ["limit", "after"] if many and not whole else []
    asked += [f"{name}_{end}" for name in collection.ranges for end in ("from", "to")] if many else []
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in asked]
    shown: dict[str, Any] = {"application/json": {"schema": page if many else row}}
    content = {FORMATS[path.split(".")[1]][1]: {}} if whole else shown
    return {"parameters": parameters, "responses": {"200": {"content": content}}}


def _described(command: Command) -> dict[str, Any]:
    parameters = [
        {"name": field, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for field in command.path_fields
    ]
    parameters.append(
        {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "format": "uuid"}}
    )
    schema = {"$ref": SCHEMA.format(model=command.args.__name__)}
    return {"parameters": parameters, "requestBody": {"content": {"application/json": {"schema": schema}}}}


def _command_endpoint(command: Command) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        token, raw = token_of(request), await request.body()
        body = parse_json(raw) if raw else {}
        if not isinstance(body, dict):
            raise bad_request("bad_request")
        if any(name in body and body[name] != value for name, value in request.path_params.items()):
            raise invalid("args_invalid", fields=[])
        args = body | request.path_params
        return await run_in_threadpool(
            _execute, runtime_of(request), token, command, args, headers_of(request)
        )

    return endpoint


def _execute(
    runtime: Runtime, token: str, command: Command, args: dict[str, Any], headers: rest.OpHeaders
) -> Response:
    with runtime.db.read() as session:
        bearer = reader(runtime, session, token)
    return json_response(rest.execute(runtime, bearer, command, args, headers))


def headers_of(request: Request) -> rest.OpHeaders:
    """What a command's call carries beside its arguments."""
    get = request.headers.get
    return rest.OpHeaders(
        get("idempotency-key"),
        get("x-op-seq"),
        get("x-op-made-at"),
        get("x-op-clock"),
        get("x-op-files"),
        get("x-epoch"),
        get("x-last"),
    )


def _noting(request: Request, principal: Principal, collection: Collection, door: str) -> Seen:
    """Where the log of readings hears which bundles were shown."""
    looks = runtime_of(request).looks
    if not collection.is_watched:
        return lambda _ids: None
    return lambda ids: looks.note(principal, door, collection.name, ids)


def _asked(request: Request) -> Wanted:
    wanted: Wanted = {}
    for name, value in request.query_params.multi_items():
        wanted.setdefault(name, []).append(value)
    return wanted


def _list_endpoint(collection: Collection) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        wanted = _asked(request)
        limit = wanted.pop("limit", ["50"])[-1]
        cursors = [None, *wanted.pop("after", [])]
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= MAX_PAGE:
            raise bad_request("limit_invalid")
        with reading(runtime_of(request), token_of(request)) as (session, principal):
            require_confirmed(session)
            seen = _noting(request, principal, collection, "list")
            return json_response(collection.page(session, principal, wanted, int(limit), cursors[-1], seen))

    endpoint.__name__ = f"list_{collection.name}"
    endpoint.__doc__ = f"{collection.name} you may see, in pages."
    return endpoint


def _export_endpoint(collection: Collection, form: str) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        with reading(runtime_of(request), token_of(request)) as (session, principal):
            require_confirmed(session)
            seen = _noting(request, principal, collection, "export")
            content = collection.export(session, principal, _asked(request), form, seen)
        headers = {"content-disposition": f"attachment; filename={collection.name}.{form}"}
        return Response(content, media_type=FORMATS[form][1], headers=headers)

    endpoint.__name__ = f"export_{collection.name}_{form}"
    endpoint.__doc__ = f"All {collection.name} you may see, as a {form} file."
    return endpoint


def _reveals(collection: Collection) -> list[tuple[str, Callable[..., Response]]]:
    """A door to the full values where some role sees them masked; each use of it is written down."""
    if not any(collection.masked(role) for role in collection.views):
        return []

    def endpoint(request: Request, row_id: str, field: str) -> Response:
        runtime = runtime_of(request)
        with reading(runtime, token_of(request)) as (session, principal):
            require_confirmed(session)
            seen = _noting(request, principal, collection, "reveal")
            value = collection.reveal(session, principal, row_id, field, seen)
        with runtime.db.write() as session:
            device_id = principal.device.id if principal.device else None
            record(session, f"{collection.name}.reveal_{field}", actor_id=principal.user.id, device_id=device_id, entity_id=row_id)  # fmt: skip
        return json_response({"value": value})

    endpoint.__name__ = f"reveal_{collection.name}"
    endpoint.__doc__ = (
        f"The full value of a field of {collection.name} that you see masked; that you looked is recorded."
    )
    return [(f"/{collection.name}/{{row_id}}/full/{{field}}", endpoint)]


def _detail_endpoint(collection: Collection) -> Callable[[Request, str], Response]:
    def endpoint(request: Request, row_id: str) -> Response:
        with reading(runtime_of(request), token_of(request)) as (session, principal):
            require_confirmed(session)
            seen = _noting(request, principal, collection, "detail")
            return json_response(collection.detail(session, principal, row_id, seen))

    endpoint.__name__ = f"get_{collection.name}"
    endpoint.__doc__ = f"One of the {collection.name} you may see."
    return endpoint
