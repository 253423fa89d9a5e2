"""What one tenant's memories look like in memory.

May live here: the structures, and the questions that they answer without a rule.
May not be known here: tenants, locks, transactions.

The records are the store: `versions` holds each version as it stands now, links included, and a
change replaces records by others. So a chain is a linked list through the dict of ids, and a
version is handed out as it lies there.
"""

from bisect import bisect_left
from collections.abc import Iterator

from attrs import define, field
from sortedcontainers import SortedDict

from ...chain import Interval
from ...facts import ConnectionFacts
from ...model import MemoryVersion, Revision

ConnectionKey = tuple[str, str, str]


@define
class Chain:
    """One memory: its newest living version, and every version that it has by number."""

    id: str
    contact_id: str
    last_number: int = 0
    latest_id: str | None = None
    ids: list[str] = field(factory=list)


Entry = tuple[int, int, str]
"""A version in a listing: its position, and its id."""


@define
class Contact:
    """One contact: its chains, its listings by position, and what it has.

    Attributes:
        id: the caller's name for it.
        chains: its chains by id; ended ones too.
        heads: its latest versions in order, and some that were latest once: `State.leads` tells.
            So an update appends and takes nothing out, and a deletion changes nothing here.
        order: the ids of all its versions in order.
        memories: how many of its chains have a latest version.
        living: how many of its versions are not deleted.
        deleted: how many are.
    """

    id: str
    chains: dict[str, Chain] = field(factory=dict)
    heads: list[Entry] = field(factory=list)
    order: list[str] = field(factory=list)
    memories: int = 0
    living: int = 0
    deleted: int = 0


@define
class State:
    """One tenant.

    Attributes:
        versions: each version by id, as it stands now.
        chains: each chain by id; ended ones too.
        contacts: each contact ever seen, in order of id.
        absences: the past deletions of the versions that had any.
        marked: the ids whose current mark is a revision's, by that revision.
        connections: the intervals of each connection, oldest first.
        linked: the connections that each chain is an end of.
        revisions: the committed ones; number n stands at n - 1.
        touched: the revisions that touched a contact, in order.
        pending: while a writer has changed something and not ended, the newest revision that is
            committed.
    """

    versions: dict[str, MemoryVersion] = field(factory=dict)
    chains: dict[str, Chain] = field(factory=dict)
    contacts: "SortedDict[str, Contact]" = field(factory=SortedDict)
    absences: dict[str, tuple[Interval, ...]] = field(factory=dict)
    marked: dict[int, dict[str, None]] = field(factory=dict)
    connections: dict[ConnectionKey, tuple[ConnectionFacts, ...]] = field(factory=dict)
    linked: dict[str, dict[ConnectionKey, None]] = field(factory=dict)
    revisions: list[Revision] = field(factory=list)
    touched: dict[str, list[int]] = field(factory=dict)
    pending: int | None = None

    def chain_of(self, id: str) -> Chain | None:
        """The chain with this id, or with any version of this id. O(1)."""
        version = self.versions.get(id)
        return self.chains.get(id if version is None else version.chain_id)

    def leads(self, entry: Entry) -> bool:
        """Whether the version that an entry names is the latest of its chain. O(1)."""
        version = self.versions[entry[2]]
        return version.next_id is None and version.deleted_revision is None

    def back_from(self, version_id: str | None) -> Iterator[MemoryVersion]:
        """A living version and those before it, newest first. O(1) a step."""
        while version_id is not None:
            version = self.versions[version_id]
            yield version
            version_id = version.previous_id

    def index_of(self, chain: Chain, number: int) -> int:
        """Where in `chain.ids` the first version of at least this number stands. O(log n)."""
        return bisect_left(chain.ids, number, key=lambda id: self.versions[id].number)

    def living_beside(self, chain: Chain, number: int, step: int) -> str | None:
        """The nearest living version below (-1) or above (1) a number. O(what lies between)."""
        index = self.index_of(chain, number + (step > 0)) - (step < 0)
        while 0 <= index < len(chain.ids):
            if self.versions[chain.ids[index]].deleted_revision is None:
                return chain.ids[index]
            index += step
        return None
