"""Three routes per report: the table, and the same as CSV and Excel."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from fieldvisit.kernel.export import FORMATS
from fieldvisit.kernel.http.answers import json_response
from fieldvisit.kernel.http.api_routes import SCHEMA
from fieldvisit.kernel.http.callers import reading, runtime_of, token_of
from fieldvisit.kernel.reports import REPORTS, Report
from fieldvisit.kernel.sync import require_confirmed


def make_router() -> APIRouter:
    """All routes the reports ask for, under /api/reports."""
    router = APIRouter(prefix="/api/reports")
    for report in REPORTS.values():
        _add(router, report, "", _table_endpoint(report), _table_schema(report))
        for form, (_, media) in FORMATS.items():
            _add(router, report, f".{form}", _export_endpoint(report, form), {media: {}})
    return router


def _add(
    router: APIRouter,
    report: Report,
    ending: str,
    endpoint: Callable[[Request], Response],
    content: dict[str, Any],
) -> None:
    router.add_api_route(
        f"/{report.name}{ending}",
        endpoint,
        methods=["GET"],
        tags=["reports"],
        operation_id=f"report_{report.name}{ending.replace('.', '_')}",
        summary=report.summary.splitlines()[0],
        description=report.summary,
        openapi_extra={"parameters": _parameters(report), "responses": {"200": {"content": content}}},
    )


def _parameters(report: Report) -> list[dict[str, Any]]:
    described = report.params.model_json_schema()
    needed = described.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": schema}
        for name, schema in described.get("properties", {}).items()
    ]


def _table_schema(report: Report) -> dict[str, Any]:
    row = {"$ref": SCHEMA.format(model=report.row.__name__)}
    table = {
        "type": "object",
        "required": ["rows"],
        "properties": {"rows": {"type": "array", "items": row}},
    }
    return {"application/json": {"schema": table}}


def _table_endpoint(report: Report) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        with reading(runtime_of(request), token_of(request)) as (session, principal):
            require_confirmed(session)
            return json_response({"rows": report.table(session, principal, dict(request.query_params))})

    return endpoint


def _export_endpoint(report: Report, form: str) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        with reading(runtime_of(request), token_of(request)) as (session, principal):
            require_confirmed(session)
            content = report.export(session, principal, dict(request.query_params), form)
        headers = {"content-disposition": f"attachment; filename={report.name}.{form}"}
        return Response(content, media_type=FORMATS[form][1], headers=headers)

    return endpoint
