"""Memories in one SQLite file: tenants, snapshots, and one writer at a time.

May live here: opening, beginning, committing, rolling back, and what belongs to one process.
May not be known here: a rule, or any statement on the tables.

Readers look at the last commit (write-ahead log), so nobody waits for a writer who only reads.
Writers take turns: threads by a lock, processes by two files; then BEGIN IMMEDIATE, since an
upgrade from a reader would fail at once, whatever the timeout.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ... import validation
from ...errors import (
    CorruptStoreError,
    ErasureIncompleteError,
    InvalidInputError,
    ReadOnlyError,
    StorageError,
    StoreBusyError,
    StoreClosedError,
    TransactionError,
)
from ...model import MemoryVersion
from ..base import Reader, Writer
from ..lock import WriterLock
from . import erase, inherited, schema
from .faults import run, translated
from .glance import Glance, Question
from .known import Known
from .past import SQLitePast
from .pool import Durability, Pool
from .reader import SQLiteReader, find_tenant
from .turns import Turns
from .writer import SQLiteWriter

T = TypeVar("T")


class SQLiteBackend:
    """Keeps everything in one file, which threads and processes may share.

    Args:
        path: the file, made if it is absent; its folder must be there.
        durability: "full" syncs at every commit; "normal" at checkpoints, so that a power loss may
            take the last commits, never a part of one.
        busy_timeout: how long a writer waits for another, in seconds.

    Raises:
        InvalidInputError: an argument may not come in.
        SchemaVersionError: a newer versionchain wrote the file; it is left as it was.
        CorruptStoreError: the file is damaged or not versionchain's; it is left as it was.
        StorageError: it can't be opened.

    Cost: O(1); a file of an older schema is migrated once, O(n).

    Example:
        >>> import tempfile
        >>> from versionchain import MemoryStore
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with MemoryStore(SQLiteBackend(f"{folder}/agent.db")) as store:
        ...         print(store.add("ada", "Prefers tea").number)
        1
    """

    def __init__(
        self, path: str | Path, *, durability: Durability = "full", busy_timeout: float = 30.0
    ) -> None:
        self._path = _file(path)
        wanted: object = durability
        if type(wanted) is not str or wanted not in ("full", "normal"):
            raise InvalidInputError("durability", 'must be "full" or "normal"')
        self._durability: Durability = durability
        self._busy_timeout = validation.seconds("busy_timeout", busy_timeout)
        self._closed = False
        self._process = self._new_process()
        self._keys: dict[str, int] = {}
        try:
            self._prepare()
        except BaseException:
            self._process.close()
            raise

    @contextmanager
    def read(self, tenant: str, at: int | None = None) -> Iterator[Reader]:
        """A snapshot of a tenant; see `base.Backend.read`."""
        pool = self._here().pool
        connection = pool.take()
        try:
            run(connection, "BEGIN")
            yield self._reader(connection, tenant, at)
        finally:
            _roll_back(connection)
            pool.give_back(connection)

    def ask(self, tenant: str, question: Callable[[Reader], T], *, at: int | None = None) -> T:
        """One answer, by one statement; see `base.Ask`."""
        if at is not None:
            with self.read(tenant, at) as reader:
                return question(reader)
        pool = self._here().pool
        connection = pool.take()
        try:
            return question(self._reader(connection, tenant))
        finally:
            pool.give_back(connection)

    def glance(self, tenant: str) -> Glance:
        """Answers that hold still, or are read now; see `base.Glance`."""
        return Glance(partial(self._look, tenant))

    def _look(
        self, tenant: str, kind: str, key: object, question: Question, at: int | None = None
    ) -> Any:
        pool = self._here().pool
        connection = pool.take()
        try:
            known = connection.known
            answers = known.of(tenant, connection)
            found = getattr(answers, kind).get(key)
            if found is None:
                reader = self._reader(connection, tenant, at)
                with suppress(UnicodeEncodeError):  # no such text is there
                    found = question(reader)
                if found:
                    first = found if isinstance(found, MemoryVersion) else found[0]
                    known.keep(answers, kind, key, found, first.contact_id)
        finally:
            pool.give_back(connection)
        return found or None

    @contextmanager
    def write(self, tenant: str) -> Iterator[Writer]:
        """The one writer; see `base.Backend.write`."""
        process = self._here()
        with process.writing.held(), process.turns.held(), self._here().pool.lent() as connection:
            known, connection.known = connection.known, Known()
            run(connection, "BEGIN IMMEDIATE")
            try:
                writer = SQLiteWriter(connection, self._key(connection, tenant), tenant)
                try:
                    yield writer
                    process.check()
                    writer.commit()
                finally:
                    writer.ended = True
            except BaseException:
                if process.id == os.getpid():
                    _roll_back(connection)
                raise
            if writer.tenant_key:
                self._keys[tenant] = writer.tenant_key
            if writer.touched is not None:
                connection.known = known.without(tenant, writer.touched)

    def backup(self, path: Path) -> None:
        """Copies the file page by page, as of one commit; see `base.Backend.backup`."""
        with self._here().pool.lent() as connection, translated():
            copy = sqlite3.connect(path)
            try:
                connection.backup(copy)
            finally:
                copy.close()
                # Where undoing failed too, it would spoil the next copy of this name.
                with suppress(OSError):
                    Path(f"{path}-journal").unlink()

    def purge(self) -> None:
        """Writes the file anew and empties its log; see `base.Backend.purge`."""
        try:
            process = self._here()
            with process.writing.held(), process.turns.held(), process.pool.lent() as connection:
                erase.purge(connection)
                process.pool.forget()
        except ErasureIncompleteError:
            raise
        except StorageError as error:
            # The rows are gone already, so no other error would be true.
            raise erase.incomplete(error.code) from None

    def close(self) -> None:
        """Waits for the writer and closes the connections; see `base.Backend.close`."""
        if self._closed:
            return
        process = self._here()
        with process.writing.held():
            with ExitStack() as turn:
                # The last connection to close moves the log into the file: in turn, like a write.
                # Where another process writes, or nobody may, this one is not the last, or can't.
                with suppress(StoreBusyError, ReadOnlyError):
                    turn.enter_context(process.turns.held())
                self._closed = True
                process.pool.close()
            process.turns.close()

    def _here(self) -> "_Process":
        """What belongs to this process; a forked child starts anew and leaves the parent's be."""
        if self._closed:
            raise StoreClosedError
        if self._process.id != os.getpid():
            with inherited.parting:
                if self._process.id != os.getpid():
                    self._process = self._new_process()
        return self._process

    def _new_process(self) -> "_Process":
        inherited.part()
        return _Process(self._path, self._durability, self._busy_timeout)

    def _prepare(self) -> None:
        """Makes or migrates the file where it needs that, and refuses it where it is not ours."""
        process = self._process
        if _has_one_byte(self._path):
            raise CorruptStoreError("The file is not a versionchain store; it was left as it was.")
        with translated(), process.pool.lent() as connection:
            # In one snapshot, since another process may be making the file.
            connection.execute("BEGIN")
            try:
                version = schema.version_of(connection)
            finally:
                _roll_back(connection)
            if version < schema.newest():
                with process.turns.held():
                    schema.migrate(connection, busy_timeout=self._busy_timeout)

    def _reader(self, connection: sqlite3.Connection, tenant: str, at: int | None = None) -> Reader:
        key = self._key(connection, tenant)
        return SQLiteReader(connection, key) if at is None else SQLitePast(connection, key, at)

    def _key(self, connection: sqlite3.Connection, tenant: str) -> int:
        """The tenant's key. One that was committed stays, so it may be remembered."""
        key = self._keys.get(tenant, 0)
        if not key:
            key = find_tenant(connection, tenant)
            if key:
                self._keys[tenant] = key
        return key


class _Process:
    """What one process has of a store: its connections, and its places in the queues."""

    def __init__(self, path: Path, durability: Durability, busy_timeout: float) -> None:
        self.id = os.getpid()
        self.pool = Pool(path, durability, busy_timeout)
        self.writing = WriterLock(busy_timeout)
        self.turns = Turns(path, busy_timeout)

    def check(self) -> None:
        """Refuses to go on with a block in a child that was forked inside it."""
        if self.id != os.getpid():
            raise TransactionError("This block belongs to the process that this one forked from.")

    def close(self) -> None:
        self.pool.close()
        self.turns.close()


def _file(path: object) -> Path:
    if type(path) is not str and not isinstance(path, Path):
        raise InvalidInputError("path", f"must be a str or Path, not {type(path).__name__}")
    if str(path) == ":memory:":
        raise InvalidInputError("path", "must be a file; MemoryStore() keeps memories in memory")
    if str(path).startswith(("postgresql://", "postgres://")):
        raise InvalidInputError("path", "must be a file: there is no PostgreSQL backend yet")
    if not str(path).strip() or "\0" in str(path):
        raise InvalidInputError("path", "must not be empty or hold NUL")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise InvalidInputError("path", "must be a name that the system can write") from None
    return Path(path).absolute()


def _has_one_byte(path: Path) -> bool:
    """Such a file SQLite takes for an empty one, and would write over it. O(1)."""
    with suppress(OSError):
        return path.stat().st_size == 1
    return False


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        # One that fails leaves the connection in its transaction, and the pool throws it away.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
