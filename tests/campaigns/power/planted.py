"""What is planted to see the campaign catch it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final
from unittest.mock import patch

from versionchain.backends.sqlite import erase, schema
from versionchain.backends.sqlite.pool import Pool
from versionchain.backends.sqlite.writer import SQLiteWriter

from . import judging


def _set(pragma: str) -> Callable[[], AbstractContextManager[None]]:
    """Every connection sets this, once the file is made."""

    @contextmanager
    def planted() -> Iterator[None]:
        connect, migrate = Pool._connect, schema.migrate

        def connected(pool: Pool) -> sqlite3.Connection:
            connection = connect(pool)
            connection.execute(f"PRAGMA {pragma}")
            return connection

        def migrated(connection: sqlite3.Connection, **given: Any) -> None:
            migrate(connection, **given)
            connection.execute(f"PRAGMA {pragma}")

        with patch.object(Pool, "_connect", connected), patch.object(schema, "migrate", migrated):
            yield

    return planted


@contextmanager
def split() -> Iterator[None]:
    """One change is two commits: the record of its revision comes in the second."""
    record = SQLiteWriter.record

    def recorded(writer: SQLiteWriter, *args: Any) -> None:
        writer._connection.execute("COMMIT")
        writer._connection.execute("BEGIN IMMEDIATE")
        record(writer, *args)

    with patch.object(SQLiteWriter, "record", recorded):
        yield


@contextmanager
def kept_log() -> Iterator[None]:
    """An erasure that leaves the log as it is."""

    def purge(connection: sqlite3.Connection) -> None:
        connection.execute("VACUUM")
        connection.execute("DELETE FROM purges")

    with patch.object(erase, "purge", purge):
        yield


@contextmanager
def judged_alike() -> Iterator[None]:
    """NORMAL is held to what FULL promises."""
    judging.KEEPS_ALL.add("normal")
    try:
        yield
    finally:
        judging.KEEPS_ALL.discard("normal")


FAULTS: Final = {
    "FULL does not sync": _set("synchronous=OFF"),
    "no journal": _set("journal_mode=OFF"),
    "a journal in memory": _set("journal_mode=MEMORY"),
    "a split transaction": split,
    "an erasure leaves the log": kept_log,
    "NORMAL judged as FULL": judged_alike,
}
