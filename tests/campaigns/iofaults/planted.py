"""What is planted to see the campaign catch it."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final
from unittest.mock import patch

from versionchain import StorageError
from versionchain.backends.sqlite import backend, erase, faults, pool, writer
from versionchain.backends.sqlite.writer import SQLiteWriter


@contextmanager
def swallowed() -> Iterator[None]:
    """A commit that fails says nothing."""
    commit = SQLiteWriter.commit

    def committed(self: SQLiteWriter) -> None:
        with suppress(StorageError):
            commit(self)

    with patch.object(SQLiteWriter, "commit", committed):
        yield


@contextmanager
def plain() -> Iterator[None]:
    """A commit that may have happened says that it did not."""
    with patch.object(writer, "commit_fault", faults.translate):
        yield


@contextmanager
def not_rolled_back() -> Iterator[None]:
    """A failed change is left open, and its connection is lent again."""

    def give_back(self: pool.Pool, connection: sqlite3.Connection) -> None:
        self._idle.append(connection)
        if self._closed:
            self.close()

    roll_back = backend._roll_back

    def only_reads(connection: sqlite3.Connection) -> None:
        if sys.exc_info()[0] is None:
            roll_back(connection)

    with (
        patch.object(backend, "_roll_back", only_reads),
        patch.object(pool.Pool, "give_back", give_back),
    ):
        yield


@contextmanager
def raw() -> Iterator[None]:
    """SQLite's own errors come out of a commit."""

    def committed(self: SQLiteWriter) -> None:
        self._connection.execute("COMMIT")

    with patch.object(SQLiteWriter, "commit", committed):
        yield


@contextmanager
def silent_purge() -> Iterator[None]:
    """An erasure whose bytes remain says nothing."""
    purge = erase.purge

    def purged(connection: sqlite3.Connection) -> None:
        with suppress(StorageError):
            purge(connection)

    with patch.object(erase, "purge", purged):
        yield


@contextmanager
def part_committed() -> Iterator[None]:
    """Whatever fails, the block is committed as far as it came."""
    roll_back = backend._roll_back

    def kept(connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("COMMIT")
        roll_back(connection)

    with patch.object(backend, "_roll_back", kept):
        yield


FAULTS: Final = {
    "a commit that fails says nothing": swallowed,
    "an unknown commit is said to be undone": plain,
    "no rollback": not_rolled_back,
    "a part is committed": part_committed,
    "SQLite's own errors come out": raw,
    "an erasure that fails says nothing": silent_purge,
}
