"""The file's tables, and how an older file becomes a newer one.

May live here: the schema, a step a version, and the check that a file is one of ours.
May not be known here: what is asked of the tables.

Facts alone are stored. Links and statuses follow from the order (chain, number); the one thing
kept beside them is which version is its chain's latest, since a listing needs those sorted.
"""

import sqlite3
import time
from typing import Final

from ...errors import CorruptStoreError, SchemaVersionError, StorageError

APPLICATION_ID: Final = 0x76634D53  # "vcMS"

# Each tree of the file that a call writes to costs a page at commit, so there are few, and a
# version's row holds all that its record says: integers stand in for tenants, contacts and chains
# in what is sorted, and the names are beside them. `deleted` leads the number in the key of
# `versions`: the living versions of a chain (0) lie together, in order, and no deleted one lies
# between two neighbours. A chain's `last_number` is raised when its last living version is marked:
# the highest number that it ever used is that one, or the last living version's. A revision that
# touched one contact says so itself; `touched` has those of all others.
_FIRST: Final = (
    """CREATE TABLE tenants (
        key INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT""",
    """CREATE TABLE contacts (
        key INTEGER PRIMARY KEY,
        tenant INTEGER NOT NULL,
        contact_id TEXT NOT NULL,
        UNIQUE (tenant, contact_id)
    ) STRICT""",
    """CREATE TABLE chains (
        key INTEGER PRIMARY KEY,
        chain_id TEXT NOT NULL,
        last_number INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE ids (
        tenant INTEGER NOT NULL,
        id TEXT NOT NULL,
        chain INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (tenant, id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE versions (
        chain INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        chain_id TEXT NOT NULL,
        contact INTEGER NOT NULL,
        contact_id TEXT NOT NULL,
        content TEXT NOT NULL,
        categories TEXT NOT NULL,
        metadata TEXT NOT NULL,
        session_id TEXT,
        event_start INTEGER,
        event_end INTEGER,
        created_at INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        latest INTEGER NOT NULL,
        deleted_at INTEGER,
        PRIMARY KEY (chain, deleted, number)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX versions_by_contact ON versions (contact, latest, revision, ordinal)",
    "CREATE INDEX versions_by_mark ON versions (contact, deleted) WHERE deleted > 0",
    """CREATE TABLE absences (
        chain INTEGER NOT NULL,
        number INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        restored INTEGER NOT NULL,
        PRIMARY KEY (chain, number, deleted)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE connections (
        source INTEGER NOT NULL,
        target INTEGER NOT NULL,
        kind TEXT NOT NULL,
        revision INTEGER NOT NULL,
        until INTEGER,
        metadata TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (source, target, kind, revision)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX connections_by_target ON connections (target)",
    """CREATE TABLE revisions (
        tenant INTEGER NOT NULL,
        number INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        contact INTEGER,
        operation TEXT NOT NULL,
        actor TEXT,
        reason TEXT,
        added INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        restored INTEGER NOT NULL,
        connected INTEGER NOT NULL,
        disconnected INTEGER NOT NULL,
        erased INTEGER NOT NULL,
        PRIMARY KEY (tenant, number)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX revisions_by_contact ON revisions (contact, number) WHERE contact > 0",
    """CREATE TABLE touched (
        tenant INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        contact INTEGER NOT NULL,
        PRIMARY KEY (tenant, revision, contact)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX touched_by_contact ON touched (contact, revision)",
    # A row while erased bytes may still lie in free pages or in the log.
    "CREATE TABLE purges (due INTEGER PRIMARY KEY) STRICT",
)

Definition = tuple[str, str, str, str]

STEPS: Final[tuple[tuple[str, ...], ...]] = (_FIRST,)
"""Step n brings a file from schema version n to n + 1; a new file takes all of them."""


def version_of(connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...] = STEPS) -> int:
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
    if version > len(steps):
        raise SchemaVersionError(version, len(steps))
    if found != _expected(steps[:version]):
        raise CorruptStoreError(
            "The file's schema is not its version's: something else altered it. Restore a backup."
        )
    return version


def migrate(
    connection: sqlite3.Connection,
    steps: tuple[tuple[str, ...], ...] = STEPS,
    *,
    busy_timeout: float = 0.0,
) -> None:
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
        for step in steps[version_of(connection, steps) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={len(steps)}")
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


def _expected(steps: tuple[tuple[str, ...], ...]) -> set[Definition]:
    """What the schema of a sound file says, read off an empty one made by the same steps."""
    blank = sqlite3.connect(":memory:")
    try:
        for step in steps:
            for statement in step:
                blank.execute(statement)
        return _definitions(blank)
    finally:
        blank.close()
