"""Changing a tenant in the file.

May live here: a change as SQL. May not be known here: a rule, or how a commit is made.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from ...chain import Change, Span, Stamp
from ...connections import ConnectionChange
from ...errors import (
    CorruptStoreError,
    DuplicateIdError,
    NotFoundError,
    StorageError,
    TransactionError,
)
from ...facts import ChainFacts, ConnectionFacts
from ...model import Connection, MemoryVersion, Revision
from . import reader, rows
from .erase import erase_contact, erase_marked
from .faults import Row, commit_fault, run, run_many
from .reader import SQLiteReader

_NEW_TENANT: Final = "INSERT INTO tenants (name) VALUES (?)"
_NEW_CONTACT: Final = "INSERT INTO contacts (tenant, contact_id) VALUES (?, ?)"
_NEW_CHAIN: Final = "INSERT INTO chains (key, chain_id, last_number) VALUES (?, ?, ?)"
_CONTACT: Final = "SELECT key FROM contacts WHERE tenant = ? AND contact_id = ?"
_NEW_ID: Final = "INSERT INTO ids (tenant, id, chain, number) VALUES (?, ?, ?, ?)"
_NEW_IDS: Final = "INSERT INTO ids (tenant, id, chain, number) VALUES (?, ?, ?, ?), (?, ?, ?, ?)"
_ID: Final = "SELECT chain, number FROM ids WHERE tenant = ? AND id = ?"
_NEW_VERSION: Final = """
    INSERT INTO versions (chain, contact, latest, number, deleted, deleted_at, id, chain_id,
        contact_id, content, categories, metadata, session_id, event_start, event_end, created_at,
        revision, ordinal)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_FOLLOWED: Final = """
    UPDATE versions SET latest = 0 WHERE chain = ? AND deleted = 0 AND number = (
        SELECT max(v.number) FROM versions v WHERE v.chain = ? AND v.deleted = 0)"""
_LEAD: Final = "UPDATE versions SET latest = 1 WHERE chain = ? AND deleted = 0 AND number = ?"
_LOSE: Final = "UPDATE chains SET last_number = ? WHERE key = ? AND last_number < ?"
_MARK: Final = """
    UPDATE versions SET deleted = ?, deleted_at = ?, latest = 0
    WHERE chain = ? AND deleted = 0 AND number BETWEEN ? AND ?"""
# A range takes twice as long for one version (D3): SQLite first gathers what it moves.
_MARK_ONE: Final = _MARK.replace("BETWEEN ? AND ?", "= ?")
_MARK_ALL: Final = """
    UPDATE versions SET deleted = ?, deleted_at = ?, latest = 0 WHERE contact = ? AND deleted = 0"""
_UNMARK: Final = """
    UPDATE versions SET deleted = 0, deleted_at = NULL, latest = ?
    WHERE chain = ? AND deleted = ? AND number = ?"""
_ABSENCE: Final = "INSERT INTO absences (chain, number, deleted, restored) VALUES (?, ?, ?, ?)"
_TOUCH: Final = "INSERT INTO touched (tenant, revision, contact) VALUES (?, ?, ?)"
_END: Final = """
    UPDATE connections SET until = ?
    WHERE source = ? AND target = ? AND kind = ? AND until IS NULL"""
_FORGET: Final = """
    DELETE FROM connections WHERE source = ? AND target = ? AND kind = ? AND until IS NULL"""
_MAKE: Final = """
    INSERT INTO connections (source, target, kind, revision, until, metadata, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_RECORD: Final = """
    INSERT INTO revisions (tenant, number, created_at, contact, operation, actor, reason,
        added, deleted, restored, connected, disconnected, erased)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

# As the reader's own, with the keys of what was found, and the highest number that it lost.
_KEYS: Final = """SELECT v.chain, v.contact,
    (SELECT c.last_number FROM chains c WHERE c.key = v.chain),"""
_VERSION: Final = reader._VERSION.replace("SELECT", _KEYS, 1)
_HEAD: Final = reader._HEAD.replace("SELECT", _KEYS, 1)

_REMEMBERED: Final = 1000
"""How many contacts' or chains' keys a writer keeps at hand."""


class SQLiteWriter(SQLiteReader):
    """Applies changes to one tenant. `base.Writer` says what each method promises.

    Args:
        connection: in a transaction that it alone writes in.
        tenant_key: the tenant's key in the file; 0 for one that never wrote.
        tenant: its name.

    Attributes:
        ended: whether its transaction is over, by whichever end.
        touched: the contacts that it changed, once its revision is recorded; None where others may
            have changed too.
    """

    def __init__(self, connection: sqlite3.Connection, tenant_key: int, tenant: str) -> None:
        super().__init__(connection, tenant_key)
        self._name = tenant
        # What was read in this block stays true in it, until a savepoint takes it back: it saves a
        # call half of its statements, each 3 µs (W2, D1).
        self._contacts: dict[str, int] = {}
        self._newest: tuple[int, datetime | None] | None = None
        self._highest: tuple[str, int] | None = None
        self._spanned: tuple[str, int] | None = None
        self._erased = False
        self.ended = False
        self.touched: tuple[str, ...] | None = None

    @property
    def tenant_key(self) -> int:
        """The tenant's key, once it has one. O(1)."""
        return self._tenant

    def newest(self) -> tuple[int, datetime | None]:
        if self._newest is None:
            self._newest = super().newest()
        return self._newest

    def version(self, version_id: str) -> MemoryVersion | None:
        return self._known(self._row(_VERSION, self._tenant, version_id))

    def head(self, id: str) -> MemoryVersion | None:
        return self._known(self._row(_HEAD, self._tenant, id))

    def last_number(self, chain_id: str) -> int:
        known = self._highest
        return known[1] if known and known[0] == chain_id else super().last_number(chain_id)

    def spans(self, contact_id: str) -> list[Span]:
        found = super().spans(contact_id)
        self._spanned = contact_id, sum(span.count for span in found)
        return found

    def _known(self, row: Row | None) -> MemoryVersion | None:
        """A row of keys and a version's columns as a version; what it says is remembered."""
        if row is None:
            return None
        chain, contact, lost, *columns = row
        found = rows.version(*columns)
        _remember(self._keys, found.chain_id, rows.number(chain))
        _remember(self._contacts, found.contact_id, rows.number(contact))
        if found.next_id is None:
            self._highest = found.chain_id, max(rows.number(lost), found.number)
        return found

    def apply(self, changes: Sequence[Change], stamp: Stamp) -> None:
        # Each is of another chain, so that what is alike may be done together.
        self._ensure_tenant()
        spanned = self._spanned
        self._highest = self._spanned = None
        when = rows.micros(stamp.created_at)
        inserts = [change.insert for change in changes if change.insert is not None]
        begun = [version for version in inserts if version.number == 1]
        if begun:
            self._begin(begun, when)
        if len(begun) < len(inserts):
            self._go_on([version for version in inserts if version.number > 1], when)
        if len(inserts) < len(changes):
            self._mark(changes, stamp.number, when, spanned)
            self._unmark([change for change in changes if change.unmark])

    def apply_connection(self, change: ConnectionChange, stamp: Stamp) -> None:
        if change.end is not None:
            self._do(_END, stamp.number, *self._key_of(change.end))
        if change.forget is not None:
            self._do(_FORGET, *self._key_of(change.forget))
        if change.make is not None:
            self._make(change.make, None)

    def erase_contact(self, contact_id: str) -> None:
        erase_contact(self._connection, self._tenant, self._contact_key(contact_id))
        self._erased = True
        self._forget()

    def erase_marked(self, revision: int) -> None:
        erase_marked(self._connection, self._tenant, revision)
        self._erased = True
        self._forget()

    def load(self, fact: str | Revision | ChainFacts | ConnectionFacts) -> None:
        self._ensure_tenant()
        match fact:
            case str():
                self._new_contact(fact)
            case Revision():
                self.record(fact)
            case ChainFacts():
                self._load_chain(fact)
            case ConnectionFacts():
                self._make(fact.connection, fact.until)

    def _load_chain(self, facts: ChainFacts) -> None:
        contact, tenant = self._contact_key(facts.contact_id), self._tenant
        versions = [each.version for each in facts.versions]
        ids = (facts.chain_id, *(version.id for version in versions))
        left = [version.number for version in versions if version.deleted_revision is None]
        latest = max(left, default=0)
        chain = self._do(_NEW_CHAIN, None, facts.chain_id, facts.last_number)
        numbers = (0, *(version.number for version in versions))
        self._take(
            _NEW_ID,
            [(tenant, id, chain, number) for id, number in zip(ids, numbers, strict=True)],
        )
        self._many(
            _NEW_VERSION,
            [
                (
                    chain,
                    contact,
                    int(version.number == latest),
                    version.number,
                    version.deleted_revision or 0,
                    rows.optional_micros(version.deleted_at),
                    *rows.columns(version, rows.micros(version.created_at)),
                )
                for version in versions
            ],
        )
        self._many(
            _ABSENCE,
            [
                (chain, each.version.number, *absence)
                for each in facts.versions
                for absence in each.absences
            ],
        )

    def record(self, revision: Revision) -> None:
        self._require_whole()
        self._newest = None
        self.touched = None if self._erased else revision.contacts
        counts = revision.counts
        touched = [self._contact_key(contact_id) for contact_id in revision.contacts]
        self._do(
            _RECORD,
            self._tenant,
            revision.number,
            rows.micros(revision.created_at),
            touched[0] if len(touched) == 1 else None,
            revision.operation,
            revision.actor,
            revision.reason,
            counts.added,
            counts.deleted,
            counts.restored,
            counts.connected,
            counts.disconnected,
            counts.erased,
        )
        if len(touched) > 1:
            self._many(_TOUCH, [(self._tenant, revision.number, contact) for contact in touched])

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._require_whole()
        known = self._tenant
        self._do("SAVEPOINT call")
        try:
            yield
            self._do("RELEASE call")
        except BaseException as error:
            self._tenant = known
            self._forget()
            # An interrupt can leave this block hanging until its traceback is forgotten, and by
            # then the connection may be another writer's.
            if not self.ended:
                self._undo(error)
            raise

    def commit(self) -> None:
        """Commits the transaction. O(pages changed).

        Raises:
            TransactionError: a failure undid the block before, and a caller went on.
            CommitUnknownError: all of it or nothing was kept.
            StorageError: nothing was kept.
        """
        self._require_whole()
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise commit_fault(error) from None

    def _require_whole(self) -> None:
        # SQLite itself undoes everything when, say, the disk fills.
        if not self._connection.in_transaction:
            raise TransactionError("A failure of the storage undid this block. Open a new one.")

    def _undo(self, error: BaseException) -> None:
        """Takes the call back; where that fails, all of the block, so that no half is kept.

        An interrupt may have come when the savepoint was released already; it is what is raised.
        """
        try:
            if self._connection.in_transaction:
                self._do("ROLLBACK TO call")
                self._do("RELEASE call")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            if isinstance(error, Exception):
                raise

    def _ensure_tenant(self) -> None:
        if not self._tenant:
            self._tenant = self._do(_NEW_TENANT, self._name)

    def _begin(self, versions: Sequence[MemoryVersion], when: int) -> None:
        """New chains, each with its first version as its latest."""
        tenant = self._tenant
        first = self._do(_NEW_CHAIN, None, versions[0].chain_id, 0)
        new = list(enumerate(versions, first))
        if len(new) > 1:
            self._many(_NEW_CHAIN, [(chain, each.chain_id, 0) for chain, each in new[1:]])
        self._take(
            _NEW_IDS,
            [(tenant, each.id, chain, 1, tenant, each.chain_id, chain, 0) for chain, each in new],
        )
        contact_of = self._contact_or_new
        self._many(
            _NEW_VERSION,
            [
                (chain, contact_of(each.contact_id), 1, 1, 0, None, *rows.columns(each, when))
                for chain, each in new
            ],
        )

    def _go_on(self, versions: Sequence[MemoryVersion], when: int) -> None:
        """The next versions of chains, each as its latest."""
        new = [(self._key(version.chain_id), version) for version in versions]
        self._many(_FOLLOWED, [(chain, chain) for chain, _ in new])
        self._take(_NEW_ID, [(self._tenant, each.id, chain, each.number) for chain, each in new])
        contact_of = self._contact_key
        self._many(
            _NEW_VERSION,
            [
                (
                    *(chain, contact_of(each.contact_id), 1, each.number, 0, None),
                    *rows.columns(each, when),
                )
                for chain, each in new
            ],
        )

    def _mark(
        self,
        changes: Sequence[Change],
        revision: int,
        when: int,
        spanned: tuple[str, int] | None,
    ) -> None:
        """Ranges of living versions, marked; where the latest is, what is left below it leads.

        `spanned` is a contact and how many living versions it has, where that is known.
        """
        cuts = [
            (self._key(change.chain_id), change.mark, change.latest)
            for change in changes
            if change.mark is not None
        ]
        if _is_all(changes, spanned):
            # All at once is half of the time of one by one (D3).
            self._do(_MARK_ALL, revision, when, self._contact_key(changes[0].contact_id))
        else:
            ones = [(revision, when, key, mark.last) for key, mark, _ in cuts if mark.count == 1]
            self._many(_MARK_ONE, ones)
            ranges = [(key, mark.first, mark.last) for key, mark, _ in cuts if mark.count > 1]
            self._many(_MARK, [(revision, when, *each) for each in ranges])
        ends = [each for each in cuts if each[1].right is None]
        self._many(_LOSE, [(mark.last, key, mark.last) for key, mark, _ in ends])
        self._many(_LEAD, [(key, lead.number) for key, _, lead in ends if lead is not None])

    def _unmark(self, changes: Sequence[Change]) -> None:
        """Marked versions, back in their places; one above the latest is the latest now."""
        followed, unmarked, absences = [], [], []
        for change in changes:
            key, leading = self._key(change.chain_id), change.latest
            lead = 0 if leading is None else leading.number
            if not change.revives and lead == change.unmark[-1].number:
                followed.append((key, key))
            for node in change.unmark:
                unmarked.append((int(node.number == lead), key, change.marked_by, node.number))
                if change.absence is not None:
                    absences.append((key, node.number, *change.absence))
        self._many(_FOLLOWED, followed)
        self._many(_UNMARK, unmarked)
        self._many(_ABSENCE, absences)

    def _take(self, sql: str, values: Sequence[Row]) -> None:
        """Inserts rows of ids. That one is taken, the table itself finds out: to ask before would
        cost an add 4 %, and an update 3 (W1, W2).

        Raises:
            DuplicateIdError: the first that is taken by another row, or twice among these.
        """
        try:
            self._many(sql, values)
        except StorageError as error:
            if not str(error.code).startswith("SQLITE_CONSTRAINT"):
                raise
            taken = self._first_taken(
                [row[i : i + 4] for row in values for i in range(0, len(row), 4)]
            )
            if taken is None:
                raise
            raise DuplicateIdError(taken) from None

    def _first_taken(self, wanted: Sequence[Row]) -> str | None:
        """The first id of these rows that is another row's; some of them may be in already."""
        seen = set()
        for tenant, id, *own in wanted:
            found = self._row(_ID, tenant, id)
            if id in seen or (found is not None and [*found] != own):
                return rows.text(id)
            seen.add(id)
        return None

    def _contact_or_new(self, contact_id: str) -> int:
        contact = self._contacts.get(contact_id)
        if contact is None:
            known = self._row(_CONTACT, self._tenant, contact_id)
            contact = known[0] if known else self._new_contact(contact_id)
            _remember(self._contacts, contact_id, contact)
        return contact

    def _new_contact(self, contact_id: str) -> int:
        return self._do(_NEW_CONTACT, self._tenant, contact_id)

    def _make(self, connection: Connection, until: int | None) -> None:
        self._do(
            _MAKE,
            *self._key_of(connection),
            connection.revision,
            until,
            connection.metadata_json,
            rows.micros(connection.created_at),
        )

    def _key_of(self, connection: Connection) -> tuple[int, int, str]:
        source, target = map(self._chain_key, (connection.source_id, connection.target_id))
        return source, target, connection.kind

    def _chain_key(self, chain_id: str) -> int:
        try:
            return self._key(chain_id)
        except CorruptStoreError:
            raise NotFoundError("chain", chain_id) from None

    def _contact_key(self, contact_id: str) -> int:
        key = self._contacts.get(contact_id)
        if key is None:
            row = self._row(_CONTACT, self._tenant, contact_id)
            if row is None:
                raise NotFoundError("contact", contact_id)
            key = rows.number(row[0])
            _remember(self._contacts, contact_id, key)
        return key

    def _forget(self) -> None:
        self._contacts.clear()
        self._keys.clear()
        self._newest = self._highest = self._spanned = None

    def _do(self, sql: str, *values: object) -> int:
        """Runs a statement; the key of the row that it inserted, where it did."""
        return run(self._connection, sql, values).lastrowid or 0

    def _many(self, sql: str, values: Sequence[Row]) -> None:
        """Runs a statement once for each of these, if any."""
        if values:
            run_many(self._connection, sql, values)


def _is_all(changes: Sequence[Change], spanned: tuple[str, int] | None) -> bool:
    """Whether the changes mark as many living versions of a contact as it has."""
    if spanned is None:
        return False
    contact_id, count = spanned
    marks = [change.mark for change in changes if change.contact_id == contact_id]
    marked = sum(mark.count for mark in marks if mark is not None)
    return len(marks) == len(changes) and marked == count


def _remember(known: dict[str, int], id: str, key: int) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[id] = key
