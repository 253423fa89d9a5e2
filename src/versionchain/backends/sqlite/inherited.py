"""What becomes of a process's connections in a child that it forks.

May live here: knowing every connection of this process, and parting from those of another.
May not be known here: who lends them, or what is done with one.

SQLite counts in memory which locks the process has on a file. A forked child has the count and not
the locks, and what it opens to the same file goes by that count: other processes don't see it, and
take the log away under it. Nor may it just close what it inherited, by its interpreter's end
either: that one may take the log away under others. So in a child no inherited connection is
closed by itself; and before the child opens one of its own all are closed together, while a lock
keeps SQLite from the files.
"""

import os
import sqlite3
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from ctypes import py_object, pythonapi
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from .turns import Turns

if sys.platform != "win32":
    import fcntl

_SHARED: Final = (0x4000_0002, 510)  # where SQLite's readers lock a file: the first byte, how many
_FLOCK: Final = "hhqqi4x"  # struct flock: type, whence, start, length, process (0)


class Connections:
    """The connections to one file that one process made and has not closed.

    Args:
        path: the file.
        busy_timeout: how long to wait for another's block, in seconds.

    Attributes:
        inherited: whether they are another process's, of which this one was forked.
    """

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._open: set[sqlite3.Connection] = set()
        self.inherited = False
        _mine.add(self)

    def add(self, connection: sqlite3.Connection) -> None:
        """One more. O(1)."""
        self._open.add(connection)

    def close(self, connection: sqlite3.Connection) -> None:
        """Closes one, whatever state it is in; but for an inherited one. O(1)."""
        if self.inherited:
            return
        with suppress(sqlite3.Error):
            connection.close()
        self._open.discard(connection)

    def part(self) -> None:
        """Closes all that were inherited.

        Raises:
            StoreBusyError: the process was forked inside a block that has not ended in time.
        """
        blocks = any(connection.in_transaction for connection in self._open)
        turns = Turns(self._path, self._busy_timeout)
        try:
            # To close inside a block undoes it: here, in this child's memory. It also sweeps the
            # log's index behind the last commit, where nobody may be writing meanwhile.
            with turns.held() if blocks else nullcontext(), _no_last(self._path):
                while self._open:
                    with suppress(sqlite3.Error):
                        self._open.pop().close()
        finally:
            turns.close()

    def keep(self) -> None:
        """Makes them inherited ones, and keeps them from being closed by nobody's wanting them."""
        self.inherited = True
        for connection in self._open:
            pythonapi.Py_IncRef(py_object(connection))


_mine: WeakSet[Connections] = WeakSet()
_inherited: list[Connections] = []
parting: Final = threading.RLock()
"""Held while a child leaves behind what it inherited."""


def part() -> None:
    """Parts from every inherited connection; to be called before another is made. O(those).

    Raises:
        StoreBusyError: the process was forked inside a block that has not ended in time.
    """
    with parting:
        while _inherited:
            _inherited[-1].part()
            _inherited.pop()


def _after_fork() -> None:
    """In a child. No call of SQLite's: another thread of the parent may have had its locks."""
    for connections in list(_mine):
        connections.keep()
        _inherited.append(connections)
    _mine.clear()


@contextmanager
def _no_last(path: Path) -> Iterator[None]:
    """No connection that closes meanwhile is the file's last, which would clear its log away.

    The lock is not the process's but the open file's, so that SQLite here sees it as another's.
    """
    lock: Any = getattr(fcntl, "F_OFD_SETLKW", None)
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # there is nothing to clear away
        yield
        return
    try:
        if lock is not None:  # Linux has it
            request = struct.pack(_FLOCK, fcntl.F_RDLCK, os.SEEK_SET, *_SHARED, 0)
            fcntl.fcntl(file, lock, request)
        yield
    finally:
        os.close(file)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
