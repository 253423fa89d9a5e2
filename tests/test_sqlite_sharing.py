"""One SQLite file, many threads and processes."""

import fcntl
import multiprocessing
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from versionchain import MemoryStore, StoreBusyError, StoreClosedError, TransactionError
from versionchain.backends.sqlite import SQLiteBackend, schema
from versionchain.backends.sqlite.turns import Turns


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.db"


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another Python process that runs `code`."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


ADDS = """
import sys
from versionchain import MemoryStore
with MemoryStore.open(sys.argv[1]) as store:
    for n in range(40):
        store.add(sys.argv[2], f"text {n}")
"""

REVISES = """
import sys
from versionchain import MemoryStore, StaleVersionError
with MemoryStore.open(sys.argv[1], actor=sys.argv[2]) as store:
    won = 0
    while won < 25:
        latest = store.memories("ada").items[0]
        try:
            store.update(latest.id, f"{sys.argv[2]} {won}")
            won += 1
        except StaleVersionError:
            pass
"""

BLOCK = """
import sys, time
from versionchain import MemoryStore
store = MemoryStore.open(sys.argv[1])
with store.transaction() as tx:
    for n in range(100):
        tx.add("ada", f"text {n}")
    print("ready", flush=True)
    time.sleep(60)
"""


def test_processes_add_to_one_file(path):
    """Four processes write at once and nothing is lost."""
    MemoryStore.open(path).close()
    for process in [run(ADDS, path, f"c{n}") for n in range(4)]:
        with process:
            assert process.wait() == 0
    with MemoryStore.open(path) as store:
        assert [store.count(f"c{n}").versions for n in range(4)] == [40] * 4
        assert store.verify().ok


def test_processes_revise_one_memory_and_lose_no_update(path):
    """The latest version is a compare-and-set token between processes too."""
    with MemoryStore.open(path) as store:
        first = store.add("ada", "start")
        for process in [run(REVISES, path, f"p{n}") for n in range(3)]:
            with process:
                assert process.wait() == 0
        history = store.history(first.id)
        assert len(history) == 76
        for n in range(3):
            mine = [v.content for v in history if v.content.startswith(f"p{n}")]
            assert mine == [f"p{n} {won}" for won in range(25)]
        assert store.verify().ok


def test_a_killed_block_leaves_nothing(path):
    """A process killed inside a block takes the whole block with it, and its place in the queue."""
    with MemoryStore.open(path) as store:
        store.add("ada", "before")
        with run(BLOCK, path) as process:
            assert process.stdout.readline() == "ready\n"
            assert [m.content for m in store.memories("ada").items] == ["before"]
            process.send_signal(signal.SIGKILL)
        assert [m.content for m in store.memories("ada").items] == ["before"]
        assert store.add("ada", "after").revision == 2
        assert store.verify().ok


def test_another_process_waits_for_its_turn_and_then_says_so(path):
    """A writer that waited for longer than the busy timeout is told to retry; nothing changed."""
    with MemoryStore.open(path, busy_timeout=0.05) as store, run(BLOCK, path) as process:
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(StoreBusyError):
            store.add("ada", "now")
        process.kill()
        process.wait()
        assert store.count("ada").versions == 0
        assert store.verify().ok


def test_closing_does_not_wait_for_another_process_for_ever(path):
    """A store closes while another process is inside a block, and that one goes on."""
    with run(BLOCK, path) as process:
        with MemoryStore.open(path, busy_timeout=0.05) as store:
            assert process.stdout.readline() == "ready\n"
            assert store.verify().ok
        process.kill()


def test_threads_add_through_one_handle(path):
    """Eight threads write through one handle and nothing is lost."""
    with MemoryStore.open(path, durability="normal") as store:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda n: store.add(f"c{n % 8}", f"text {n}"), range(200)))
        assert sum(store.count(f"c{n}").versions for n in range(8)) == 200
        assert [r.number for r in store.revisions(limit=1000).items] == list(range(1, 201))
        assert store.verify().ok


def test_two_handles_of_one_process_take_turns(path):
    """Two stores on one file, in one process, queue like two processes."""
    with MemoryStore.open(path) as one, MemoryStore.open(path) as two:
        with ThreadPoolExecutor(2) as threads:
            done = [threads.submit(store.add, "ada", "x") for store in (one, two) * 20]
            assert len({each.result().revision for each in done}) == 40
        assert one.count("ada") == two.count("ada")
        assert one.verify().ok


def test_a_reader_sees_the_last_commit_while_a_block_is_open(path):
    """A reader in another thread, and this thread's own store, see what was before the block."""
    with MemoryStore.open(path) as store:
        store.add("ada", "before")
        with store.transaction() as tx:
            tx.add("ada", "inside")
            seen = []
            reader = threading.Thread(target=lambda: seen.append(store.count("ada").versions))
            reader.start()
            reader.join()
            assert seen == [1]
            assert store.count("ada").versions == 1
            assert tx.count("ada").versions == 2
            with pytest.raises(TransactionError):
                store.add("ada", "beside")
        assert store.count("ada").versions == 2
        assert store.verify().ok


def test_a_forked_child_goes_on_with_connections_of_its_own(path):
    """Parent and child both write through the handle that was open at the fork."""
    with MemoryStore.open(path) as store:
        store.add("ada", "parent")
        child = multiprocessing.get_context("fork").Process(
            target=lambda: store.add("ada", "child")
        )
        child.start()
        child.join()
        assert child.exitcode == 0
        store.add("ada", "parent again")
        assert [m.content for m in store.memories("ada").items][::2] == ["parent again", "parent"]
        assert store.count("ada").versions == 3
        assert store.verify().ok


def test_two_processes_make_one_file(path, monkeypatch):
    """One that looks at a new file while another makes it takes it for no other program's."""
    pragma = schema._pragma

    def another_makes_it(connection, name):
        answer = pragma(connection, name)
        monkeypatch.setattr(schema, "_pragma", pragma)
        with suppress(StoreBusyError):
            MemoryStore.open(path, busy_timeout=0.05).close()
        return answer

    monkeypatch.setattr(schema, "_pragma", another_makes_it)
    with MemoryStore.open(path) as store:
        assert store.add("ada", "text").revision == 1
        assert store.verify().ok


def test_a_turn_is_given_back_when_its_block_fails(path):
    """An exception inside a turn lets the next one in."""
    turns = Turns(path, 0.01)
    with pytest.raises(ZeroDivisionError), turns.held():
        raise ZeroDivisionError
    with turns.held():
        pass
    turns.close()


def test_whoever_waits_at_the_gate_comes_next(path):
    """A writer that has just let go can't overtake the one that holds the gate."""
    mine, theirs = Turns(path, 5), Turns(path, 5)
    order = []

    def wait():
        with theirs.held():
            order.append("theirs")

    with mine.held():
        thread = threading.Thread(target=wait)
        thread.start()
        while not _is_locked(Path(f"{path}-gate")):
            pass
    with mine.held():
        order.append("mine")
    thread.join()
    assert order == ["theirs", "mine"]
    mine.close()
    theirs.close()


def _is_locked(path: Path) -> bool:
    with path.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_closing_while_another_thread_writes_waits_for_it(path):
    """close() lets the open block end first."""
    backend = SQLiteBackend(path)
    store = MemoryStore(backend)
    inside, go_on = threading.Event(), threading.Event()

    def write():
        with store.transaction() as tx:
            tx.add("ada", "inside")
            inside.set()
            go_on.wait(5)

    writer = threading.Thread(target=write)
    writer.start()
    inside.wait(5)
    closer = threading.Thread(target=backend.close)
    closer.start()
    go_on.set()
    writer.join()
    closer.join()
    with closing(SQLiteBackend(path)) as again:
        assert MemoryStore(again).count("ada").versions == 1
        assert MemoryStore(again).verify().ok


def test_a_new_file_whose_maker_is_dying_is_opened(tmp_path):
    """A killed process lets go of the turn before SQLite's lock, and SQLite itself won't wait."""
    path = tmp_path / "agent.db"
    dying = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    dying.execute("BEGIN IMMEDIATE")
    gone = threading.Timer(0.1, lambda: dying.execute("ROLLBACK"))
    gone.start()
    with MemoryStore.open(path) as store:
        store.add("ada", "Prefers tea")
        assert store.verify().ok
    gone.join()
    dying.close()


def test_the_turns_end_while_no_thread_can_be_taking_one(tmp_path, monkeypatch):
    """A thread that waits to write when the store is closed is refused, by name."""
    backend = SQLiteBackend(tmp_path / "agent.db")
    turns, writing = backend._process.turns, backend._process.writing
    close, ours = Turns.close, []

    def closed(self):
        ours.append(writing.mine)
        close(self)

    monkeypatch.setattr(Turns, "close", closed)
    backend.close()
    assert ours == [True]
    with pytest.raises(StoreClosedError), turns.held():
        pass
