"""How processes take turns at writing one file.

May live here: the lock between processes. May not be known here: SQLite, or what is written.

SQLite's own busy handler lets whoever asks most often win: of eight writers one starves the
others. So a writer first passes a gate and holds it while it waits for the lock: whoever has just
written must queue at the gate like everybody else, and each waits for a bounded number of others.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakSet

from ...errors import ReadOnlyError, StoreBusyError, StoreClosedError

if sys.platform != "win32":
    import fcntl

_FIRST_PAUSE = 0.0002
_LONGEST_PAUSE = 0.002


class Turns:
    """A lock between processes on two files beside the store. One thread at a time may use it.

    Args:
        path: the store's file; the two are named after it.
        timeout: how long to wait for others, in seconds.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._paths = (Path(f"{path}-gate"), Path(f"{path}-lock"))
        self._timeout = timeout
        self._files: tuple[int, ...] = ()
        self._closed = False
        _mine.add(self)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the lock for a block.

        Raises:
            StoreBusyError: another process did not let go in time.
            ReadOnlyError: the folder may not be written.
            StoreClosedError: it was closed.
        """
        if sys.platform == "win32":  # no flock there: SQLite's own lock must do
            yield
            return
        gate, lock = self._open()
        deadline = time.monotonic() + self._timeout
        # To let go of what was not taken does no harm, so each wait is inside.
        try:
            try:
                self._wait(gate, deadline)
                self._wait(lock, deadline)
            finally:
                fcntl.flock(gate, fcntl.LOCK_UN)
            yield
        finally:
            if self._files:  # a forked child, which has none, leaves its parent's turn be
                fcntl.flock(lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Gives the files back; they stay in the folder, for whoever else has them open. O(1).

        Nobody may be waiting in `held` meanwhile.
        """
        self._closed = True
        for file in self._files:
            os.close(file)
        self._files = ()

    def _open(self) -> tuple[int, ...]:
        if self._closed:
            raise StoreClosedError
        if not self._files:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            try:
                self._files = tuple(os.open(path, flags, 0o644) for path in self._paths)
            except OSError:
                raise ReadOnlyError(
                    "The store's folder may not be written: check its permissions."
                ) from None
        return self._files

    @staticmethod
    def _wait(file: int, deadline: float) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise StoreBusyError(
                        "Another process is writing and did not end in time: retry."
                    ) from None
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return


_mine: WeakSet[Turns] = WeakSet()


def _after_fork() -> None:
    """In a child: the files are the parent's too, and would keep its turn when it is killed."""
    for turns in list(_mine):
        turns.close()
    _mine.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
