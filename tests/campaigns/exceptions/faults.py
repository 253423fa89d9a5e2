"""What is planted in the library, to see it found.

May live here: faults in how a change is undone. May not be known here: how they are found.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from versionchain.backends.lock import WriterLock
from versionchain.backends.memory.journal import Journal
from versionchain.backends.memory.state import Contact
from versionchain.backends.memory.writer import MemoryWriter
from versionchain.backends.sqlite import backend as sqlite
from versionchain.backends.sqlite.writer import SQLiteWriter
from versionchain.errors import StoreBusyError
from versionchain.work import Work

from ..planting import instead


def _append(self: Journal, items: list[Any], value: Any) -> None:
    """Without an undo."""
    del self
    items.append(value)


@contextmanager
def _held(self: WriterLock) -> Iterator[None]:
    """Lets go where all went well."""
    if not self._lock.acquire(timeout=self._timeout):
        raise StoreBusyError("Another thread is writing and did not end in time: retry.")
    self._holder = threading.get_ident()
    yield
    self._holder = None
    self._lock.release()


def _contact(self: MemoryWriter, contact_id: str) -> Contact:
    """Puts the contact before the journal knows what was there."""
    contacts = self._state.contacts
    contact = contacts.setdefault(contact_id, Contact(contact_id))
    self._journal.put(contacts, contact_id, contact)
    return contact


def _back_to(self: Work, mark: Any) -> None:
    """Keeps the number that was reserved since."""
    self._written, self._counts = mark.written, mark.counts


def _roll_back(connection: Any) -> None:
    """Ends the transaction, by the wrong word."""
    if connection.in_transaction:
        connection.execute("COMMIT")


@contextmanager
def _savepoint(self: MemoryWriter | SQLiteWriter) -> Iterator[None]:
    """Keeps what was done in it."""
    del self
    yield


@contextmanager
def _no_savepoints() -> Iterator[None]:
    memory = instead(MemoryWriter, "savepoint", _savepoint)
    sqlite_too = instead(SQLiteWriter, "savepoint", _savepoint)
    with memory(), sqlite_too():
        yield


FAULTS: Final = {
    "an undo is left out": instead(Journal, "append", _append),
    "the writers' lock is kept where a call raises": instead(WriterLock, "held", _held),
    "a revision's number is kept where a call raises": instead(Work, "back_to", _back_to),
    "an index is changed before its undo is noted": instead(MemoryWriter, "_contact", _contact),
    "half a change is committed where a call raises": instead(sqlite, "_roll_back", _roll_back),
    "a call in a block is not undone alone": _no_savepoints,
}
