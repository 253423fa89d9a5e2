"""What is special to memories in the process: the journal, undoing at any point, one writer."""

import copy
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID

import pytest
from sortedcontainers import SortedDict

from versionchain import (
    InvalidInputError,
    MemoryStore,
    MemoryStoreError,
    NewMemory,
    Page,
    Status,
    StoreBusyError,
    StoreClosedError,
    TransactionError,
)
from versionchain.backends.asof import AsOfReader
from versionchain.backends.lock import WriterLock
from versionchain.backends.memory import MemoryBackend, listing
from versionchain.backends.memory.journal import Journal
from versionchain.backends.memory.past import PastReader
from versionchain.backends.memory.reader import NowReader
from versionchain.backends.memory.state import State
from versionchain.model import position
from versionchain.testing.looking import everything
from versionchain.testing.repeatable import Clock, Ids

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class PlannedError(Exception):
    """What a test raises on purpose."""


class World:
    """A store with a chain of four, gaps, an ended memory, another contact, and connections."""

    def __init__(self, **options):
        ids, seconds = count(1), count()
        self.backend = MemoryBackend(**options)
        self.store = store = MemoryStore(
            self.backend,
            ids=lambda: UUID(int=next(ids)),
            clock=lambda: START + timedelta(seconds=next(seconds)),
        )
        versions = [store.add("ada", "v1")]
        for text in ("v2", "v3", "v4", "v5"):
            versions.append(store.update(versions[-1].id, text))
        self.v1, self.v2, self.v3, self.v4, self.v5 = (version.id for version in versions)
        self.chain = versions[0].chain_id
        self.gone = store.delete(self.v3).revision
        self.w = store.add("ada", "w1").id
        self.x = store.add("ada", "x1").id
        self.ended = store.delete(self.x).revision
        self.y = store.add("grace", "y1").id
        store.connect(self.v5, self.w)
        store.connect(self.w, self.y, kind="old")
        store.disconnect(self.w, self.y, kind="old")

    @property
    def state(self):
        """The structures of the tenant."""
        return self.backend._states["default"]

    def seen(self, handle=None):
        """Whatever can be read."""
        handle = handle or self.store
        chains = [UUID(int=number) for number in range(1, 60)]
        return {
            "log": handle.revisions() if hasattr(handle, "revisions") else None,
            "contacts": handle.contacts(),
            "ids": handle.find_ids("0", limit=1000),
            "about": [
                (
                    handle.count(contact_id),
                    handle.memories(contact_id),
                    handle.versions(contact_id),
                    handle.versions(contact_id, status=Status.DELETED),
                )
                for contact_id in ("ada", "grace", "zoe")
            ],
            "of ids": [
                answer_of(call, id)
                for id in chains
                for call in (handle.get, handle.latest, handle.history, handle.connections)
            ],
            "whole": [answer_of(handle.history, id, include_deleted=True) for id in chains],
        }


def answer_of(call, *args, **kwargs):
    """An answer, or the name of the error."""
    try:
        return call(*args, **kwargs)
    except MemoryStoreError as error:
        return type(error).__name__


CALLS = {
    "add": lambda h, w: h.add("ada", "z1"),
    "add of a new contact": lambda h, w: h.add("zoe", "z1"),
    "add_many": lambda h, w: h.add_many([NewMemory("ada", "z1"), NewMemory("zoe", "z2")]),
    "update": lambda h, w: h.update(w.v5, "v6"),
    "delete, relinked": lambda h, w: h.delete(w.v2),
    "delete, resurrected": lambda h, w: h.delete(w.v5),
    "delete, orphaned": lambda h, w: h.delete(w.v4, delete_previous_versions=True),
    "delete, ended": lambda h, w: h.delete(w.w),
    "delete_memory": lambda h, w: h.delete_memory(w.chain),
    "delete_contact": lambda h, w: h.delete_contact("ada"),
    "prune": lambda h, w: h.prune(w.chain, keep_last=2),
    "restore": lambda h, w: h.restore(w.gone),
    "restore what ended": lambda h, w: h.restore(w.ended),
    "connect": lambda h, w: h.connect(w.v1, w.y),
    "connect again": lambda h, w: h.connect(w.w, w.y, kind="old"),
    "connect with other metadata": lambda h, w: h.connect(w.v1, w.w, metadata={"a": 1}),
    "disconnect": lambda h, w: h.disconnect(w.v1, w.w),
}


def in_a_block(*names):
    """Several calls as one revision."""

    def call(handle, world):
        with handle.transaction() as block:
            for name in names:
                CALLS[name](block, world)

    return call


BLOCKS = {
    "a block of all sorts": in_a_block("add of a new contact", "update", "restore", "connect"),
    "a block that takes back": in_a_block("connect", "delete_memory", "restore what ended"),
    "a block that replaces": in_a_block("connect with other metadata", "disconnect"),
    "a block that deletes twice": in_a_block("delete, resurrected", "delete_contact"),
}
EVERY = CALLS | BLOCKS
MUTATIONS = ("put", "put_all", "drop", "drop_all", "append", "splice", "set")


@contextmanager
def journal_that(monkeypatch, does):
    """A journal that calls `does(number)` around each mutation: before it, and after it."""
    numbers = count()
    with monkeypatch.context() as patch:
        for name in MUTATIONS:
            patch.setattr(Journal, name, watched(getattr(Journal, name), numbers, does))
        yield


def watched(mutate, numbers, does):
    def wrapped(*args):
        does(next(numbers))
        mutate(*args)
        does(next(numbers))

    return wrapped


def fail_at(wanted):
    """What raises at one of the points around mutations."""

    def does(number):
        if number == wanted:
            raise PlannedError(number)

    return does


def points_of(monkeypatch, call):
    """How many points there are in a call at which it could fail."""
    world, seen = World(), []
    with journal_that(monkeypatch, seen.append):
        call(world.store, world)
    return len(seen)


def points_inside(monkeypatch, call):
    """The same for a call in a block that began with another."""
    world, seen = World(), []
    with world.store.transaction() as block:
        block.add("zoe", "before")
        with journal_that(monkeypatch, seen.append):
            call(block, world)
    return len(seen)


@pytest.mark.parametrize("call", EVERY.values(), ids=EVERY)
def test_a_failure_at_any_point_is_undone(monkeypatch, call):
    """Before and after each single mutation: it raised, and nothing changed, however deep."""
    points = points_of(monkeypatch, call)
    assert points >= 2
    world = World()
    before, seen = copy.deepcopy(world.state), world.seen()
    for point in range(points):
        with journal_that(monkeypatch, fail_at(point)), pytest.raises(PlannedError):
            call(world.store, world)
        assert world.state == before
        assert list(world.state.contacts) == list(before.contacts)
        assert not world.backend._writing.mine
    assert world.seen() == seen
    assert world.store.verify().ok
    call(world.store, world)
    assert world.seen() != seen
    assert world.store.verify().ok


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_failure_inside_a_block_is_undone_alone(monkeypatch, call):
    """The block goes on, and ends as if the call had never been made."""
    expected = World()
    with expected.store.transaction() as block:
        block.add("zoe", "before")
        block.add("zoe", "after")
    for point in range(points_inside(monkeypatch, call)):
        world = World()
        with world.store.transaction() as block:
            block.add("zoe", "before")
            before, seen = copy.deepcopy(world.state), world.seen(block)
            with journal_that(monkeypatch, fail_at(point)), pytest.raises(PlannedError):
                call(block, world)
            assert world.state == before
            if point == 0:
                assert world.seen(block) == seen
            block.add("zoe", "after")
        assert plain(world) == plain(expected)
        assert world.store.verify().ok


def plain(world):
    """What a store holds, but for ids that were drawn for what was undone."""
    return (
        [version.content for version in world.store.versions("zoe").items],
        [version.content for version in world.store.versions("ada").items],
        world.store.memories("ada"),
        world.store.revisions().items,
        world.store.count("zoe"),
    )


@pytest.mark.parametrize("call", EVERY.values(), ids=EVERY)
def test_others_see_what_was_before_at_every_point(monkeypatch, call):
    """Whatever a writer is in the middle of, a reader gets the last committed state."""
    world = World()
    before = world.seen()
    looked = []

    def look(number):
        looked.append(number)
        if world.state.pending and number % 3 == 0:
            assert world.seen() == before

    with journal_that(monkeypatch, look):
        call(world.store, world)
    assert len(looked) >= 2
    assert world.seen() != before
    assert not world.state.pending
    assert world.store.verify().ok


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_another_thread_reads_while_a_block_is_open(call):
    """It waits for nobody, sees what was before, and after the block what is then."""
    world = World()
    before = world.seen()
    with ThreadPoolExecutor(1) as pool:
        with world.store.transaction() as block:
            call(block, world)
            inside = world.seen(block)
            assert pool.submit(world.seen).result(timeout=30) == before
            assert world.seen() == before
        after = pool.submit(world.seen).result(timeout=30)
    assert after == world.seen() != before
    assert {key: value for key, value in after.items() if key != "log"} == {
        key: value for key, value in inside.items() if key != "log"
    }
    assert world.store.verify().ok


def test_a_block_is_seen_whole_or_not_at_all():
    """Readers in other threads never meet half of a block, nor a chain with a broken link."""
    store = MemoryStore()
    memory = store.add("ada", "0")
    done = threading.Event()

    def read():
        looked = 0
        while True:
            last = done.is_set()
            history = store.history(memory.chain_id)
            assert len(history) % 2 == 1
            assert [v.next_id for v in history] == [*(v.id for v in history[1:]), None]
            assert store.count("ada").versions % 2 == 1
            looked += 1
            if last:
                return looked

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        latest = memory
        for i in range(60):
            with store.transaction() as block:
                latest = block.update(latest.id, f"{i}a")
                latest = block.update(latest.id, f"{i}b")
            if i % 3 == 2:
                oldest = store.history(latest.id)[1]
                store.delete(oldest.id, delete_previous_versions=True)
        done.set()
        assert all(reader.result(timeout=30) > 0 for reader in readers)
    assert len(store.history(memory.chain_id)) == 1 + 120 - 40
    assert store.verify().ok


def test_a_reader_keeps_its_state():
    """While one thread has a reader, what another writes is not in its answers."""
    world = World()
    with ThreadPoolExecutor(1) as pool:
        with world.backend.read("default") as reader:
            before = reader.newest(), reader.history(world.chain, include_deleted=True)
            writing = pool.submit(world.store.update, world.v5, "v6")
            for _ in range(100):
                now = reader.newest(), reader.history(world.chain, include_deleted=True)
                assert now == before
        version = writing.result(timeout=30)
    assert world.store.latest(world.chain) == version
    assert world.store.verify().ok


def test_threads_write_one_after_another():
    """Eight threads that add and update: no number is lost, and none comes twice."""
    store = MemoryStore()

    def write(name):
        for i in range(20):
            memory = store.add(name, f"{i}")
            store.update(memory.id, f"{i} again")

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(write, f"c{i}") for i in range(8)]:
            future.result(timeout=60)
    assert len(store.revisions(limit=1000).items) == 320
    assert store.verify().ok


def test_one_thread_wins_an_update():
    """Of eight that revise the same version, one does, and seven are told what is the latest."""
    store = MemoryStore()
    memory = store.add("ada", "0")
    start = threading.Barrier(8)

    def update(i):
        start.wait(timeout=30)
        return answer_of(store.update, memory.id, f"{i}")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(update, range(8)))
    assert answers.count("StaleVersionError") == 7
    assert store.latest(memory.id) in answers
    assert store.verify().ok


OWN_BLOCK = (
    "This thread is in a transaction of this store: write through the block's own handle, or "
    "after the block."
)
OTHERS_TURN = "Another thread is writing and did not end in time: retry."


class TestOneWriter:
    """The turn to write."""

    def test_a_thread_cannot_wait_for_itself(self):
        """Writing past its own block, through any handle, is refused at once."""
        world = World()
        other = world.store.for_tenant("acme")
        before = world.seen()
        with world.store.transaction() as block:
            for call in (
                lambda: world.store.add("ada", "z1"),
                lambda: other.add("ada", "z1"),
                lambda: world.store.delete(world.v5),
                world.store.close,
            ):
                with pytest.raises(TransactionError) as raised:
                    call()
                assert str(raised.value) == OWN_BLOCK
            with pytest.raises(TransactionError), world.store.transaction():
                raise AssertionError("no nesting")
            assert block.latest(world.v1).id == world.v5
        assert world.seen() == before
        assert other.contacts().items == ()
        assert world.store.add("ada", "z1").number == 1
        assert world.store.verify().ok

    def test_a_dry_run_needs_no_turn(self):
        """It only reads, so it may be asked for while a block is open."""
        world = World()
        with world.store.transaction():
            assert world.store.delete(world.v5, dry_run=True).count == 1
        assert world.store.verify().ok

    def test_another_thread_is_told_to_retry(self):
        """After the time that it was to wait; and once the block has ended it can write."""
        world = World(busy_timeout=0)
        with ThreadPoolExecutor(1) as pool:
            with world.store.transaction() as block:
                block.update(world.v5, "v6")
                add = pool.submit(world.store.add, "zoe", "z1")
                with pytest.raises(StoreBusyError) as raised:
                    add.result(timeout=30)
                assert str(raised.value) == OTHERS_TURN
            assert world.store.count("zoe").versions == 0
            assert pool.submit(world.store.add, "zoe", "z1").result(timeout=30).number == 1
        assert world.store.verify().ok

    def test_a_block_is_bound_to_its_thread(self):
        """Its handle in another thread reads and writes nothing."""
        world = World()
        with ThreadPoolExecutor(1) as pool, world.store.transaction() as block:
            for call in (lambda: block.add("zoe", "z1"), lambda: block.latest(world.v1)):
                with pytest.raises(TransactionError) as raised:
                    pool.submit(call).result(timeout=30)
                assert "another thread" in str(raised.value)
            assert block.count("zoe").versions == 0
        assert world.store.verify().ok

    def test_a_block_that_ended_is_over(self):
        """Whether it ended well or not, its handle is of no use any more."""
        world = World()
        with world.store.transaction() as block:
            block.add("zoe", "z1")
        with pytest.raises(PlannedError), world.store.transaction() as undone:
            undone.add("zoe", "z2")
            raise PlannedError
        for handle in (block, undone):
            for call in (lambda h=handle: h.add("zoe", "z3"), lambda h=handle: h.count("zoe")):
                with pytest.raises(TransactionError) as raised:
                    call()
                assert "ended" in str(raised.value)
        assert world.store.count("zoe").versions == 1
        assert world.store.verify().ok

    @pytest.mark.parametrize("error", [PlannedError, KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_whatever_leaves_a_block_undoes_it(self, error):
        """An interruption from the keyboard too."""
        world = World()
        before, seen = copy.deepcopy(world.state), world.seen()
        with pytest.raises(error), world.store.transaction() as block:
            block.delete_contact("ada")
            block.add("zoe", "z1")
            raise error
        assert world.state == before
        assert world.seen() == seen
        assert world.store.verify().ok


class TestLock:
    """The lock by itself."""

    def test_it_knows_its_holder(self):
        """It is mine while I hold it, and in no other thread."""
        lock = WriterLock(0)
        assert not lock.mine
        with ThreadPoolExecutor(1) as pool, lock.held():
            assert lock.mine
            assert not pool.submit(lambda: lock.mine).result(timeout=30)
        assert not lock.mine

    def test_it_is_not_entered_twice(self):
        """The second time raises, and the first is held on."""
        lock = WriterLock(30)
        with lock.held():
            with pytest.raises(TransactionError), lock.held():
                raise AssertionError("not entered")
            assert lock.mine
        with lock.held():
            assert lock.mine

    def test_it_is_let_go_after_an_exception(self):
        """Whatever happens in the block."""
        lock = WriterLock(0)
        for _ in range(2):
            with pytest.raises(PlannedError), lock.held():
                raise PlannedError
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(held_once, lock).result(timeout=30)

    def test_another_thread_waits_no_longer_than_told(self):
        """Then it is told to retry, and holds nothing."""
        lock = WriterLock(0)
        with ThreadPoolExecutor(1) as pool:
            with lock.held(), pytest.raises(StoreBusyError):
                pool.submit(held_once, lock).result(timeout=30)
            assert pool.submit(held_once, lock).result(timeout=30)

    def test_another_thread_gets_it_in_time(self):
        """It waits while the first holds it, and goes on when that one lets go."""
        lock = WriterLock(30)
        with ThreadPoolExecutor(1) as pool:
            with lock.held():
                waiting = pool.submit(held_once, lock)
                assert not waiting.done()
            assert waiting.result(timeout=30)


def held_once(lock):
    with lock.held():
        return lock.mine


class TestSettings:
    """How the backend is made and closed."""

    @pytest.mark.parametrize("timeout", [-1, float("nan"), True, "1", None, 86_401])
    def test_a_bad_timeout_is_refused(self, timeout):
        """As any other argument is."""
        with pytest.raises(InvalidInputError) as raised:
            MemoryBackend(busy_timeout=timeout)
        assert raised.value.field == "busy_timeout"

    def test_closing_forgets_everything(self):
        """Nothing can be read or written any more through any handle; closing again is nothing."""
        world = World()
        other = world.store.for_tenant("acme")
        world.store.close()
        world.store.close()
        for handle in (world.store, other, MemoryStore(world.backend)):
            for call in (
                lambda h=handle: h.count("ada"),
                lambda h=handle: h.add("ada", "z1"),
                lambda h=handle: h.verify(),
            ):
                with pytest.raises(StoreClosedError):
                    call()
        assert world.backend._states == {}

    def test_closing_waits_for_the_writer(self):
        """A block in another thread is finished first."""
        world = World()
        with ThreadPoolExecutor(1) as pool:
            with world.store.transaction() as block:
                closing = pool.submit(world.store.close)
                block.add("zoe", "z1")
                assert block.count("zoe").versions == 1
            closing.result(timeout=30)
        with pytest.raises(StoreClosedError):
            world.store.count("zoe")

    def test_a_store_that_gave_no_backend_has_its_own(self):
        """Two stores share nothing."""
        one, other = MemoryStore(), MemoryStore()
        one.add("ada", "a")
        assert other.contacts().items == ()
        assert one.verify().ok

    def test_two_stores_may_share_a_backend(self):
        """What one writes the other reads."""
        backend = MemoryBackend()
        memory = MemoryStore(backend).add("ada", "a")
        assert MemoryStore(backend).latest(memory.id) == memory
        assert MemoryStore(backend).verify().ok


class TestJournal:
    """Mutations and their inverses."""

    @pytest.mark.parametrize("kind", [dict, SortedDict])
    def test_putting(self, kind):
        """A new key goes away again, an old one has its value again."""
        journal, mapping = Journal(), kind(a=1)
        journal.put(mapping, "a", 2)
        journal.put(mapping, "b", 3)
        journal.put(mapping, "b", 4)
        assert mapping == {"a": 2, "b": 4}
        journal.undo()
        assert mapping == {"a": 1}

    @pytest.mark.parametrize("value", [None, 0, ""])
    def test_what_is_falsy_is_a_value(self, value):
        """A key that held nothing still was there."""
        journal, mapping = Journal(), {"a": value}
        journal.put(mapping, "a", 2)
        journal.undo()
        assert mapping == {"a": value}

    @pytest.mark.parametrize("kind", [dict, SortedDict])
    def test_dropping(self, kind):
        """A key that was taken away comes back; one that isn't there can't be."""
        journal, mapping = Journal(), kind(a=1)
        journal.drop(mapping, "a")
        assert mapping == {}
        journal.undo()
        assert mapping == {"a": 1}
        with pytest.raises(KeyError):
            journal.drop(mapping, "b")
        assert journal.mark() == 0

    def test_appending(self):
        """A list has its length again, however much was added."""
        journal, items = Journal(), [1]
        journal.append(items, 2)
        journal.append(items, 3)
        assert items == [1, 2, 3]
        journal.undo(1)
        assert items == [1, 2]
        journal.undo()
        assert items == [1]

    def test_setting(self):
        """An attribute has its value again."""
        journal, state = Journal(), State()
        journal.set(state, "pending", True)
        assert state.pending
        journal.undo()
        assert not state.pending

    def test_putting_and_dropping_many(self):
        """New keys go away again, old ones have their values again, dropped ones come back."""
        journal, mapping = Journal(), {"a": 1, "b": 2}
        journal.put_all(mapping, {"c": 3, "d": 4})
        journal.put_all(mapping, {"a": 5, "c": 6, "e": 7})
        journal.drop_all(mapping, ["b", "c"])
        assert mapping == {"a": 5, "d": 4, "e": 7}
        journal.undo(2)
        assert mapping == {"a": 5, "b": 2, "c": 6, "d": 4, "e": 7}
        journal.undo()
        assert mapping == {"a": 1, "b": 2}
        with pytest.raises(KeyError):
            journal.drop_all(mapping, ["a", "z"])
        assert mapping == {"a": 1, "b": 2}

    @pytest.mark.parametrize(
        ("start", "stop", "values", "after"),
        [
            (1, 2, [9], [1, 9, 3]),
            (1, 2, [], [1, 3]),
            (0, 3, [], []),
            (3, 3, [4, 5], [1, 2, 3, 4, 5]),
            (0, 0, [0], [0, 1, 2, 3]),
            (1, 3, [7, 8, 9], [1, 7, 8, 9]),
            (2, 9, [8, 9], [1, 2, 8, 9]),
        ],
    )
    def test_splicing(self, start, stop, values, after):
        """A list is as it was, also where it is undone twice, or before it was done."""
        journal, items = Journal(), [1, 2, 3]
        journal.splice(items, start, stop, values)
        assert items == after
        undo, *where = journal._undo[0]
        for _ in range(2):
            undo(*where)
            assert items == [1, 2, 3]

    def test_undoing_to_a_mark(self):
        """What was done before stays, what came after goes, last first."""
        journal, mapping = Journal(), {}
        journal.put(mapping, "a", 1)
        mark = journal.mark()
        journal.put(mapping, "a", 2)
        journal.drop(mapping, "a")
        assert journal.mark() == 3
        journal.undo(mark)
        assert mapping == {"a": 1}
        assert journal.mark() == mark == 1
        journal.undo(mark)
        assert mapping == {"a": 1}

    def test_forgetting(self):
        """What is final can't be undone."""
        journal, mapping = Journal(), {}
        journal.put(mapping, "a", 1)
        journal.forget()
        journal.undo()
        assert mapping == {"a": 1}
        assert journal.mark() == 0

    def test_a_mutation_that_fails_by_itself(self):
        """What it noted before is harmless to take back."""

        class Stubborn(dict):
            def __setitem__(self, key, value):
                if value == 2:
                    raise PlannedError
                super().__setitem__(key, value)

        for mapping, before in ((Stubborn(), {}), (Stubborn(a=1), {"a": 1})):
            journal = Journal()
            with pytest.raises(PlannedError):
                journal.put(mapping, "a", 2)
            journal.undo()
            assert mapping == before


class TestGlance:
    """Answers without a lock."""

    def test_it_gives_what_a_reader_gives(self):
        """By every id that names something, and nothing where a reader would have to look."""
        world = World()
        glance = world.backend.glance("default")
        with world.backend.read("default") as reader:
            for id in [str(UUID(int=number)) for number in range(30)]:
                assert glance.version(id) == reader.version(id)
                assert glance.head(id) == reader.head(id)
                assert list(glance.history(id) or ()) == reader.history(id, include_deleted=False)
            for contact_id in ("ada", "grace"):
                for limit in (1, 2, 9):
                    listed = reader.memories(contact_id, before=None, limit=limit)
                    assert glance.memories(contact_id, limit) == listed
        assert glance.memories("nobody", 9) is None

    @pytest.mark.parametrize("kind", [UUID, lambda id: [id], lambda id: type("S", (str,), {})(id)])
    def test_what_is_no_text_finds_nothing(self, kind):
        """A text's subclass is as equal, and is refused by the checks that come then."""
        world = World()
        glance, what = world.backend.glance("default"), kind(world.v5)
        assert glance.version(what) is glance.head(what) is glance.history(what) is None
        assert glance.memories(kind(str(UUID(int=1))), 9) is None

    def test_it_has_no_answer_while_somebody_writes(self):
        """Whoever asks gets what was before, from a reader; and after the block what is then."""
        world = World()
        glance = world.backend.glance("default")
        before = world.store.latest(world.v1)
        with world.store.transaction() as block:
            assert glance.head(world.v1) == before
            made = block.update(world.v5, "v6")
            assert glance.version(world.v1) is glance.head(world.v1) is None
            assert glance.history(world.v1) is glance.memories("ada", 9) is None
            assert world.store.latest(world.v1) == before
        assert glance.head(world.v1) == made
        with pytest.raises(PlannedError), world.store.transaction() as block:
            block.delete(made.id)
            raise PlannedError
        assert glance.head(world.v1) == made

    def test_an_undoing_that_was_interrupted_is_not_looked_at(self, monkeypatch):
        """Until whoever comes next has ended it."""
        world = World()
        glance = world.backend.glance("default")
        before = world.store.latest(world.v1)
        with monkeypatch.context() as patch, pytest.raises(PlannedError):
            patch.setattr(Journal, "undo", lambda self, mark=0: interrupted())
            with world.store.transaction() as block:
                block.update(world.v5, "v6")
                raise PlannedError
        assert glance.head(world.v1) is None
        assert world.store.latest(world.v1) == before
        assert glance.head(world.v1) == before

    def test_what_was_erased_is_not_seen(self):
        """Nor is what a state held that another took the place of."""
        world = World()
        glance = world.backend.glance("default")
        assert glance.head(world.v5)
        world.store.erase_contact("ada")
        for _ in range(2):  # the first look finds out
            assert glance.head(world.v5) is glance.history(world.v1) is None
            assert glance.memories("ada", 9) is None
        assert glance.head(world.y) == world.store.latest(world.y)

    def test_after_closing_there_is_none(self):
        """Through any handle."""
        world = World()
        other = world.store.for_tenant("default")
        glance = world.backend.glance("default")
        assert other.latest(world.v5) == glance.head(world.v5)
        other.close()
        with pytest.raises(StoreClosedError):
            other.latest(world.v5)
        third = world.store.for_tenant("default")
        world.store.close()
        assert glance.head(world.v5) is glance.memories("ada", 9) is None
        for handle in (world.store, third):
            with pytest.raises(StoreClosedError):
                handle.latest(world.v5)

    def test_a_tenant_that_begins_later(self):
        """Is found once it is there."""
        store = MemoryStore()
        other = store.for_tenant("acme")
        memory = other.add("ada", "a")
        for _ in range(2):
            assert other.latest(memory.id) == memory
            assert other.memories("ada").items == (memory,)
        assert store.memories("ada").items == ()

    @pytest.mark.parametrize("limit", [0, -1, 1001, True, 1.0])
    def test_a_bad_limit_is_refused(self, limit):
        """Before anything is looked up."""
        world = World()
        with pytest.raises(InvalidInputError):
            world.store.memories("ada", limit=limit)

    def test_a_full_page_has_a_cursor(self):
        """Only what is no longer than a page needs none."""
        store = MemoryStore()
        memories = [store.add("ada", f"{i}") for i in range(3)][::-1]
        assert store.memories("ada", limit=3) == Page(tuple(memories), None)
        page = store.memories("ada", limit=2)
        assert page.items == tuple(memories[:2])
        assert store.memories("ada", limit=2, after=page.next_cursor).items == tuple(memories[2:])


def interrupted():
    raise PlannedError


class TestPast:
    """What was listed after older revisions, found once and remembered."""

    def test_it_is_what_the_facts_say(self):
        """After every revision, from every position, the first time and again."""
        world = World()
        world.store.restore(world.gone)
        world.store.delete(world.v4, delete_previous_versions=True)
        world.store.restore(world.ended)
        world.store.update(world.v5, "v6")
        newest = world.store.revisions().items[-1].number
        for at in range(newest + 1):
            facts = AsOfReader(NowReader(world.state), at)
            for contact_id in ("ada", "grace", "nobody"):
                everything = facts.memories(contact_id, before=None, limit=99)
                for before in (None, (0, 0), *map(position, everything)):
                    for limit in (1, 2, 99):
                        wanted = facts.memories(contact_id, before=before, limit=limit)
                        for _ in range(2):
                            past = PastReader(world.state, at)
                            found = past.memories(contact_id, before=before, limit=limit)
                            assert found == wanted
        assert world.store.verify().ok

    @pytest.mark.parametrize("error", [None, PlannedError])
    def test_what_a_block_does_meanwhile_is_not_remembered(self, error):
        """Neither of one that ends well nor of one that is undone."""
        world = World()
        at = world.store.revisions().items[-1].number
        before = world.store.at(at).memories("ada")
        world.state.past.clear()
        with suppress(PlannedError), world.store.transaction() as block:
            block.delete(world.v5)
            block.restore(world.gone)
            assert world.store.at(at).memories("ada") == before
            if error is not None:
                raise error
        assert world.state.past
        assert world.store.at(at).memories("ada") == before

    def test_what_was_erased_is_gone_from_it(self):
        """As from everything else."""
        world = World()
        view = world.store.at(world.gone)
        assert view.memories("ada").items
        world.store.erase_contact("ada")
        assert view.memories("ada").items == ()

    def test_it_does_not_grow(self):
        """The oldest listings are forgotten; the last is kept, however long."""
        store = MemoryStore()
        for i in range(4):
            store.add_many([NewMemory(f"c{i}", "Text")] * 4_000)
        store.add_many([NewMemory("many", "Text")] * 12_000)
        past = store._backend._states["default"].past
        for contact_id in ("c0", "c1", "c2", "c3", "many", "c0"):
            assert len(store.at(5).memories(contact_id).items) == 100
            assert sum(map(len, past.values())) <= 10_000 or list(past) == [("many", 5)]
        assert list(past) == [("c0", 5)]


class TestHeads:
    """A contact's listing of latest versions, in which some that were latest once are left."""

    @staticmethod
    def listed(store):
        return [memory.content for memory in store.memories("ada").items]

    def test_it_holds_few_that_are_not_latest(self):
        """However often a memory is revised."""
        store = MemoryStore()
        heads = []
        memories = [store.add("ada", f"Text {i}") for i in range(100)]
        for turn in range(5):
            memories = [store.update(each.id, f"{each.content}, {turn}") for each in memories]
            heads.append(len(store._backend._states["default"].contacts["ada"].heads))
        assert max(heads) <= 100 * 5 // 4 + 8
        assert self.listed(store) == [memory.content for memory in reversed(memories)]
        assert store.verify().ok

    def test_a_version_leads_again_at_its_old_place(self):
        """Whether its entry was left in the listing or not."""
        store = MemoryStore()
        first = store.add("ada", "first 0")
        second = store.add("ada", "second 0")
        versions = [first]
        for i in range(1, 30):
            versions.append(store.update(versions[-1].id, f"first {i}"))
        assert self.listed(store) == ["first 29", "second 0"]
        for version in reversed(versions[1:]):
            store.delete(version.id)
            now = f"first {version.number - 2}"
            assert self.listed(store) == (
                ["second 0", now] if version.number == 2 else [now, "second 0"]
            )
            assert store.verify().ok
        assert self.listed(store) == ["second 0", "first 0"]
        store.delete(second.id)
        assert self.listed(store) == ["first 0"]
        assert store.verify().ok

    def test_an_undone_deletion_takes_out_what_it_put_in(self):
        """Where the version that led again had been thrown out of the listing."""
        store = MemoryStore()
        versions = [store.add("ada", "Text 0")]
        for i in range(1, 10):
            versions.append(store.update(versions[-1].id, f"Text {i}"))
        for version in reversed(versions[2:]):
            heads = list(store._backend._states["default"].contacts["ada"].heads)
            with pytest.raises(ZeroDivisionError), store.transaction() as block:
                block.delete(version.id)
                raise ZeroDivisionError
            assert store._backend._states["default"].contacts["ada"].heads == heads
            assert store.verify().ok
            store.delete(version.id)

    def test_an_undone_block_leaves_it_as_it_was(self):
        """With what it put at the end, in the middle, and what it threw out."""
        store = MemoryStore()
        memory = store.add("ada", "first 0")
        store.add("ada", "second 0")
        before = everything(store)
        heads = list(store._backend._states["default"].contacts["ada"].heads)
        with pytest.raises(ZeroDivisionError), store.transaction() as block:
            for i in range(1, 30):
                memory = block.update(memory.id, f"first {i}")
            for version in block.history(memory.id)[:0:-1]:
                block.delete(version.id)
            raise ZeroDivisionError
        assert everything(store) == before
        assert store._backend._states["default"].contacts["ada"].heads == heads
        assert store.verify().ok

    @pytest.mark.parametrize("seed", range(4))
    def test_many_that_lead_at_once_are_listed_as_one_by_one(self, monkeypatch, seed):
        """A pass over the listing, and a step for each memory, come to the same, undone or not."""

        def story(few):
            monkeypatch.setattr(listing, "_FEW", few)
            random, seen = Random(seed), []
            store = MemoryStore(clock=Clock(), ids=Ids(seed))
            versions = [store.add("ada", f"Text {i}") for i in range(30)]
            for _ in range(60):
                versions.append(store.update(store.latest(random.choice(versions).id).id, "newer"))
            gone = [store.delete(each.id).revision for each in random.sample(versions, 20)]
            for _ in range(3):
                every = store.delete_contact("ada").revision
                seen.append(everything(store))
                for revision in random.sample(gone, 3):
                    store.restore(revision)
                    seen.append(everything(store))
                heads = list(store._backend._states["default"].contacts["ada"].heads)
                with pytest.raises(ZeroDivisionError), store.transaction() as block:
                    block.restore(every)
                    block.prune_contact("ada", keep_last=1)
                    block.delete_contact("ada")
                    raise ZeroDivisionError
                assert store._backend._states["default"].contacts["ada"].heads == heads
                store.restore(every)
                seen.append(everything(store))
                assert store.verify().ok
            return seen

        assert story(few=0) == story(few=1000)
