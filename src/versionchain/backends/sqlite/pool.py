"""The connections to one file, in one process.

May live here: making connections, lending them, closing them. May not be known here: what is done
with one, or who writes.
"""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from ...errors import StoreClosedError
from .faults import translated
from .inherited import Connections
from .known import Link

Durability = Literal["full", "normal"]

_STATEMENTS: Final = 256  # all that there are: one that is compiled again costs three times its run


class Pool:
    """Lends connections, one borrower each, the last one returned first.

    So a thread that reads and writes by itself always has the same one, with its warm cache; a
    thread that reads while its own block is open gets another, and sees what was before.

    Args:
        path: the file.
        durability: how far a commit is pushed before it is acknowledged.
        busy_timeout: how long SQLite waits for a lock of its own, in seconds.
    """

    def __init__(self, path: Path, durability: Durability, busy_timeout: float) -> None:
        self._path = path
        self._synchronous = durability.upper()
        self._busy_timeout = busy_timeout
        self._connections = Connections(path, busy_timeout)
        self._idle: deque[Link] = deque()
        self._closed = False

    @contextmanager
    def lent(self) -> Iterator[Link]:
        """A connection for a block. One that a failure left in a transaction is thrown away.

        Raises:
            StoreClosedError: the pool was closed.
            StorageError: the file can't be opened.
        """
        connection = self.take()
        try:
            yield connection
        finally:
            self.give_back(connection)

    def close(self) -> None:
        """Closes what is not lent, and what comes back later as it comes. O(connections)."""
        self._closed = True
        while self._idle:
            self._connections.close(self._idle.pop())

    def forget(self) -> None:
        """Makes the connections that are not lent forget what they have read. O(connections)."""
        for connection in list(self._idle):
            connection.known.clear()

    def take(self) -> Link:
        """A connection, to be given back; see `lent`."""
        if self._closed:
            raise StoreClosedError
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def give_back(self, connection: Link) -> None:
        """Takes back what was lent. O(1)."""
        if self._connections.inherited:
            pass  # a forked child left its parent's block
        elif connection.in_transaction:
            self._connections.close(connection)
        else:
            self._idle.append(connection)
        if self._closed:
            self.close()

    def _connect(self) -> Link:
        with translated():
            connection = sqlite3.connect(
                self._path,
                timeout=self._busy_timeout,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=_STATEMENTS,
                factory=Link,
            )
            self._connections.add(connection)
            try:
                connection.execute("PRAGMA trusted_schema=OFF")
                connection.execute("PRAGMA cell_size_check=ON")
                connection.execute(f"PRAGMA synchronous={self._synchronous}")
            except BaseException:
                self._connections.close(connection)
                raise
            return connection
