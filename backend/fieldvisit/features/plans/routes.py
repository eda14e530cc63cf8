"""A month proposed by search: nothing is written by it, and it may take seconds."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from fieldvisit.features.plans.proposals import MonthProposal, ProposeMonth, ask, propose
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.commands import args_invalid
from fieldvisit.kernel.http.answers import json_response
from fieldvisit.kernel.http.callers import reading, runtime_of, token_of
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.values import canonical, parse_json

router = APIRouter(prefix="/api")
DESCRIBED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": ProposeMonth.model_json_schema()}},
    },
}


@router.post(
    "/visit_plans/propose",
    tags=["visit_plans"],
    operation_id="propose_month",
    response_model=MonthProposal,
    openapi_extra=DESCRIBED,
)
async def propose_month(request: Request) -> Response:
    """Propose a month: every shop as often as its size asks, balanced over the working days he is there, each day in a sensible order.

    What is fixed stays; what finds no room is named. 503 `busy` while another month is sought.
    """
    raw = await request.body()
    return await run_in_threadpool(_propose, runtime_of(request), token_of(request), raw)


def _propose(runtime: Runtime, token: str, raw: bytes) -> Response:
    with reading(runtime, token) as (session, principal):
        try:
            asked = ProposeMonth.model_validate_json(canonical(parse_json(raw)))
        except ValidationError as error:
            raise args_invalid(error) from None
        month, days = ask(session, principal, asked, today())
    return json_response(propose(month, days).model_dump(mode="json"))
