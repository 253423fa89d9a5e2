"""A fork with an open store: what the child may go on with, and that nothing is lost."""

import os
import select
import signal
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

from versionchain import MemoryStore, StoreBusyError, TransactionError

PROLOGUE = """
import os, signal, sys
from versionchain import MemoryStore
store = MemoryStore.open(sys.argv[1])
"""

ADDS = PROLOGUE + "with store: store.add('ada', sys.argv[2])"

IS_KILLED = PROLOGUE + "store.add('ada', sys.argv[2]); os.kill(os.getpid(), signal.SIGKILL)"

ENDS_AFTER_OTHERS = f"""
import subprocess
{PROLOGUE}
store.add("ada", "before")
wait, go_on = os.pipe()
if not (child := os.fork()):
    if sys.argv[2] == "uses":
        store.count("ada")
    os.read(wait, 1)
    sys.exit()
store.close()
subprocess.run([sys.executable, "-c", {IS_KILLED!r}, sys.argv[1], "acknowledged"])
os.write(go_on, b"!")
os.waitpid(child, 0)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.db"


@pytest.fixture
def store(path):
    with MemoryStore.open(path, busy_timeout=5) as store:
        store.add("ada", "before")
        yield store


def script(code: str, *arguments: object) -> None:
    """Runs another Python process to its end."""
    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=False)


def texts(path) -> list[str]:
    """What the file holds, oldest first."""
    with MemoryStore.open(path, busy_timeout=1) as store:
        assert store.verify().ok
        return [version.content for version in store.versions("ada").items]


@contextmanager
def child(work):
    """A forked child that does `work`, waited for at the block's end; it must end well."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    try:
        yield pid
    finally:
        assert os.waitpid(pid, 0)[1] == 0


class Steps:
    """Two processes that wait for each other, by a pipe."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def wait(self) -> None:
        assert select.select([self._read], [], [], 20)[0], "the other process hangs"
        os.read(self._read, 1)

    def pass_on(self) -> None:
        os.write(self._write, b"!")

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


@pytest.mark.parametrize("early", [True, False], ids=["used at once", "used later"])
def test_a_child_goes_on_when_its_parent_has_closed(path, early):
    """What it writes is in the file that others see, and theirs is seen by it."""
    with closing(Steps()) as closed, closing(Steps()) as used, closing(Steps()) as opened:
        with MemoryStore.open(path) as store:
            store.add("ada", "before")

            def goes_on():
                if early:
                    store.add("ada", "early")
                opened.pass_on()
                closed.wait()
                store.add("ada", "child")
                used.pass_on()
                closed.wait()
                store.add("ada", "child again")

            going_on = child(goes_on)
            going_on.__enter__()
            opened.wait()
        closed.pass_on()
        used.wait()
        script(ADDS, path, "other")
        closed.pass_on()
        going_on.__exit__(None, None, None)
    assert texts(path) == ["before", *["early"] * early, "child", "other", "child again"]


@pytest.mark.parametrize("way", ["uses", "leaves be"])
def test_a_child_that_ends_takes_nothing_of_others_away(path, way):
    """The log of a killed process is not thrown away by connections that a child inherited."""
    script(ENDS_AFTER_OTHERS, path, way)
    assert texts(path) == ["before", "acknowledged"]


def test_a_block_is_not_the_childs(store, path):
    """It can neither call it nor end it, and does not give its parent's turn away."""

    def uses(block, tx):
        for call in (lambda: tx.add("ada", "child"), lambda: tx.count("ada")):
            with pytest.raises(TransactionError):
                call()
        with pytest.raises(TransactionError):
            block.__exit__(None, None, None)

    block = store.transaction()
    tx = block.__enter__()
    tx.add("ada", "inside")
    with child(lambda: uses(block, tx)):
        pass
    with MemoryStore.open(path, busy_timeout=0.01) as other, pytest.raises(StoreBusyError):
        other.add("ada", "beside")
    tx.add("ada", "inside, later")
    block.__exit__(None, None, None)
    assert texts(path) == ["before", "inside", "inside, later"]


def test_an_error_that_leaves_a_block_in_a_child_undoes_nothing_of_the_parents(store, path):
    """The child's is its own."""

    def fails(block):
        assert not block.__exit__(KeyError, KeyError(), None)

    block = store.transaction()
    tx = block.__enter__()
    tx.add("ada", "inside")
    with child(lambda: fails(block)):
        pass
    block.__exit__(None, None, None)
    assert texts(path) == ["before", "inside"]


def test_a_child_that_was_forked_in_a_block_goes_on_after_it(store, path):
    """It waits for the block's end, as anybody does who writes."""
    with store.transaction() as tx:
        tx.add("ada", "inside")
        going_on = child(lambda: store.add("ada", "child"))
        going_on.__enter__()
    going_on.__exit__(None, None, None)
    assert texts(path) == ["before", "inside", "child"]


def test_a_child_of_a_killed_process_does_not_keep_its_turn(path):
    """A process that is killed in a block lets others write, whatever its children do."""
    with closing(Steps()) as forked, closing(Steps()) as done:
        pid = os.fork()
        if not pid:
            block = MemoryStore.open(path).transaction()
            block.__enter__().add("ada", "inside")
            if not os.fork():
                forked.pass_on()
                done.wait()
                os._exit(0)
            signal.alarm(20)
            signal.pause()
        forked.wait()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with MemoryStore.open(path, busy_timeout=1) as store:
            store.add("ada", "others")
        done.pass_on()
    assert texts(path) == ["others"]
