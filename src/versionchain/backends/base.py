"""What a backend promises.

May live here: the protocols, and the promises in words. May not be known here: any backend.

A backend finds records and applies changes. It has no rule of its own: what a deletion does to a
chain is decided in `versionchain.chain`, what may come in in `versionchain.validation`, what a
page keeps in `versionchain.filters`. `versionchain.testing.BackendContract` tests every promise.

Promises across methods:

- **Tenants.** A reader or writer is bound to one tenant and finds nothing of another. Two tenants
  may hold the same id, contact or revision number and never notice.
- **Snapshots.** All answers of one reader belong to one committed state, however many calls it
  takes and whatever others write meanwhile.
- **One writer.** `write` waits until no other writer of the same storage, in any thread or
  process, is at work. Asked for from the thread that already writes, it raises TransactionError.
- **All or nothing.** What a writer did is seen by its own reads at once, and by others only once
  its block has ended without an exception; then it is all there. After an exception nothing of it
  is, in memory and on disk.
- **Visibility.** A version is in its chain as `chain.visible` says; the readers of "now" see the
  same as those as of the newest revision. Deleted versions are in no link and no ordinary answer.
- **Order.** Where an answer is a sequence, its order is stated, total, and the same on every
  backend.
- **Missing** is None, an empty sequence or zero, as stated; never an error.
- **Errors** are those of `versionchain.errors`; none quotes a text, SQL or another tenant's data.
- **Values** have been validated: a backend does not check them again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from ..chain import Change, Marked, Outline, Span, Stamp
from ..connections import ConnectionChange
from ..facts import ChainFacts, ConnectionFacts
from ..model import Connection, Count, MemoryVersion, Position, Revision, Violation

T = TypeVar("T")


class Reader(Protocol):
    """One tenant's state, as it is or as it was: answers alone."""

    def newest(self) -> tuple[int, datetime | None]:
        """The last committed revision's number and time; (0, None) before the first.

        A writer answers with what was committed before it began. O(log n).
        """
        ...

    def version(self, version_id: str) -> MemoryVersion | None:
        """The visible version with this id, with its links. O(log n)."""
        ...

    def head(self, id: str) -> MemoryVersion | None:
        """The latest version of the chain with this id, or with a visible version of this id.

        None where neither is there, or the chain has no visible version. O(log n).
        """
        ...

    def history(self, id: str, *, include_deleted: bool) -> list[MemoryVersion]:
        """A chain's versions in order of their numbers; empty where there is none.

        Without the deleted ones `id` is read as by `head`. With them it may be a deleted version's,
        and living and deleted ones come in one sequence; the links of the living skip the deleted.
        O(versions that come back + log n).
        """
        ...

    def memories(
        self, contact_id: str, *, before: Position | None, limit: int
    ) -> list[MemoryVersion]:
        """The latest version of each of a contact's memories, newest first by position.

        Only those with a position lower than `before`, and `limit` of them at most.
        O(limit · log n).
        """
        ...

    def versions(
        self, contact_id: str, *, deleted: bool, after: Position | None, limit: int
    ) -> list[MemoryVersion]:
        """A contact's visible versions, or its deleted ones, oldest first by position.

        Only those with a position higher than `after`, and `limit` of them at most.
        O(limit · log n + those of the other sort that lie between).
        """
        ...

    def contacts(self, *, after: str | None, limit: int) -> list[str]:
        """The contacts with a visible version whose id is higher than `after`.

        In order of their ids by code point, `limit` at most. O(limit · log n + those that lie
        between and have none).
        """
        ...

    def seen(self, contact_id: str) -> bool:
        """Whether the contact ever had a version that was not erased with it. O(log n)."""
        ...

    def count(self, contact_id: str) -> Count:
        """What a contact has; zeros for one never seen. O(its versions) at worst."""
        ...

    def span(self, last: MemoryVersion, *, first: int) -> Span:
        """The visible versions from number `first` up to a visible version, and around them.

        O(log n + the count), and no deleted version is read.
        """
        ...

    def outline(self, chain_id: str) -> Outline:
        """The visible versions of a chain that has one, without their texts. O(its versions)."""
        ...

    def outlines(self, contact_id: str) -> list[Outline]:
        """The outlines of a contact's chains that have a visible version, in order of `chain_id`.

        O(the contact's versions).
        """
        ...

    def spans(self, contact_id: str) -> list[Span]:
        """Each of a contact's chains that has a visible version, whole, in order of `chain_id`.

        O(the contact's versions).
        """
        ...

    def marked_by(self, revision: int, contact_id: str) -> list[Marked]:
        """What `revision` marked deleted of a contact and nothing restored since.

        A chain each, in order of `chain_id`. O(what comes back + log n).
        """
        ...

    def last_number(self, chain_id: str) -> int:
        """The highest number that the chain ever used; it never falls. O(log n)."""
        ...

    def ids(self, prefix: str, *, limit: int) -> list[str]:
        """The ids of versions and chains, deleted or not, that begin with `prefix`, in order.

        `limit` at most. O(limit · log n) where the storage sorts them, else O(n).
        """
        ...

    def connections(self, chain_id: str) -> list[Connection]:
        """The connections from and to a chain whose both memories have a visible version.

        In order of source, target and kind. O(the chain's connections · log n).
        """
        ...

    def connection(self, source_id: str, target_id: str, kind: str) -> Connection | None:
        """The one connection of this kind from chain to chain that was not taken away. O(log n)."""
        ...

    def revisions(self, *, since: int, contact_id: str | None, limit: int) -> list[Revision]:
        """The committed revisions above `since`, oldest first, `limit` at most.

        With a contact, only those that touched it. O(limit · log n).
        """
        ...

    def marked_until(self, revision: int) -> dict[str, int]:
        """How many versions of each contact have a current mark of `revision` or before.

        Contacts with none are left out. O(contacts + what is counted).
        """
        ...

    def purge_due(self) -> bool:
        """Whether something was erased whose bytes may still lie about. O(1)."""
        ...

    def chains(self) -> Iterator[ChainFacts]:
        """Every fact about every chain, in order of `chain_id`.

        Memory does not grow with their number. O(n).
        """
        ...

    def links(self) -> Iterator[ConnectionFacts]:
        """Every interval of every connection, by source, target, kind and beginning. O(n)."""
        ...

    def facts_of(self, id: str) -> ChainFacts | None:
        """The facts of the chain with this id, or with any version of it. O(its versions)."""
        ...

    def facts_of_contact(self, contact_id: str) -> list[ChainFacts]:
        """The facts of a contact's chains, ended ones too, in no stated order. O(its versions)."""
        ...

    def links_of(self, chain_id: str) -> list[ConnectionFacts]:
        """Every interval of a chain's connections, in no stated order. O(those)."""
        ...

    def known_contacts(self, *, after: str | None, limit: int) -> list[str]:
        """As `contacts`, with those that have nothing left. O(limit · log n)."""
        ...

    def self_check(self) -> Iterator[Violation]:
        """What is wrong with the storage itself: indexes, counters, pages. O(n)."""
        ...


class Writer(Reader, Protocol):
    """A reader that also changes its tenant; its reads see what it did."""

    def apply(self, changes: Sequence[Change], stamp: Stamp) -> None:
        """Does all that the changes say, each of another chain, and nothing else.

        O(log n) for an insert and for a mark of one version; O(the range) for a longer mark.

        Raises:
            DuplicateIdError: a version or a chain, deleted or not, has the id of a new one, or two
                new ones have it. It names the first such in their order, a version before its
                chain. What was done by then, the end of the block or savepoint must undo.
        """
        ...

    def apply_connection(self, change: ConnectionChange, stamp: Stamp) -> None:
        """Does all that the change says. O(log n)."""
        ...

    def erase_contact(self, contact_id: str) -> None:
        """Takes away all that there is of a contact, so that it was never seen.

        Its versions, living and deleted, its chains, their connections in every interval, and of
        the revisions that touched it the contact's id and the reason. The last change of a block.
        O(its versions + its revisions).
        """
        ...

    def erase_marked(self, revision: int) -> None:
        """Takes away what was deleted by `revision` or before and is deleted still.

        The versions with such a mark; the chains that are left with no version, with their ids and
        connections; and the intervals of connections that had ended by then. A chain that lives
        keeps its highest number. The last change of a block. O(contacts + what goes).
        """
        ...

    def load(self, fact: str | Revision | ChainFacts | ConnectionFacts) -> None:
        """Puts a fact into a tenant that began the block empty, as it is.

        Contacts (by id) come first, then revisions, chains, connections. O(its versions · log n).

        Raises:
            DuplicateIdError: an id is there already.
            NotFoundError: it names a contact or a chain that is not there.
        """
        ...

    def record(self, revision: Revision) -> None:
        """Writes down the revision that the changes belong to; the last call of a block. O(log n).

        Its number is the newest committed one plus one.
        """
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of the block that undoes itself, alone, when an exception leaves it. O(1)."""
        ...


class Backend(Protocol):
    """A storage for any number of tenants, threads and, where it says so, processes."""

    def read(self, tenant: str, at: int | None = None) -> AbstractContextManager[Reader]:
        """A snapshot of a tenant.

        Args:
            tenant: whose; one that never wrote is empty.
            at: the state after this committed revision, or None for the newest.

        Raises:
            StoreClosedError: it was closed.
            StorageError: the storage failed; nothing changed.
        """
        ...

    def write(self, tenant: str) -> AbstractContextManager[Writer]:
        """The one writer: committed when the block ends, undone when an exception leaves it.

        Raises:
            TransactionError: this thread is writing already.
            StoreBusyError: another writer did not end in time.
            StoreClosedError: it was closed.
            CommitUnknownError: all of the block or nothing of it was committed.
            StorageError: the storage failed; nothing changed.
        """
        ...

    def purge(self) -> None:
        """Makes the bytes of what was erased unfindable, and nothing due any more.

        Raises:
            ErasureIncompleteError: a reader holds them, or the storage failed; it stays due.

        O(the storage).
        """
        ...

    def backup(self, path: Path) -> None:
        """Writes a copy of every tenant as of one moment to a path where nothing is. O(n).

        Raises:
            StorageError: the backend keeps no file, or the copy can't be written.
        """
        ...

    def close(self) -> None:
        """Waits for the writer, then gives back what it holds; again: nothing."""
        ...


def sorted_connections(connections: Sequence[Connection]) -> list[Connection]:
    """Connections in the order that every answer has them: source, target, kind. O(n log n)."""
    return sorted(connections, key=lambda c: (c.source_id, c.target_id, c.kind))


class Ask(Protocol):
    """What a backend may have beside, as its method `ask`; a store without it takes `read`.

    For calls that want one answer: a database needs no transaction around its one statement.
    """

    def __call__(self, tenant: str, question: Callable[[Reader], T], *, at: int | None = None) -> T:
        """What `question` answers of a reader, which it asks once.

        Args:
            tenant: whose.
            question: gets the reader.
            at: as for `Backend.read`.

        Raises:
            StoreClosedError: the backend was closed.
        """
        ...


class Glance(Protocol):
    """What a backend may give beside, by its method `glance(tenant)`: answers without a block.

    Each is of a tenant's newest state, but where it says otherwise; or it is None, which says
    nothing: the answer may be had from a reader. What finds something is a valid argument, so only
    on None it must be checked.
    """

    def version(self, id: object) -> MemoryVersion | None:
        """As `Reader.version`. O(1)."""
        ...

    def head(self, id: object) -> MemoryVersion | None:
        """As `Reader.head`. O(1)."""
        ...

    def history(self, id: object) -> tuple[MemoryVersion, ...] | None:
        """As `Reader.history` without the deleted, where there is one. O(its versions)."""
        ...

    def memories(
        self, contact_id: object, limit: int, *, at: int | None = None
    ) -> Sequence[MemoryVersion] | None:
        """As `Reader.memories` from the newest on, now or as of a committed revision. O(limit)."""
        ...
