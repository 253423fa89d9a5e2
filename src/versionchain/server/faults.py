"""Which of the next requests fail on purpose.

May live here: the queue of failures. May not be known here: how a service words one.
"""

import threading
from collections import deque
from enum import StrEnum
from typing import Final

from attrs import frozen

from .. import InvalidInputError

MOST_SECONDS: Final = 60.0
MOST_FAILURES: Final = 1000


class How(StrEnum):
    """How a request fails: the two answers by their status, or none until the client gives up."""

    TOO_MANY = "429"
    BROKEN = "500"
    TIMEOUT = "timeout"


@frozen
class Failure:
    """One request that is going to fail.

    Attributes:
        how: in which way.
        seconds: how long a time-out keeps the client waiting, before it is answered with 504.
    """

    how: How
    seconds: float


class Faults:
    """The failures that wait for requests, the first in first out. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Failure] = deque()

    def fail_next(self, count: int, how: How | str, seconds: float = 5.0) -> None:
        """Lets the next `count` requests fail, after those that are to fail already. O(count).

        Args:
            count: how many, 0 to 1,000.
            how: "429", "500" or "timeout".
            seconds: how long a time-out lasts, 0 to 60. A client with a shorter time-out of its own
                gives up; to one that waits longer it answers 504.

        Raises:
            InvalidInputError: an argument may not come in; nothing changed.
        """
        if type(count) is not int or not 0 <= count <= MOST_FAILURES:
            raise InvalidInputError("count", f"must be an int from 0 to {MOST_FAILURES:,}")
        if how not in tuple(How):
            raise InvalidInputError("how", f"must be one of {', '.join(How)}")
        if isinstance(seconds, bool) or not 0 <= seconds <= MOST_SECONDS:
            raise InvalidInputError("seconds", f"must be from 0 to {MOST_SECONDS:g}")
        with self._lock:
            self._waiting.extend([Failure(How(how), float(seconds))] * count)

    def take(self) -> Failure | None:
        """The failure that this request gets, or None. O(1)."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def clear(self) -> None:
        """Lets no request fail any more. O(1)."""
        with self._lock:
            self._waiting.clear()

    def __len__(self) -> int:
        """How many requests are still to fail. O(1)."""
        return len(self._waiting)
