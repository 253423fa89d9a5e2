"""What is planted to see it found: stores that their surroundings break."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from versionchain import StorageFullError, StoreBusyError, TransactionError
from versionchain.backends.lock import WriterLock
from versionchain.backends.sqlite import faults, inherited
from versionchain.backends.sqlite.backend import SQLiteBackend
from versionchain.backends.sqlite.writer import SQLiteWriter
from versionchain.chain import Stamp
from versionchain.work import Work

from ..campaign import Fault
from ..planting import instead


def _here(self: SQLiteBackend) -> Any:
    """What belongs to the process, whichever it is."""
    return self._process


@contextmanager
def _held(self: WriterLock) -> Iterator[None]:
    """A lock that is let go of after an error, but not after an interrupt."""
    if self.mine:
        raise TransactionError("This thread is in a transaction.")
    if not self._lock.acquire(timeout=self._timeout):
        raise StoreBusyError("Another thread is writing.")
    self._holder = threading.get_ident()
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException:
        self._holder = None
        self._lock.release()
        raise
    self._holder = None
    self._lock.release()


def _swallowed() -> Fault:
    """A full disk undoes a commit, and nobody hears of it."""
    commit = SQLiteWriter.commit

    def other(self: SQLiteWriter) -> None:
        try:
            commit(self)
        except StorageFullError:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    return instead(SQLiteWriter, "commit", other)


def _stamp(self: Work) -> Stamp:
    """A revision's time, as the clock says it."""
    if self._stamp is None:
        self._stamp = Stamp(self.reader.newest()[0] + 1, self._clock())
    return self._stamp


_UNTOLD: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN)
_TOLD: Final = {code: told for code, told in faults._MEANINGS.items() if code not in _UNTOLD}

FAULTS: Final[dict[str, Fault]] = {
    "a child that keeps what it inherited open": instead(inherited, "part", lambda: None),
    "a child that does not notice that it is one": instead(SQLiteBackend, "_here", _here),
    "a lock that an interrupt leaves behind": instead(WriterLock, "held", _held),
    "a full disk that is not told of": _swallowed(),
    "a clock that is believed": instead(Work, "stamp", property(_stamp)),
    "a read-only file that is called a failure": instead(faults, "_MEANINGS", _TOLD),
}
