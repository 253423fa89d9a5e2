"""Reading a tenant in memory as it stood after an older revision.

May live here: the same answers, from the facts and `chain.visible`.
May not be known here: writing. Other readers come here too while a writer's block is open: what
it changed belongs to a revision that is above theirs.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from ...chain import Marked, Outline, Span, Stamp, bury, linked, mark_at, node, visible
from ...model import Connection, Count, MemoryVersion, Position, Revision, position
from ..base import sorted_connections
from .reader import NowReader, marked
from .state import Chain, State


class AsOfReader(NowReader):
    """One tenant's state after revision `at`. A chain is read whole: O(its versions)."""

    def __init__(self, state: State, at: int) -> None:
        super().__init__(state)
        self._at = at

    def newest(self) -> tuple[int, datetime | None]:
        return (self._at, self._state.revisions[self._at - 1].created_at) if self._at else (0, None)

    def version(self, version_id: str) -> MemoryVersion | None:
        return next((v for v in self._living_of(version_id) if v.id == version_id), None)

    def head(self, id: str) -> MemoryVersion | None:
        living = self._living_of(id)
        named = id in self._state.chains or any(version.id == id for version in living)
        return living[-1] if living and named else None

    def history(self, id: str, *, include_deleted: bool) -> list[MemoryVersion]:
        living = self._living_of(id)
        if not include_deleted:
            return living if self.head(id) is not None else []
        chain = self._state.chain_of(id)
        if chain is None or not self._known(id):
            return []
        return sorted([*living, *self._deleted(chain)], key=lambda version: version.number)

    def memories(
        self, contact_id: str, *, before: Position | None, limit: int
    ) -> list[MemoryVersion]:
        latest = [living[-1] for living in self._chains_of(contact_id)]
        latest.sort(key=position, reverse=True)
        return list(islice((v for v in latest if before is None or position(v) < before), limit))

    def versions(
        self, contact_id: str, *, deleted: bool, after: Position | None, limit: int
    ) -> list[MemoryVersion]:
        found: list[MemoryVersion] = []
        contact = self._state.contacts.get(contact_id)
        for chain in contact.chains.values() if contact else ():
            found += self._deleted(chain) if deleted else self._living_at(chain)
        found.sort(key=position)
        return list(islice((v for v in found if after is None or position(v) > after), limit))

    def contacts(self, *, after: str | None, limit: int) -> list[str]:
        ids = self._state.contacts.irange(minimum=after, inclusive=(False, True))
        return list(islice((id for id in ids if any(self._chains_of(id))), limit))

    def seen(self, contact_id: str) -> bool:
        contact = self._state.contacts.get(contact_id)
        return contact is not None and any(self._known(id) for id in contact.order)

    def count(self, contact_id: str) -> Count:
        chains = list(self._chains_of(contact_id))
        deleted = self.versions(contact_id, deleted=True, after=None, limit=1 << 62)
        return Count(len(chains), sum(map(len, chains)), len(deleted))

    def span(self, chain_id: str, first: int, last: int) -> Span:
        chain = self._state.chains[chain_id]
        nodes = [node(version) for version in self._living_at(chain)]
        below = [each for each in nodes if each.number < first]
        above = [each for each in nodes if each.number > last]
        return Span(
            chain_id,
            chain.contact_id,
            first=first,
            last=last,
            count=len(nodes) - len(below) - len(above),
            left=below[-1] if below else None,
            right=above[0] if above else None,
            latest=nodes[-1],
        )

    def outline(self, chain_id: str) -> Outline:
        chain = self._state.chains[chain_id]
        return Outline(chain.id, chain.contact_id, tuple(map(node, self._living_at(chain))))

    def outlines(self, contact_id: str) -> list[Outline]:
        living = self._chains_of(contact_id)
        return [self.outline(id) for id in sorted(versions[0].chain_id for versions in living)]

    def marked_by(self, revision: int) -> list[Marked]:
        found = []
        for contact_id in self._state.revisions[revision - 1].contacts:
            for chain in self._state.contacts[contact_id].chains.values():
                those = [v for v in self._deleted(chain) if v.deleted_revision == revision]
                if those:
                    found.append(marked(chain, self.head(chain.id), those))
        return sorted(found, key=lambda each: each.chain_id)

    def last_number(self, chain_id: str) -> int:
        known = [id for id in self._state.chains[chain_id].ids if self._known(id)]
        return self._state.versions[known[-1]].number if known else 0

    def taken(self, id: str) -> bool:
        return self._known(id)

    def ids(self, prefix: str, *, limit: int) -> list[str]:
        every = super().ids(prefix, limit=1 << 62)
        return [id for id in every if self._known(id)][:limit]

    def connections(self, chain_id: str) -> list[Connection]:
        found = []
        for key in self._state.linked.get(chain_id, ()):
            connection = self.connection(*key)
            if connection is not None and all(map(self.head, key[:2])):
                found.append(connection)
        return sorted_connections(found)

    def connection(self, source_id: str, target_id: str, kind: str) -> Connection | None:
        for facts in self._state.connections.get((source_id, target_id, kind), ()):
            ended = facts.until is not None and facts.until <= self._at
            if facts.connection.revision <= self._at and not ended:
                return facts.connection
        return None

    def revisions(self, *, since: int, contact_id: str | None, limit: int) -> list[Revision]:
        found = super().revisions(since=since, contact_id=contact_id, limit=limit)
        return [revision for revision in found if revision.number <= self._at]

    def _known(self, id: str) -> bool:
        """Whether a version, or a chain's first version, was created by then."""
        version = self._state.versions.get(id)
        if version is None:
            chain = self._state.chains.get(id)
            if chain is None:
                return False
            version = self._state.versions[chain.ids[0]]
        return version.revision <= self._at

    def _living_of(self, id: str) -> list[MemoryVersion]:
        chain = self._state.chain_of(id)
        return [] if chain is None else self._living_at(chain)

    def _living_at(self, chain: Chain) -> list[MemoryVersion]:
        """A chain's visible versions as they were, oldest first."""
        state = self._state
        return linked(
            [
                version
                for id in chain.ids
                if visible(
                    self._at,
                    (version := state.versions[id]).revision,
                    version.deleted_revision,
                    state.absences.get(id, ()),
                )
            ]
        )

    def _chains_of(self, contact_id: str) -> Iterator[list[MemoryVersion]]:
        """The visible versions of each of a contact's chains that had any."""
        contact = self._state.contacts.get(contact_id)
        for chain in contact.chains.values() if contact else ():
            if living := self._living_at(chain):
                yield living

    def _deleted(self, chain: Chain) -> Iterator[MemoryVersion]:
        """A chain's versions that counted as deleted, as they were, by number."""
        state = self._state
        for id in chain.ids:
            version = state.versions[id]
            if version.revision <= self._at:
                mark = mark_at(self._at, version.deleted_revision, state.absences.get(id, ()))
                if mark is not None:
                    when = state.revisions[mark - 1].created_at
                    yield bury(version, Stamp(mark, when))
