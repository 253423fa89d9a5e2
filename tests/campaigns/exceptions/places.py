"""Where the prepared store is kept, made anew for each point.

May live here: a backend in memory and one on a file, and what a failure could leave behind in each.
May not be known here: what is called, or what fails.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from pickle import dumps, loads
from typing import Any, Final, Protocol

from versionchain import MemoryStoreError
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.sqlite import SQLiteBackend

from .scenes import Held, prepare

PATIENCE: Final = 0.2
"""Seconds that a writer waits: nobody writes meanwhile, so only a lock that was left keeps it."""

PENDING: Final = "something pending"


class Place(Protocol):
    """A kind of backend."""

    held: Held

    def fresh(self) -> Any:
        """The prepared store, as if nothing had ever failed: a context manager of a backend."""

    def others(self, backend: Any) -> list[Any]:
        """The ways to the same memories, beginning with the one farthest off."""

    def left(self, backend: Any) -> str | None:
        """What a failure left behind: a lock, or something pending."""


class InMemory:
    """A backend in memory."""

    def __init__(self) -> None:
        backend = MemoryBackend()
        self.held = prepare(backend)
        self._kept = dumps(backend._states)

    @contextmanager
    def fresh(self) -> Iterator[MemoryBackend]:
        backend = MemoryBackend(busy_timeout=PATIENCE)
        backend._states = loads(self._kept)  # it was made here
        yield backend

    def others(self, backend: MemoryBackend) -> list[MemoryBackend]:
        return [backend]

    def left(self, backend: MemoryBackend) -> str | None:
        if "locked" in repr(backend._access).replace("unlocked", ""):
            return "the lock of readers"
        if backend._writing._lock.locked() or backend._writing._holder is not None:
            return "the lock of writers"
        pending = any(state.pending is not None for state in backend._states.values())
        return PENDING if pending or backend._journal.mark() else None


class InFile:
    """A backend on a SQLite file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._kept = folder / "kept"
        with_all = SQLiteBackend(self._kept, durability="normal")
        self.held = prepare(with_all)
        with_all.close()

    @contextmanager
    def fresh(self) -> Iterator[SQLiteBackend]:
        file = self._folder / "store.db"
        shutil.copyfile(self._kept, file)
        backend = self._opened(file)
        try:
            yield backend
        finally:
            with suppress(MemoryStoreError):  # the lock that was left keeps it too
                backend.close()
            backend._process.close()
            for each in self._folder.glob("store.db*"):
                each.unlink()

    def others(self, backend: SQLiteBackend) -> list[SQLiteBackend]:
        return [self._opened(backend._path), backend]

    @staticmethod
    def _opened(file: Path) -> SQLiteBackend:
        backend = SQLiteBackend(file, durability="normal", busy_timeout=PATIENCE)
        backend._process.pool._synchronous = "OFF"  # no power is lost here
        backend._process.pool.close()
        backend._process.pool._closed = False
        return backend

    def left(self, backend: SQLiteBackend) -> str | None:
        writing = backend._process.writing
        if writing._lock.locked() or writing._holder is not None:
            return "the lock of writers"
        if any(connection.in_transaction for connection in backend._process.pool._idle):
            return "a transaction"
        for name in ("gate", "lock"):
            with Path(f"{backend._path}-{name}").open("a") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return f"the lock of processes, {name},"
        return None
