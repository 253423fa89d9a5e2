"""Forked children: processes that do one thing and end.

May live here: forking, and how a child ended. May not be known here: any store, or what a child
does. A fork costs milliseconds where a new interpreter costs a tenth of a second, and the child has
whatever is planted in its parent.
"""

import faulthandler
import os
import select
import signal
import sys
import traceback
import warnings
from collections.abc import Callable

from attrs import define

PATIENCE = 30.0
"""How long a child may be silent, in seconds; it is taken to hang then."""


@define
class Child:
    """A child process, and the pipe through which it speaks.

    Attributes:
        pid: its id.
        pipe: where what it says is read.
        said: what it said so far.
        status: how it ended, as `os.waitpid` says; None while it lives.
    """

    pid: int
    pipe: int
    said: bytes = b""
    status: int | None = None

    def listen(self) -> bool:
        """Waits until it says something more. False: it ended, or hangs."""
        ready, _, _ = select.select([self.pipe], [], [], PATIENCE)
        more = os.read(self.pipe, 65536) if ready else b""
        self.said += more
        return bool(more)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Sends it a signal."""
        os.kill(self.pid, number)

    def end(self) -> str:
        """Waits until it ended; everything that it said. One that hangs is killed."""
        while self.status is None:
            if not self.listen():
                self.status = self._waited()
                os.close(self.pipe)
        return self.said.decode(errors="replace")

    @property
    def fine(self) -> bool:
        """Whether it ended by itself, and without an exception."""
        return self.status is not None and os.waitstatus_to_exitcode(self.status) == 0

    @property
    def killed(self) -> bool:
        """Whether it ended by SIGKILL."""
        return self.status is not None and os.waitstatus_to_exitcode(self.status) == -signal.SIGKILL

    def _waited(self) -> int:
        """Its status, once it ended; of one that hangs, where it hung is the last that it says."""
        if select.select([self.pipe], [], [], 0)[0]:  # the pipe's end: it is ending
            return os.waitpid(self.pid, 0)[1]
        self.kill(signal.SIGUSR2)
        if select.select([self.pipe], [], [], 1.0)[0]:
            self.said += b"it hung: " + os.read(self.pipe, 65536)
        self.kill()
        return os.waitpid(self.pid, 0)[1]


def forked(work: Callable[[int], None]) -> Child:
    """A child that does `work`, which is given the pipe to speak through, and ends.

    An exception that leaves `work` is the last that the child says.
    """
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads that stand still are harmless
        pid = os.fork()
    if pid:
        os.close(write)
        return Child(pid, read)
    status = 1
    try:
        os.close(read)
        faulthandler.register(signal.SIGUSR2, write)
        work(write)
        status = 0
    except BaseException:  # noqa: BLE001  # nothing may leave: below stands the parent's code
        os.write(write, traceback.format_exc().encode())
    finally:
        os._exit(status)


def unmeasured() -> None:
    """Ends what traces this process: an interrupt inside a tracer could stop it for good."""
    sys.settrace(None)
    if sys.version_info >= (3, 12):
        for tool in range(6):
            if sys.monitoring.get_tool(tool) is not None:
                sys.monitoring.set_events(tool, 0)


def done(work: Callable[[int], None]) -> str:
    """Does `work` in a child to its end; empty, or what went wrong."""
    child = forked(work)
    said = child.end()
    return "" if child.fine else said or f"the child ended with {child.status}"
