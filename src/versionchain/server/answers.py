"""Answers that can always be written.

May live here: JSON that never fails to encode, and the wait of a time-out.
May not be known here: any service's shapes.
"""

import asyncio
import json
import math
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response

_DEPTH: Final = 32


def json_answer(status: int, body: object) -> Response:
    """An answer that repeats what a client sent, whatever that was. O(size).

    A lone surrogate comes back as its escape, and what JSON lacks as text.
    """
    return Response(json.dumps(plain(body), allow_nan=False), status, media_type="application/json")


def plain(value: object, depth: int = _DEPTH) -> Any:
    """`value` with nothing in it that JSON lacks, and nothing below a depth. O(size).

    Example:
        >>> plain({"a": (1, float("nan"), b"x")})
        {'a': [1, 'nan', 'x']}
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): plain(each, depth - 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each, depth - 1) for each in value]
    return str(value)


async def wait_for_giving_up(request: Request, seconds: float) -> None:
    """Waits until the client has gone, for `seconds` at most."""
    end = monotonic() + seconds
    while (left := end - monotonic()) > 0 and not await request.is_disconnected():
        await asyncio.sleep(min(left, 0.05))
