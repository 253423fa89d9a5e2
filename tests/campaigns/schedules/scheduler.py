"""One thread at a time, switched at chosen opcodes.

May live here: whose turn it is, the locks that know it, and the count of opcodes. May not be known
here: what the threads do.

Before Python 3.12 that is; from there on control passes at lines (`UNIT` says why).

An opcode counts where it could matter to the other thread: in the code that holds or looks at what
both share. The rest of the library works on arguments and frozen records, where no switch can be
told from one a little later.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, SimpleNamespace, TracebackType
from typing import Any, Final

import sortedcontainers

import versionchain

_LIBRARY: Final = Path(versionchain.__file__).parent
_SHARING: Final = {"audit.py", "backends", "calls", "store.py", "transaction.py", "work.py"}
_COUNTED: Final = {
    str(Path(__file__).with_name("faults.py")),
    *map(str, Path(sortedcontainers.__file__).parent.glob("*.py")),
    *(
        str(file)
        for file in _LIBRARY.rglob("*.py")
        if file.relative_to(_LIBRARY).parts[0] in _SHARING
    ),
}

UNIT: Final = "opcode" if sys.version_info < (3, 12) else "line"
"""What control passes before. From 3.12 on, tracing opcodes in two threads brings Python down."""

Task = Callable[[], Any]


class Stuck(Exception):  # noqa: N818  # it is what a run finds
    """Each waits for the other, or for a lock that nobody will let go of."""


class Scheduler:
    """Runs two tasks in two threads, of which one goes on at a time.

    The calling thread runs the first, a thread of its own the second. Close it at the end.

    Attributes:
        opcodes: how many were counted in the last run; all of them only where it ended traced.
        releases: at which opcodes a lock was let go, likewise.
        ends: at which opcode each task ended, likewise.
        switches: how often control passed at a chosen opcode.
    """

    def __init__(self) -> None:
        self._batons = (threading.Lock(), threading.Lock())
        for baton in self._batons:
            baton.acquire()
        self._ended = threading.Lock()
        self._ended.acquire()
        self._turn = 0
        self._points: list[int] = []
        self._next = 0
        self.opcodes = 0
        self.switches = 0
        self.releases: list[int] = []
        self.ends = [0, 0]
        self._done = [True, True]
        self._waits: list[Lock | None] = [None, None]
        self._task: Task | None = None
        self._answers: list[Any] = [None, None]
        self._worker = threading.Thread(target=self._work, daemon=True)
        self._worker.start()

    def close(self) -> None:
        """Ends the other thread."""
        self._task = None
        self._batons[1].release()
        self._worker.join()

    def run(self, tasks: tuple[Task, Task], first: int, points: list[int], *, whole: bool) -> Any:
        """Runs both to their end.

        Args:
            tasks: what each does.
            first: which begins.
            points: the opcodes before which control passes, rising.
            whole: whether to count on after the last of them.

        Returns:
            What each returned, or the exception that came out of it.
        """
        self.opcodes = self.switches = 0
        self.releases = []
        self._points = [*points, sys.maxsize] if whole or points else []
        self._next = self._points[0] if self._points else 0
        self._left = len(points) + whole
        self._done = [False, False]
        self._waits = [None, None]
        self._answers = [None, None]
        self._task = tasks[1]
        self._turn = first
        if first == 1:
            self._pass_on(0)
        self._answers[0] = self._made(tasks[0])
        self.ends[0] = self.opcodes
        self._finish(0)
        return tuple(self._answers)

    def _work(self) -> None:
        while True:
            self._batons[1].acquire()
            if self._task is None:
                return
            self._answers[1] = self._made(self._task)
            self.ends[1] = self.opcodes
            self._done[1] = True
            if self._done[0]:
                self._ended.release()
            else:
                self._turn = 0
                self._batons[0].release()

    def _finish(self, me: int) -> None:
        self._done[me] = True
        if not self._done[1]:
            self._turn = 1
            self._batons[1].release()
            self._ended.acquire()

    def _made(self, task: Task) -> Any:
        before = sys.gettrace()
        if self._left:
            sys.settrace(self._enter)
        try:
            return task()
        except BaseException as error:  # noqa: BLE001  # it is an answer too
            return error
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, event: str, arg: object) -> Any:
        del event, arg
        if frame.f_code.co_filename not in _COUNTED:
            return None
        frame.f_trace_opcodes = UNIT == "opcode"
        frame.f_trace_lines = UNIT == "line"
        return self._step

    def _step(self, frame: FrameType, event: str, arg: object) -> Any:
        del frame, arg
        if event == UNIT:
            self.opcodes += 1
            if self.opcodes == self._next:
                self._switch()
            if not self._left:
                sys.settrace(None)
        return self._step

    def _switch(self) -> None:
        self._points.pop(0)
        self._next = self._points[0]
        self._left -= 1
        me = self._turn
        if not self._done[1 - me]:
            self.switches += 1
            self._pass_on(me)

    def _pass_on(self, me: int) -> None:
        """The other's turn, until it passes it back."""
        self._turn = 1 - me
        self._batons[1 - me].release()
        self._batons[me].acquire()

    # What the locks ask.

    @property
    def turn(self) -> int:
        """Whose turn it is: who asks."""
        return self._turn

    def wait(self, lock: "Lock") -> None:
        """The other's turn, since this one can't go on before a lock is free.

        Raises:
            Stuck: the other can't make it free.
        """
        me = self._turn
        other = self._waits[1 - me]
        if self._done[1 - me] or (other is not None and other.owner == me):
            raise Stuck(f"{me} waits for a lock that {lock.owner} holds")
        self._waits[me] = lock
        self._pass_on(me)
        self._waits[me] = None


class Lock:
    """A lock by whose turn it is; with `again`, whoever holds it may take it again."""

    def __init__(self, scheduler: Scheduler, *, again: bool) -> None:
        self._scheduler = scheduler
        self._again = again
        self.owner: int | None = None
        self._times = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Takes it, however long the other holds it."""
        del timeout
        me = self._scheduler.turn
        while self.owner is not None and not (self._again and self.owner == me):
            if not blocking:
                return False
            self._scheduler.wait(self)
        self.owner = me
        self._times += 1
        return True

    def release(self) -> None:
        """Lets it go."""
        if self.owner is None or (self._again and self.owner != self._scheduler.turn):
            raise RuntimeError("a lock is let go of that is not held")
        self._times -= 1
        if not self._times:
            self.owner = None
            self._scheduler.releases.append(self._scheduler.opcodes)

    def locked(self) -> bool:
        """Whether somebody holds it."""
        return self.owner is not None

    __enter__ = acquire

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def threading_of(scheduler: Scheduler) -> SimpleNamespace:
    """What the library's code finds under the name `threading` while it is scheduled."""
    return SimpleNamespace(
        Lock=lambda: Lock(scheduler, again=False),
        RLock=lambda: Lock(scheduler, again=True),
        get_ident=lambda: scheduler.turn + 1,
    )
