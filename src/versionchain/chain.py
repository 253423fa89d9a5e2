"""The rules of a version chain: append, cut, restore.

May live here: pure functions over frozen records. Neighbours go in, a `Change` comes out that says
everything which must happen; a backend only finds records and applies it.
May not be known here: storage, clocks, randomness, threads, or which call asked.

One operation shortens a chain: `cut`. Every deletion is a caller of it, and its outcome follows
from which sides are left. `restore` is its inverse. Both look at the ends of a range alone, so
what they cost does not grow with the chain.

Sources: recallrai-delete-memory for the cuts of one chain, callers-delete-all-memories for the
flag; that numbers are stable and that a deletion of a whole contact resurrects nothing is SPEC's.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Final

from attrs import frozen

from .model import Cut, MemoryVersion, Outcome, position
from .records import quick


class Inherit(Enum):
    """The one value `INHERIT` stands for a field that an update leaves as it was."""

    INHERIT = "inherit"

    def __repr__(self) -> str:
        return "INHERIT"


INHERIT: Final = Inherit.INHERIT

Interval = tuple[int, int]
"""A past deletion: the revision that marked the version, and the one that lifted the mark."""


@quick
@frozen
class Stamp:
    """The revision that a change belongs to: its number, and its one time."""

    number: int
    created_at: datetime


@quick
@frozen
class Draft:
    """What a version is going to say, checked but not placed yet."""

    content: str
    categories: tuple[str, ...] = ()
    metadata_json: str = "{}"
    session_id: str | None = None
    event_start: datetime | None = None
    event_end: datetime | None = None


@quick
@frozen
class Edit:
    """What an update says, checked; INHERIT stands for what it leaves as it was."""

    content: str
    categories: tuple[str, ...] | Inherit = INHERIT
    metadata_json: str | Inherit = INHERIT
    session_id: str | None | Inherit = INHERIT
    event_start: datetime | None | Inherit = INHERIT
    event_end: datetime | None | Inherit = INHERIT


@quick
@frozen
class Node:
    """A living version as its chain sees it: its place, not its text."""

    id: str
    number: int
    created_at: datetime
    revision: int
    ordinal: int


@quick
@frozen
class Outline:
    """The living versions of one chain, oldest first; never empty."""

    chain_id: str
    contact_id: str
    nodes: tuple[Node, ...]


@quick
@frozen
class Span:
    """The living versions of a chain from one number to another, and what stands around them.

    Attributes:
        chain_id: the chain.
        contact_id: whose it is.
        first: the lowest number of the range.
        last: the highest.
        count: how many living versions lie in it; at least one.
        left: the nearest living version below the range.
        right: the nearest living version above it.
        latest: the chain's latest version.
    """

    chain_id: str
    contact_id: str
    first: int
    last: int
    count: int
    left: Node | None
    right: Node | None
    latest: Node


@quick
@frozen
class Marked:
    """The versions of one chain whose current mark is one revision's.

    Attributes:
        chain_id: the chain.
        contact_id: whose it is.
        latest: its latest version as it stands, or None.
        nodes: the marked ones, in order of their numbers; at least one.
    """

    chain_id: str
    contact_id: str
    latest: Node | None
    nodes: tuple[Node, ...]


@quick
@frozen
class Change:
    """Everything that must happen to one chain.

    Attributes:
        chain_id: the chain.
        contact_id: whose it is.
        latest: its latest version afterwards; None where it ended.
        insert: a version to write; the chain's highest number is then this one's.
        mark: the range whose living versions are to be marked deleted.
        unmark: the versions whose mark is to be lifted, in order of their numbers.
        marked_by: the revision whose mark that is.
        absence: the interval in which those were deleted; None where it would be empty.
        cut: what to tell the caller about a mark.
        revives: whether the chain had no latest version before.
    """

    chain_id: str
    contact_id: str
    latest: Node | None
    insert: MemoryVersion | None = None
    mark: Span | None = None
    unmark: tuple[Node, ...] = ()
    marked_by: int | None = None
    absence: Interval | None = None
    cut: Cut | None = None
    revives: bool = False


def append(
    draft: Draft,
    *,
    id: str,
    chain_id: str,
    contact_id: str,
    previous: MemoryVersion | None,
    last_number: int,
    stamp: Stamp,
    ordinal: int,
) -> Change:
    """The change that makes `draft` the latest version of a chain, new or old.

    Args:
        draft: what it says, all of it; `inherit` makes one of an update.
        id: the version's id.
        chain_id: the chain's id.
        contact_id: whose chain it is.
        previous: the chain's latest version; None starts a chain.
        last_number: the highest number that the chain ever used, 0 for a new one.
        stamp: the revision that writes it.
        ordinal: how many versions that revision wrote before.

    Cost: O(1).
    """
    number, created_at, revision = last_number + 1, stamp.created_at, stamp.number
    version = MemoryVersion(
        id,
        chain_id,
        contact_id,
        number,
        draft.content,
        draft.categories,
        draft.metadata_json,
        draft.session_id,
        draft.event_start,
        draft.event_end,
        created_at,
        revision,
        None if previous is None else previous.id,
        ordinal=ordinal,
    )
    latest = Node(id, number, created_at, revision, ordinal)
    return Change(chain_id, contact_id, latest, version)


def inherit(edit: Edit, previous: MemoryVersion) -> Draft:
    """What a version says that edits `previous`, of which it keeps what it leaves out. O(1)."""
    return Draft(
        edit.content,
        previous.categories if edit.categories is INHERIT else edit.categories,
        previous.metadata_json if edit.metadata_json is INHERIT else edit.metadata_json,
        previous.session_id if edit.session_id is INHERIT else edit.session_id,
        previous.event_start if edit.event_start is INHERIT else edit.event_start,
        previous.event_end if edit.event_end is INHERIT else edit.event_end,
    )


_OUTCOMES: Final = {
    (True, True): Outcome.RELINKED,
    (True, False): Outcome.RESURRECTED,
    (False, True): Outcome.ORPHANED,
    (False, False): Outcome.ENDED,
}


def cut(span: Span) -> Change:
    """The change that takes `span` out of its chain and joins the two sides.

    | left | right | outcome | what changes |
    |---|---|---|---|
    | a version | a version | RELINKED | right follows left |
    | a version | nothing | RESURRECTED | left is the latest again |
    | nothing | a version | ORPHANED | right is the chain's first |
    | nothing | nothing | ENDED | the memory is gone |

    Source: recallrai-delete-memory, "Deletion Modes". Cost: O(1).

    Example:
        >>> from datetime import UTC, datetime
        >>> one, two = (Node(f"v{n}", n, datetime(2026, 1, n, tzinfo=UTC), n, 0) for n in (1, 2))
        >>> change = cut(Span("c", "ada", 2, 2, 1, left=one, right=None, latest=two))
        >>> change.cut.outcome.name, change.latest.id
        ('RESURRECTED', 'v1')
    """
    left, right = span.left, span.right
    latest = left if right is None else span.latest
    return Change(
        span.chain_id,
        span.contact_id,
        latest=latest,
        mark=span,
        cut=Cut(
            chain_id=span.chain_id,
            outcome=_OUTCOMES[left is not None, right is not None],
            removed=span.count,
            left_id=left.id if left else None,
            right_id=right.id if right else None,
            latest_id=latest.id if latest else None,
        ),
    )


def oldest(outline: Outline, count: int) -> Span:
    """The span of a chain's `count` oldest living versions, from one to all. O(1).

    A prune cuts it where some are left, the deletion of a memory or a contact where none is.
    """
    nodes = outline.nodes
    return Span(
        outline.chain_id,
        outline.contact_id,
        first=nodes[0].number,
        last=nodes[count - 1].number,
        count=count,
        left=None,
        right=nodes[count] if count < len(nodes) else None,
        latest=nodes[-1],
    )


def prunable(outline: Outline, keep_last: int | None, before: datetime | None) -> int:
    """How many of a chain's oldest versions a prune takes; never the latest.

    Args:
        outline: the chain.
        keep_last: how many of the newest stay, or None: that bound does not count.
        before: only what was superseded earlier than this goes, or None.

    Cost: O(what it takes).
    """
    nodes = outline.nodes
    most = len(nodes) - (keep_last or 1)
    taken = 0
    while taken < most and (before is None or nodes[taken + 1].created_at < before):
        taken += 1
    return taken


def gather(versions: Iterable[MemoryVersion], latest: MemoryVersion | None) -> Marked:
    """The marked versions of one chain, at least one, and its latest. O(n log n)."""
    marked = sorted(versions, key=lambda version: version.number)
    return Marked(
        marked[0].chain_id,
        marked[0].contact_id,
        None if latest is None else node(latest),
        tuple(map(node, marked)),
    )


def restore(marked: Marked, deleted_revision: int, stamp: Stamp) -> Change:
    """The change that brings versions back into their places by number: a cut's inverse.

    Args:
        marked: what to bring back.
        deleted_revision: the revision that marked it.
        stamp: the revision that brings it back.

    Cost: O(what comes back).
    """
    latest, newest = marked.latest, marked.nodes[-1]
    return Change(
        marked.chain_id,
        marked.contact_id,
        latest=newest if latest is None or newest.number > latest.number else latest,
        unmark=marked.nodes,
        marked_by=deleted_revision,
        absence=None if deleted_revision == stamp.number else (deleted_revision, stamp.number),
        revives=latest is None,
    )


def mark_at(at: int, deleted: int | None, absences: Iterable[Interval] = ()) -> int | None:
    """The revision by whose mark a version counted as deleted after revision `at`, or None.

    Args:
        at: the revision to look from.
        deleted: the revision of its current mark, or None.
        absences: its past deletions.

    Cost: O(its past deletions).
    """
    if deleted is not None and deleted <= at:
        return deleted
    return next((start for start, end in absences if start <= at < end), None)


def visible(at: int, created: int, deleted: int | None, absences: Iterable[Interval] = ()) -> bool:
    """Whether a version is in its chain as it stood after revision `at`.

    It is if it was created by then and is in no deletion interval that holds `at`: the one
    definition of visible. "Now" is the newest revision, where only the last mark counts.

    Args:
        at: the revision to look from.
        created: the revision that created the version.
        deleted: the revision of its current mark, or None.
        absences: its past deletions.

    Cost: O(its past deletions).

    Example:
        >>> [visible(at, 2, 7, [(3, 5)]) for at in (1, 2, 3, 5, 6, 7)]
        [False, True, False, True, True, False]
    """
    return created <= at and mark_at(at, deleted, absences) is None


def node(version: MemoryVersion) -> Node:
    """A version's place without its text. O(1)."""
    return Node(version.id, version.number, version.created_at, *position(version))


def place(
    version: MemoryVersion,
    previous: Node | MemoryVersion | None,
    next: Node | MemoryVersion | None,
) -> MemoryVersion:
    """The version between these two neighbours: its links, and when it was superseded. O(1)."""
    return _standing(
        version,
        previous.id if previous else None,
        next.id if next else None,
        next.created_at if next else None,
        None,
        None,
    )


def bury(version: MemoryVersion, stamp: Stamp) -> MemoryVersion:
    """The version as it is once `stamp` marked it: in no link, superseded by nothing. O(1)."""
    return _standing(version, None, None, None, stamp.created_at, stamp.number)


def _standing(
    version: MemoryVersion,
    previous_id: str | None,
    next_id: str | None,
    superseded_at: datetime | None,
    deleted_at: datetime | None,
    deleted_revision: int | None,
) -> MemoryVersion:
    """The version in another place. `attrs.evolve` would do, and takes three times as long (W2)."""
    return MemoryVersion(
        version.id,
        version.chain_id,
        version.contact_id,
        version.number,
        version.content,
        version.categories,
        version.metadata_json,
        version.session_id,
        version.event_start,
        version.event_end,
        version.created_at,
        version.revision,
        previous_id,
        next_id,
        superseded_at,
        deleted_at,
        deleted_revision,
        position(version)[1],
    )


def linked(versions: Sequence[MemoryVersion]) -> list[MemoryVersion]:
    """A chain's living versions, oldest first, each placed between its neighbours. O(n)."""
    ends = [None, *versions, None]
    return [place(v, ends[i], ends[i + 2]) for i, v in enumerate(versions)]
