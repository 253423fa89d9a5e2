"""Facts into a store, batch by batch.

May live here: what becomes of a fact, and the figures of a whole run.
May not be known here: files, the screen, how a line is read.

A fact whose id is taken is known, even if it was deleted since: it is skipped, so a second run
changes nothing and brings nothing back. A new line of a known key goes to the latest version of
its memory, whoever wrote that. Where the memory has ended, the line begins a new one: what came
after a deletion is news.
"""

from collections.abc import Sequence
from typing import Final

from attrs import define, field

from ..errors import NotFoundError
from ..model import NewMemory
from ..store import MemoryStore
from ..transaction import Transaction
from .facts import BadLineError, Fact

_LISTED: Final = 100

Place = tuple[str, str]
"""A contact and a key: together they name a memory."""


@define
class Tally:
    """The figures of a run so far; only committed batches count.

    Attributes:
        lines: facts read.
        memories: memories begun.
        versions: versions written, those of new memories too.
        skipped: facts that were known.
        again: memories begun because the one of their key had ended.
        bad: lines that are no facts.
        problems: the first of those, up to a hundred.
        contacts: whom the facts are about.
    """

    lines: int = 0
    memories: int = 0
    versions: int = 0
    skipped: int = 0
    again: int = 0
    bad: int = 0
    problems: list[BadLineError] = field(factory=list)
    contacts: set[str] = field(factory=set)

    def count_bad(self, line: BadLineError) -> None:
        """Counts a line that is no fact. O(1)."""
        self.bad += 1
        if len(self.problems) < _LISTED:
            self.problems.append(line)

    def take(self, other: "Tally") -> None:
        """Adds the figures of a committed batch. O(its contacts)."""
        self.lines += other.lines
        self.memories += other.memories
        self.versions += other.versions
        self.skipped += other.skipped
        self.again += other.again
        self.contacts |= other.contacts


class Loader:
    """Writes facts and counts them.

    Args:
        store: where they go.
        reason: why, for the audit log.

    Example:
        >>> from versionchain.cli.facts import read
        >>> lines = [b'{"contact_id": "ada", "content": "Prefers tea"}']
        >>> store, facts = MemoryStore(), list(read(lines))
        >>> for _ in range(2):
        ...     loader = Loader(store)
        ...     loader.load(facts)
        ...     print(loader.tally.versions, loader.tally.skipped)
        1 0
        0 1
    """

    def __init__(self, store: MemoryStore, reason: str | None = None) -> None:
        self.tally = Tally()
        self._store = store
        self._reason = reason
        self._last: dict[Place, str] = {}
        self._several: set[Place] = set()

    def load(self, facts: Sequence[Fact]) -> None:
        """Writes one batch in one transaction: all of it or nothing. O(batch · log n).

        A batch of known facts makes no revision.
        """
        done = Tally(lines=len(facts), contacts={fact.said.contact_id for fact in facts})
        last: dict[Place, str] = {}
        with self._store.transaction(reason=self._reason) as tx:
            for fact in facts:
                self._put(tx, fact, done, last)
        self._several.update(last.keys() & self._last.keys())
        self._last.update(last)
        self.tally.take(done)

    def _put(self, tx: Transaction, fact: Fact, done: Tally, last: dict[Place, str]) -> None:
        before = None
        if fact.key is not None:
            place = (fact.said.contact_id, fact.key)
            if place in last:
                self._several.add(place)
            before = last.get(place) or self._last.get(place)
            last[place] = fact.id
        if tx.find_ids(fact.id, limit=1):
            done.skipped += 1
            return
        latest = None if before is None else latest_of(tx, before)
        if latest is None:
            tx.add_many([fact.said])
            done.memories += 1
            done.again += before is not None
        else:
            _update(tx, latest, fact.said)
        done.versions += 1

    def lengths(self) -> list[int]:
        """How many versions the memories with several lines have now, the shortest first.

        Those that have one left, or none, are not among them. Asks the store; O(their versions).
        """
        heads = (latest_of(self._store, self._last[place]) for place in self._several)
        found = (len(self._store.history(head)) for head in heads if head is not None)
        return sorted(length for length in found if length > 1)


def latest_of(store: MemoryStore | Transaction, version_id: str) -> str | None:
    """The latest version of the memory that a version, deleted or not, is of; None if it ended.

    O(log n); O(its versions) if the version was deleted.
    """
    try:
        return store.latest(version_id).id
    except NotFoundError:
        pass
    try:
        chain_id = store.history(version_id, include_deleted=True)[0].chain_id
        return store.latest(chain_id).id
    except NotFoundError:
        return None


def _update(tx: Transaction, latest_id: str, said: NewMemory) -> None:
    tx.update(
        latest_id,
        said.content,
        categories=tuple(said.categories or ()),
        metadata=said.metadata,
        session_id=said.session_id,
        event_start=said.event_start,
        event_end=said.event_end,
        id=said.id,
    )
