"""One exception at one place of a call.

May live here: an exception before the n-th line, and which lines only let go of something.
May not be known here: which call is made, or what must hold afterwards.
"""

import ast
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import sortedcontainers

import versionchain

_LIBRARY: Final = str(Path(versionchain.__file__).parent)
_SORTED: Final = str(Path(sortedcontainers.__file__).parent)
_NOT: Final = (f"{_LIBRARY}/testing/",)
_LETTING_GO: Final = (
    "backends/lock.py",
    "backends/memory/backend.py",
    "backends/memory/writer.py",
    "backends/sqlite/turns.py",
)
"""Where the locks are."""


class Interrupted(KeyboardInterrupt):
    """An exception that no code of the library may know."""


class OutOfMemoryError(MemoryError):
    """Another."""


KINDS: Final = (Interrupted, OutOfMemoryError)


class Lines:
    """Runs a call and raises before the n-th line of the library that it executes.

    The lines of the sorted dicts that it keeps memories in are among them.

    Args:
        fail_at: the line, from 1; None fails none.

    Attributes:
        count: how many lines were executed.
        where: where it was raised, as `path:line`.
        releasing: whether that line does nothing but let go: see `lets_go`.
        error: what was raised.
    """

    def __init__(self, fail_at: int | None = None) -> None:
        self.fail_at = fail_at
        self.count = 0
        self.where: str | None = None
        self.releasing = False
        self.error: BaseException | None = None

    def run(self, call: Callable[[], object]) -> None:
        """Makes the call."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            call()
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, event: str, arg: object) -> Any:
        del event, arg
        return self._step if _ours(frame.f_code.co_filename) else None

    def _step(self, frame: FrameType, event: str, arg: object) -> Any:
        del arg
        if event == "line":
            self.count += 1
            if self.count == self.fail_at:
                file = frame.f_code.co_filename
                self.where = f"{Path(file).parent.name}/{Path(file).name}:{frame.f_lineno}"
                self.releasing = file.endswith(_LETTING_GO) and lets_go(frame)
                self.error = KINDS[self.count % len(KINDS)](f"planted at {self.where}")
                raise self.error
        return self._step


@functools.cache
def _ours(file: str) -> bool:
    return file.startswith((_LIBRARY, _SORTED)) and not file.startswith(_NOT)


def lets_go(frame: FrameType) -> bool:
    """Whether the line that a frame is at only lets go: a `finally`, or the end of a `with`.

    An exception raised there comes before the letting go, which no Python code can make up for:
    a `finally` has no `finally`, and the interpreter has left the block of a `with` when it comes
    to its end. So a lock may be left there. (A signal's exception can't come at the end of a
    `with`: the interpreter looks for signals elsewhere.)
    """
    withs, finals = _released(frame.f_code.co_filename)
    line = frame.f_lineno
    if line in finals:
        return True
    first = min(start for start, _, at in frame.f_code.co_lines() if at == line)
    return line in withs and frame.f_lasti > first


@functools.cache
def _released(file: str) -> tuple[set[int], set[int]]:
    """The lines of a file where a `with` stands, and those in a `finally`."""
    withs: set[int] = set()
    finals: set[int] = set()
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.With):
            withs |= set(range(node.lineno, node.body[0].lineno))
        elif isinstance(node, ast.Try):
            for each in node.finalbody:
                finals |= set(range(each.lineno, (each.end_lineno or each.lineno) + 1))
    return withs, finals
