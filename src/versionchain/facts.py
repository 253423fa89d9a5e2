"""What a store knows that nothing else tells it: the facts, and nothing that follows from them.

May live here: the records in which a backend hands its facts to an audit.
May not be known here: links, statuses, latest versions, counts: those are derived.
"""

from attrs import frozen

from .chain import Interval
from .model import Connection, MemoryVersion


@frozen
class VersionFacts:
    """One version, living or deleted, without its links.

    Attributes:
        version: the record; `previous_id`, `next_id` and `superseded_at` are None.
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
