"""The VFS itself, over the very SQLite that the stdlib's module is linked to.

It is the system's own VFS with some functions exchanged: structures are copied, open files are the
system's own, and only their table of functions is replaced. So locks, shared memory and paths are
the real ones, and a file needs no memory of ours that SQLite would have to know of.

May live here: ctypes. May not be known here: what a watcher is after.
"""

import _sqlite3
import ctypes
import functools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast
from pathlib import Path
from typing import Any, Final

from .call import OK, ROLES, Call, File, Watcher

_CREATE: Final = 0x00000004  # SQLITE_OPEN_CREATE

# Of SQLite's sqlite3.h. Pointers to functions are kept as addresses: most are passed on unread.
_NUMBERS = ("iVersion", "szOsFile", "mxPathname")
_POINTERS = (
    *("pNext", "zName", "pAppData", "xOpen", "xDelete", "xAccess", "xFullPathname", "xDlOpen"),
    *("xDlError", "xDlSym", "xDlClose", "xRandomness", "xSleep", "xCurrentTime", "xGetLastError"),
    *("xCurrentTimeInt64", "xSetSystemCall", "xGetSystemCall", "xNextSystemCall"),
)
_METHODS = (
    *("xClose", "xRead", "xWrite", "xTruncate", "xSync", "xFileSize", "xLock", "xUnlock"),
    *("xCheckReservedLock", "xFileControl", "xSectorSize", "xDeviceCharacteristics"),
    *("xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap", "xFetch", "xUnfetch"),
)


class _Vfs(Structure):
    _fields_ = [
        *((name, c_int) for name in _NUMBERS),
        *((name, c_void_p) for name in _POINTERS),
    ]


class _Methods(Structure):
    _fields_ = [("iVersion", c_int), *((name, c_void_p) for name in _METHODS)]


_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_ACCESS = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, c_void_p)
_CLOSE = CFUNCTYPE(c_int, c_void_p)
_MOVE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_SIZED = CFUNCTYPE(c_int, c_void_p, c_int64)
_FLAGGED = CFUNCTYPE(c_int, c_void_p, c_int)
_SIZE = CFUNCTYPE(c_int, c_void_p, c_void_p)
_MAP = CFUNCTYPE(c_int, c_void_p, c_int, c_int, c_int, c_void_p)


def _library() -> ctypes.CDLL:
    """The SQLite that `sqlite3` calls: what its own extension module finds its functions in."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_libversion.restype = c_char_p
    if library.sqlite3_libversion().decode() != sqlite3.sqlite_version:
        raise RuntimeError("There is another SQLite than the one that Python's module uses.")
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [c_char_p]
    library.sqlite3_vfs_register.argtypes = [POINTER(_Vfs), c_int]
    library.sqlite3_vfs_unregister.argtypes = [POINTER(_Vfs)]
    return library


class _Binding:
    """The one VFS of the process. It stays for good: a connection may outlive the block."""

    def __init__(self) -> None:
        self._library = _library()
        inner = self._library.sqlite3_vfs_find(None)
        self.watcher: Watcher | None = None
        self._files: dict[int, File] = {}
        self._inner = inner
        self._methods: dict[int, _Methods] = {}  # by the address of the system's own
        self._kept: list[Any] = [b"watched"]  # what only SQLite refers to
        self._outer = _Vfs.from_buffer_copy(inner.contents)
        self._outer.pNext = None
        self._outer.zName = cast(c_char_p(self._kept[0]), c_void_p)
        self._exchange(self._outer, "xOpen", _OPEN, self._open)
        self._exchange(self._outer, "xDelete", _DELETE, self._delete)
        self._exchange(self._outer, "xAccess", _ACCESS, self._access)

    @contextmanager
    def default(self, watcher: Watcher) -> Iterator[None]:
        """Connections that are opened in the block are told of to the watcher."""
        if self.watcher is not None:
            raise RuntimeError("Somebody is watching already.")
        self.watcher = watcher
        self._library.sqlite3_vfs_register(ctypes.byref(self._outer), 1)
        try:
            yield
        finally:
            self._library.sqlite3_vfs_unregister(ctypes.byref(self._outer))
            self._library.sqlite3_vfs_register(self._inner, 1)
            self.watcher = None

    def _exchange(self, table: Structure, name: str, kind: Any, method: Callable[..., int]) -> None:
        """Puts a method of ours in the place of a function, which it gets as its first argument."""
        callback = kind(functools.partial(method, kind(getattr(table, name))))
        self._kept.append(callback)
        setattr(table, name, cast(callback, c_void_p))

    def _tell(self, call: Call) -> int:
        return call.go(call) if self.watcher is None else self.watcher(call)

    def _open(
        self, inner: Any, _: int, name: int | None, file: int, flags: int, out: int | None
    ) -> int:
        path = ctypes.string_at(name).decode() if name else None
        role = next((role for bit, role in ROLES.items() if flags & bit), "temporary")

        def go(call: Call) -> int:
            there = path is not None and Path(path).exists()
            code: int = inner(ctypes.addressof(self._inner.contents), name, file, flags, out)
            if code == OK:
                call.file = File(path, role, not there)
                self._files[file] = call.file
                self._watch(file)
            return code

        # As SQLite asks for: where nothing is opened there is nothing to close.
        cast(file, POINTER(c_void_p))[0] = None
        return self._tell(Call("open", role, go, path, makes=bool(flags & _CREATE)))

    def _watch(self, file: int) -> None:
        """Exchanges an open file's functions; those of one kind of file share a table."""
        place = cast(file, POINTER(c_void_p))
        address = place[0]
        if address not in self._methods:
            own = _Methods.from_buffer_copy(cast(address, POINTER(_Methods)).contents)
            own.iVersion = min(own.iVersion, 2)  # 3 reads by mapping, and nobody would be told
            self._exchange(own, "xClose", _CLOSE, self._close)
            self._exchange(own, "xRead", _MOVE, self._read)
            self._exchange(own, "xWrite", _MOVE, self._write)
            self._exchange(own, "xTruncate", _SIZED, self._truncate)
            for name, shape, kind in (
                ("xSync", _FLAGGED, "sync"),
                ("xFileSize", _SIZE, "size"),
                ("xLock", _FLAGGED, "lock"),
                ("xShmMap", _MAP, "map"),
            ):
                if getattr(own, name):
                    self._exchange(own, name, shape, functools.partial(self._other, kind))
            self._methods[address] = own
        place[0] = ctypes.addressof(self._methods[address])

    def _close(self, inner: Any, file: int) -> int:
        self._files.pop(file, None)
        code: int = inner(file)
        return code

    def _read(self, inner: Any, file: int, buffer: int, size: int, offset: int) -> int:
        known = self._files[file]
        return self._tell(
            Call("read", known.role, lambda _: inner(file, buffer, size, offset), file=known)
        )

    def _write(self, inner: Any, file: int, buffer: int, size: int, offset: int) -> int:
        known = self._files[file]

        def go(call: Call) -> int:
            code: int = inner(file, buffer, call.size, offset)
            return code

        return self._tell(Call("write", known.role, go, None, known, offset, size, buffer))

    def _truncate(self, inner: Any, file: int, size: int) -> int:
        known = self._files[file]
        return self._tell(
            Call("truncate", known.role, lambda _: inner(file, size), file=known, size=size)
        )

    def _other(self, kind: str, inner: Any, file: int, *args: Any) -> int:
        known = self._files[file]
        return self._tell(Call(kind, known.role, lambda _: inner(file, *args), file=known))

    def _delete(self, inner: Any, _: int, name: bytes, sync: int) -> int:
        path = name.decode()
        own = ctypes.addressof(self._inner.contents)
        return self._tell(
            Call("delete", _role(path), lambda _: inner(own, name, sync), path, syncs=bool(sync))
        )

    def _access(self, inner: Any, _: int, name: bytes, flags: int, out: int) -> int:
        path = name.decode()
        own = ctypes.addressof(self._inner.contents)
        return self._tell(Call("access", _role(path), lambda _: inner(own, name, flags, out), path))


def _role(path: str) -> str:
    if path.endswith("-wal"):
        return "log"
    return "journal" if path.endswith("-journal") else "file"


@functools.cache
def _binding() -> _Binding:
    return _Binding()


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Connections that are opened in the block do their I/O through the watcher.

    Those that are left open when it ends go on unwatched.

    Raises:
        RuntimeError: this Python's SQLite can't be reached, or somebody is watching already.
    """
    with _binding().default(watcher):
        yield
