"""Other processes that are in the way of an erasure, and one that dies in it.

May live here: what they do, and how they are started and ended. May not be known here: what must
hold meanwhile.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest import mock

from versionchain.backends.sqlite.known import Link

from ..forks import Child, forked
from .churn import Churned

_READS: Final = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM versions").fetchone()
print("reads", flush=True)
sys.stdin.read()
"""

_WRITES: Final = """
import sys
from versionchain import MemoryStore
with MemoryStore.open(sys.argv[1], tenant="busy", durability="normal") as store:
    print("ready", flush=True)
    sys.stdin.readline()
    print("queues", flush=True)
    with store.transaction() as tx:
        print("writes", flush=True)
        tx.add("0", "0")
        sys.stdin.readline()
"""


@contextmanager
def reading_process(path: Path) -> Iterator[None]:
    """Another process holds a snapshot of a file."""
    with _another(_READS, path):
        yield


@contextmanager
def reading_here(path: Path) -> Iterator[None]:
    """Another connection of this process holds a snapshot of a file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM versions").fetchone()
        yield


class Writer:
    """Another process that writes to a file once it is told to, until its block ends."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def queue(self) -> None:
        """Has it queue for its turn, and waits until it does so."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._process.stdout.readline()
        time.sleep(0.03)

    def write(self) -> None:
        """Has it write, and waits until it does so."""
        self.queue()
        self._process.stdout.readline()


@contextmanager
def writing_process(path: Path) -> Iterator[Writer]:
    """Another process is there to write to a file."""
    with _another(_WRITES, path) as process:
        yield Writer(process)


@contextmanager
def _another(code: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs `code`, from its first line until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            process.stdout.readline()
            yield process
        finally:
            process.communicate()


@contextmanager
def statements(change: Callable[[str], str]) -> Iterator[None]:
    """Connections that are made in this block run what `change` makes of each statement."""
    real = sqlite3.connect

    class Changed(Link):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return super().execute(change(sql), *values)

    def connect(*args: Any, **given: Any) -> sqlite3.Connection:
        return real(*args, **{**given, "factory": Changed})

    with mock.patch.object(sqlite3, "connect", connect):
        yield


def killed(churned: Churned, call: Callable[[Churned], Any], random: Random) -> Child:
    """A forked child opens the store, makes a call, and is killed in it, if it is still at it.

    Args:
        churned: closed.
        call: made on it, in the child.
        random: when it is killed: at a statement, or at some time.

    Returns:
        The child, which has ended.
    """
    at = random.randrange(1, 30) if random.random() < 0.5 else None
    child = forked(lambda pipe: _dies(churned, call, pipe, at))
    child.listen()
    if at is None:
        time.sleep(random.random() * 0.04)
        child.kill()
    child.end()
    return child


def _dies(churned: Churned, call: Callable[[Churned], Any], pipe: int, at: int | None) -> None:
    """The life of a child that dies at a statement of its call, or when its parent wants it."""
    count: int | None = None

    def counted(sql: str) -> str:
        nonlocal count
        if count is not None:
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
        return sql

    with statements(counted):
        churned.open()
        count = 0
        os.write(pipe, b"ready")
        call(churned)
        churned.store.close()
