"""The lock that lets one thread write at a time.

May live here: the lock between the threads of one process. May not be known here: what is written.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import StoreBusyError, TransactionError


class WriterLock:
    """A lock that knows its holder, waits a bounded time, and is not re-entrant.

    Args:
        timeout: how long to wait for another thread, in seconds.
    """

    def __init__(self, timeout: float) -> None:
        self._lock = threading.Lock()
        self._timeout = timeout
        self._holder: int | None = None

    @property
    def mine(self) -> bool:
        """Whether the calling thread holds it. O(1)."""
        return self._holder == threading.get_ident()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the lock for a block.

        Raises:
            TransactionError: this thread holds it already.
            StoreBusyError: another thread did not let go in time.
        """
        if self.mine:
            raise TransactionError(
                "This thread is in a transaction of this store: write through the block's own "
                "handle, or after the block."
            )
        taken: list[bool] = []
        try:
            # Taken and noted in one call, so that an interrupt comes before both or after both.
            taken.extend(map(self._lock.acquire, (True,), (self._timeout,)))
            if not taken[0]:
                raise StoreBusyError("Another thread is writing and did not end in time: retry.")
            self._holder = threading.get_ident()
            yield
        finally:
            if taken and taken[0]:
                self._holder = None
                self._lock.release()
