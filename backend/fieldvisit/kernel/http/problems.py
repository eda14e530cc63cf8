"""Every refusal leaves as a Problem document, and nothing of the input is ever repeated in it."""

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from fieldvisit.kernel.db import is_contention
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.http.answers import json_response

log = structlog.get_logger()

CODES = {
    400: "bad_request",
    401: "session_expired",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


def respond(problem: Problem) -> Response:
    """The Problem as an answer."""
    response = json_response(problem.body(), problem.status, media_type="application/problem+json")
    if "retry_after_s" in problem.params:
        response.headers["retry-after"] = str(problem.params["retry_after_s"])
    return response


def install(app: FastAPI) -> None:
    """Turn whatever is raised into a Problem."""

    @app.exception_handler(Problem)
    async def _problem(_request: Request, problem: Problem) -> Response:
        return respond(problem)

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        return respond(Problem(error.status_code, CODES.get(error.status_code, "refused")))

    @app.exception_handler(RequestValidationError)
    async def _validation(_request: Request, _error: RequestValidationError) -> Response:
        return respond(Problem(422, "args_invalid"))

    @app.exception_handler(OperationalError)
    async def _database(_request: Request, error: OperationalError) -> Response:
        if not is_contention(error):
            log.error("the database failed", error=type(error).__name__)
        return respond(Problem(503, "busy"))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected", route=request.scope.get("path", ""), error=type(error).__name__)
        return respond(Problem(500, "internal"))
