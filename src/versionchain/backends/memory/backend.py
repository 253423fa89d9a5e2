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
from itertools import groupby
from pathlib import Path
from typing import Final, TypeVar

from attrs import evolve

from ... import validation
from ...chain import Change, Span, Stamp, bury, place
from ...connections import ConnectionChange
from ...errors import DuplicateIdError, StorageError, StoreClosedError
from ...facts import ChainFacts, ConnectionFacts
from ...model import Connection, MemoryVersion, Revision, position
from ..base import Reader, Writer
from ..lock import WriterLock
from . import build
from .glance import Glance
from .journal import Journal
from .past import PastReader
from .reader import NowReader
from .state import REPLACED, Chain, Contact, State, rank

T = TypeVar("T")

_SPARE: Final = 8
"""How many holes a listing may have, beside a quarter of its memories."""


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

    def ask(self, tenant: str, question: Callable[[Reader], T], *, at: int | None = None) -> T:
        """One answer; see `base.Ask`."""
        with self._access:
            return question(self._reader(tenant, at))

    def glance(self, tenant: str) -> Glance:
        """Answers without a lock; see `base.Glance`."""
        return Glance(State(pending=0) if self._closed else self._state_of(tenant))

    def _state_of(self, tenant: str) -> State:
        """The tenant's structures, which are one object for as long as the backend is open."""
        return self._states.get(tenant) or self._states.setdefault(tenant, State())

    def _reader(self, tenant: str, at: int | None) -> Reader:
        if self._closed:
            raise StoreClosedError
        self._journal.settle()
        state = self._states.get(tenant) or State()
        past = state.pending if at is None else at
        return NowReader(state) if past is None else PastReader(state, past)

    @contextmanager
    def write(self, tenant: str) -> Iterator[Writer]:
        """The one writer; see `base.Backend.write`."""
        with self._writing.held():
            if self._closed:
                raise StoreClosedError
            writer = MemoryWriter(self._state_of(tenant), self._access, self._journal)
            if self._journal.mark():
                with self._access:
                    self._journal.undo()  # what one left whose own rolling back was interrupted
            try:
                yield writer
                writer.commit()
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
            for state in self._states.values():
                state.pending = 0  # for good, so that nobody glances at it
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
            self._pend(self._state)
            for change in changes:
                self._apply(change, stamp)

    def _apply(self, change: Change, stamp: Stamp) -> None:
        contact = self._contact(change.contact_id)
        if change.insert is not None:
            self._insert(change.insert, contact)
        if change.mark is not None:
            self._mark(change.mark, contact, stamp)
        if change.unmark:
            self._unmark(change, contact)

    def apply_connection(self, change: ConnectionChange, stamp: Stamp) -> None:
        with self._access:
            self._pend(self._state)
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

    def commit(self) -> None:
        """Makes what was done visible to everybody. O(the revision's contacts).

        Until the journal forgets, all can be taken back, and is before another reader may look.
        """
        with self._access:
            self._commit()

    def _commit(self) -> None:
        state = self._began
        try:
            if self._replacement is not None:
                build.finish(self._replacement)
                self._pend(state)
                for name in REPLACED:
                    self._journal.set(state, name, getattr(self._replacement, name))
            if self._recorded is not None:
                self._log(state, self._recorded)
            self._journal.forget()
        except BaseException:
            self._journal.undoing_to = 0
            raise
        self._ended = True
        state.pending = None

    def roll_back(self) -> None:
        """Takes back what was not committed. O(what was done)."""
        self._ended = True
        with self._access:
            self._journal.undo()
            self._began.pending = None

    def _pend(self, state: State) -> None:
        if state.pending is None:
            self._journal.set(state, "pending", len(state.revisions))
            state.turns += 1

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

    def _insert(self, version: MemoryVersion, contact: Contact) -> None:
        journal, state, id, chain_id = self._journal, self._state, version.id, version.chain_id
        if id in state.versions or id in state.chains:
            raise DuplicateIdError(id)
        journal.put(state.versions, id, version)
        if version.number == 1:
            if chain_id in state.versions or chain_id in state.chains:
                raise DuplicateIdError(chain_id)
            chain = Chain(chain_id, contact.id, 1, [version], [id])
            journal.put(state.chains, chain.id, chain)
            journal.put(state.chains, id, chain)
            journal.append(contact.order, id)
            self._lead(contact, None, version)
        else:
            chain = state.chains[chain_id]
            journal.put(state.chains, id, chain)
            journal.append(chain.ids, id)
            journal.append(contact.order, id)
            journal.set(chain, "last_number", version.number)
            self._join(chain, contact, len(chain.living), len(chain.living), [version])

    def _mark(self, span: Span, contact: Contact, stamp: Stamp) -> None:
        state, journal = self._state, self._journal
        chain = state.chains[span.chain_id]
        start, stop = chain.below(span.first), chain.up_to(span.last)
        if stamp.number not in state.marked:
            journal.put(state.marked, stamp.number, {})
        gone = [bury(version, stamp) for version in chain.living[start:stop]]
        ids = [version.id for version in gone]
        journal.put_all(state.versions, ids, gone)
        journal.drop_all(state.chains, ids)
        journal.put_all(state.marked[stamp.number], ids, [None] * len(ids))
        journal.set(contact, "deleted", contact.deleted + len(gone))
        self._join(chain, contact, start, stop, [])

    def _unmark(self, change: Change, contact: Contact) -> None:
        state, journal = self._state, self._journal
        chain = state.chains[change.chain_id]
        for node in change.unmark:
            journal.drop(state.marked[change.marked_by or 0], node.id)
            if change.absence is not None:
                past = state.absences.get(node.id, ())
                journal.put(state.absences, node.id, (*past, change.absence))
        ids = [node.id for node in change.unmark]
        journal.put_all(state.chains, ids, [chain] * len(ids))
        journal.set(contact, "deleted", contact.deleted - len(ids))
        runs = groupby(change.unmark, key=lambda node: chain.below(node.number))
        back = [(at, [state.versions[node.id] for node in nodes]) for at, nodes in runs]
        for at, versions in reversed(back):  # so that the places before stay where they are
            self._join(chain, contact, at, at, versions)

    def _join(
        self, chain: Chain, contact: Contact, start: int, stop: int, fresh: list[MemoryVersion]
    ) -> None:
        """Puts `fresh` in the place of the living versions from `start` to `stop`, and joins it."""
        living, versions = chain.living, self._state.versions
        before, low = chain.latest, max(start - 1, 0)
        around = [*living[low:start], *fresh, *living[stop : stop + 1]]
        befores = [living[low - 1] if low else None, *around]
        afters = [*around[1:], living[stop + 1] if stop + 1 < len(living) else None]
        placed = list(map(_between, around, befores, afters))
        for version in placed:
            if versions.get(version.id) is not version:
                self._journal.put(versions, version.id, version)
        self._journal.splice(living, low, stop + 1, placed)
        self._lead(contact, before, chain.latest)

    def _lead(
        self, contact: Contact, before: MemoryVersion | None, after: MemoryVersion | None
    ) -> None:
        """Puts a chain's latest version, where it is another now, into its contact's listing."""
        journal, heads, ranks = self._journal, contact.heads, contact.ranks
        if before is not None and (after is None or after.id != before.id):
            at = bisect_left(ranks, rank(position(before)))
            journal.splice(heads, at, at + 1, [None])
            journal.set(contact, "holes", contact.holes + 1)
        if after is not None and after is not before:
            key = rank(position(after))
            at = bisect_left(ranks, key)
            if at == len(ranks):
                journal.append(ranks, key)
                journal.append(heads, after)
                if before is None:
                    return  # no hole was made
            elif ranks[at] == key:
                if heads[at] is None:
                    journal.set(contact, "holes", contact.holes - 1)
                journal.splice(heads, at, at + 1, [after])
            else:
                journal.splice(ranks, at, at, [key])
                journal.splice(heads, at, at, [after])
        if contact.holes > _SPARE + contact.memories // 4:
            left = list(filter(None, heads))
            journal.set(contact, "heads", left)
            journal.set(contact, "ranks", [rank(position(head)) for head in left])
            journal.set(contact, "holes", 0)

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


def _between(
    version: MemoryVersion, before: MemoryVersion | None, after: MemoryVersion | None
) -> MemoryVersion:
    """The version between these two; itself, where it is a new latest one in its place."""
    new = after is None and version.next_id is None and version.deleted_revision is None
    if new and version.previous_id == (before.id if before else None):
        return version
    return place(version, before, after)
