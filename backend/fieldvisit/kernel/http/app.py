"""The ASGI application: registries, session, sync, health and the app's files behind one set of rules."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect

from fieldvisit import __version__
from fieldvisit.kernel.auth import Login, NewPassword
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.http import api_routes, import_routes, problems, pwa, report_routes, session_routes
from fieldvisit.kernel.http.answers import json_response
from fieldvisit.kernel.http.callers import runtime_of
from fieldvisit.kernel.http.headers import Protection
from fieldvisit.kernel.receipts import waiting_in
from fieldvisit.kernel.reports import REPORTS
from fieldvisit.kernel.sessions import Refresh

MAX_BODY = 1024 * 1024


def create_app(routers: Iterable[APIRouter] = (), pwa_dir: Path | None = None) -> FastAPI:
    """The application; whoever serves it puts the open runtime into `app.state.runtime`.

    `routers` are the features' own routes; `pwa_dir` holds the built app, if it is to be served.
    """
    app = FastAPI(
        title="FieldVisit 走访通",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=MAX_BODY,
    )
    problems.install(app)
    app.middleware("http")(_answer_whatever_happens)
    app.include_router(session_routes.router)
    for router in routers:  # before those with a row's id in their path, which would take a name for one
        app.include_router(router)
    app.include_router(api_routes.make_router())
    app.include_router(report_routes.make_router())
    app.include_router(import_routes.router)
    _add_health(app)
    if pwa_dir is not None:
        app.include_router(pwa.make_router(pwa_dir))
    _complete_openapi(app)
    _protect_outermost(app)
    return app


async def _answer_whatever_happens(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Whatever was not foreseen still leaves as a Problem."""
    try:
        return await call_next(request)
    except ClientDisconnect:  # where signal is weak that is no fault, and nobody is there to be answered
        return Response(status_code=499)
    except Exception as error:
        problems.log.exception("unexpected", error=type(error).__name__)
        return problems.respond(Problem(500, "internal"))


def _protect_outermost(app: FastAPI) -> None:
    """Around everything, for the framework refuses large bodies outside of what an application may add."""
    plain = app.build_middleware_stack
    app.build_middleware_stack = lambda: Protection(plain())  # type: ignore[method-assign]


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", tags=["health"])
    def healthz() -> Response:
        """The process lives."""
        return json_response({"status": "ok"})

    @app.get("/readyz", tags=["health"])
    def readyz(request: Request) -> Response:
        """The database answers and is migrated; 503 otherwise."""
        try:
            with runtime_of(request).db.read() as session:
                session.execute(text("SELECT count(*) FROM server_state"))
        except SQLAlchemyError:
            raise Problem(503, "not_ready") from None
        return json_response({"status": "ok"})

    @app.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        """Figures of this process for Prometheus, and of what waits in the database while it answers."""
        try:
            waiting = generate_latest(waiting_in(runtime_of(request).db))
        except SQLAlchemyError:
            waiting = b""
        return Response(generate_latest() + waiting, media_type=CONTENT_TYPE_LATEST)


def _complete_openapi(app: FastAPI) -> None:
    """Add every command's arguments and every collection's and report's rows to the API's description, by their models' names."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = plain()
            args: set[type[BaseModel]] = {command.args for command in COMMANDS.values()}
            args |= {Login, NewPassword, Refresh}
            views = {view for made in COLLECTIONS.values() for view in made.views.values()}
            views |= {made.row for made in REPORTS.values()}
            models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = []
            models += [(model, "validation") for model in sorted(args, key=lambda model: model.__name__)]
            models += [(view, "serialization") for view in sorted(views, key=lambda model: model.__name__)]
            _, definitions = models_json_schema(models, ref_template=api_routes.SCHEMA)
            described.setdefault("components", {}).setdefault("schemas", {}).update(
                definitions.get("$defs", {})
            )
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this way of extending it
