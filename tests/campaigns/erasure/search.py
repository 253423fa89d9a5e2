"""Looking for markers: in a folder's files, from another process, and in this process's memory.

May live here: the search of bytes, and the walk over what an object holds. May not be known here: a
store, or what is to be found.

A marker is 16 letters, among text that has none. So a run of letters in a file is a marker, a part
of one at the end of a page, or a word of the schema; what is left of an erased marker is found by
any 8 of its letters in a row. Bytes are searched as they are, and without their zero bytes, so that
text in UTF-16 is found too.

This process never opens a store's file beside SQLite: closing it would drop SQLite's locks.
"""

import gc
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any, Final

_HALF: Final = 8

_SEARCH: Final = r"""
import hashlib, json, pathlib, re, sys
for line in sys.stdin:
    folder, parts = json.loads(line)
    found, digests = {}, {}
    for path in pathlib.Path(folder).rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        digests[path.name] = hashlib.sha256(data).hexdigest()
        for form in (data, data.replace(b"\0", b"")):
            for run in set(re.findall(rb"[a-zA-Z]{8,}", form)):
                for start in range(len(run) - 7):
                    mark = parts.get(run[start : start + 8].decode())
                    if mark is not None:
                        found.setdefault(mark, set()).add(path.name)
    print(json.dumps([{mark: sorted(names) for mark, names in found.items()}, digests]), flush=True)
"""


def parts(marks: Iterable[str]) -> dict[str, str]:
    """Every 8 letters in a row of each marker, and which marker that is."""
    return {
        mark[start : start + _HALF]: mark
        for mark in marks
        for start in range(len(mark) - _HALF + 1)
    }


class Searcher:
    """Another process, which reads every file of a folder when it is asked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _SEARCH],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def files(
        self, folder: Path, marks: Iterable[str]
    ) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Searches a folder.

        Returns:
            Each marker that is there, or a part of it, and in which files; and for each file what
            stands for its bytes.
        """
        asked, answered = self._process.stdin, self._process.stdout
        if asked is None or answered is None:
            raise ValueError("a process without pipes")
        asked.write(json.dumps([str(folder), parts(marks)]) + "\n")
        asked.flush()
        found, digests = json.loads(answered.readline())
        return found, digests

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


def in_text(text: str, marks: Iterable[str]) -> set[str]:
    """Which markers, or parts of one, a text holds."""
    known = parts(marks)
    return {
        known[run[start : start + _HALF]]
        for run in re.findall("[a-zA-Z]{8,}", text)
        for start in range(len(run) - _HALF + 1)
        if run[start : start + _HALF] in known
    }


def in_memory(root: Any, marks: Iterable[str]) -> set[str]:
    """Which markers an object holds, or anything that it holds; code and its globals aside."""
    held: list[str] = []
    seen: set[int] = set()
    ahead = [root]
    while ahead:
        one = ahead.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FrameType):
            continue
        seen.add(id(one))
        if isinstance(one, str | bytes):
            held.append(one if isinstance(one, str) else one.decode("latin-1"))
        elif isinstance(one, FunctionType):
            ahead += [one.__closure__, one.__defaults__, one.__kwdefaults__]
        else:
            # A dict tells the collector of no key that is a string.
            ahead += (
                [*one, *gc.get_referents(one)] if isinstance(one, dict) else gc.get_referents(one)
            )
    return in_text("\n".join(held), marks)
