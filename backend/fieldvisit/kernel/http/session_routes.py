"""Signing in and out, and the push and pull of phones."""

from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from fieldvisit.kernel import auth, balance, rescue, sessions, sync, tokens, uploads
from fieldvisit.kernel.commands import args_invalid
from fieldvisit.kernel.http.answers import json_response
from fieldvisit.kernel.http.callers import address_of, reading, runtime_of, same_site, token_of
from fieldvisit.kernel.live import Stream
from fieldvisit.kernel.metrics import MANIFESTS, PULLED
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import Principal, principal_of
from fieldvisit.kernel.values import Args, parse_json

router = APIRouter(prefix="/api")

T = TypeVar("T", bound=Args)

MAX_UPLOAD = 12 * 1024 * 1024


def _parse(model: type[T], raw: bytes) -> T:
    try:
        return model.model_validate(parse_json(raw))
    except ValidationError as error:
        raise args_invalid(error) from None


def _body(model: type[Any]) -> dict[str, Any]:
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}},
        }
    }


def _cookie_name(runtime: Runtime) -> str:
    return "__Host-rt" if runtime.settings.secure_cookies else "rt"


def _signed_in(runtime: Runtime, session: sessions.SignIn) -> Response:
    response = json_response(session.body)
    response.set_cookie(
        _cookie_name(runtime),
        session.refresh_token,
        max_age=int(sessions.REFRESH_LIFE.total_seconds()),
        path="/",
        secure=runtime.settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/auth/login", openapi_extra=_body(auth.Login))
async def login(request: Request) -> Response:
    """Sign in on a device: access token, deposit token and the refresh cookie; 401 `bad_credentials`."""
    runtime = runtime_of(request)
    asked = _parse(auth.Login, await request.body())
    return _signed_in(runtime, await run_in_threadpool(auth.log_in, runtime, asked, address_of(request)))


@router.post("/auth/password", openapi_extra=_body(auth.NewPassword))
async def password(request: Request) -> Response:
    """Choose a new password; 401 `bad_credentials` for the present one, 422 `password_weak` with `rules`."""
    runtime, token = runtime_of(request), token_of(request)
    await run_in_threadpool(sessions.require_holder, runtime, token)
    wanted = _parse(auth.NewPassword, await request.body())
    return _signed_in(runtime, await run_in_threadpool(auth.choose_password, runtime, token, wanted))


@router.post("/auth/codes/{user_id}")
def issue_code(user_id: str, request: Request) -> Response:
    """A one-time code for a user, shown once: it opens nothing but the choice of a password."""
    runtime = runtime_of(request)
    with runtime.db.read() as session:
        bearer = sessions.reader(runtime, session, token_of(request))
    return json_response(auth.issue_code(runtime, bearer, user_id))


@router.post("/auth/refresh", openapi_extra=_body(sessions.Refresh))
async def refresh(request: Request) -> Response:
    """A new access token for the cookie; 401 when the session is over, 409 for another device's cookie."""
    same_site(request)
    runtime = runtime_of(request)
    asked = _parse(sessions.Refresh, await request.body())
    cookie = request.cookies.get(_cookie_name(runtime))
    return _signed_in(runtime, await run_in_threadpool(sessions.refresh, runtime, cookie, asked.device))


@router.post("/auth/logout", status_code=204)
async def logout(request: Request) -> Response:
    """End the session of this cookie."""
    runtime = runtime_of(request)
    await run_in_threadpool(sessions.log_out, runtime, request.cookies.get(_cookie_name(runtime)))
    response = Response(status_code=204)
    response.delete_cookie(
        _cookie_name(runtime),
        path="/",
        secure=runtime.settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/sync/push")
async def push(request: Request) -> Response:
    """Deposit queued entries; every one is stored, then applied or held."""
    token = token_of(request)
    return json_response(await run_in_threadpool(sync.push, runtime_of(request), token, await request.body()))


@router.post("/sync/known")
async def known(request: Request) -> Response:
    """Which of up to 500 entries this phone made are here."""
    runtime, token = runtime_of(request), token_of(request)
    await run_in_threadpool(sessions.require_depositor, runtime, token)
    return json_response(await run_in_threadpool(balance.known, runtime, token, await request.body()))


@router.post("/sync/import", max_body_size=rescue.MAX_FILE)
async def import_rescue_file(request: Request) -> Response:
    """Take in a rescue file at the desk: the same entries under the same ids, their author that of the phone."""
    runtime, token = runtime_of(request), token_of(request)
    await run_in_threadpool(rescue.require_importer, runtime, token)
    return json_response(await run_in_threadpool(rescue.import_file, runtime, token, await request.body()))


@router.post("/sync/sealed", max_body_size=rescue.MAX_FILE)
async def deposit_sealed(request: Request) -> Response:
    """Take in what a phone that was told to wipe had sealed; 429 where one that is shut out comes too soon."""
    runtime, token = runtime_of(request), token_of(request)
    await run_in_threadpool(sessions.require_depositor, runtime, token)
    return json_response(await run_in_threadpool(rescue.deposit_file, runtime, token, await request.body()))


@router.get("/sync/manifest")
def manifest(request: Request) -> Response:
    """The list of all bundles this user carries now, with their revs; 304 if nothing moved, 426 for an app too old."""
    runtime = runtime_of(request)
    sync.require_current(runtime, request.headers.get("x-app"))
    with reading(runtime, token_of(request)) as (session, principal):
        etag, body = sync.manifest(runtime, session, principal)
    if request.headers.get("if-none-match") == etag:
        MANIFESTS.labels("304").inc()
        return Response(status_code=304, headers={"etag": etag})
    MANIFESTS.labels("200").inc()
    PULLED.labels("manifest").inc(len(body))
    return Response(body, media_type="application/json", headers={"etag": etag})


LISTENED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`data: moved` whenever something of the caller's moved",
        "content": {"text/event-stream": {}},
    },
    204: {"description": "Nobody can listen here now: look at the manifest from time to time instead"},
}


@router.get("/sync/events", responses=LISTENED)
async def events(request: Request) -> Response:
    """Server-sent events: that something of yours moved, and never what; a comment every 20 s; ends with the token."""
    runtime, token = runtime_of(request), token_of(request)
    stream = await run_in_threadpool(_listener, runtime, token)
    if not runtime.live.has_room:
        return Response(status_code=204)
    return StreamingResponse(
        runtime.live.frames(stream),
        media_type="text/event-stream",
        headers={"cache-control": "private, no-store, no-transform", "x-accel-buffering": "no"},
    )


def _listener(runtime: Runtime, token: str) -> Stream:
    def enter(session: Session) -> Principal:
        bearer = sessions.reader(runtime, session, token)
        return principal_of(session, bearer.user, bearer.device)

    with reading(runtime, token) as (_, principal):
        assert principal.device is not None  # noqa: S101 – an access token names one
        return Stream(principal.device.id, enter, tokens.end_of(token), principal.scopes)


@router.post("/sync/bundles")
async def bundles(request: Request) -> Response:
    """The content of up to 100 bundles; keys unknown or out of reach come back in `gone`."""
    token, raw = token_of(request), await request.body()
    return Response(
        await run_in_threadpool(_bundles, runtime_of(request), token, raw), media_type="application/json"
    )


def _bundles(runtime: Runtime, token: str, raw: bytes) -> bytes:
    with reading(runtime, token) as (session, principal):
        return sync.bundles(runtime, session, principal, raw)


@router.put("/attachments/{attachment_id}", max_body_size=MAX_UPLOAD)
async def put_attachment(attachment_id: str, request: Request) -> Response:
    """The bytes of a file an op has named: 201 stored, 200 already, 409 `unknown`, 422 the hash differs."""
    token, raw = token_of(request), await request.body()
    sha256 = request.headers.get("x-sha256", "")
    fresh = await run_in_threadpool(uploads.put, runtime_of(request), token, attachment_id, sha256, raw)
    return json_response({"id": attachment_id, "state": "stored"}, 201 if fresh else 200)


@router.get("/attachments/{attachment_id}/picture")
def get_picture(attachment_id: str, request: Request) -> Response:
    """The picture, made anew without metadata; 404 for one that is not here or not yours to see."""
    runtime = runtime_of(request)
    content = uploads.picture(runtime, lambda: reading(runtime, token_of(request)), attachment_id)
    headers = {
        "content-disposition": "attachment; filename=picture.jpg",
        "content-security-policy": "sandbox; default-src 'none'",
        "cross-origin-resource-policy": "same-origin",
    }
    return Response(content, media_type="image/jpeg", headers=headers)
