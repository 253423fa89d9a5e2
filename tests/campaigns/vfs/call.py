"""One I/O call that SQLite makes of its VFS.

May live here: what a watcher is told. May not be known here: how it was come by, or what a watcher
does with it.
"""

import ctypes
from collections.abc import Callable
from typing import Final, Protocol

from attrs import define, frozen

OK: Final = 0

ROLES: Final = {
    0x00000100: "file",  # SQLITE_OPEN_MAIN_DB
    0x00000800: "journal",  # SQLITE_OPEN_MAIN_JOURNAL
    0x00080000: "log",  # SQLITE_OPEN_WAL
}


@frozen(eq=False)
class File:
    """An open file.

    Attributes:
        path: where; None for one that SQLite names itself and deletes as it closes.
        role: "file", "log" (the write-ahead log), "journal" or "temporary".
        created: whether the opening made it.
    """

    path: str | None
    role: str
    created: bool


@define
class Call:
    """One call.

    Attributes:
        kind: "open", "delete", "access", "read", "write", "truncate", "sync", "size", "lock" or
            "map" (of the shared memory beside a log).
        role: what it is done to, as in `File`; of what is not open, by its name's end.
        go: does it, and answers with SQLite's code.
        path: of what is opened or deleted.
        file: what it is done to, where that is open; of an "open", once it has gone.
        offset: of a write.
        size: how many bytes a write has, or a truncate leaves. Lower it before `go` to write less.
        address: of a write's bytes.
        makes: whether an "open" may make the file.
        syncs: whether a "delete" syncs the folder.
    """

    kind: str
    role: str
    go: Callable[["Call"], int]
    path: str | None = None
    file: File | None = None
    offset: int = 0
    size: int = 0
    address: int = 0
    makes: bool = False
    syncs: bool = False

    @property
    def data(self) -> bytes:
        """A write's bytes."""
        return ctypes.string_at(self.address, self.size)


class Watcher(Protocol):
    """Whoever is told of every call, and decides what comes of it."""

    def __call__(self, call: Call) -> int:
        """Does the call, or not; SQLite's code for what came of it."""
        ...
