"""Whether the structures in memory agree with each other.

May live here: one check a structure, by name. May not be known here: how to repair one.
"""

from collections.abc import Iterator
from itertools import pairwise

from ...model import Invariant, Violation, position
from .state import Contact, State


def self_check(state: State) -> Iterator[Violation]:
    """What is wrong with the indexes and counters of a tenant. O(n)."""
    yield from _ids(state)
    yield from _marks(state)
    for contact in state.contacts.values():
        yield from _listings(state, contact)


def _ids(state: State) -> Iterator[Violation]:
    for id in state.versions.keys() & state.chains.keys():
        yield Violation(Invariant.IDS_UNIQUE, id, "is a version's and a chain's")
    for id, version in state.versions.items():
        chain = state.chains.get(version.chain_id)
        if version.id != id or chain is None or id not in chain.ids:
            yield Violation(Invariant.COUNTERS, id, "the index by id and the chain disagree")


def _marks(state: State) -> Iterator[Violation]:
    marked = {id: revision for revision, ids in state.marked.items() for id in ids}
    for id, version in state.versions.items():
        if marked.get(id) != version.deleted_revision:
            yield Violation(Invariant.COUNTERS, id, "the index of marks disagrees")


def _listings(state: State, contact: Contact) -> Iterator[Violation]:
    versions = [state.versions[id] for chain in contact.chains.values() for id in chain.ids]
    if contact.order != [version.id for version in sorted(versions, key=position)]:
        yield Violation(Invariant.COUNTERS, contact.id, "the listing of versions disagrees")
    latest = sorted(
        (*position(state.versions[chain.latest_id]), chain.latest_id)
        for chain in contact.chains.values()
        if chain.latest_id is not None
    )
    in_order = all(a < b for a, b in pairwise(contact.heads))
    if not in_order or list(filter(state.leads, contact.heads)) != latest:
        yield Violation(Invariant.COUNTERS, contact.id, "the listing of memories disagrees")
    living = sum(version.deleted_revision is None for version in versions)
    counted = (contact.memories, contact.living, contact.deleted)
    if counted != (len(latest), living, len(versions) - living):
        yield Violation(Invariant.COUNTERS, contact.id, "the counters disagree")
