"""Where a listing goes on.

May live here: a position as opaque text, and back. May not be known here: what is listed.

A cursor holds a position and a digest over the tenant, the query and that position. It carries no
right: the handle's tenant and the call's own arguments say what may be read, the digest only says
that the position was made for them. So a cursor stays good after reopening, in another process,
and with another limit.
"""

import base64
import binascii
import json
from collections.abc import Sequence

from .errors import InvalidInputError

_DIGEST_BYTES = 9

Query = Sequence[object]
Position = Sequence[int | str]


def encode(tenant: str, query: Query, position: Position) -> str:
    """The cursor for `position` in the listing that `query` names. O(its length)."""
    payload = json.dumps(position, separators=(",", ":")).encode()
    token = _digest(tenant, query, payload) + payload
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def decode(tenant: str, query: Query, cursor: str) -> list[int | str]:
    """The position that `cursor` holds. O(its length).

    Raises:
        InvalidInputError: it was cut, altered, or made for another tenant or query.

    Example:
        >>> decode("default", ["contacts"], encode("default", ["contacts"], ["ada"]))
        ['ada']
    """
    if type(cursor) is not str:
        raise InvalidInputError("after", "must be a page's next_cursor or None")
    try:
        token = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_")
    except (binascii.Error, ValueError):
        raise _foreign() from None
    digest, payload = token[:_DIGEST_BYTES], token[_DIGEST_BYTES:]
    canonical = base64.urlsafe_b64encode(token).decode().rstrip("=")
    if canonical != cursor or digest != _digest(tenant, query, payload):
        raise _foreign()
    position: list[int | str] = json.loads(payload)
    return position


def _digest(tenant: str, query: Query, payload: bytes) -> bytes:
    scope = json.dumps([tenant, *query], separators=(",", ":")).encode()
    import hashlib  # needed by few, and 2 ms of the package's import

    return hashlib.blake2b(scope + b"\0" + payload, digest_size=_DIGEST_BYTES).digest()


def _foreign() -> InvalidInputError:
    return InvalidInputError(
        "after",
        "is not a cursor of this listing: it was cut, altered, or made for another tenant or "
        "query. Start again without it",
    )
