"""Files that are foreign, cut, or damaged byte by byte.

May live here: what becomes of a file's bytes. May not be known here: what the bytes mean, beyond
what SQLite's documentation of its file says.
"""

import io
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Final


def cut(random: Random, whole: bytes) -> bytes:
    """Without its end: at any byte, at a sector's or at a page's bound."""
    at = random.choice([random.randrange(1, len(whole)), random.randrange(1, 200)])
    if random.random() < 0.3:
        step = random.choice([512, 4096])
        at = max(step, at // step * step)
    return whole[:at] if random.random() < 0.8 else whole[:at] + bytes(len(whole) - at)


def flipped(random: Random, whole: bytes) -> bytes:
    """A few bits, most of them apart, some in one place; in the header more than elsewhere."""
    bytes_ = bytearray(whole)
    near = random.randrange(len(whole))
    for _ in range(random.choice([1, 1, 1, 2, 4, 16])):
        at = random.choice([near + random.randrange(8), random.randrange(len(whole))])
        at = random.randrange(100) if random.random() < 0.05 else at
        bytes_[at % len(whole)] ^= 1 << random.randrange(8)
    return bytes(bytes_)


def overwritten(random: Random, whole: bytes) -> bytes:
    """A piece of it zeroed, filled with noise, or with another piece of it."""
    bytes_ = bytearray(whole)
    size = random.choice([1, 2, 4, 16, 64, 512, 4096])
    at = random.randrange(len(whole))
    if random.random() < 0.5:
        at -= at % size
    size = min(size, len(whole) - at)
    other = random.randrange(len(whole) - size + 1)
    if size >= 512:
        other -= other % size
    piece = random.choice([bytes(size), b"\xff" * size, random.randbytes(size)])
    bytes_[at : at + size] = random.choice([piece, whole[other : other + size]])
    return bytes(bytes_)


def shifted(random: Random, whole: bytes) -> bytes:
    """With bytes put in or taken out, or with more behind it."""
    at = random.randrange(len(whole))
    how = random.randrange(3)
    if how == 0:
        return whole[:at] + random.randbytes(random.choice([1, 2, 512])) + whole[at:]
    if how == 1:
        return whole[:at] + whole[at + random.choice([1, 2, 512]) :]
    return whole + random.randbytes(random.choice([1, 511, 4096]))


def _zip(random: Random) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("memories.txt", "Lives in Bonn")
    return file.getvalue()


def _database(*statements: str) -> Callable[[Random], bytes]:
    def made(random: Random) -> bytes:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.execute(f"PRAGMA page_size={random.choice([512, 4096, 65536])}")
            for statement in statements:
                connection.execute(statement)
            return connection.serialize()

    return made


_NOTES: Final = ("CREATE TABLE notes (text)", "INSERT INTO notes VALUES ('mine')")
_VERSIONS: Final = "CREATE TABLE versions (id TEXT, content TEXT)"

FOREIGN: Final[dict[str, Callable[[Random], bytes]]] = {
    "text": lambda random: b"no store at all\n" * random.randint(1, 500),
    "a zip": _zip,
    "one byte": lambda random: random.choice([b"S", b"x", b"\0"]),
    "noise": lambda random: random.randbytes(random.randint(1, 9000)),
    "zeros": lambda random: bytes(random.randint(1, 9000)),
    "a header alone": lambda random: b"SQLite format 3\0" + bytes(random.randrange(100)),
    "a header and noise": lambda random: b"SQLite format 3\0" + random.randbytes(4080),
    "another's database": _database(*_NOTES),
    "another's database in UTF-16": _database("PRAGMA encoding='UTF-16le'", *_NOTES),
    "another application's": _database("PRAGMA application_id=77", *_NOTES),
    "another application's, empty": _database("PRAGMA application_id=77", "VACUUM"),
    "another's, with a version": _database("PRAGMA user_version=1", *_NOTES),
    "another's, with a table of ours": _database(_VERSIONS),
    "ours by its mark, and no table": _database(
        "PRAGMA application_id=1986219347", "PRAGMA user_version=1", "VACUUM"
    ),
    "ours by its mark, with a table of ours": _database(
        "PRAGMA application_id=1986219347", "PRAGMA user_version=1", _VERSIONS
    ),
    "a dump": lambda random: b'{"kind":"header","format":"versionchain","version":1}\n',
}
"""Files that nobody made with versionchain."""


def put(path: Path, file: bytes, log: bytes | None) -> None:
    """Writes a file, and its log."""
    path.write_bytes(file)
    if log is not None:
        Path(f"{path}-wal").write_bytes(log)
