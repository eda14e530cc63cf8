"""Who is calling: the bearer of a token, and the snapshot or runtime his request works with."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request
from sqlalchemy.orm import Session

from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import Principal, principal_of
from fieldvisit.kernel.sessions import reader
from fieldvisit.kernel.tokens import unauthorised


def runtime_of(request: Request) -> Runtime:
    """The running server."""
    runtime = request.app.state.runtime
    assert isinstance(runtime, Runtime)  # noqa: S101
    return runtime


def token_of(request: Request) -> str:
    """The bearer token; raises Problem 401 where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthorised()
    return token


@contextmanager
def reading(runtime: Runtime, token: str) -> Iterator[tuple[Session, Principal]]:
    """One snapshot with the caller in it, as he stands now."""
    with runtime.db.read() as session:
        bearer = reader(runtime, session, token)
        yield session, principal_of(session, bearer.user, bearer.device)


def same_site(request: Request) -> None:
    """Refuse a cookie that another site's page made the browser send (403)."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") or not request.headers.get("content-type", "").startswith(
        "application/json"
    ):
        raise Problem(403, "forbidden")


def address_of(request: Request) -> str:
    """Where a request comes from: the peer, or behind our own proxies what the outermost of them saw."""
    peer = request.client.host if request.client else "?"
    hops = runtime_of(request).settings.proxy_hops
    if hops == 0:
        return peer
    seen = [*request.headers.get("x-forwarded-for", "").split(","), peer]
    return seen[max(len(seen) - 1 - hops, 0)].strip() or peer
