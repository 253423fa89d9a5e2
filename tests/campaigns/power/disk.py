"""What a disk may hold after the power went, given what was asked of it before.

The rules are those that SQLite builds on, and no kinder: what was synced is there; of a file's
writes and truncates since, any may be missing, whole, or torn into sectors, each of which is new,
old or rubbish, but nothing beside the bytes that were written is touched. Names are a folder's
own: a file that was made or deleted since the folder was synced may be there or not.

May live here: the log of I/O calls, and images made from it. May not be known here: what the files
mean.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from attrs import Factory, define, frozen

from ..vfs import Call, File

SECTOR: Final = 512


@frozen
class Entry:
    """One call that changed the disk, or made a change last.

    Attributes:
        kind: "make", "unlink", "write", "truncate" or "sync".
        number: of the file; two that had one name after another have two.
        name: of what is made or unlinked.
        offset: of a write.
        data: of a write.
        size: that a truncate leaves.
        folder: whether the folder is synced with it.
    """

    kind: str
    number: int
    name: str = ""
    offset: int = 0
    data: bytes = b""
    size: int = 0
    folder: bool = False


@define
class Log:
    """A watcher that does everything, and writes down what the disk would have to keep."""

    entries: list[Entry] = Factory(list)
    _names: dict[str, int] = Factory(dict)
    _numbers: dict[int, int] = Factory(dict)  # by the open file's identity
    _kept: list[File] = Factory(list)
    _unsynced: set[int] = Factory(set)  # files whose first sync is to sync the folder
    _made: int = 0

    def __call__(self, call: Call) -> int:
        """Does the call and writes it down, if it was done."""
        data = call.data if call.kind == "write" else b""
        code = call.go(call)
        if code == 0:
            self._note(call, data)
        return code

    def _note(self, call: Call, data: bytes) -> None:
        if call.kind == "open":
            self._open(call)
        elif call.kind == "delete" and call.path is not None:
            number = self._names.pop(call.path, -1)
            self.entries.append(Entry("unlink", number, Path(call.path).name, folder=call.syncs))
        elif call.file is not None and id(call.file) in self._numbers:
            number = self._numbers[id(call.file)]
            if call.kind == "write":
                self.entries.append(Entry("write", number, offset=call.offset, data=data))
            elif call.kind == "truncate":
                self.entries.append(Entry("truncate", number, size=call.size))
            elif call.kind == "sync":
                # SQLite syncs the folder with the first sync of a journal or log that it made.
                folder = number in self._unsynced
                self._unsynced.discard(number)
                self.entries.append(Entry("sync", number, folder=folder))

    def _open(self, call: Call) -> None:
        file = call.file
        if file is None or file.path is None or file.role == "temporary":
            return
        if file.created:
            self._made += 1
            self._names[file.path] = self._made
            self.entries.append(Entry("make", self._made, Path(file.path).name))
            if file.role != "file":
                self._unsynced.add(self._made)
        self._numbers[id(file)] = self._names[file.path]
        self._kept.append(file)  # so that no other gets its identity


@frozen
class Fate:
    """How likely a change that was not synced is kept whole, and torn; else it is dropped."""

    kept: float
    torn: float


# An even chance for each would hardly ever leave a log's beginning whole, and so test little else.
FATES: Final = (
    Fate(1.0, 0.0),
    Fate(0.0, 0.0),
    Fate(0.95, 0.05),
    Fate(0.9, 0.05),
    Fate(0.5, 0.25),
    Fate(0.0, 1.0),
    Fate(0.1, 0.1),
)


@define
class Disk:
    """The disk on its way through a log."""

    _durable: dict[int, bytearray] = Factory(dict)
    _pending: dict[int, list[Entry]] = Factory(dict)
    _folder: dict[str, int] = Factory(dict)  # names as they were when the folder was synced
    _renamed: list[Entry] = Factory(list)  # makes and unlinks since

    def take(self, entry: Entry) -> None:
        """The next entry happened."""
        if entry.kind in ("make", "unlink"):
            self._renamed.append(entry)
            if entry.kind == "make":
                self._durable[entry.number] = bytearray()
                self._pending[entry.number] = []
        elif entry.kind == "sync":
            for change in self._pending[entry.number]:
                _apply(self._durable[entry.number], change)
            self._pending[entry.number].clear()
        else:
            self._pending[entry.number].append(entry)
        if entry.folder:
            for change in self._renamed:
                _rename(self._folder, change)
            self._renamed.clear()

    def image(self, random: Random) -> dict[str, bytes]:
        """What may be there if the power goes now: the files by their names."""
        fate = random.choice(FATES)
        names = dict(self._folder)
        for change in self._renamed:
            if random.random() < (fate.kept or 0.5 * fate.torn):
                _rename(names, change)
        # Sometimes the disk kept the order and lost the end.
        ordered = random.random() < 0.25
        files = {}
        for name, number in names.items():
            content = bytearray(self._durable[number])
            pending = self._pending[number]
            if ordered:
                pending = pending[: random.randint(0, len(pending))]
                if pending:
                    for change in pending[:-1]:
                        _apply(content, change)
                    _apply_torn(content, pending[-1], random)
            else:
                for change in pending:
                    chance = random.random()
                    if chance < fate.kept:
                        _apply(content, change)
                    elif chance < fate.kept + fate.torn:
                        _apply_torn(content, change, random)
            files[name] = bytes(content)
        return files


def images_of(
    entries: list[Entry], many: int, random: Random
) -> Iterator[tuple[int, dict[str, bytes]]]:
    """So many images of a log, cut anywhere, with how many entries had happened before each."""
    disk, done = Disk(), 0
    for cut in sorted(random.choices(range(len(entries) + 1), k=many)):
        for entry in entries[done:cut]:
            disk.take(entry)
        done = cut
        yield cut, disk.image(random)


def _rename(names: dict[str, int], change: Entry) -> None:
    if change.kind == "make":
        names[change.name] = change.number
    else:
        names.pop(change.name, None)


def _apply(content: bytearray, change: Entry) -> None:
    if change.kind == "write":
        _put(content, change.offset, change.data)
    elif change.size < len(content):
        del content[change.size :]
    else:
        content.extend(bytes(change.size - len(content)))


def _apply_torn(content: bytearray, change: Entry, random: Random) -> None:
    if change.kind == "truncate":
        if random.random() < 0.5:
            _apply(content, change)
        return
    for offset, data in _sectors(change):
        chance = random.random()
        if chance < 0.5:
            _put(content, offset, data)
        elif chance < 0.6:
            _put(content, offset, random.randbytes(len(data)))


def _sectors(change: Entry) -> Iterator[tuple[int, bytes]]:
    """The parts of a write, cut where the disk's sectors end."""
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        stop = min(end, start - start % SECTOR + SECTOR)
        yield start, change.data[start - change.offset : stop - change.offset]
        start = stop


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data
