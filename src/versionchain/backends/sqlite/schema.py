"""Whether a file is one of ours, and how an older one becomes one of now.

May live here: the check, and the taking of steps. May not be known here: what is in a table, or
asked of one.
"""

import sqlite3
import time
from collections.abc import Mapping
from itertools import chain
from typing import Final

from ...errors import CorruptStoreError, SchemaVersionError, StorageError
from .older import FIRST, TO_SECOND
from .tables import TABLES

APPLICATION_ID: Final = 0x76634D53  # "vcMS"

Definition = tuple[str, str, str, str]

VERSIONS: Final[tuple[Mapping[str, str], ...]] = (FIRST, TABLES)
"""The tables and indexes of each schema version, from 1; a new file gets the last."""

STEPS: Final[tuple[tuple[str, ...], ...]] = (TO_SECOND,)
"""The first brings a file from version 1 to 2, and so on."""


def newest() -> int:
    """The version of a new file. O(1)."""
    return len(VERSIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """The file's schema version; 0 for an empty file. Reads alone. O(the schema).

    Raises:
        SchemaVersionError: a newer versionchain wrote it.
        CorruptStoreError: it is another program's, or its schema was altered.
    """
    application = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    found = _definitions(connection)
    if application == version == 0 and not found:
        return 0
    if application != APPLICATION_ID:
        raise CorruptStoreError("The file is not a versionchain store; it was left as it was.")
    if version > newest():
        raise SchemaVersionError(version, newest())
    if not version or found != _expected(VERSIONS[version - 1]):
        raise CorruptStoreError(
            "The file's schema is not its version's: something else altered it. Restore a backup."
        )
    return version


def migrate(connection: sqlite3.Connection, *, busy_timeout: float = 0.0) -> None:
    """Brings a file to the newest schema version, in one transaction. O(n).

    The caller holds the lock between processes, so nobody else does the same.

    Raises:
        StorageError: the file can't keep a write-ahead log; or a step failed, and the file is as
            it was.
    """
    if _keep_a_log(connection, busy_timeout) != "wal":
        raise StorageError("The file system can't keep a write-ahead log: put the file elsewhere.")
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection)
        steps = STEPS[version - 1 :] if version else (tuple(VERSIONS[-1].values()),)
        for statement in chain.from_iterable(steps):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={newest()}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _keep_a_log(connection: sqlite3.Connection, busy_timeout: float) -> str:
    """The journal's mode, which becomes a write-ahead log.

    SQLite itself waits for nobody here: a process that was killed over the same may not have let go
    of the file yet.
    """
    deadline = time.monotonic() + busy_timeout
    while True:
        try:
            mode: str = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(0.001)
        else:
            return mode


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _definitions(connection: sqlite3.Connection) -> set[Definition]:
    # All but what ANALYZE leaves: a trigger may have a name like SQLite's own.
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
        " AND NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4'))"
    )
    return set(rows.fetchall())


def _expected(tables: Mapping[str, str]) -> set[Definition]:
    """What the schema of a sound file says, read off an empty one with the same tables."""
    blank = sqlite3.connect(":memory:")
    try:
        for statement in tables.values():
            blank.execute(statement)
        return _definitions(blank)
    finally:
        blank.close()
