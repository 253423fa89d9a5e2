"""Cursors that were cut, altered, or made for something else.

May live here: taking cursors and spoiling them. May not be known here: what a cursor holds.
"""

import base64
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from versionchain import InvalidInputError, MemoryStore, Status

from .asking import TENANTS, Both, judged, told

QUERIES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("contacts", {}),
    ("memories", {"contact_id": "ada"}),
    ("memories", {"contact_id": "ada", "session_id": "s"}),
    ("memories", {"contact_id": "ada", "metadata": {"k": 1}}),
    ("memories", {"contact_id": "ada", "categories": ["c"]}),
    ("memories", {"contact_id": "Ada"}),
    ("versions", {"contact_id": "ada"}),
    ("versions", {"contact_id": "ada", "status": Status.CURRENT}),
    ("versions", {"contact_id": "ada", "status": Status.SUPERSEDED}),
    ("revisions", {}),
    ("revisions", {"since": 1}),
    ("revisions", {"contact_id": "ada"}),
)
FIRST: Final = (0, 1, 6, 9)
"""Those of QUERIES that have a second page, a listing each."""
LETTERS: Final = "ABab01-_+/= \n\0é\ud800"


def handles(store: MemoryStore) -> list[Any]:
    """Who lists: both tenants, and two older states of one."""
    return [*map(store.for_tenant, TENANTS), store.at(5), store.at(6)]


def spoiled(random: Random, cursor: str, other: str) -> str:
    """A cursor, spoiled in one way or two."""
    spoilt = cursor
    for _ in range(random.choice([1, 1, 2])):
        at = random.randrange(len(spoilt) or 1)
        spoilt = random.choice(
            [
                spoilt[:at],
                spoilt[at:],
                spoilt[:at] + random.choice(LETTERS) + spoilt[at + 1 :],
                spoilt[:at] + random.choice(LETTERS) + spoilt[at:],
                spoilt + random.choice(LETTERS) * random.randint(1, 4),
                spoilt + other,
                spoilt.swapcase(),
                spoilt[::-1],
                spoilt[:12] + other[12:],
                other[:12] + spoilt[12:],
                _flipped(random, spoilt),
                base64.b64encode(spoilt.encode(errors="replace")).decode(),
                base64.b64encode(_bytes(spoilt)).decode() + "=",
                base64.urlsafe_b64encode(_bytes(spoilt)[:9] + b"[1,2]").decode().rstrip("="),
                base64.urlsafe_b64encode(_bytes(spoilt) + b" ").decode().rstrip("="),
                base64.b32encode(_bytes(spoilt)).decode(),
            ]
        )
    return spoilt


def _bytes(cursor: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        return b""


def _flipped(random: Random, cursor: str) -> str:
    raw = bytearray(_bytes(cursor) or b"a")
    raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cursors(both: Both, random: Random) -> Iterator[str]:
    """Gives one listing a cursor that is not its own. Yields what must not be."""
    listing, sought = QUERIES[random.choice(FIRST)]
    taken = [
        getattr(handle, listing)(**sought, limit=1).next_cursor for handle in _all(both, listing)
    ]
    own, others = taken[0], [each for each in taken[1:] if each]
    if random.random() < 0.4:
        wrong = random.choice(
            [(name, given) for name, given in QUERIES if (name, given) != (listing, sought)]
        )
        yield from _refused(both, wrong[0], wrong[1], own, 0)
        return
    if random.random() < 0.3:
        who = random.choice(range(1, 2 if listing == "revisions" else 4))
        yield from _refused(both, listing, sought, own, who)
        return
    spoilt = spoiled(random, own, random.choice(others))
    if spoilt == own:
        page = getattr(both.stores[0], listing)(**sought, after=spoilt, limit=random.randint(1, 9))
        if not page.items:
            yield "a page goes on after the last"
        return
    yield from _refused(both, listing, sought, spoilt, 0)


def _all(both: Both, listing: str) -> list[Any]:
    those = handles(both.stores[0])
    return those[:2] if listing == "revisions" else those


def _refused(
    both: Both, listing: str, sought: dict[str, Any], cursor: str, who: int
) -> Iterator[str]:
    answers = []
    for store in both.stores:
        handle = handles(store)[who]
        answers.append(told(lambda h=handle: getattr(h, listing)(**sought, after=cursor)))  # type: ignore[misc]
    for finding in judged(answers, InvalidInputError):
        yield f"{listing} {sought} after {cursor!r}: {finding}"
    if not both.unchanged():
        yield "something was written"
