"""The listing of a contact's memories.

May live here: how latest versions get into it and out of it. May not be known here: why.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from ...model import MemoryVersion, position
from .journal import Journal
from .state import Contact, rank

Move = tuple[Contact, MemoryVersion | None, MemoryVersion | None]
"""A contact, and the latest version of one of its chains before a change and after it."""

_SPARE: Final = 8
"""How many holes a listing may have, beside a quarter of its memories."""

_FEW: Final = 16
"""So many moves, or fewer, are made one by one: each moves what stands behind it. More take one
pass over the listing together."""


def lead(journal: Journal, moves: Sequence[Move]) -> None:
    """Makes moves. O(those · log n), and one pass where they are many."""
    for _, group in groupby(moves, key=lambda each: each[0].id):
        its = list(group)
        if len(its) > _FEW:
            _relist(journal, its[0][0], its)
        else:
            for each in its:
                move(journal, *each)


def move(
    journal: Journal, contact: Contact, before: MemoryVersion | None, after: MemoryVersion | None
) -> None:
    """Puts a chain's latest version, where it is another now, into its contact's listing."""
    heads, ranks = contact.heads, contact.ranks
    if before is not None and (after is None or after.id != before.id):
        at = bisect_left(ranks, rank(position(before)))
        journal.splice(heads, at, at + 1, [None])
        journal.set(contact, "holes", contact.holes + 1)
    if after is not None and after is not before:
        key = rank(position(after))
        at = bisect_left(ranks, key)
        if at == len(ranks):
            journal.append(ranks, key)
            journal.append(heads, after)
            if before is None:
                return  # no hole was made
        elif ranks[at] == key:
            if heads[at] is None:
                journal.set(contact, "holes", contact.holes - 1)
            journal.splice(heads, at, at + 1, [after])
        else:
            journal.splice(ranks, at, at, [key])
            journal.splice(heads, at, at, [after])
    if contact.holes > _SPARE + contact.memories // 4:
        _relist(journal, contact, ())


def _relist(journal: Journal, contact: Contact, moves: Iterable[Move]) -> None:
    """Makes the listing anew, without holes and with some moves made. O(n log n)."""
    listed = dict(zip(contact.ranks, contact.heads, strict=True))
    for _, before, _ in moves:
        if before is not None:
            del listed[rank(position(before))]
    for _, _, after in moves:
        if after is not None:
            listed[rank(position(after))] = after
    ranks = sorted(key for key, head in listed.items() if head is not None)
    journal.set(contact, "heads", [listed[key] for key in ranks])
    journal.set(contact, "ranks", ranks)
    journal.set(contact, "holes", 0)
