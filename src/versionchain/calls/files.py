"""Files that calls write and read.

May live here: a file that is there whole or not at all. May not be known here: what is in it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from ..errors import InvalidInputError, StorageError

LONGEST_LINE: Final = 64 << 20

Target = str | Path | IO[bytes]


@contextmanager
def whole(field: str, target: str | Path) -> Iterator[Path]:
    """A path to write a new file at; it takes its name when the block ends without an exception.

    Raises:
        InvalidInputError: it is no path, or a file is there already: that one stays as it was.
        StorageError: it can't be written; nothing is left of it.
    """
    path = path_of(field, target)
    if _is_there(path):
        raise InvalidInputError(field, "must not be there already: move that file, or name another")
    part = path.with_name(path.name + ".part")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        raise StorageError("The file can't be written: check its folder and the space.") from None
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def written(field: str, target: Target) -> Iterator[IO[bytes]]:
    """A binary file to write to: the caller's own, or a `whole` one at a path."""
    if type(target) is not str and not isinstance(target, Path):
        yield _binary(field, target, "write")
        return
    with whole(field, target) as path, path.open("wb") as file:
        yield file


@contextmanager
def opened(field: str, source: Target) -> Iterator[IO[bytes]]:
    """A binary file to read from: the caller's own, or the one at a path.

    Raises:
        InvalidInputError: it is neither.
        StorageError: it can't be read.
    """
    if type(source) is not str and not isinstance(source, Path):
        yield _binary(field, source, "readline")
        return
    try:
        file = path_of(field, source).open("rb")
    except OSError:
        raise StorageError("The file can't be read: check its path.") from None
    with file:
        yield file


def lines(field: str, file: IO[bytes]) -> Iterator[bytes]:
    """A file's lines; one too long for memory comes in pieces, which are no lines. O(n)."""
    while line := file.readline(LONGEST_LINE):
        if not isinstance(line, bytes):
            raise InvalidInputError(field, f"must give bytes, not {type(line).__name__}")
        yield line


def path_of(field: str, value: object) -> Path:
    """A str or Path that can name a file. O(1)."""
    if type(value) is not str and not isinstance(value, Path):
        raise InvalidInputError(field, f"must be a str or Path, not {type(value).__name__}")
    if not str(value).strip() or "\0" in str(value):
        raise InvalidInputError(field, "must be a path, not empty and without NUL")
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        raise InvalidInputError(field, "must be a name that the system can write") from None
    return Path(value).absolute()


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # its name is too long, say: whoever writes it is told
        return False


def _binary(field: str, file: object, method: str) -> IO[bytes]:
    if (
        isinstance(file, type)
        or not callable(getattr(file, method, None))
        or hasattr(file, "encoding")
        or getattr(file, "closed", False)
    ):
        raise InvalidInputError(field, "must be a path or an open binary file")
    return file  # type: ignore[return-value]
