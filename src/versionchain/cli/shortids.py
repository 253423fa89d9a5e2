"""Ids as people type them: the first characters, as long as only one id begins so.

May live here: from what was typed to a whole id, and from a whole id to what is shown.
May not be known here: how either is printed.

What is shown can be typed back: a short id is the shortest beginning, of at least 8 characters,
that no other version's or memory's id of the tenant has, deleted ones included. So a retry of a
deletion with a short id never means another version than the first time.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ..calls import ReadCalls
from ..errors import NotFoundError
from ..model import MemoryVersion
from .exits import Exit, Failure

NOT_A_VERSION: Final = "NotAVersionError"
_LEAST: Final = 8
_WHOLE: Final = 36
_SHOWN: Final = 5
_HYPHENS: Final = (8, 12, 16, 20)


def normal(typed: str) -> str:
    """What was typed as the beginning of a canonical id: lower case, hyphens in their places.

    Raises:
        Failure: no id begins so.

    Example:
        >>> normal("7F3A91C0B2"), normal("7f3a91c0-")
        ('7f3a91c0-b2', '7f3a91c0')
    """
    digits = typed.strip().lower().replace("-", "")
    if not 1 <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        raise Failure(
            Exit.INVALID, "InvalidInputError", f"{typed!r} is not an id or the beginning of one."
        )
    ends = (0, *_HYPHENS, 32)
    groups = (digits[a:b] for a, b in pairwise(ends))
    return "-".join(filter(None, groups))


def short(store: ReadCalls, id: str) -> str:
    """The shortest beginning of an id that means it alone. O(log n)."""
    low, high = _LEAST, _WHOLE
    while low < high:
        middle = (low + high) // 2
        if len(store.find_ids(id[:middle], limit=2)) > 1:
            low = middle + 1
        else:
            high = middle
    return id[:low]


def find_chain(store: ReadCalls, typed: str) -> tuple[MemoryVersion, ...]:
    """All versions, deleted ones too, of the memory that a typed id names, oldest first.

    Several ids may begin so, if all are of one memory.

    Raises:
        NotFoundError: no id begins so.
        Failure: the ids of several memories do, or it can't be the beginning of one.
    """
    found = _found(store, typed)
    chains = {}
    for id in found:
        versions = store.history(id, include_deleted=True)
        chains[versions[0].chain_id] = versions
        if len(chains) > 1:
            raise _ambiguous(store, typed, found)
    return next(iter(chains.values()))


def find_version(
    store: ReadCalls, typed: str, *, deleted: bool = False
) -> tuple[MemoryVersion, tuple[MemoryVersion, ...]]:
    """The version that is not deleted which a typed id names, and all versions of its memory.

    Where a memory's id begins so too, the version is meant; deleted versions count, so that
    nothing is taken for another that was meant before.

    Args:
        store: where it is looked for.
        typed: the id, or the beginning of it.
        deleted: whether a deleted version may be named too.

    Raises:
        NotFoundError: no id begins so.
        Failure: it names a memory, a deleted version, or several versions.
    """
    found = _found(store, typed)
    named = [(id, store.history(id, include_deleted=True)) for id in found]
    versions = [(each, chain) for id, chain in named for each in chain if each.id == id]
    if not versions:
        raise _memory(store, typed, named[0][1])
    if len(versions) > 1:
        raise _ambiguous(store, typed, [each.id for each, _ in versions])
    version, chain = versions[0]
    if version.deleted_revision is not None and not deleted:
        raise Failure(
            Exit.NOT_FOUND,
            "NotFoundError",
            f"v{version.number} {short(store, version.id)} is deleted already. "
            f"Bring it back with: versionchain restore {version.deleted_revision}",
        )
    return version, chain


def find_memory(store: ReadCalls, typed: str) -> tuple[MemoryVersion, ...]:
    """All versions, deleted ones too, of the memory with a latest version that an id names.

    Raises:
        NotFoundError: no id begins so.
        Failure: the memory has ended, only a deleted version's id begins so, or the ids of
            several memories do.
    """
    chain = find_chain(store, typed)
    if all(each.deleted_revision is not None for each in chain):
        last = max(each.deleted_revision or 0 for each in chain)
        raise Failure(
            Exit.NOT_FOUND,
            "NotFoundError",
            f"The memory {short(store, chain[0].chain_id)} has ended. "
            f"Bring it back with: versionchain restore {last}",
        )
    prefix = normal(typed)
    living = [each.id for each in chain if each.deleted_revision is None]
    if not any(id.startswith(prefix) for id in (chain[0].chain_id, *living)):
        find_version(store, typed)  # says that it is deleted, and by which revision
    return chain


def find_token(store: ReadCalls, typed: str) -> tuple[MemoryVersion, tuple[MemoryVersion, ...]]:
    """The version to revise that a typed id names, and all versions of its memory.

    A version's id names that version, a memory's id its latest.

    Raises:
        NotFoundError: no id begins so.
        Failure: it names a deleted version, several versions, or a memory that has ended.
    """
    try:
        return find_version(store, typed)
    except Failure as failed:
        if failed.kind != NOT_A_VERSION:
            raise
    chain = find_memory(store, typed)
    return next(each for each in reversed(chain) if each.deleted_revision is None), chain


def _found(store: ReadCalls, typed: str) -> tuple[str, ...]:
    found = store.find_ids(normal(typed), limit=_SHOWN + 1)
    if not found:
        raise NotFoundError("memory or version", typed)
    if len(found) > _SHOWN:
        raise _ambiguous(store, typed, found)
    return found


def _ambiguous(store: ReadCalls, typed: str, found: Sequence[str]) -> Failure:
    shown = ", ".join(short(store, id) for id in found[:_SHOWN])
    more = ", and more" if len(found) > _SHOWN else ""
    return Failure(
        Exit.INVALID,
        "AmbiguousIdError",
        f"Several ids begin with {typed}: {shown}{more}. Type more of the one that you mean.",
        candidates=list(found[:_SHOWN]),
    )


def _memory(store: ReadCalls, typed: str, chain: Sequence[MemoryVersion]) -> Failure:
    living = [each for each in chain if each.deleted_revision is None]
    if living:
        latest = living[-1]
        hint = f"use a version of it: the latest is v{latest.number} {short(store, latest.id)}"
    else:
        hint = "all its versions are deleted already"
    return Failure(
        Exit.INVALID, NOT_A_VERSION, f"{typed} is a memory; {hint}. See: versionchain log"
    )
