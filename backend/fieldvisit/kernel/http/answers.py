"""Answers as bytes, rendered once."""

from typing import Any

import orjson
from fastapi import Response


def json_response(body: Any, status: int = 200, *, media_type: str = "application/json") -> Response:
    """JSON that no cache keeps."""
    return Response(orjson.dumps(body), status, media_type=media_type)
