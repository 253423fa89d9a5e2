"""A clock and an id source that give the same answers in every run.

May live here: the two, and nothing that they feed. May not be known here: what is tested.
"""

import hashlib
from collections import deque
from datetime import UTC, datetime, timedelta
from uuid import UUID


class Clock:
    """A clock that goes on by a fixed step each time that it is asked.

    Args:
        start: its first answer; aware.
        step: how far it goes on after each answer; zero makes it stand.

    Attributes:
        now: the next answer. Set it to move the clock, back too.
        asked: how often it was asked.

    Example:
        >>> from versionchain import MemoryStore
        >>> clock = Clock(step=timedelta(minutes=1))
        >>> store = MemoryStore(clock=clock)
        >>> [store.add("ada", text).created_at.minute for text in ("Sails", "Reads")]
        [0, 1]
    """

    def __init__(
        self,
        start: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC),
        step: timedelta = timedelta(seconds=1),
    ) -> None:
        self.now = start
        self.step = step
        self.asked = 0

    def __call__(self) -> datetime:
        """The next answer. O(1)."""
        answer = self.now
        self.now += self.step
        self.asked += 1
        return answer

    def move(self, by: timedelta) -> None:
        """Moves the next answer; a negative `by` sets the clock back. O(1)."""
        self.now += by


class Ids:
    """An id source: valid version 4 UUIDs that follow from a seed, in no order of time.

    That they are in no order is meant: code that takes the order of ids for the order in which
    things were made shows itself.

    Args:
        seed: another seed gives other ids.

    Attributes:
        given: every id that it gave, in order.

    Example:
        >>> from versionchain import MemoryStore
        >>> first, again = (MemoryStore(ids=Ids()).add("ada", "Sails") for _ in range(2))
        >>> first.id == again.id
        True
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.given: list[str] = []
        self._count = 0
        self._next: deque[UUID] = deque()

    def __call__(self) -> UUID:
        """A new id, or the next that `push` was told. O(1)."""
        id = self._next.popleft() if self._next else self._fresh()
        self.given.append(str(id))
        return id

    def push(self, *ids: str) -> None:
        """Makes these the next ids; with one that is taken, the source repeats itself. O(ids)."""
        self._next.extend(map(UUID, ids))

    def _fresh(self) -> UUID:
        self._count += 1
        digest = hashlib.blake2b(f"{self.seed}:{self._count}".encode(), digest_size=16).digest()
        return UUID(bytes=digest, version=4)
