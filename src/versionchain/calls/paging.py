"""How a listing becomes pages.

May live here: filling one page from a backend's chunks, and its cursor.
May not be known here: what is listed.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from .. import cursor
from ..model import Page

T = TypeVar("T")
P = TypeVar("P")

_MOST = 1000


def fill(
    fetch: Callable[[P | None, int], Sequence[T]],
    start: P | None,
    position: Callable[[T], P],
    keeps: Callable[[T], bool],
    limit: int,
) -> tuple[Sequence[T], P | None]:
    """The next `limit` items that pass, and the position to go on from; None where no more pass.

    Chunks grow, so that a filter that passes little costs few round trips. O(items looked at).
    """
    kept: list[T] = []
    at, size = start, limit + 1
    while True:
        chunk = fetch(at, size)
        kept += filter(keeps, chunk)
        if len(kept) > limit:
            return first(kept, position, limit)
        if len(chunk) < size:
            return kept, None
        at, size = position(chunk[-1]), min(size * 2, _MOST)


def first(
    found: Sequence[T], position: Callable[[T], P], limit: int
) -> tuple[Sequence[T], P | None]:
    """The first `limit` of what was found, and the position to go on from, or None. O(n)."""
    if len(found) <= limit:
        return found, None
    return found[:limit], position(found[limit - 1])


def page(
    tenant: str, query: cursor.Query, items: Sequence[T], after: Sequence[int | str] | None
) -> Page[T]:
    """A page that goes on after the position `after`, where there is one. O(n)."""
    return Page(tuple(items), None if after is None else cursor.encode(tenant, query, after))
