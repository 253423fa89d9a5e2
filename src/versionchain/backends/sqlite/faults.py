"""What SQLite's errors mean here.

May live here: the translation into `versionchain.errors`. May not be known here: what was asked.

SQLite's own message is not passed on: it may quote SQL or names of the schema. Its code is.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from ...errors import (
    CommitUnknownError,
    CorruptStoreError,
    ReadOnlyError,
    StorageError,
    StorageFullError,
    StoreBusyError,
    StoreClosedError,
)

Row = Sequence[Any]

RAISED: Final = (sqlite3.Error, UnicodeDecodeError, MemoryError)
"""What the driver raises: the second where SQLite's message quotes bytes of a damaged schema, the
third where a damaged length asks for more memory than there is."""

_PRIMARY: Final = 0xFF

_MEANINGS: Final[dict[int, tuple[type[StorageError], str]]] = {
    sqlite3.SQLITE_BUSY: (StoreBusyError, "Another process held the file for too long: retry."),
    sqlite3.SQLITE_LOCKED: (StoreBusyError, "Another connection held the file: retry."),
    sqlite3.SQLITE_FULL: (StorageFullError, "The disk is full; the change was undone: free space."),
    sqlite3.SQLITE_CORRUPT: (CorruptStoreError, "The file is damaged: restore a backup."),
    sqlite3.SQLITE_NOTADB: (CorruptStoreError, "The file is not a versionchain store."),
    sqlite3.SQLITE_READONLY: (ReadOnlyError, "The file may not be written: check permissions."),
    sqlite3.SQLITE_PERM: (ReadOnlyError, "The file may not be opened: check permissions."),
    sqlite3.SQLITE_CANTOPEN: (
        StorageError,
        "The file can't be opened: check that its folder exists and may be written.",
    ),
}


def translate(error: sqlite3.Error | UnicodeDecodeError | MemoryError) -> StorageError:
    """The typed error for one of SQLite's. O(1)."""
    if isinstance(error, UnicodeDecodeError):
        return CorruptStoreError("The file's schema is damaged: restore a backup.")
    if isinstance(error, MemoryError):
        problem = "SQLite found too little memory: free some, or verify() the file."
        return StorageError(problem, "SQLITE_NOMEM")
    code = getattr(error, "sqlite_errorcode", None)
    name = getattr(error, "sqlite_errorname", None)
    if code is None and isinstance(error, sqlite3.ProgrammingError):
        return StoreClosedError()
    if code is None and isinstance(error, sqlite3.OperationalError):
        # The driver itself says so of a text that is not UTF-8.
        return CorruptStoreError("The file holds bytes that are no text: restore a backup.")
    kind, message = _MEANINGS.get(
        (code or 0) & _PRIMARY, (StorageError, "The storage failed; the change was undone.")
    )
    return kind(message, name)


@contextmanager
def translated() -> Iterator[None]:
    """Raises SQLite's errors as typed ones. Never around a caller's block: its own are its own."""
    try:
        yield
    except RAISED as error:
        raise translate(error) from None


def run(
    connection: sqlite3.Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()
) -> sqlite3.Cursor:
    """Executes a statement; SQLite's errors come out as typed ones."""
    try:
        return connection.execute(sql, values)
    except RAISED as error:
        raise translate(error) from None


def first_row(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> Row | None:
    """The first row of an answer, or None; errors as by `run`."""
    try:
        row: Row | None = connection.execute(sql, values).fetchone()
    except RAISED as error:
        raise translate(error) from None
    return row


def all_rows(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> list[Row]:
    """All rows of an answer at once, since an open cursor would hold back the write-ahead log."""
    try:
        return connection.execute(sql, values).fetchall()
    except RAISED as error:
        raise translate(error) from None


def run_many(connection: sqlite3.Connection, sql: str, values: Sequence[Sequence[Any]]) -> None:
    """Executes a statement once for each of these; errors as by `run`."""
    try:
        connection.executemany(sql, values)
    except RAISED as error:
        raise translate(error) from None


def commit_fault(error: sqlite3.Error) -> StorageError:
    """What a failed COMMIT means: a lock or a full disk undid it, anything else may not have.

    An error out of COMMIT does not mean "not committed": with fsync failing, what was written is
    found after reopening.
    """
    known = translate(error)
    if isinstance(known, StoreBusyError | StorageFullError):
        return known
    return CommitUnknownError(
        "The commit failed so that all of it or nothing was kept: reopen the store and read.",
        known.code,
    )
