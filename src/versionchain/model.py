"""The frozen records that go in and come out.

May live here: records, the two public enums, and what follows from a record alone.
May not be known here: how a record is stored, checked or decided on.

A record is a snapshot: hashable, equal when every field is, and never changed by anybody
afterwards. Containers in it are tuples. Times are aware datetimes in UTC.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from attrs import field, frozen

from .records import quick

T = TypeVar("T")


class Status(StrEnum):
    """How a version stands in its chain. Only DELETED is stored; the others follow from the order.

    Source of the deleted flag: callers-delete-all-memories ("marking their status as DELETED").
    """

    CURRENT = "CURRENT"
    SUPERSEDED = "SUPERSEDED"
    DELETED = "DELETED"


class Outcome(StrEnum):
    """What a cut made of its chain: it follows from which sides of the cut are left.

    Source: recallrai-delete-memory ("relinks chain", "resurrected", "becomes orphaned",
    "complete deletion").
    """

    RELINKED = "RELINKED"
    RESURRECTED = "RESURRECTED"
    ORPHANED = "ORPHANED"
    ENDED = "ENDED"


@quick
@frozen
class MemoryVersion:
    """One immutable text of a memory, with the place in its chain that it had when it was read.

    Attributes:
        id: the version's own UUID, canonical text.
        chain_id: the memory that it is a version of.
        contact_id: whom the memory is about.
        number: its place in the chain, from 1, never reused: a gap shows a deletion.
        content: the text.
        categories: labels, in the order given, none twice.
        metadata_json: the metadata as canonical JSON; `metadata` decodes it.
        session_id: where it was learned, or None.
        event_start: when what it tells of began, or None.
        event_end: when that ended, or None; never before the start.
        created_at: when it was written.
        revision: the revision that created it.
        previous_id: its older neighbour in the chain, None on the first and on a deleted one.
        next_id: its newer neighbour, None on the latest and on a deleted one.
        superseded_at: the newer neighbour's `created_at`; None where there is none.
        deleted_at: when it was marked deleted, or None.
        deleted_revision: the revision that marked it, or None.
    """

    id: str
    chain_id: str
    contact_id: str
    number: int
    content: str
    categories: tuple[str, ...]
    metadata_json: str
    session_id: str | None
    event_start: datetime | None
    event_end: datetime | None
    created_at: datetime
    revision: int
    previous_id: str | None = None
    next_id: str | None = None
    superseded_at: datetime | None = None
    deleted_at: datetime | None = None
    deleted_revision: int | None = None
    # A fact of storage, not shown: it orders the versions of one revision.
    _ordinal: int = field(default=0, eq=False, repr=False)

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata as a fresh dict: changing it changes nothing else. O(its size)."""
        decoded: dict[str, Any] = json.loads(self.metadata_json)
        return decoded

    @property
    def status(self) -> Status:
        """DELETED where it is marked, CURRENT where nothing follows it, else SUPERSEDED. O(1)."""
        if self.deleted_revision is not None:
            return Status.DELETED
        return Status.CURRENT if self.next_id is None else Status.SUPERSEDED


Position = tuple[int, int]
"""A version's place in a listing: its revision, and its ordinal in it."""


def position(version: MemoryVersion) -> Position:
    """A version's place in its contact's listings. O(1)."""
    return version.revision, version._ordinal


@quick
@frozen
class NewMemory:
    """What `MemoryStore.add_many` takes: the arguments of one `add`, checked there.

    Example:
        >>> NewMemory("ada", "Prefers tea", categories=("taste",)).content
        'Prefers tea'
    """

    contact_id: str
    content: str
    categories: Sequence[str] | None = ()
    metadata: dict[str, Any] | None = None
    session_id: str | None = None
    event_start: datetime | None = None
    event_end: datetime | None = None
    id: str | UUID | None = None


@frozen
class Connection:
    """A directed link between two memories.

    Attributes:
        source_id: the chain that it leads from.
        target_id: the chain that it leads to.
        kind: what the link means.
        metadata_json: its metadata as canonical JSON; `metadata` decodes it.
        created_at: when it was made, or given this metadata.
        revision: the revision that did so.
    """

    source_id: str
    target_id: str
    kind: str
    metadata_json: str
    created_at: datetime
    revision: int

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata as a fresh dict. O(its size)."""
        decoded: dict[str, Any] = json.loads(self.metadata_json)
        return decoded


@quick
@frozen
class Page(Generic[T]):
    """One page of a listing.

    Attributes:
        items: what is on it, in the listing's order.
        next_cursor: give it as `after=` for the next page; None on the last.
    """

    items: tuple[T, ...]
    next_cursor: str | None


@frozen
class Count:
    """What a contact has.

    Attributes:
        memories: its chains that have a version left.
        versions: its versions that are not deleted.
        deleted: its versions that are marked deleted.
    """

    memories: int
    versions: int
    deleted: int


@quick
@frozen
class Cut:
    """What a deletion took out of one chain, and how it joined the rest.

    Attributes:
        chain_id: the memory.
        outcome: which of the four.
        removed: how many versions were marked.
        left_id: the version before the cut, or None.
        right_id: the version after the cut, or None.
        latest_id: the memory's latest version afterwards; None where it ended.
    """

    chain_id: str
    outcome: Outcome
    removed: int
    left_id: str | None
    right_id: str | None
    latest_id: str | None


@quick
@frozen
class Deletion:
    """What a call that deletes or prunes did, or with `dry_run=True` would do.

    Attributes:
        revision: the revision that did it; None on a dry run, or where nothing changed.
        count: the versions whose flag changed.
        memories: the chains that ended.
        cuts: one a chain, in order of `chain_id`.
    """

    revision: int | None
    count: int
    memories: int
    cuts: tuple[Cut, ...]


@frozen
class Restoration:
    """What `restore` brought back.

    Attributes:
        revision: the revision that did it; None where nothing was left to restore.
        count: the versions whose mark was lifted.
        memories: the chains that had no latest version and have one again.
    """

    revision: int | None
    count: int
    memories: int


@frozen
class Erasure:
    """What an erasure took away for good, or with `dry_run=True` would take.

    Attributes:
        revision: the revision that did it; None on a dry run, or where nothing was there.
        count: the versions that are gone.
    """

    revision: int | None
    count: int


@quick
@frozen
class RevisionCounts:
    """How much one revision changed.

    Attributes:
        added: versions written.
        deleted: versions marked deleted.
        restored: versions whose mark was lifted.
        connected: connections made, or given other metadata.
        disconnected: connections taken away.
        erased: versions erased for good.
    """

    added: int = 0
    deleted: int = 0
    restored: int = 0
    connected: int = 0
    disconnected: int = 0
    erased: int = 0


@quick
@frozen
class Revision:
    """One committed change of a tenant: a line of its audit log.

    Attributes:
        number: from 1, without a gap.
        created_at: when; never before the revision before it.
        operation: the call's name, or "transaction" for a block.
        actor: who, as the handle was opened for, or None.
        reason: why, as the call was told, or None.
        counts: how much it changed.
        contacts: whom it touched, in order.
    """

    number: int
    created_at: datetime
    operation: str
    actor: str | None
    reason: str | None
    counts: RevisionCounts
    contacts: tuple[str, ...]


class Invariant(StrEnum):
    """What always holds, by name; `verify` reports what does not."""

    NUMBERS_UNIQUE = "numbers in a chain are unique, from 1 to its highest"
    ORDER = "revision and created_at never fall as numbers rise"
    ONE_CONTACT = "a chain has one contact"
    ONE_LATEST = "one latest for each chain with a version left, none for the others"
    LINKS = "links mirror each other and the order"
    DELETED_UNLINKED = "a deleted version is in no link"
    COUNTERS = "kept counters and indexes equal what they stand for"
    CONNECTIONS = "no connection without both its chains, to itself, or twice"
    REVISIONS = "revisions have no gap"
    DELETIONS = "every deletion names a revision that exists and is not older than the version"
    INTERVALS = "a version's deletion intervals do not overlap"
    IDS_UNIQUE = "ids of versions and chains are unique"
    STORAGE = "the storage itself is sound"


@frozen
class Violation:
    """One thing that does not hold.

    Attributes:
        invariant: which.
        subject: what it is about: a chain's, a version's or a connection's ids, a revision's
            number. Never a text.
        detail: what was found.
    """

    invariant: Invariant
    subject: str
    detail: str


@frozen
class ReportCounts:
    """How much `verify` looked at."""

    contacts: int
    chains: int
    memories: int
    versions: int
    deleted: int
    connections: int
    revisions: int


@frozen
class Report:
    """What `verify` found. It repairs nothing.

    Attributes:
        violations: what does not hold; empty where all is well.
        counts: how much was looked at.
    """

    violations: tuple[Violation, ...]
    counts: ReportCounts

    @property
    def ok(self) -> bool:
        """Whether every invariant holds. O(1)."""
        return not self.violations
