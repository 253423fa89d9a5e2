"""A clock that a server can move.

May live here: the clock, and what "can be moved" means. May not be known here: who asks it.
"""

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable


@runtime_checkable
class Movable(Protocol):
    """A clock with a `move`: `ShiftedClock` here, and `versionchain.testing.Clock`."""

    def move(self, by: timedelta) -> None:
        """Moves the next answer."""
        ...


class ShiftedClock:
    """The system's time, shifted by what it was moved. Safe for threads.

    Give it to the store and to `create_app`, so that advancing the one moves the other.

    Example:
        >>> from versionchain import MemoryStore
        >>> clock = ShiftedClock()
        >>> store = MemoryStore(clock=clock)
        >>> first = store.add("ada", "Sails")
        >>> clock.move(timedelta(days=1))
        >>> store.add("ada", "Reads").created_at - first.created_at >= timedelta(days=1)
        True
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shift = timedelta(0)

    def __call__(self) -> datetime:
        """The shifted time. O(1)."""
        return datetime.now(UTC) + self._shift

    def move(self, by: timedelta) -> None:
        """Moves the clock; a negative `by` sets it back, and the store's times stand then. O(1)."""
        with self._lock:
            self._shift += by
