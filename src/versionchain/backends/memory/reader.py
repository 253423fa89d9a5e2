"""Reading a tenant in memory as it stands now.

May live here: answers read off the structures. May not be known here: writing, older states.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from operator import attrgetter

from ...chain import Marked, Outline, Span, gather, node
from ...facts import ChainFacts, ConnectionFacts, VersionFacts
from ...model import Connection, Count, MemoryVersion, Position, Revision, Violation, position
from ..base import sorted_connections
from .check import self_check
from .state import Chain, State


class NowReader:
    """The newest state of one tenant. `base.Reader` says what each method promises."""

    def __init__(self, state: State) -> None:
        self._state = state

    def newest(self) -> tuple[int, datetime | None]:
        revisions = self._state.revisions
        return (revisions[-1].number, revisions[-1].created_at) if revisions else (0, None)

    def version(self, version_id: str) -> MemoryVersion | None:
        return None if version_id in self._state.marks else self._state.versions.get(version_id)

    def head(self, id: str) -> MemoryVersion | None:
        chain = self._state.chains.get(id)
        return None if chain is None else chain.latest

    def history(self, id: str, *, include_deleted: bool) -> list[MemoryVersion]:
        if include_deleted:
            chain = self._state.chain_of(id)
            return [] if chain is None else list(map(self._state.version, chain.ids))
        chain = self._state.chains.get(id)
        return [] if chain is None else list(chain.living)

    def memories(
        self, contact_id: str, *, before: Position | None, limit: int
    ) -> list[MemoryVersion]:
        contact = self._state.contacts.get(contact_id)
        return [] if contact is None else contact.newest(before, limit)

    def versions(
        self, contact_id: str, *, deleted: bool, after: Position | None, limit: int
    ) -> list[MemoryVersion]:
        contact = self._state.contacts.get(contact_id)
        if contact is None:
            return []
        versions, marks = self._state.versions, self._state.marks
        start = 0
        if after is not None:
            start = bisect_right(contact.order, after, key=lambda id: position(versions[id]))
        wanted = (id for id in islice(contact.order, start, None) if (id in marks) is deleted)
        return list(map(self._state.version, islice(wanted, limit)))

    def contacts(self, *, after: str | None, limit: int) -> list[str]:
        contacts = self._state.contacts
        ids = contacts.irange(minimum=after, inclusive=(False, True))
        return list(islice((id for id in ids if contacts[id].memories), limit))

    def seen(self, contact_id: str) -> bool:
        return contact_id in self._state.contacts

    def count(self, contact_id: str) -> Count:
        contact = self._state.contacts.get(contact_id)
        if contact is None:
            return Count(0, 0, 0)
        return Count(contact.memories, len(contact.order) - contact.deleted, contact.deleted)

    def span(self, last: MemoryVersion, *, first: int) -> Span:
        chain = self._state.chains[last.chain_id]
        living, start, stop = chain.living, chain.below(first), chain.up_to(last.number)
        return Span(
            chain.id,
            chain.contact_id,
            first=first,
            last=last.number,
            count=stop - start,
            left=node(living[start - 1]) if start else None,
            right=node(living[stop]) if stop < len(living) else None,
            latest=node(living[-1]),
        )

    def outline(self, chain_id: str) -> Outline:
        chain = self._state.chains[chain_id]
        return Outline(chain.id, chain.contact_id, tuple(map(node, chain.living)))

    def outlines(self, contact_id: str) -> list[Outline]:
        return [self.outline(chain.id) for chain in self._memories(contact_id)]

    def spans(self, contact_id: str) -> list[Span]:
        return [
            Span(
                chain.id,
                contact_id,
                first=chain.living[0].number,
                last=chain.living[-1].number,
                count=len(chain.living),
                left=None,
                right=None,
                latest=node(chain.living[-1]),
            )
            for chain in self._memories(contact_id)
        ]

    def marked_by(self, revision: int, contact_id: str) -> list[Marked]:
        state = self._state
        by_chain: dict[str, list[MemoryVersion]] = {}
        for id in state.marked.get(revision, ()):
            version = state.versions[id]
            if version.contact_id == contact_id:
                by_chain.setdefault(version.chain_id, []).append(version)
        return [gather(by_chain[chain_id], self.head(chain_id)) for chain_id in sorted(by_chain)]

    def marked_until(self, revision: int) -> dict[str, int]:
        found: dict[str, int] = {}
        for mark, ids in self._state.marked.items():
            if mark <= revision:
                for id in ids:
                    contact_id = self._state.versions[id].contact_id
                    found[contact_id] = found.get(contact_id, 0) + 1
        return found

    def purge_due(self) -> bool:
        return False  # what is dropped in memory is gone

    def last_number(self, chain_id: str) -> int:
        return self._state.chains[chain_id].last_number

    def ids(self, prefix: str, *, limit: int) -> list[str]:
        every = self._state.versions.keys() | self._state.chains.keys()
        return sorted(id for id in every if id.startswith(prefix))[:limit]

    def connections(self, chain_id: str) -> list[Connection]:
        state = self._state
        found = []
        for key in state.linked.get(chain_id, ()):
            connection = self.connection(*key)
            if connection is not None and all(state.chains[end].living for end in key[:2]):
                found.append(connection)
        return sorted_connections(found)

    def connection(self, source_id: str, target_id: str, kind: str) -> Connection | None:
        intervals = self._state.connections.get((source_id, target_id, kind), ())
        if not intervals or intervals[-1].until is not None:
            return None
        return intervals[-1].connection

    def revisions(self, *, since: int, contact_id: str | None, limit: int) -> list[Revision]:
        revisions = self._state.revisions
        if contact_id is None:
            return revisions[since : since + limit]
        touched = self._state.touched.get(contact_id, [])
        start = bisect_right(touched, since)
        return [revisions[number - 1] for number in touched[start : start + limit]]

    def chains(self) -> Iterator[ChainFacts]:
        for chain in sorted(self._state.every_chain(), key=attrgetter("id")):
            yield self._facts(chain)

    def links(self) -> Iterator[ConnectionFacts]:
        for key in sorted(self._state.connections):
            yield from self._state.connections[key]

    def facts_of(self, id: str) -> ChainFacts | None:
        chain = self._state.chain_of(id)
        return None if chain is None else self._facts(chain)

    def facts_of_contact(self, contact_id: str) -> list[ChainFacts]:
        contact = self._state.contacts.get(contact_id)
        return [] if contact is None else list(map(self._facts, self._state.chains_of(contact)))

    def links_of(self, chain_id: str) -> list[ConnectionFacts]:
        state = self._state
        return [each for key in state.linked.get(chain_id, ()) for each in state.connections[key]]

    def known_contacts(self, *, after: str | None, limit: int) -> list[str]:
        ids = self._state.contacts.irange(minimum=after, inclusive=(False, True))
        return list(islice(ids, limit))

    def self_check(self) -> Iterator[Violation]:
        return self_check(self._state)

    def _memories(self, contact_id: str) -> list[Chain]:
        """A contact's chains that have a latest version, in order of their ids."""
        contact, chains = self._state.contacts.get(contact_id), self._state.chains
        heads = [] if contact is None else contact.heads
        return [chains[id] for id in sorted(head.chain_id for head in heads if head is not None)]

    def _facts(self, chain: Chain) -> ChainFacts:
        state = self._state
        versions = map(state.version, chain.ids)
        return ChainFacts(
            chain.id,
            chain.contact_id,
            chain.last_number,
            tuple(
                VersionFacts(each, position(each)[1], state.absences.get(each.id, ()))
                for each in versions
            ),
        )
