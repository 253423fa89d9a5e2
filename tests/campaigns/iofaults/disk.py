"""A disk that fails.

May live here: which call fails, and how. May not be known here: who asked for it.
"""

from typing import Final

from attrs import Factory, define, frozen

from ..vfs import Call

FULL: Final = 13  # SQLITE_FULL
CODES: Final = {
    "open": 14,  # SQLITE_CANTOPEN
    "read": 266,  # SQLITE_IOERR_READ
    "write": 778,  # SQLITE_IOERR_WRITE
    "sync": 1034,  # SQLITE_IOERR_FSYNC
    "truncate": 1546,  # SQLITE_IOERR_TRUNCATE
    "size": 1802,  # SQLITE_IOERR_FSTAT
    "delete": 2570,  # SQLITE_IOERR_DELETE
    "access": 3338,  # SQLITE_IOERR_ACCESS
    "lock": 3850,  # SQLITE_IOERR_LOCK
    "map": 5386,  # SQLITE_IOERR_SHMMAP
}
"""What an input/output error is called, by what it is an error of."""

HOWS: Final = {
    "error": frozenset(CODES),
    "late error": frozenset({"write", "sync", "truncate", "delete"}),
    "full": frozenset({"write", "map"}),
    "short write": frozenset({"write"}),
}
"""The ways to fail, and what can fail so. A late error comes after the thing was done: an error
does not say that nothing happened."""


@frozen
class Point:
    """Where a disk fails, and how.

    Attributes:
        index: the call, from 1.
        how: one of `HOWS`.
        sticky: whether whatever can fail so fails from then on.
    """

    index: int
    how: str
    sticky: bool

    def __str__(self) -> str:
        return f"{self.how} at call {self.index}{' and after' if self.sticky else ''}"


@define
class Disk:
    """A watcher that counts, and fails where it is told to while it is armed.

    Attributes:
        point: where to fail; None fails nowhere.
        armed: whether it counts and fails.
        trace: the calls that were counted: what was done, and to what.
        failed: what failed first, or None.
    """

    point: Point | None = None
    armed: bool = False
    trace: list[tuple[str, str]] = Factory(list)
    failed: str | None = None

    def __call__(self, call: Call) -> int:
        """Does the call, or fails it."""
        if not self.armed:
            return call.go(call)
        self.trace.append((call.kind, call.role))
        if self.point is None or not self._now(self.point, call):
            return call.go(call)
        if self.failed is None:
            self.failed = f"{call.kind} of the {call.role}"
        return _fail(self.point.how, call)

    def _now(self, point: Point, call: Call) -> bool:
        count = len(self.trace)
        then = count == point.index or (point.sticky and count > point.index)
        return then and call.kind in HOWS[point.how]


def _fail(how: str, call: Call) -> int:
    if how == "late error":
        call.go(call)
    elif how == "short write":
        call.size //= 2
        call.go(call)
    if how in ("error", "late error"):
        return CODES[call.kind]
    return CODES["map"] if call.kind == "map" else FULL
