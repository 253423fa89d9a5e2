"""Changing a tenant in memory.

May live here: a change as steps of the journal, commit and rollback. May not be known here: a rule.
What a change does to a chain was decided in `versionchain.chain`.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from attrs import evolve

from ...chain import Change, Interval, Span, Stamp, place
from ...connections import ConnectionChange
from ...errors import DuplicateIdError
from ...facts import ChainFacts, ConnectionFacts
from ...model import Connection, MemoryVersion, Revision
from . import build
from .journal import Journal
from .listing import Move, lead, move
from .reader import NowReader
from .state import REPLACED, Chain, Contact, State


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
                if change.insert is not None:
                    self._insert(change.insert)
            spans = [change.mark for change in changes if change.mark is not None]
            restored = [change for change in changes if change.unmark]
            if spans:
                lead(self._journal, self._mark(spans, stamp))
            if restored:
                lead(self._journal, self._unmark(restored))

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

    def _insert(self, version: MemoryVersion) -> None:
        journal, state, id, chain_id = self._journal, self._state, version.id, version.chain_id
        contact = self._contact(version.contact_id)
        if id in state.versions or id in state.chains:
            raise DuplicateIdError(id)
        journal.put(state.versions, id, version)
        if version.number == 1:
            if chain_id in state.versions or chain_id in state.chains:
                raise DuplicateIdError(chain_id)
            chain = Chain(chain_id, contact.id, 1, [version], [id])
            journal.put(state.chains, chain_id, chain)
            before = None
        else:
            chain = state.chains[chain_id]
            before = chain.latest
            journal.append(chain.ids, id)
            journal.set(chain, "last_number", version.number)
            self._join(chain, len(chain.living), len(chain.living), [version])
        journal.put(state.chains, id, chain)
        journal.append(contact.order, id)
        move(journal, contact, before, version)

    def _mark(self, spans: Sequence[Span], stamp: Stamp) -> list[Move]:
        """Marks the living versions in these ranges, each of another chain."""
        state, journal = self._state, self._journal
        ids: list[str] = []
        moves: list[Move] = []
        for span in spans:
            chain = state.chains[span.chain_id]
            start, stop = chain.within(span)
            contact, before = state.contacts[chain.contact_id], chain.latest
            ids += [version.id for version in chain.living[start:stop]]
            journal.set(contact, "deleted", contact.deleted + stop - start)
            self._join(chain, start, stop, [])
            moves.append((contact, before, chain.latest))
        if stamp.number not in state.marked:
            journal.put(state.marked, stamp.number, {})
        journal.put_all(state.marks, dict.fromkeys(ids, stamp))
        journal.put_all(state.marked[stamp.number], dict.fromkeys(ids))
        journal.drop_all(state.chains, ids)
        return moves

    def _unmark(self, changes: Sequence[Change]) -> list[Move]:
        """Lifts marks, and puts the versions back into their places."""
        state, journal = self._state, self._journal
        chains: dict[str, Chain] = {}
        absences: dict[str, tuple[Interval, ...]] = {}
        lifted: dict[int | None, list[str]] = {}
        moves: list[Move] = []
        for change in changes:
            chain = state.chains[change.chain_id]
            contact, before = state.contacts[chain.contact_id], chain.latest
            ids = [node.id for node in change.unmark]
            chains.update(dict.fromkeys(ids, chain))
            if change.absence is not None:
                new = (change.absence,)
                absences.update((id, state.absences.get(id, ()) + new) for id in ids)
            lifted.setdefault(change.marked_by, []).extend(ids)
            journal.set(contact, "deleted", contact.deleted - len(ids))
            runs = groupby(change.unmark, key=lambda node: chain.below(node.number))
            back = [(at, [state.versions[node.id] for node in nodes]) for at, nodes in runs]
            for at, versions in reversed(back):  # so that the places before stay where they are
                self._join(chain, at, at, versions)
            moves.append((contact, before, chain.latest))
        journal.put_all(state.chains, chains)
        journal.put_all(state.absences, absences)
        for revision, ids in lifted.items():
            journal.drop_all(state.marks, ids)
            journal.drop_all(state.marked[revision or 0], ids)
        return moves

    def _join(self, chain: Chain, start: int, stop: int, fresh: list[MemoryVersion]) -> None:
        """Puts `fresh` in the place of the living versions from `start` to `stop`, and joins it."""
        living, versions = chain.living, self._state.versions
        low = max(start - 1, 0)
        around = [*living[low:start], *fresh, *living[stop : stop + 1]]
        if around:
            befores = [living[low - 1] if low else None, *around]
            afters = [*around[1:], living[stop + 1] if stop + 1 < len(living) else None]
            around = list(map(_between, around, befores, afters))
            for version in around:
                if versions.get(version.id) is not version:
                    self._journal.put(versions, version.id, version)
        self._journal.splice(living, low, stop + 1, around)

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
    """The version between these two; itself, where it stands so already."""
    same_before = version.previous_id == (before.id if before else None)
    same_after = version.next_id == (after.id if after else None)
    if same_before and same_after and version.deleted_revision is None:
        return version
    return place(version, before, after)
