"""One revision in the making.

May live here: the revision's number, time, counts and contacts while a call or a block changes
things. May not be known here: which rule made a change, or how a backend applies it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from attrs import frozen

from . import chain, validation
from .backends.base import Reader, Writer
from .chain import Change, Draft, Stamp
from .connections import ConnectionChange
from .model import Deletion, Erasure, MemoryVersion, Outcome, Restoration, Revision, RevisionCounts

Clock = Callable[[], datetime]
Beginning = tuple[str, str, str, Draft]
"""A new chain: its contact, its id, its first version's id, and what that says."""


@frozen
class _Mark:
    """Where a revision stood before a call of a block, so that the call can be undone alone."""

    stamp: Stamp | None
    written: int
    counts: dict[str, int]
    contacts: int


class Work:
    """Applies changes and remembers what the revision's record will say of them.

    Args:
        reader: what decisions are made from.
        writer: where changes go; None rehearses, so that nothing does.
        clock: asked once, at the first change.
    """

    def __init__(self, reader: Reader, writer: Writer | None, clock: Clock) -> None:
        self.reader = reader
        self._writer = writer
        self._clock = clock
        self._stamp: Stamp | None = None
        self._written = 0
        self._counts: dict[str, int] = {}
        self._contacts: dict[str, None] = {}

    @property
    def newest(self) -> int:
        """The newest revision that there is from here: this one, once it has a number. O(log n)."""
        return self._stamp.number if self._stamp else self.reader.newest()[0]

    def contacts_of(self, revision: int) -> tuple[str, ...]:
        """Whom a revision touched: a committed one, or this. O(log n)."""
        if self._stamp is not None and revision == self._stamp.number:
            return tuple(sorted(self._contacts))
        (found,) = self.reader.revisions(since=revision - 1, contact_id=None, limit=1)
        return found.contacts

    @property
    def stamp(self) -> Stamp:
        """This revision's number and time, reserved when first asked for. O(log n).

        The time is the larger of the clock's and the last revision's, so that it never falls.
        """
        if self._stamp is None:
            now = validation.moment("clock", self._clock())
            number, last = self.reader.newest()
            self._stamp = Stamp(number + 1, now if last is None else max(now, last))
        return self._stamp

    def begin(self, beginnings: Sequence[Beginning]) -> tuple[MemoryVersion, ...]:
        """Writes the first versions of new chains, in their order. O(those · log n).

        Raises:
            DuplicateIdError: an id is taken, or is given twice.
        """
        stamp, first = self.stamp, self._written
        return self._append(
            [
                chain.append(
                    draft,
                    id=id,
                    chain_id=chain_id,
                    contact_id=contact_id,
                    previous=None,
                    last_number=0,
                    stamp=stamp,
                    ordinal=ordinal,
                )
                for ordinal, (contact_id, chain_id, id, draft) in enumerate(beginnings, first)
            ]
        )

    def go_on(self, draft: Draft, *, id: str, latest: MemoryVersion) -> MemoryVersion:
        """Writes the next version of a chain, which inherited already. O(log n).

        Raises:
            DuplicateIdError: the id is taken.
        """
        change = chain.append(
            draft,
            id=id,
            chain_id=latest.chain_id,
            contact_id=latest.contact_id,
            previous=latest,
            last_number=self.reader.last_number(latest.chain_id),
            stamp=self.stamp,
            ordinal=self._written,
        )
        return self._append([change])[0]

    def delete(self, changes: Sequence[Change]) -> Deletion:
        """Applies cuts, or rehearses them. O(what they mark)."""
        cuts = tuple(change.cut for change in changes if change.cut is not None)
        count = sum(cut.removed for cut in cuts)
        self._apply(changes)
        self._count("deleted", count)
        ended = sum(cut.outcome is Outcome.ENDED for cut in cuts)
        return Deletion(self._number_if(cuts), count, ended, cuts)

    def restore(self, changes: Sequence[Change]) -> Restoration:
        """Applies restorations. O(what they bring back)."""
        count = sum(len(change.unmark) for change in changes)
        self._apply(changes)
        self._count("restored", count)
        revived = sum(change.revives for change in changes)
        return Restoration(self._number_if(changes), count, revived)

    def erase(
        self, count: int, contacts: Iterable[str], erasing: Callable[[Writer], None]
    ) -> Erasure:
        """Has the writer erase, or rehearses it. O(what goes).

        Args:
            count: how many versions go.
            contacts: whom the revision's record names.
            erasing: what to ask of the writer.
        """
        if self._writer is None:
            return Erasure(None, count)
        number = self.stamp.number
        erasing(self._writer)
        self._count("erased", count)
        self._contacts.update(dict.fromkeys(contacts))
        return Erasure(number, count)

    def connect(self, change: ConnectionChange, contacts: Sequence[str]) -> None:
        """Applies a connection's change. O(log n)."""
        if self._writer is not None:
            self._writer.apply_connection(change, self.stamp)
        self._count("disconnected" if change.make is None else "connected", 1)
        self._contacts.update(dict.fromkeys(contacts))

    def record(self, operation: str, actor: str | None, reason: str | None) -> None:
        """Writes the revision down, if anything made it one. O(its contacts)."""
        if self._stamp is None or self._writer is None:
            return
        self._writer.record(
            Revision(
                self._stamp.number,
                self._stamp.created_at,
                operation,
                actor,
                reason,
                RevisionCounts(**self._counts),
                tuple(sorted(self._contacts)),
            )
        )

    def mark(self) -> _Mark:
        """Where the revision stands, for `back_to`. O(1)."""
        return _Mark(self._stamp, self._written, {**self._counts}, len(self._contacts))

    def back_to(self, mark: _Mark) -> None:
        """Forgets what came after `mark`; a number reserved since is free again. O(contacts)."""
        self._stamp, self._written, self._counts = mark.stamp, mark.written, mark.counts
        self._contacts = dict.fromkeys(list(self._contacts)[: mark.contacts])

    def _append(self, changes: Sequence[Change]) -> tuple[MemoryVersion, ...]:
        self._apply(changes)
        self._written += len(changes)
        self._count("added", len(changes))
        return tuple([change.insert for change in changes if change.insert is not None])

    def _count(self, name: str, more: int) -> None:
        self._counts[name] = self._counts.get(name, 0) + more

    def _apply(self, changes: Sequence[Change]) -> None:
        if changes and self._writer is not None:
            self._writer.apply(changes, self.stamp)
            for change in changes:
                self._contacts[change.contact_id] = None

    def _number_if(self, done: Sequence[object]) -> int | None:
        return self.stamp.number if done and self._writer is not None else None
