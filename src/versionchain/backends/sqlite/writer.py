"""Changing a tenant in the file.

May live here: a change as SQL. May not be known here: a rule, or how a commit is made.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from ...chain import Change, Span, Stamp
from ...connections import ConnectionChange
from ...errors import DuplicateIdError, NotFoundError, TransactionError
from ...facts import ChainFacts, ConnectionFacts, living
from ...model import Connection, MemoryVersion, Revision, position
from . import rows
from .erase import erase_contact, erase_marked
from .faults import commit_fault, run
from .reader import SQLiteReader

_NEW_TENANT: Final = "INSERT INTO tenants (name) VALUES (?)"
_NEW_CONTACT: Final = "INSERT INTO contacts (tenant, contact_id) VALUES (?, ?)"
_NEW_CHAIN: Final = """
    INSERT INTO chains (contact, chain_id, last_number, latest, revision, ordinal)
    VALUES (?, ?, ?, ?, ?, ?)"""
_CONTACT: Final = "SELECT key FROM contacts WHERE tenant = ? AND contact_id = ?"
_CHAIN: Final = """
    SELECT c.key, c.contact FROM ids i JOIN chains c ON c.key = i.chain
    WHERE i.tenant = ? AND i.id = ? AND i.number = 0"""
_NEW_ID: Final = "INSERT INTO ids (tenant, id, chain, number) VALUES (?, ?, ?, ?)"
_NEW_IDS: Final = "INSERT INTO ids (tenant, id, chain, number) VALUES (?, ?, ?, 0), (?, ?, ?, ?)"
_NEW_VERSION: Final = """
    INSERT INTO versions (chain, deleted, number, contact, ordinal, id, content, categories,
        metadata, session_id, event_start, event_end, created_at, revision, deleted_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_LEAD: Final = "UPDATE chains SET latest = ?, revision = ?, ordinal = ? WHERE key = ?"
_GO_ON: Final = """
    UPDATE chains SET last_number = ?, latest = ?, revision = ?, ordinal = ? WHERE key = ?"""
_MARK: Final = """
    UPDATE versions SET deleted = ?, deleted_at = ?
    WHERE chain = ? AND deleted = 0 AND number BETWEEN ? AND ?"""
_UNMARK: Final = """
    UPDATE versions SET deleted = 0, deleted_at = NULL
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
    INSERT INTO revisions (tenant, number, created_at, operation, actor, reason,
        added, deleted, restored, connected, disconnected, erased)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


_REMEMBERED: Final = 1000
"""How many contacts' keys a writer keeps at hand."""


class SQLiteWriter(SQLiteReader):
    """Applies changes to one tenant. `base.Writer` says what each method promises.

    Args:
        connection: in a transaction that it alone writes in.
        tenant_key: the tenant's key in the file; 0 for one that never wrote.
        tenant: its name.

    Attributes:
        ended: whether its transaction is over, by whichever end.
    """

    def __init__(self, connection: sqlite3.Connection, tenant_key: int, tenant: str) -> None:
        super().__init__(connection, tenant_key)
        self._name = tenant
        self._contacts: dict[str, int] = {}
        self.ended = False

    @property
    def tenant_key(self) -> int:
        """The tenant's key, once it has one. O(1)."""
        return self._tenant

    def apply(self, changes: Sequence[Change], stamp: Stamp) -> None:
        self._ensure_tenant()
        for change in changes:
            self._apply(change, stamp)

    def _apply(self, change: Change, stamp: Stamp) -> None:
        if change.insert is not None and change.insert.number == 1:
            self._begin(change.insert)
            return
        chain, contact = self._place_of(change)
        if change.insert is not None:
            self._go_on(change.insert, chain, contact)
            return
        if change.mark is not None:
            self._mark(change.mark, chain, stamp)
        if change.unmark:
            self._unmark(change, chain)
        latest = change.latest
        self._do(
            _LEAD,
            *((latest.number, latest.revision, latest.ordinal) if latest else (None,) * 3),
            chain,
        )

    def apply_connection(self, change: ConnectionChange, stamp: Stamp) -> None:
        if change.end is not None:
            self._do(_END, stamp.number, *self._key_of(change.end))
        if change.forget is not None:
            self._do(_FORGET, *self._key_of(change.forget))
        if change.make is not None:
            self._make(change.make, None)

    def erase_contact(self, contact_id: str) -> None:
        erase_contact(self._connection, self._tenant, self._contact_key(contact_id))

    def erase_marked(self, revision: int) -> None:
        erase_marked(self._connection, self._tenant, revision)

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
        contact = self._contact_key(facts.contact_id)
        seen: set[str] = set()
        for id in (facts.chain_id, *(each.version.id for each in facts.versions)):
            if id in seen or self.taken((id,)):
                raise DuplicateIdError(id)
            seen.add(id)
        left = living(facts)
        lead = (left[-1].number, *position(left[-1])) if left else (None,) * 3
        chain = self._do(_NEW_CHAIN, contact, facts.chain_id, facts.last_number, *lead)
        self._do(_NEW_ID, self._tenant, facts.chain_id, chain, 0)
        for each in facts.versions:
            self._do(_NEW_ID, self._tenant, each.version.id, chain, each.version.number)
            self._write(each.version, chain, contact)
            for absence in each.absences:
                self._do(_ABSENCE, chain, each.version.number, *absence)

    def record(self, revision: Revision) -> None:
        self._require_whole()
        counts = revision.counts
        self._do(
            _RECORD,
            self._tenant,
            revision.number,
            rows.micros(revision.created_at),
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
        for contact_id in revision.contacts:
            self._do(_TOUCH, self._tenant, revision.number, self._contact_key(contact_id))

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
            self._contacts.clear()
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

    def _place_of(self, change: Change) -> tuple[int, int]:
        """The keys of a change's chain and contact."""
        row = self._row(_CHAIN, self._tenant, change.chain_id)
        if row is None:
            raise NotFoundError("chain", change.chain_id)
        chain, contact = row
        self._remember(change.contact_id, contact)
        return chain, contact

    def _begin(self, version: MemoryVersion) -> None:
        """A new chain, with its first version as its latest."""
        contact = self._contacts.get(version.contact_id)
        if contact is None:
            known = self._row(_CONTACT, self._tenant, version.contact_id)
            contact = known[0] if known else self._new_contact(version.contact_id)
            self._remember(version.contact_id, contact)
        lead = (version.number, *position(version))
        chain = self._do(_NEW_CHAIN, contact, version.chain_id, version.number, *lead)
        tenant = self._tenant
        self._do(_NEW_IDS, tenant, version.chain_id, chain, tenant, version.id, chain, 1)
        self._write(version, chain, contact)

    def _go_on(self, version: MemoryVersion, chain: int, contact: int) -> None:
        """The next version of a chain, as its latest."""
        self._do(_GO_ON, version.number, version.number, *position(version), chain)
        self._do(_NEW_ID, self._tenant, version.id, chain, version.number)
        self._write(version, chain, contact)

    def _new_contact(self, contact_id: str) -> int:
        return self._do(_NEW_CONTACT, self._tenant, contact_id)

    def _write(self, version: MemoryVersion, chain: int, contact: int) -> None:
        self._do(
            _NEW_VERSION,
            chain,
            version.deleted_revision or 0,
            version.number,
            contact,
            position(version)[1],
            *rows.columns(version),
        )

    def _mark(self, span: Span, chain: int, stamp: Stamp) -> None:
        when = rows.micros(stamp.created_at)
        self._do(_MARK, stamp.number, when, chain, span.first, span.last)

    def _unmark(self, change: Change, chain: int) -> None:
        for node in change.unmark:
            self._do(_UNMARK, chain, change.marked_by, node.number)
            if change.absence is not None:
                self._do(_ABSENCE, chain, node.number, *change.absence)

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
        row = self._row(_CHAIN, self._tenant, chain_id)
        if row is None:
            raise NotFoundError("chain", chain_id)
        key: int = row[0]
        return key

    def _contact_key(self, contact_id: str) -> int:
        key = self._contacts.get(contact_id)
        if key is None:
            row = self._row(_CONTACT, self._tenant, contact_id)
            if row is None:
                raise NotFoundError("contact", contact_id)
            key = row[0]
            self._remember(contact_id, key)
        return key

    def _remember(self, contact_id: str, key: int) -> None:
        if len(self._contacts) >= _REMEMBERED:
            self._contacts.clear()
        self._contacts[contact_id] = key

    def _do(self, sql: str, *values: object) -> int:
        """Runs a statement; the key of the row that it inserted, where it did."""
        return run(self._connection, sql, values).lastrowid or 0
