"""What one tenant's memories look like in memory.

May live here: the structures, and the questions that they answer without a rule.
May not be known here: tenants, locks, transactions.

The records are the store: each living version stands as it is now, links included, in the index by
id, in its chain, and as a latest one in its contact's listing; a change replaces records by others,
and a version is handed out as it lies there. A deleted one stays as it was, with its mark beside
it: so many are marked in no time (D2), and what they are like is worked out when it is asked for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from attrs import define, field, fields
from sortedcontainers import SortedDict

from ...chain import Interval, Span, Stamp, bury
from ...facts import ConnectionFacts
from ...model import MemoryVersion, Position, Revision

ConnectionKey = tuple[str, str, str]
_number: Final = attrgetter("number")


@define
class Chain:
    """One memory.

    Attributes:
        id: its id.
        contact_id: whose it is.
        last_number: the highest number that it ever used.
        living: its versions that are not deleted, oldest first: the last is its latest.
        ids: the ids of all its versions, by number.
    """

    id: str
    contact_id: str
    last_number: int = 0
    living: list[MemoryVersion] = field(factory=list)
    ids: list[str] = field(factory=list)

    @property
    def latest(self) -> MemoryVersion | None:
        """Its latest version; None where it ended. O(1)."""
        return self.living[-1] if self.living else None

    def within(self, span: Span) -> tuple[int, int]:
        """Where in `living` a span's versions begin, and where they end. O(log n)."""
        if span.count == len(self.living):
            return 0, span.count
        return self.below(span.first), self.up_to(span.last)

    def below(self, number: int) -> int:
        """How many living versions have a lower number. O(log n)."""
        return bisect_left(self.living, number, key=_number)

    def up_to(self, number: int) -> int:
        """How many living versions have this number or a lower one. O(log n)."""
        return bisect_right(self.living, number, key=_number)


@define
class Contact:
    """One contact: its listings by position, and what it has.

    Attributes:
        id: the caller's name for it.
        order: the ids of all its versions, oldest first.
        heads: the latest version of each of its memories, oldest first, among holes (None) where
            one was latest once: so an update appends and moves nothing, and a page is read off the
            end by C alone (L1).
        ranks: for each of `heads` its `rank`, for holes too.
        holes: how many of `heads` are None.
        deleted: how many of its versions are deleted.
    """

    id: str
    order: list[str] = field(factory=list)
    heads: list[MemoryVersion | None] = field(factory=list)
    ranks: list[int] = field(factory=list)
    holes: int = 0
    deleted: int = 0

    @property
    def memories(self) -> int:
        """How many of its chains have a latest version. O(1)."""
        return len(self.heads) - self.holes

    def newest(self, before: Position | None, limit: int) -> list[MemoryVersion]:
        """Its latest versions below a position, newest first, `limit` at most. O(limit + log n)."""
        heads = self.heads
        end = len(heads) if before is None else bisect_left(self.ranks, rank(before))
        found: list[MemoryVersion] = []
        while end > 0 and len(found) < limit:
            missing = limit - len(found)
            start = max(0, end - missing - missing // 4)  # as many holes as a listing mostly has
            found += filter(None, reversed(heads[start:end]))
            end = start
        del found[limit:]
        return found


def rank(position: Position) -> int:
    """A position as one number, which is compared faster. O(1)."""
    return position[0] << 63 | position[1]


@define
class State:
    """One tenant.

    Attributes:
        versions: each version by id: as it stands now, or as it stood before it was deleted.
        marks: the revision that deleted a version, for each that is deleted.
        chains: each chain by its id, ended ones too, and by those of its living versions: by every
            id that names a memory, so that a look at one takes one look-up (R2).
        contacts: each contact ever seen, in order of id.
        absences: the past deletions of the versions that had any.
        marked: the ids of `marks` by the revision's number.
        connections: the intervals of each connection, oldest first.
        linked: the connections that each chain is an end of.
        revisions: the committed ones; number n stands at n - 1.
        touched: the revisions that touched a contact, in order.
        pending: while a writer has changed something and not ended, the newest revision that is
            committed.
        turns: how often a writer began to change something; it is counted after `pending` is set
            and before anything changes, so that whoever saw none pending and finds the same count
            afterwards read one committed state (`Glance`).
        past: what some contacts' memories were after some older revisions (`PastReader`).
    """

    versions: dict[str, MemoryVersion] = field(factory=dict)
    marks: dict[str, Stamp] = field(factory=dict)
    chains: dict[str, Chain] = field(factory=dict)
    contacts: "SortedDict[str, Contact]" = field(factory=SortedDict)
    absences: dict[str, tuple[Interval, ...]] = field(factory=dict)
    marked: dict[int, dict[str, None]] = field(factory=dict)
    connections: dict[ConnectionKey, tuple[ConnectionFacts, ...]] = field(factory=dict)
    linked: dict[str, dict[ConnectionKey, None]] = field(factory=dict)
    revisions: list[Revision] = field(factory=list)
    touched: dict[str, list[int]] = field(factory=dict)
    pending: int | None = None
    turns: int = field(default=0, eq=False)
    past: dict[tuple[str, int], list[MemoryVersion]] = field(factory=dict, eq=False, repr=False)

    def version(self, id: str) -> MemoryVersion:
        """A version as it stands, deleted or not. O(1)."""
        version, mark = self.versions[id], self.marks.get(id)
        return version if mark is None else bury(version, mark)

    def chain_of(self, id: str) -> Chain | None:
        """The chain with this id, or with any version of this id. O(1)."""
        version = self.versions.get(id)
        return self.chains.get(id if version is None else version.chain_id)

    def every_chain(self) -> Iterator[Chain]:
        """Each chain once, in no stated order. O(n)."""
        return (chain for id, chain in self.chains.items() if id == chain.id)

    def chains_of(self, contact: Contact) -> Iterator[Chain]:
        """A contact's chains, ended ones too, in the order of their beginnings. O(its versions)."""
        versions = self.versions
        found = dict.fromkeys(versions[id].chain_id for id in contact.order)
        return map(self.chains.__getitem__, found)


REPLACED: Final = tuple(
    each.name for each in fields(State) if each.name not in ("pending", "turns")
)
"""What a state takes over from another that was built in its place."""
