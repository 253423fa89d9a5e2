"""Whether the structures in memory agree with each other.

May live here: one check a structure, by name. May not be known here: how to repair one.
"""

from collections.abc import Iterator
from itertools import pairwise

from ...model import Invariant, Violation, position
from .state import Chain, Contact, State, rank


def self_check(state: State) -> Iterator[Violation]:
    """What is wrong with the indexes and counters of a tenant. O(n)."""
    yield from _ids(state)
    yield from _living(state)
    yield from _marks(state)
    yield from _listings(state)


def _ids(state: State) -> Iterator[Violation]:
    for chain in state.every_chain():
        if chain.id in state.versions:
            yield Violation(Invariant.IDS_UNIQUE, chain.id, "is a version's and a chain's")
    listed = {id: chain.id for chain in state.every_chain() for id in chain.ids}
    for id, version in state.versions.items():
        if version.id != id or listed.get(id) != version.chain_id:
            yield Violation(Invariant.COUNTERS, id, "the index by id and the chain disagree")


def _living(state: State) -> Iterator[Violation]:
    for chain in state.every_chain():
        if chain.living != [state.versions.get(id) for id in chain.ids if id not in state.marks]:
            yield Violation(Invariant.COUNTERS, chain.id, "the chain and the index by id disagree")
    living = state.versions.keys() - state.marks.keys()
    named = {id: chain for id, chain in state.chains.items() if id != chain.id}
    for id in living ^ named.keys():
        yield Violation(Invariant.COUNTERS, id, "the index of memories disagrees")
    for id in living & named.keys():
        if named[id].id != state.versions[id].chain_id:
            yield Violation(Invariant.COUNTERS, id, "the index of memories leads to another")


def _marks(state: State) -> Iterator[Violation]:
    marked = {id: revision for revision, ids in state.marked.items() for id in ids}
    for id in marked.keys() | state.marks.keys():
        mark = state.marks.get(id)
        if mark is None or marked.get(id) != mark.number or id not in state.versions:
            yield Violation(Invariant.COUNTERS, id, "the index of marks disagrees")


def _listings(state: State) -> Iterator[Violation]:
    chains: dict[str, list[Chain]] = {}
    for chain in state.every_chain():
        chains.setdefault(chain.contact_id, []).append(chain)
    for contact in state.contacts.values():
        its = chains.get(contact.id, [])
        versions = [state.versions[id] for chain in its for id in chain.ids]
        if contact.order != [version.id for version in sorted(versions, key=position)]:
            yield Violation(Invariant.COUNTERS, contact.id, "the listing of versions disagrees")
        latest = sorted((chain.living[-1] for chain in its if chain.living), key=position)
        if not _in_order(contact) or list(filter(None, contact.heads)) != latest:
            yield Violation(Invariant.COUNTERS, contact.id, "the listing of memories disagrees")
        deleted = sum(version.id in state.marks for version in versions)
        if (contact.holes, contact.deleted) != (contact.heads.count(None), deleted):
            yield Violation(Invariant.COUNTERS, contact.id, "the counters disagree")


def _in_order(contact: Contact) -> bool:
    """Whether the ranks of a contact's latest versions rise, and are theirs."""
    rise = all(a < b for a, b in pairwise(contact.ranks))
    pairs = zip(contact.heads, contact.ranks, strict=False)
    true = all(head is None or rank(position(head)) == its for head, its in pairs)
    return rise and true and len(contact.heads) == len(contact.ranks)
