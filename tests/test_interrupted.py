"""An exception between two steps of a lock, a commit or an undoing leaves the store whole.

Each was found by `python -m tests.campaigns exceptions`, which tries every line of every call.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sortedcontainers import SortedList

from versionchain import MemoryStore, NewMemory, StorageError, TransactionError
from versionchain.backends import lock
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.memory.journal import Journal
from versionchain.backends.sqlite import SQLiteBackend
from versionchain.backends.sqlite.turns import Turns
from versionchain.backends.sqlite.writer import SQLiteWriter
from versionchain.testing.looking import everything


def write(handle):
    """One call that has all in it: two contacts, versions, indexes."""
    handle.add_many([NewMemory("ada", "Sails"), NewMemory("ben", "Sings")])


def assert_whole(store, before):
    """There is what was before, and another thread can read and write at once."""
    assert everything(store) == before
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(everything, store).result(timeout=30) == before
        pool.submit(store.add, "eve", "Goes on").result(timeout=30)
    assert [revision.operation for revision in store.revisions().items] == ["add", "add"]
    assert store.verify().ok


@pytest.fixture
def store():
    """A store in memory that waits for no lock for long."""
    store = MemoryStore(MemoryBackend(busy_timeout=0.5))
    store.add("ada", "Prefers tea")
    return store


@pytest.fixture
def file(tmp_path):
    """A store in a file that waits for no lock for long."""
    with MemoryStore(SQLiteBackend(tmp_path / "a.db", busy_timeout=0.5)) as store:
        store.add("ada", "Prefers tea")
        yield store


def raising_once(function, *, when=lambda *args: True, after=True, error=KeyboardInterrupt):
    """The function, but the first time that `when` holds it raises, before or after its work."""
    raised = []

    def wrapped(*args):
        if raised or not when(*args):
            return function(*args)
        raised.append(True)
        if after:
            function(*args)
        raise error("planted")

    return wrapped


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "step",
    [
        lambda items, value: hasattr(value, "operation"),  # the revision into the log
        lambda items, value: isinstance(value, int),  # its number into a contact's
    ],
)
def test_a_commit_in_memory_that_is_interrupted_is_undone(store, monkeypatch, step, after):
    """What a revision did and its record come together or not at all."""
    before = everything(store)
    append = raising_once(
        Journal.append, when=lambda self, items, value: step(items, value), after=after
    )
    monkeypatch.setattr(Journal, "append", append)
    with pytest.raises(KeyboardInterrupt):
        write(store)
    assert_whole(store, before)


def test_a_commit_in_memory_is_undone_until_its_journal_forgets(store, monkeypatch):
    """The last step of all."""
    before = everything(store)
    monkeypatch.setattr(Journal, "forget", raising_once(Journal.forget, after=False))
    with pytest.raises(KeyboardInterrupt):
        write(store)
    assert_whole(store, before)


@pytest.mark.parametrize("step", [None, 0, 1, 2, 3, 4, 5, 6])
def test_an_undoing_in_memory_that_is_interrupted_is_ended_by_whoever_comes_next(
    store, monkeypatch, step
):
    """A reader too: none sees what is half undone."""
    before = everything(store)
    with monkeypatch.context() as patch, suppress(KeyboardInterrupt), store.transaction() as block:
        write(block)
        if step is None:
            patch.setattr(Journal, "undo", raising_once(Journal.undo, after=False))
        else:
            steps = store._backend._journal._undo
            undo, *where = steps[-1 - step]
            steps[-1 - step] = (raising_once(undo, after=False), *where)
        raise ZeroDivisionError
    assert store.verify().ok
    assert_whole(store, before)


def test_a_call_in_a_block_whose_undoing_is_interrupted_is_undone_alone(store, monkeypatch):
    """By the next call, or by the commit."""
    with store.transaction() as block:
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(Journal, "undo", raising_once(Journal.undo, after=False))
            block.add_many([NewMemory("ada", "Sails", id=id) for id in (TAKEN, TAKEN)])
        block.add("ben", "Sings")
    assert [memory.content for memory in store.memories("ada").items] == ["Prefers tea"]
    assert store.verify().ok


@pytest.mark.parametrize("kind", ["store", "file"])
def test_a_savepoint_that_an_interrupt_left_hanging_undoes_nothing_of_the_next_writer(
    kind, request
):
    """An interrupt at a block's very end leaves it open until its traceback is forgotten."""
    store = request.getfixturevalue(kind)
    hanging = []
    with suppress(KeyboardInterrupt), store._backend.write("default") as writer:
        hanging.append(writer.savepoint())
        hanging[0].__enter__()
        raise KeyboardInterrupt
    with store.transaction() as block:
        block.add("ben", "Sings")
        hanging[0].gen.close()
        block.add("ben", "Sails")
    assert [memory.content for memory in store.memories("ben").items] == ["Sails", "Sings"]
    assert store.verify().ok


def test_an_undo_that_is_interrupted_is_made_again():
    """It is forgotten once it is done."""
    journal, items = Journal(), {"a": 1}
    journal.put(items, "a", 2)
    with pytest.MonkeyPatch.context() as patch:
        undo, *where = journal._undo[0]
        patch.setattr(journal, "_undo", [(raising_once(undo, after=False), *where)])
        with pytest.raises(KeyboardInterrupt):
            journal.undo()
        journal.undo()
    assert items == {"a": 1}


@pytest.mark.parametrize("after", [False, True])
def test_a_sorted_dict_whose_change_is_interrupted_is_mended(store, monkeypatch, after):
    """Its order is a list beside it: an interruption between the two leaves no hole in either."""
    before = everything(store)
    with monkeypatch.context() as patch:
        patch.setattr(SortedList, "_expand", raising_once(SortedList._expand, after=after))
        with pytest.raises(KeyboardInterrupt):
            write(store)
    assert_whole(store, before)


@pytest.mark.parametrize("after", [False, True])
def test_a_sorted_dict_whose_undoing_is_interrupted_is_mended(store, monkeypatch, after):
    """Whoever comes next undoes the rest."""
    before = everything(store)
    with monkeypatch.context() as patch:
        patch.setattr(SortedList, "_delete", raising_once(SortedList._delete, after=after))
        with pytest.raises(KeyboardInterrupt), store.transaction() as block:
            write(block)
            raise ZeroDivisionError
    assert_whole(store, before)


@pytest.mark.parametrize("kind", ["store", "file"])
def test_the_writers_lock_is_let_go_of_where_taking_it_is_interrupted(kind, request, monkeypatch):
    """Between taking it and noting who has it."""
    store = request.getfixturevalue(kind)
    before = everything(store)
    calls = []

    def ident():
        calls.append(True)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return threading.get_ident()

    class Threading:
        get_ident = staticmethod(ident)

    with monkeypatch.context() as patch:
        patch.setattr(lock, "threading", Threading)
        with pytest.raises(KeyboardInterrupt):
            write(store)
    assert len(calls) == 2
    assert_whole(store, before)


@pytest.mark.parametrize("which", ["gate", "lock"])
def test_the_lock_of_processes_is_let_go_of_where_taking_it_is_interrupted(
    file, tmp_path, monkeypatch, which
):
    """Another opener of the file can write at once."""
    before = everything(file)
    waits = []

    def wait(self_file, deadline):
        real(self_file, deadline)
        waits.append(self_file)
        if len(waits) == ["gate", "lock"].index(which) + 1:
            raise KeyboardInterrupt

    real = Turns._wait
    with monkeypatch.context() as patch:
        patch.setattr(Turns, "_wait", staticmethod(wait))
        with pytest.raises(KeyboardInterrupt):
            write(file)
    with MemoryStore(SQLiteBackend(tmp_path / "a.db", busy_timeout=0.5), tenant="b") as other:
        other.add("ada", "Prefers coffee")
    assert_whole(file, before)


def test_a_call_in_a_block_whose_savepoint_is_not_released_is_undone_alone(file, monkeypatch):
    """Its changes don't stay behind without a revision that counts them."""
    before = everything(file)
    do = raising_once(
        SQLiteWriter._do, when=lambda self, sql, *values: sql == "RELEASE call", after=False
    )
    monkeypatch.setattr(SQLiteWriter, "_do", do)
    with file.transaction() as block, suppress(KeyboardInterrupt):
        write(block)
    assert_whole(file, before)


def test_an_interrupt_after_a_savepoint_was_released_undoes_the_block(file, monkeypatch):
    """The call can't be taken back alone any more; what comes out is the interrupt."""
    before = everything(file)
    do = raising_once(
        SQLiteWriter._do, when=lambda self, sql, *values: sql == "RELEASE call", after=True
    )
    monkeypatch.setattr(SQLiteWriter, "_do", do)
    with pytest.raises(TransactionError), file.transaction() as block:
        with pytest.raises(KeyboardInterrupt):
            write(block)
        block.add("ada", "Sails")
    assert_whole(file, before)


def test_where_a_call_in_a_block_cannot_be_undone_the_block_is_undone(file, monkeypatch):
    """A caller that goes on is told, and no half of a call is kept."""
    before = everything(file)
    do = raising_once(
        SQLiteWriter._do,
        when=lambda self, sql, *values: sql == "ROLLBACK TO call",
        after=False,
        error=StorageError,
    )
    monkeypatch.setattr(SQLiteWriter, "_do", do)
    with pytest.raises(TransactionError), file.transaction() as block:
        with pytest.raises(StorageError):
            block.add_many([NewMemory("ada", "Sails", id=id) for id in (TAKEN, TAKEN)])
        block.count("ada")
    assert_whole(file, before)


TAKEN = "00000000-0000-4000-8000-000000000001"
