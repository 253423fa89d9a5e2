"""What is planted to see it found: stores that do not survive a kill."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from versionchain.backends.sqlite.backend import SQLiteBackend
from versionchain.backends.sqlite.pool import Pool
from versionchain.backends.sqlite.writer import SQLiteWriter

from ..calling import Returned
from ..campaign import Fault
from ..planting import instead
from .child import Victim


def _no_journal() -> Fault:
    """There is no journal, and changes go to the file as they come."""
    connect = Pool._connect

    def other(self: Pool) -> sqlite3.Connection:
        connection = connect(self)
        connection.execute("PRAGMA busy_timeout=0")
        with suppress(sqlite3.Error):  # where another process has it open, it stays as it is
            connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA cache_size=1")
        connection.execute("PRAGMA busy_timeout=5000")
        return connection

    return instead(Pool, "_connect", other)


def _split() -> Fault:
    """What a revision changes is committed, and then the revision."""
    record = SQLiteWriter.record

    def other(self: SQLiteWriter, *args: Any) -> None:
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")
        record(self, *args)

    return instead(SQLiteWriter, "record", other)


def _tidy() -> Fault:
    """Whoever opens a file first takes away what the last one left beside it."""
    begin = SQLiteBackend.__init__

    def other(self: SQLiteBackend, path: str | Path, **options: Any) -> None:
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        begin(self, path, **options)

    return instead(SQLiteBackend, "__init__", other)


def _early() -> Fault:
    """A caller hears that it is done, and a moment later it is committed."""
    commit = SQLiteWriter.commit
    victims: list[Victim] = []
    live = Victim.live

    def remembered(self: Victim) -> None:
        victims.append(self)
        live(self)

    def other(self: SQLiteWriter) -> None:
        if victims:
            victims[-1].tell(Returned(True))
            time.sleep(0.001)
        commit(self)

    @contextmanager
    def planted() -> Iterator[None]:
        with patch.object(Victim, "live", remembered), patch.object(SQLiteWriter, "commit", other):
            yield

    return planted


FAULTS: Final[dict[str, Fault]] = {
    "no journal": _no_journal(),
    "a commit in two halves": _split(),
    "a log that is thrown away at opening": _tidy(),
    "acknowledged before the commit": _early(),
}
