"""What names no file, and what is none.

May live here: paths, and what looks like a file. May not be known here: which call takes them.
"""

import io
from pathlib import Path
from random import Random
from typing import Any

from versionchain import StorageError

from .values import MARK, Bad, Hostile, Text, hostile, refused


def path(random: Random) -> list[Bad]:
    """No path, or one at which nothing can be."""
    no_folder = f"{MARK}/missing/{MARK}"
    return [
        *refused(None, 7, True, 1.5, MARK.encode(), [MARK], {MARK}, object(), Hostile()),
        *refused("", " ", "\t", f"{MARK}\0", Path(f"{MARK}\0"), "\ud800", Path(f"{MARK}\udfff")),
        *refused(hostile(str, MARK), Text(f"/{MARK}")),
        *((bad, StorageError) for bad in (no_folder, Path(no_folder), f"{MARK}/" * 2000)),
        *((bad, StorageError) for bad in (MARK * 30, Path(MARK * 400))),
    ]


def opened(random: Random) -> list[Bad]:
    """No path of a store."""
    words = (":memory:", f"postgresql://{MARK}", f"postgres://{MARK}")
    return path(random) + refused(*words)


class _Odd:
    """Like a file, and none."""

    encoding = "utf-8"

    def __init__(self, answer: Any = None) -> None:
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        if name in ("readline", "write", "read"):
            return self._answer
        raise AttributeError(name)


class _Reader:
    """A file whose lines are none."""

    def __init__(self, line: Any) -> None:
        self._line = line

    def readline(self, size: int = -1) -> Any:
        """A line that is none."""
        return self._line


def _closed() -> io.BytesIO:
    file = io.BytesIO()
    file.close()
    return file


def files(random: Random) -> list[Bad]:
    """No path and no binary file."""
    return path(random) + refused(
        *(io.StringIO(MARK), io.TextIOWrapper(io.BytesIO()), io.BytesIO, io, _closed()),
        *(_Odd(len), type("File", (), {"write": 7, "readline": MARK})(), hostile(list, [])),
    )


def sources(random: Random) -> list[Bad]:
    """Nothing that a dump can be read from."""
    odd = (MARK, 7, [MARK], bytearray(b"{}\n"), Text(MARK), object())
    return files(random) + refused(*map(_Reader, odd), _Reader(MARK.encode()))
