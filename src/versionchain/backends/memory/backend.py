"""Memories in the process: tenants, snapshots, and one writer at a time.

May live here: locks, commit and rollback, and the writer that applies changes.
May not be known here: a rule. What a change does to a chain was decided in `versionchain.chain`.

A writer changes the structures in place and keeps a journal to take it back. Until it ends, other
readers look as of the last committed revision, to which nothing pending belongs; so there is one
copy of everything, and a long block keeps nobody waiting who only reads.
"""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from attrs import evolve

from ... import validation
from ...chain import Change, Node, Span, Stamp, bury, place
from ...connections import ConnectionChange
from ...errors import StorageError, StoreClosedError
from ...facts import ChainFacts, ConnectionFacts
from ...model import Connection, MemoryVersion, Revision
from ..asof import AsOfReader
from ..base import Reader, Writer
from ..lock import WriterLock
from . import build
from .journal import Journal
from .reader import NowReader
from .state import Chain, Contact, Entry, State

T = TypeVar("T")

_SPARE: Final = 8
"""How many former latest versions a listing may hold, beside a quarter of its length."""


class MemoryBackend:
    """Keeps everything in dicts and sorted dicts; closing it forgets all.

    Args:
        busy_timeout: how long a writer waits for another, in seconds.

    Raises:
        InvalidInputError: the argument may not come in.

    Example:
        >>> from versionchain import MemoryStore
        >>> MemoryStore(MemoryBackend()).add("ada", "Prefers tea").number
        1
    """

    def __init__(self, *, busy_timeout: float = 30.0) -> None:
        self._states: dict[str, State] = {}
        self._writing = WriterLock(validation.seconds("busy_timeout", busy_timeout))
        self._access = threading.RLock()  # held for a reader's block, and for each single change
        self._journal = Journal()  # of the one writer
        self._closed = False

    @contextmanager
    def read(self, tenant: str, at: int | None = None) -> Iterator[Reader]:
        """A snapshot of a tenant; see `base.Backend.read`."""
        with self._access:
            yield self._reader(tenant, at)

    def ask(self, tenant: str, question: Callable[[Reader], T]) -> T:
        """One answer; see `base.Ask`."""
        with self._access:
            return question(self._reader(tenant, None))

    def _reader(self, tenant: str, at: int | None) -> Reader:
        if self._closed:
            raise StoreClosedError
        self._journal.settle()
        state = self._states.get(tenant) or State()
        past = state.pending if at is None else at
        return NowReader(state) if past is None else AsOfReader(NowReader(state), past)

    @contextmanager
    def write(self, tenant: str) -> Iterator[Writer]:
        """The one writer; see `base.Backend.write`."""
        with self._writing.held():
            if self._closed:
                raise StoreClosedError
            state = self._states.get(tenant)
            if state is None:
                state = self._states[tenant] = State()
            writer = MemoryWriter(state, self._access, self._journal)
            if self._journal.mark():
                with self._access:
                    self._journal.undo()  # what one left whose own rolling back was interrupted
            try:
                yield writer
                self._states[tenant] = writer.commit()
            except BaseException:
                self._journal.undoing_to = 0
                writer.roll_back()
                raise

    def backup(self, path: Path) -> None:
        """Refused: there is no file; see `base.Backend.backup`."""
        del path
        raise StorageError("A store in memory has no file to copy: dump() it.")

    def purge(self) -> None:
        """Nothing: what was dropped is gone; see `base.Backend.purge`."""

    def close(self) -> None:
        """Waits for the writer and forgets everything; see `base.Backend.close`."""
        if self._closed:
            return
        with self._writing.held(), self._access:
            self._closed = True
            self._states.clear()


class MemoryWriter(NowReader):
    """Applies changes to one tenant. `base.Writer` says what each method promises."""

    def __init__(self, state: State, access: threading.RLock, journal: Journal) -> None:
        super().__init__(state)
        self._began = state
        self._access = access
        self._journal = journal
        self._recorded: Revision | None = None
        self._replacement: State | None = None
        self._ended = False

    def apply(self, changes: Sequence[Change], stamp: Stamp) -> None:
        with self._access:
            self._pend()
            for change in changes:
                self._apply(change, stamp)

    def _apply(self, change: Change, stamp: Stamp) -> None:
        contact = self._contact(change.contact_id)
        chain = self._chain(change.chain_id, contact)
        if change.insert is not None:
            self._insert(change.insert, chain, contact)
        if change.mark is not None:
            self._mark(change.mark, chain, contact, stamp)
        if change.unmark:
            self._unmark(change, chain, contact)
        self._lead(chain, contact, change.latest)

    def apply_connection(self, change: ConnectionChange, stamp: Stamp) -> None:
        with self._access:
            self._pend()
            if gone := change.end or change.forget:
                until = None if change.forget else stamp.number
                self._close(gone, until)
            if change.make is not None:
                self._open(change.make)

    def erase_contact(self, contact_id: str) -> None:
        self._replacement = build.without_contact(self._state, contact_id)

    def erase_marked(self, revision: int) -> None:
        self._replacement = build.without_marked(self._state, revision)

    def load(self, fact: str | Revision | ChainFacts | ConnectionFacts) -> None:
        if self._replacement is None:
            self._replacement = self._state = State()
        build.add(self._state, fact)

    def record(self, revision: Revision) -> None:
        self._recorded = revision

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with self._access:
            self._journal.settle()
        mark = self._journal.mark()
        try:
            yield
        except BaseException:
            # An interrupt can leave this block hanging until its traceback is forgotten, and by
            # then the journal may be another writer's.
            if not self._ended:
                self._journal.undoing_to = mark
                with self._access:
                    self._journal.undo(mark)
            raise

    def commit(self) -> State:
        """Makes what was done visible to everybody. O(the revision's contacts).

        Until the journal forgets, all can be taken back, and is before another reader may look.

        Returns:
            The tenant's state from now on.
        """
        with self._access:
            return self._commit()

    def _commit(self) -> State:
        after = self._replacement or self._began
        try:
            if self._replacement is not None:
                build.finish(after)
            if self._recorded is not None:
                self._log(after, self._recorded)
            self._journal.forget()
        except BaseException:
            self._journal.undoing_to = 0
            raise
        self._ended = True
        self._began.pending = None
        return after

    def roll_back(self) -> None:
        """Takes back what was not committed. O(what was done)."""
        self._ended = True
        with self._access:
            self._journal.undo()
            self._began.pending = None

    def _pend(self) -> None:
        if self._state.pending is None:
            self._journal.set(self._state, "pending", len(self._state.revisions))

    def _log(self, state: State, revision: Revision) -> None:
        self._journal.append(state.revisions, revision)
        for contact_id in revision.contacts:
            if contact_id not in state.touched:
                self._journal.put(state.touched, contact_id, [])
            self._journal.append(state.touched[contact_id], revision.number)

    def _contact(self, contact_id: str) -> Contact:
        contact = self._state.contacts.get(contact_id)
        if contact is None:
            contact = Contact(contact_id)
            self._journal.put(self._state.contacts, contact_id, contact)
        return contact

    def _chain(self, chain_id: str, contact: Contact) -> Chain:
        chain = self._state.chains.get(chain_id)
        if chain is None:
            chain = Chain(chain_id, contact.id)
            self._journal.put(self._state.chains, chain_id, chain)
            self._journal.put(contact.chains, chain_id, chain)
        return chain

    def _insert(self, version: MemoryVersion, chain: Chain, contact: Contact) -> None:
        self._keep(version)
        self._journal.append(chain.ids, version.id)
        self._journal.append(contact.order, version.id)
        self._journal.set(chain, "last_number", version.number)
        self._journal.set(contact, "living", contact.living + 1)
        self._join(version.previous_id, version.id)

    def _mark(self, span: Span, chain: Chain, contact: Contact, stamp: Stamp) -> None:
        state, journal = self._state, self._journal
        if stamp.number not in state.marked:
            journal.put(state.marked, stamp.number, {})
        newest = state.versions[span.right.id].previous_id if span.right else chain.latest_id
        for version in state.back_from(newest):
            if version.number < span.first:
                break
            self._keep(bury(version, stamp))
            journal.put(state.marked[stamp.number], version.id, None)
        journal.set(contact, "living", contact.living - span.count)
        journal.set(contact, "deleted", contact.deleted + span.count)
        left, right = span.left, span.right
        self._join(left.id if left else None, right.id if right else None)

    def _unmark(self, change: Change, chain: Chain, contact: Contact) -> None:
        state, journal = self._state, self._journal
        nodes = change.unmark
        for node in nodes:
            journal.drop(state.marked[change.marked_by or 0], node.id)
            if change.absence is not None:
                past = state.absences.get(node.id, ())
                journal.put(state.absences, node.id, (*past, change.absence))
            self._keep(place(state.versions[node.id], None, None))
        for node in nodes:
            self._join(state.living_beside(chain, node.number, -1), node.id)
            self._join(node.id, state.living_beside(chain, node.number, 1))
        journal.set(contact, "living", contact.living + len(nodes))
        journal.set(contact, "deleted", contact.deleted - len(nodes))

    def _lead(self, chain: Chain, contact: Contact, latest: Node | None) -> None:
        """Makes `latest` the chain's newest living version, here and in the contact's listing."""
        latest_id = None if latest is None else latest.id
        if latest_id == chain.latest_id:
            return
        if more := (latest_id is not None) - (chain.latest_id is not None):
            self._journal.set(contact, "memories", contact.memories + more)
        self._journal.set(chain, "latest_id", latest_id)
        if latest is not None:
            self._list((latest.revision, latest.ordinal, latest.id), contact)

    def _list(self, entry: Entry, contact: Contact) -> None:
        """Puts a latest version into its contact's listing, in which it may be from before."""
        heads = contact.heads
        if not heads or heads[-1] < entry:
            self._journal.append(heads, entry)
        elif heads[at := bisect_left(heads, entry)] != entry:
            self._journal.insert(heads, at, entry)
        if len(heads) > _SPARE + contact.memories * 5 // 4:
            self._journal.set(contact, "heads", list(filter(self._state.leads, heads)))

    def _join(self, left_id: str | None, right_id: str | None) -> None:
        """Makes two living versions neighbours; a side that is None is the chain's end."""
        versions = self._state.versions
        left = None if left_id is None else versions[left_id]
        right = None if right_id is None else versions[right_id]
        if left is not None:
            self._keep(place(left, versions.get(left.previous_id or ""), right))
        if right is not None:
            self._keep(place(right, left, versions.get(right.next_id or "")))

    def _keep(self, version: MemoryVersion) -> None:
        self._journal.put(self._state.versions, version.id, version)

    def _open(self, connection: Connection) -> None:
        state, journal = self._state, self._journal
        key = (connection.source_id, connection.target_id, connection.kind)
        intervals = state.connections.get(key, ())
        journal.put(state.connections, key, (*intervals, ConnectionFacts(connection, None)))
        for chain_id in key[:2]:
            if chain_id not in state.linked:
                journal.put(state.linked, chain_id, {})
            journal.put(state.linked[chain_id], key, None)

    def _close(self, connection: Connection, until: int | None) -> None:
        """Ends the connection's open interval, or without `until` takes it out."""
        state = self._state
        key = (connection.source_id, connection.target_id, connection.kind)
        *past, last = state.connections[key]
        closed = [] if until is None else [evolve(last, until=until)]
        self._journal.put(state.connections, key, (*past, *closed))
