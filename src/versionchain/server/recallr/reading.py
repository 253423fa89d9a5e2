"""What RecallrAI's reads need of the store.

May live here: finding a user's memories, the chain of one, what it is connected with, and which
categories a project knows. May not be known here: HTTP.

Each item is put together from one read of its chain, so a deletion between two reads of a listing
leaves no item that contradicts itself.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from ... import MemoryStore, MemoryVersion, NotFoundError
from ..kept import Realm, everybody, everything
from . import wire
from .shapes import MemoryItem


def one(
    memories: MemoryStore, contact_id: str, memory_id: UUID, *, previous: bool, connected: bool
) -> MemoryItem | None:
    """A user's version as an item; None for what is not there, or the user's. O(its chain)."""
    try:
        chain = memories.history(memory_id, contact_id=contact_id)
    except NotFoundError:
        return None
    places = {version.id: place for place, version in enumerate(chain)}
    at = places.get(str(memory_id))  # a chain's own id is no memory's
    return None if at is None else _item(memories, chain, at, previous, connected)


def latest_ones(
    memories: MemoryStore,
    contact_id: str,
    heads: Iterable[MemoryVersion],
    *,
    previous: bool,
    connected: bool,
) -> list[MemoryItem]:
    """Memories as items of their latest versions; those deleted meanwhile are left out."""
    items = []
    for head in heads:
        try:
            chain = memories.history(head.id, contact_id=contact_id)
        except NotFoundError:
            continue
        items.append(_item(memories, chain, len(chain) - 1, previous, connected))
    return items


def unknown_categories(
    memories: MemoryStore, realm: Realm, asked: Sequence[str], heads: Iterable[MemoryVersion]
) -> list[str]:
    """Which of the categories the project does not know, in the order of the question.

    It knows those that it was created with, and those of any version in it that is not deleted; how
    the service comes by its own is not documented: an assumption. O(1) for what the user's own
    memories have; O(the project) at worst.
    """
    left = dict.fromkeys(asked)
    _drop(left, realm.categories)
    for head in heads:
        _drop(left, head.categories)
    if left:
        for contact_id in everybody(memories):
            for version in _versions(memories, contact_id):
                _drop(left, version.categories)
            if not left:
                break
    return list(left)


def matching(
    memories: MemoryStore,
    contact_id: str,
    *,
    categories: Sequence[str],
    session_ids: Sequence[str],
    metadata: dict[str, object] | None,
) -> list[MemoryVersion]:
    """A user's memories that pass the filters, the newest first. O(the user's memories).

    What the service keeps as a session's metadata is here the metadata of the memory: the fake
    keeps no sessions. An assumption.

    Raises:
        InvalidInputError: the metadata may not come in.
    """
    found = everything(memories, contact_id, metadata=metadata)
    wanted, sessions = frozenset(categories), frozenset(session_ids)
    return [
        version
        for version in found
        if (not wanted or not wanted.isdisjoint(version.categories))
        and (not sessions or version.session_id in sessions)
    ]


def _item(
    memories: MemoryStore,
    chain: Sequence[MemoryVersion],
    at: int,
    previous: bool,
    connected: bool,
) -> MemoryItem:
    others: list[MemoryVersion] | None = None
    if connected:
        others = _neighbours(memories, chain[-1]) if at == len(chain) - 1 else []
    return wire.item(chain, at, previous=previous, connected=others)


def _neighbours(memories: MemoryStore, latest: MemoryVersion) -> list[MemoryVersion]:
    """The latest versions of what a memory is connected with, of the same user alone."""
    found = []
    try:
        links = memories.connections(latest.chain_id)
    except NotFoundError:
        return []
    for link in links:
        other = link.target_id if link.source_id == latest.chain_id else link.source_id
        try:
            found.append(memories.latest(other, contact_id=latest.contact_id))
        except NotFoundError:
            continue
    return found


def _versions(memories: MemoryStore, contact_id: str) -> Iterable[MemoryVersion]:
    after = None
    while True:
        page = memories.versions(contact_id, limit=1000, after=after)
        yield from page.items
        after = page.next_cursor
        if after is None:
            return


def _drop(left: dict[str, None], known: Iterable[str]) -> None:
    for category in known:
        left.pop(category, None)
