"""What is asked while a case is taken down, and the door for a hotline's calls: nobody signs in there, every call is signed."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from fieldvisit.features.cases.hotline import HotlineCall, Seal, Taken, take
from fieldvisit.features.cases.lookup import Caller, SimilarCase, SimilarCases, callers, similar
from fieldvisit.features.cases.rules import TAKING
from fieldvisit.features.cases.similar import Told
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.collections import render
from fieldvisit.kernel.errors import bad_request, out_of_scope
from fieldvisit.kernel.http.answers import json_response
from fieldvisit.kernel.http.callers import address_of, reading, runtime_of, token_of
from fieldvisit.kernel.sync import require_confirmed
from fieldvisit.kernel.values import is_uuid

router = APIRouter(prefix="/api")
MAX_CALL = 64 * 1024
HEADERS = ("X-Hotline-Time", "X-Hotline-Nonce", "X-Hotline-Signature")
DESCRIBED: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in HEADERS
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": HotlineCall.model_json_schema()}},
    },
}


@router.post(
    "/hotline/cases",
    tags=["hotline"],
    operation_id="take_hotline_call",
    response_model=Taken,
    openapi_extra=DESCRIBED,
    max_body_size=MAX_CALL,
)
async def take_hotline_call(request: Request) -> Response:
    """A call becomes a case, once by its `call_id` however often it comes.

    `X-Hotline-Signature` is the hex HMAC-SHA-256, with the shared secret, over `X-Hotline-Time` (unix seconds), a dot,
    `X-Hotline-Nonce` (16–64 of `A–Z a–z 0–9 - _`), a dot and the body as it is sent.
    """
    runtime = runtime_of(request)
    seal = Seal(*(request.headers.get(name, "") for name in HEADERS))
    raw = await request.body()
    return json_response(asdict(await run_in_threadpool(take, runtime, seal, raw, address_of(request))))


MAX_CONTENT = 4000


@router.get(
    "/feedback_cases/similar",
    tags=["feedback_cases"],
    operation_id="similar_feedback_cases",
    response_model=SimilarCases,
)
def similar_cases(
    request: Request, customer_id: str = "", contact_phone: str = "", category: str = "", content: str = ""
) -> Response:
    """Cases that may be the matter that is being told, at most five, and the shops that have the number; only what you may see.

    Raises Problem 400 `filter_invalid`, 403 `forbidden` for who takes none down.
    """
    if "\0" in contact_phone or len(contact_phone) > 200 or (customer_id and not is_uuid(customer_id)):
        raise bad_request("filter_invalid")
    number = contact_phone.strip() or None
    asked = Told("", customer_id or None, number, category or None, content[:MAX_CONTENT])
    runtime = runtime_of(request)
    with reading(runtime, token_of(request)) as (session, principal):
        require_confirmed(session)
        if principal.role not in TAKING:
            raise out_of_scope("forbidden")
        cases = similar(session, principal, asked, now())
        shops = callers(session, principal, number)
        runtime.looks.note(principal, "list", "customers", [row.bundle_id for row in shops])
    told = {"cases": [render(SimilarCase, row) for row in cases]}
    return json_response(told | {"caller": [render(Caller, row) for row in shops]})
