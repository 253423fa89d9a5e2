"""What a store knows that nothing else tells it: the facts, and nothing that follows from them.

May live here: the records in which a backend hands over its facts, and how they are rewound.
May not be known here: storage; and links, statuses, latest versions, counts, which are derived.
"""

from collections.abc import Callable
from datetime import datetime

from attrs import evolve, frozen

from .chain import Interval, Stamp, bury, linked, mark_at, place
from .model import Connection, MemoryVersion


@frozen
class VersionFacts:
    """One version, living or deleted, without its links.

    Attributes:
        version: the record; its links say nothing here.
        ordinal: its place among the versions of its revision.
        absences: its past deletions, oldest first.
    """

    version: MemoryVersion
    ordinal: int
    absences: tuple[Interval, ...]


@frozen
class ChainFacts:
    """One chain.

    Attributes:
        chain_id: the chain.
        contact_id: whose it is.
        last_number: the highest number that it ever used.
        versions: all that were not erased, in order of their numbers.
    """

    chain_id: str
    contact_id: str
    last_number: int
    versions: tuple[VersionFacts, ...]


@frozen
class ConnectionFacts:
    """One interval of one connection, in which its metadata stayed the same.

    Attributes:
        connection: the record; its `revision` began the interval.
        until: the revision that ended the interval, or None.
    """

    connection: Connection
    until: int | None


def rewind(facts: ChainFacts, at: int, time_of: Callable[[int], datetime]) -> ChainFacts | None:
    """The facts of a chain as they stood after revision `at`; None where it had none yet.

    Args:
        facts: the chain's facts as they are now.
        at: the revision to go back to.
        time_of: the time of a revision.

    Cost: O(the chain's versions).
    """
    older = [each for each in facts.versions if each.version.revision <= at]
    if not older:
        return None
    newest = facts.last_number if len(older) == len(facts.versions) else older[-1].version.number
    versions = tuple(_rewind(each, at, time_of) for each in older)
    return ChainFacts(facts.chain_id, facts.contact_id, newest, versions)


def _rewind(facts: VersionFacts, at: int, time_of: Callable[[int], datetime]) -> VersionFacts:
    mark = mark_at(at, facts.version.deleted_revision, facts.absences)
    bare = place(facts.version, None, None)
    version = bare if mark is None else bury(bare, Stamp(mark, time_of(mark)))
    return VersionFacts(
        version, facts.ordinal, tuple(gap for gap in facts.absences if gap[1] <= at)
    )


def rewind_connection(facts: ConnectionFacts, at: int) -> ConnectionFacts | None:
    """An interval as it stood after revision `at`; None where it had not begun. O(1)."""
    if facts.connection.revision > at:
        return None
    return evolve(facts, until=None) if facts.until is not None and facts.until > at else facts


def living(facts: ChainFacts) -> list[MemoryVersion]:
    """The chain's versions that are not deleted, placed between their neighbours. O(n)."""
    return linked(
        [each.version for each in facts.versions if each.version.deleted_revision is None]
    )


def deleted(facts: ChainFacts) -> list[MemoryVersion]:
    """The chain's versions that are marked deleted, in order of their numbers. O(n)."""
    return [each.version for each in facts.versions if each.version.deleted_revision is not None]
