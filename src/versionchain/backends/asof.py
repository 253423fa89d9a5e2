"""Reading a tenant as it stood after an older revision, on any backend.

May live here: every answer of a `Reader`, drawn from rewound facts.
May not be known here: a backend's structures. One that can answer faster may do so itself.

Rewinding a chain's facts (`facts.rewind`) gives the facts that stood then, and what follows from
facts follows from those: links, latest, counts. So restored versions, replaced metadata and ended
memories come out right without a rule of their own.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice

from ..chain import Marked, Outline, Span, gather, node, oldest
from ..errors import CorruptStoreError
from ..facts import ChainFacts, ConnectionFacts, deleted, living, rewind, rewind_connection
from ..model import Connection, Count, MemoryVersion, Position, Revision, Violation, position
from .base import Reader, sorted_connections

_ALL = 1 << 62


class AsOfReader:
    """A tenant's state after revision `at`. `base.Reader` says what each method promises.

    A chain is read whole: an answer costs O(the versions of the chains that it looks at).

    Args:
        now: a reader of the newest state.
        at: a committed revision, or 0.
    """

    def __init__(self, now: Reader, at: int) -> None:
        self._now = now
        self._at = at

    def newest(self) -> tuple[int, datetime | None]:
        """See `base.Reader`."""
        return (self._at, self._time_of(self._at)) if self._at else (0, None)

    def version(self, version_id: str) -> MemoryVersion | None:
        """See `base.Reader`."""
        return next((v for v in self._living(version_id) if v.id == version_id), None)

    def head(self, id: str) -> MemoryVersion | None:
        """See `base.Reader`."""
        versions = self._living(id)
        if not versions or id not in (versions[0].chain_id, *(each.id for each in versions)):
            return None
        return versions[-1]

    def history(self, id: str, *, include_deleted: bool) -> list[MemoryVersion]:
        """See `base.Reader`."""
        if not include_deleted:
            return self._living(id) if self.head(id) is not None else []
        facts = self.facts_of(id)
        if facts is None:
            return []
        return sorted([*living(facts), *deleted(facts)], key=lambda version: version.number)

    def memories(
        self, contact_id: str, *, before: Position | None, limit: int
    ) -> list[MemoryVersion]:
        """See `base.Reader`."""
        latest = [versions[-1] for versions in self._chains(contact_id)]
        latest.sort(key=position, reverse=True)
        return list(islice((v for v in latest if before is None or position(v) < before), limit))

    def versions(
        self, contact_id: str, *, deleted: bool, after: Position | None, limit: int
    ) -> list[MemoryVersion]:
        """See `base.Reader`."""
        visible = chain.from_iterable(self._chains(contact_id))
        found = self._deleted(contact_id) if deleted else list(visible)
        found.sort(key=position)
        return list(islice((v for v in found if after is None or position(v) > after), limit))

    def contacts(self, *, after: str | None, limit: int) -> list[str]:
        """See `base.Reader`."""
        known = self._now.known_contacts(after=after, limit=_ALL)
        return list(islice((id for id in known if any(self._chains(id))), limit))

    def known_contacts(self, *, after: str | None, limit: int) -> list[str]:
        """See `base.Reader`."""
        known = self._now.known_contacts(after=after, limit=_ALL)
        return list(islice(filter(self.seen, known), limit))

    def seen(self, contact_id: str) -> bool:
        """See `base.Reader`."""
        return bool(self.facts_of_contact(contact_id))

    def count(self, contact_id: str) -> Count:
        """See `base.Reader`."""
        chains = list(self._chains(contact_id))
        return Count(len(chains), sum(map(len, chains)), len(self._deleted(contact_id)))

    def span(self, last: MemoryVersion, *, first: int) -> Span:
        """See `base.Reader`."""
        outline = self.outline(last.chain_id)
        below = [each for each in outline.nodes if each.number < first]
        above = [each for each in outline.nodes if each.number > last.number]
        return Span(
            last.chain_id,
            outline.contact_id,
            first=first,
            last=last.number,
            count=len(outline.nodes) - len(below) - len(above),
            left=below[-1] if below else None,
            right=above[0] if above else None,
            latest=outline.nodes[-1],
        )

    def outline(self, chain_id: str) -> Outline:
        """See `base.Reader`."""
        versions = self._living(chain_id)
        return Outline(chain_id, versions[0].contact_id, tuple(map(node, versions)))

    def outlines(self, contact_id: str) -> list[Outline]:
        """See `base.Reader`."""
        return [self.outline(id) for id in sorted(v[0].chain_id for v in self._chains(contact_id))]

    def spans(self, contact_id: str) -> list[Span]:
        """See `base.Reader`."""
        return [oldest(each, len(each.nodes)) for each in self.outlines(contact_id)]

    def marked_by(self, revision: int, contact_id: str) -> list[Marked]:
        """See `base.Reader`."""
        found = []
        for facts in self.facts_of_contact(contact_id):
            marked = [each for each in deleted(facts) if each.deleted_revision == revision]
            if marked:
                found.append(gather(marked, self.head(facts.chain_id)))
        return sorted(found, key=lambda each: each.chain_id)

    def marked_until(self, revision: int) -> dict[str, int]:
        """See `base.Reader`."""
        found: dict[str, int] = {}
        for contact_id in self.known_contacts(after=None, limit=_ALL):
            marks = [version.deleted_revision or 0 for version in self._deleted(contact_id)]
            if count := sum(mark <= revision for mark in marks):
                found[contact_id] = count
        return found

    def purge_due(self) -> bool:
        """See `base.Reader`."""
        return self._now.purge_due()

    def last_number(self, chain_id: str) -> int:
        """See `base.Reader`."""
        facts = self.facts_of(chain_id)
        return 0 if facts is None else facts.last_number

    def ids(self, prefix: str, *, limit: int) -> list[str]:
        """See `base.Reader`."""
        return list(islice(filter(self.facts_of, self._now.ids(prefix, limit=_ALL)), limit))

    def connections(self, chain_id: str) -> list[Connection]:
        """See `base.Reader`."""
        return sorted_connections(
            [
                each.connection
                for each in self.links_of(chain_id)
                if each.until is None
                and self.head(each.connection.source_id) is not None
                and self.head(each.connection.target_id) is not None
            ]
        )

    def connection(self, source_id: str, target_id: str, kind: str) -> Connection | None:
        """See `base.Reader`."""
        for each in self.links_of(source_id):
            found = each.connection
            key = (found.source_id, found.target_id, found.kind)
            if each.until is None and key == (source_id, target_id, kind):
                return found
        return None

    def revisions(self, *, since: int, contact_id: str | None, limit: int) -> list[Revision]:
        """See `base.Reader`."""
        found = self._now.revisions(since=since, contact_id=contact_id, limit=limit)
        return [revision for revision in found if revision.number <= self._at]

    def chains(self) -> Iterator[ChainFacts]:
        """See `base.Reader`."""
        return filter(None, map(self._rewound, self._now.chains()))

    def links(self) -> Iterator[ConnectionFacts]:
        """See `base.Reader`."""
        rewound = (rewind_connection(each, self._at) for each in self._now.links())
        return filter(None, rewound)

    def facts_of(self, id: str) -> ChainFacts | None:
        """See `base.Reader`."""
        facts = self._now.facts_of(id)
        rewound = None if facts is None else self._rewound(facts)
        if rewound is None:
            return None
        ids = {rewound.chain_id, *(each.version.id for each in rewound.versions)}
        return rewound if id in ids else None

    def facts_of_contact(self, contact_id: str) -> list[ChainFacts]:
        """See `base.Reader`."""
        return list(filter(None, map(self._rewound, self._now.facts_of_contact(contact_id))))

    def links_of(self, chain_id: str) -> list[ConnectionFacts]:
        """See `base.Reader`."""
        rewound = (rewind_connection(each, self._at) for each in self._now.links_of(chain_id))
        return list(filter(None, rewound))

    def self_check(self) -> Iterator[Violation]:
        """See `base.Reader`."""
        return self._now.self_check()

    def _rewound(self, facts: ChainFacts) -> ChainFacts | None:
        return rewind(facts, self._at, self._time_of)

    def _living(self, id: str) -> list[MemoryVersion]:
        facts = self.facts_of(id)
        return [] if facts is None else living(facts)

    def _chains(self, contact_id: str) -> Iterator[list[MemoryVersion]]:
        """The visible versions of each of a contact's chains that had any."""
        return filter(None, map(living, self.facts_of_contact(contact_id)))

    def _deleted(self, contact_id: str) -> list[MemoryVersion]:
        return [each for facts in self.facts_of_contact(contact_id) for each in deleted(facts)]

    def _time_of(self, number: int) -> datetime:
        found = self._now.revisions(since=number - 1, contact_id=None, limit=1)
        if not found or found[0].number != number:
            raise CorruptStoreError("The storage lacks a revision that it names.")
        return found[0].created_at
