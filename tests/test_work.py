"""One revision in the making: its number, its time, its counts, and how it is undone."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest

from versionchain import (
    Connection,
    Count,
    DuplicateIdError,
    InvalidInputError,
    MemoryStore,
    NewMemory,
    NotFoundError,
    Outcome,
    Revision,
    RevisionCounts,
    StaleVersionError,
    Status,
)
from versionchain.backends.memory import MemoryBackend
from versionchain.chain import Draft, Stamp, cut, oldest, restore
from versionchain.connections import connect, disconnect
from versionchain.model import position
from versionchain.work import Work

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SILENT = Draft("Text")


class Clock:
    """A clock that stands until it is moved, and counts how often it was asked."""

    def __init__(self):
        self.now = START
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return self.now


@pytest.fixture
def clock():
    """A clock to set by hand."""
    return Clock()


@pytest.fixture
def store(clock):
    """A store whose clock is set by hand."""
    return MemoryStore(clock=clock)


@pytest.fixture
def backend():
    """An empty storage."""
    return MemoryBackend()


@contextmanager
def working(backend, clock, *, dry_run=False):
    """A piece of work on a writer, or a rehearsal."""
    with backend.write("default") as writer:
        yield Work(writer, None if dry_run else writer, clock)


def first_version(work, name="v1", chain_id="c1", contact_id="ada"):
    return work.begin([(contact_id, chain_id, name, SILENT)])[0]


class TestStamp:
    """The number and the time, reserved at the first change."""

    def test_it_is_reserved_once(self, backend, clock):
        """However often it is asked for, the clock is asked once, and not before."""
        with working(backend, clock) as work:
            assert clock.asked == 0
            assert work.newest == 0
            assert clock.asked == 0
            assert work.stamp == Stamp(1, START)
            clock.now += SECOND
            assert work.stamp == Stamp(1, START)
            assert work.newest == 1
        assert clock.asked == 1

    @pytest.mark.parametrize(("moved", "time"), [(-1, 0), (0, 0), (1, 1)])
    def test_the_time_never_falls(self, store, clock, moved, time):
        """It is the larger of the clock's and the last revision's."""
        first = store.add("ada", "Sails")
        clock.now += moved * SECOND
        second = store.update(first.id, "Reads")
        assert second.created_at == START + time * SECOND
        assert [each.created_at for each in store.revisions().items] == [
            START,
            START + time * SECOND,
        ]
        assert store.get(first.id).superseded_at == second.created_at
        assert store.verify().ok

    def test_each_tenant_has_a_time_of_its_own(self, store, clock):
        """One tenant's clock that ran ahead moves no other's."""
        store.add("ada", "Sails")
        clock.now -= SECOND
        assert store.for_tenant("acme").add("ada", "Sails").created_at == START - SECOND
        assert store.verify().ok

    def test_a_clock_may_be_of_any_zone(self, store, clock):
        """What is kept is the same moment in UTC."""
        clock.now = START.astimezone(timezone(timedelta(hours=-7)))
        created = store.add("ada", "Sails").created_at
        assert created == START
        assert created.tzinfo is UTC
        assert store.verify().ok

    @pytest.mark.parametrize("now", [START.replace(tzinfo=None), date(2026, 1, 1), 0, None])
    def test_a_clock_that_tells_no_moment(self, store, clock, now):
        """It is refused as an argument would be, and nothing is written."""
        clock.now = now
        with pytest.raises(InvalidInputError) as raised:
            store.add("ada", "Sails")
        assert raised.value.field == "clock"
        assert store.contacts().items == store.revisions().items == ()
        assert store.verify().ok

    def test_a_clock_that_fails_by_itself(self, store, clock):
        """Whatever it raises comes out, and nothing is written."""
        memory = store.add("ada", "Sails")
        store._settings = attrs.evolve(store._settings, clock=lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store.delete(memory.id)
        assert store.latest(memory.id) == memory
        assert store.verify().ok

    def test_numbers_rise_by_one_without_a_gap(self, store):
        """A number that was reserved and undone is given to the next change."""
        store.add("ada", "Sails")
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), store.transaction() as block:
                block.add("ada", "Reads")
                raise ZeroDivisionError
        assert store.add("ada", "Sings").revision == 2
        assert [each.number for each in store.revisions().items] == [1, 2]
        assert store.verify().ok

    def test_a_call_that_raises_after_it_was_reserved(self, store):
        """In a block its number is free again; alone it makes no revision."""
        store.add("ada", "Sails")
        with (
            store.transaction() as block,
            pytest.raises(ZeroDivisionError),
            block._working("add") as work,
        ):
            assert 1 / (work.stamp.number - 2)
        assert len(store.revisions().items) == 1
        assert store.add("ada", "Reads").revision == 2
        assert store.verify().ok


class TestNothing:
    """What changes nothing is no revision."""

    @pytest.mark.parametrize(
        "call",
        [
            lambda s, v: s.add_many([]),
            lambda s, v: s.delete_contact("gone"),
            lambda s, v: s.prune(v.id, keep_last=1),
            lambda s, v: s.prune_contact("ada", keep_last=1),
            lambda s, v: s.restore(1),
            lambda s, v: s.connect(v.id, s.memories("ada").items[1].id),
            lambda s, v: s.delete(v.id, dry_run=True),
            lambda s, v: s.delete_memory(v.id, dry_run=True),
            lambda s, v: s.delete_contact("ada", dry_run=True),
            lambda s, v: s.memories("ada"),
        ],
    )
    @pytest.mark.parametrize("in_a_block", [False, True])
    def test_no_revision_and_no_look_at_the_clock(self, store, clock, call, in_a_block):
        """The number isn't reserved, and a result that has one says None."""
        store.delete(store.add("gone", "Left").id)
        other, memory = store.add("ada", "Sails"), store.add("ada", "Reads")
        store.connect(memory.id, other.id)
        asked, newest = clock.asked, store.revisions().items[-1].number
        if in_a_block:
            with store.transaction() as block:
                result = call(block, memory)
        else:
            result = call(store, memory)
        assert getattr(result, "revision", None) in (None, newest)
        assert clock.asked == asked
        assert store.revisions().items[-1].number == newest
        assert store.add("ada", "Sings").revision == newest + 1
        assert store.verify().ok

    def test_a_block_without_a_change(self, store, clock):
        """It reads, ends, and leaves no trace."""
        with store.transaction(reason="looking") as block:
            assert block.count("ada") == Count(0, 0, 0)
        assert store.revisions().items == ()
        assert clock.asked == 0
        assert store.verify().ok


class TestTaken:
    """Ids that are still to be had."""

    def test_what_is_taken_is_named(self, store):
        """A version's id, a chain's, a deleted one's: the error holds the first that is taken."""
        memory = store.add("ada", "Sails")
        gone = store.add("ada", "Reads")
        store.delete(gone.id)
        before = store.revisions()
        for id in (memory.id, memory.chain_id, gone.id, gone.chain_id):
            for call in (
                lambda id=id: store.add("ada", "Sings", id=id),
                lambda id=id: store.update(memory.id, "Sings", id=id),
                lambda id=id: store.add_many([NewMemory("ada", "Sings", id=id)]),
            ):
                with pytest.raises(DuplicateIdError) as raised:
                    call()
                assert raised.value.id == id
        assert store.revisions() == before
        assert store.count("ada") == Count(1, 1, 1)
        assert store.verify().ok

    def test_an_id_given_twice_to_add_many(self, store):
        """The second of two equal ids is one too many, and all is undone."""
        id = store._settings.new_ids(1)[0]
        items = [NewMemory("ada", "Sails", id=id), NewMemory("ada", "Reads", id=id)]
        with pytest.raises(DuplicateIdError) as raised:
            store.add_many(items)
        assert raised.value.id == id
        assert store.contacts().items == store.revisions().items == ()
        assert store.add("ada", "Sails", id=id).id == id
        assert store.verify().ok

    def test_an_id_source_that_repeats_itself(self):
        """A version that would have its chain's id is refused."""
        id = "0190d3c1-7f2e-7abc-8def-0123456789ab"
        store = MemoryStore(ids=lambda: id)
        with pytest.raises(DuplicateIdError) as raised:
            store.add("ada", "Sails")
        assert raised.value.id == id
        assert store.revisions().items == ()
        assert store.verify().ok

    def test_two_tenants_may_hold_the_same_id(self, store):
        """What is taken in one tenant is free in another."""
        memory = store.add("ada", "Sails")
        other = store.for_tenant("acme")
        assert other.add("ada", "Reads", id=memory.id).id == memory.id
        assert store.verify().ok
        assert other.verify().ok


class TestAppend:
    """Versions of one revision, one after another."""

    def test_ordinals_rise_in_the_order_of_writing(self, store):
        """In one revision each version has its place, from 0, and the listing follows it."""
        made = store.add_many([NewMemory("ada", text) for text in ("a", "b", "c")])
        assert [position(version) for version in made] == [(1, 0), (1, 1), (1, 2)]
        assert store.memories("ada").items == made[::-1]
        assert position(store.add("ada", "d")) == (2, 0)
        assert store.verify().ok

    def test_an_undone_call_leaves_no_gap_in_them(self, store):
        """What was undone alone had no place."""
        with store.transaction() as block:
            first = block.add("ada", "a")
            with pytest.raises(DuplicateIdError):
                block.add_many([NewMemory("ada", "b"), NewMemory("ada", "c", id=first.id)])
            second = block.add("ada", "d")
        assert [position(each) for each in (first, second)] == [(1, 0), (1, 1)]
        assert store.memories("ada").items == (second, first)
        assert store.verify().ok

    def test_the_number_follows_the_highest_ever_used(self, store):
        """A deleted version's number does not come again."""
        first = store.add("ada", "a")
        second = store.update(first.id, "b")
        store.delete(second.id)
        third = store.update(first.id, "c")
        assert (third.number, third.previous_id) == (3, first.id)
        assert store.verify().ok

    def test_a_new_chain_asks_for_no_last_number(self, backend, clock):
        """A chain that isn't there yet begins with 1."""
        with working(backend, clock) as work:
            version = first_version(work)
            assert version.number == 1
            assert work.reader.version("v1") == version


def outlines(work, contact_id="ada"):
    return work.reader.outlines(contact_id)


class TestResults:
    """What the caller is told."""

    def test_a_deletion_sums_its_cuts(self, store):
        """The versions whose flag changed, and the chains that ended, each cut by chain."""
        kept, gone = store.add("ada", "a"), store.add("ada", "b")
        newer = store.update(kept.id, "c")
        newest = store.update(newer.id, "d")
        deletion = store.delete(newer.id, delete_previous_versions=True)
        assert (deletion.revision, deletion.count, deletion.memories) == (5, 2, 0)
        deletion = store.delete_contact("ada")
        assert (deletion.revision, deletion.count, deletion.memories) == (6, 2, 2)
        assert {each.outcome for each in deletion.cuts} == {Outcome.ENDED}
        assert [each.chain_id for each in deletion.cuts] == sorted([kept.chain_id, gone.chain_id])
        assert store.versions("ada", status=Status.DELETED).items[-1].id == newest.id
        assert store.verify().ok

    def test_a_restoration_tells_what_lives_again(self, store):
        """Only a chain that had no latest version is counted as a memory."""
        first = store.add("ada", "a")
        second = store.update(first.id, "b")
        other = store.add("ada", "c")
        one = store.delete(second.id)
        all_of_it = store.delete_contact("ada")
        restoration = store.restore(all_of_it.revision)
        assert (restoration.revision, restoration.count, restoration.memories) == (6, 2, 2)
        restoration = store.restore(one.revision)
        assert (restoration.revision, restoration.count, restoration.memories) == (7, 1, 0)
        restoration = store.restore(one.revision)
        assert (restoration.revision, restoration.count, restoration.memories) == (None, 0, 0)
        assert store.latest(other.id) == other
        assert store.verify().ok

    def test_a_rehearsal_says_what_would_be(self, store, clock):
        """Equal but for the revision, and nothing is other than before."""
        first = store.add("ada", "a")
        second = store.update(first.id, "b")
        asked, before = clock.asked, (store.history(first.id), store.revisions())
        for call, id in [
            (store.delete, first.id),
            (store.delete, second.id),
            (store.delete_memory, first.id),
            (store.delete_contact, "ada"),
        ]:
            rehearsed = call(id, dry_run=True)
            assert rehearsed.revision is None
            assert (store.history(first.id), store.revisions()) == before
            assert clock.asked == asked
            done = call(id)
            assert attrs.evolve(done, revision=None) == rehearsed
            store.restore(done.revision)
            asked, before = clock.asked, (store.history(first.id), store.revisions())
        assert store.verify().ok

    def test_a_rehearsal_writes_nothing_down(self, backend, clock):
        """Without a writer no change is applied, no stamp reserved, and no revision recorded."""
        with working(backend, clock) as work:
            first_version(work)
            work.record("add", None, None)
        with working(backend, clock, dry_run=True) as work:
            [outline] = outlines(work)
            deletion = work.delete([cut(oldest(outline, 1))])
            assert (deletion.revision, deletion.count, deletion.memories) == (None, 1, 1)
            restoration = work.restore([])
            assert (restoration.revision, restoration.count) == (None, 0)
            work.record("delete", None, None)
            assert clock.asked == 1
            assert work.stamp.number == 2
            work.record("delete", None, None)
        with backend.read("default") as reader:
            assert reader.newest() == (1, START)
            assert len(outlines(Work(reader, None, clock))) == 1

    def test_a_rehearsed_connection_is_not_made(self, backend, clock):
        """A change of a connection without a writer is counted and not applied."""
        made = Connection("c1", "c2", "related", "{}", START, 1)
        with working(backend, clock, dry_run=True) as work:
            work.connect(connect(None, made), ("ada",))
            assert work.reader.connection("c1", "c2", "related") is None
            assert clock.asked == 0

    def test_an_erasure(self, backend, clock):
        """It is asked of the writer with the number reserved, and rehearsed without one."""
        asked = []
        with working(backend, clock, dry_run=True) as work:
            rehearsed = work.erase(3, ["ada"], asked.append)
            assert (rehearsed.revision, rehearsed.count) == (None, 3)
            assert asked == []
            assert clock.asked == 0
        with working(backend, clock) as work:
            done = work.erase(3, ["grace", "ada"], asked.append)
            assert (done.revision, done.count) == (1, 3)
            assert asked == [work.reader]
            work.erase(2, ["ada"], asked.append)
            work.record("erase_deleted", None, None)
        [revision] = MemoryStore(backend).revisions().items
        assert revision.counts == RevisionCounts(erased=5)
        assert revision.contacts == ("ada", "grace")


class TestRecord:
    """What the log says."""

    def test_every_count(self, store):
        """A block that does one of each is one revision that counts each."""
        gone = store.delete(store.add("zoe", "Left").id)
        with store.transaction(reason="all at once") as block:
            first = block.add("grace", "a")
            second = block.update(first.id, "b")
            third = block.add("ada", "c")
            block.delete(first.id)
            block.connect(second.id, third.id)
            block.connect(second.id, third.id, metadata={"a": 1})
            block.connect(third.id, second.id)
            block.disconnect(third.id, second.id)
            block.restore(gone.revision)
        revision = store.revisions().items[-1]
        assert revision == Revision(
            3,
            START,
            "transaction",
            None,
            "all at once",
            RevisionCounts(added=3, deleted=1, restored=1, connected=3, disconnected=1),
            ("ada", "grace", "zoe"),
        )
        assert store.verify().ok

    @pytest.mark.parametrize(
        ("call", "operation", "counts"),
        [
            (lambda s, v, w: s.add("ada", "x"), "add", {"added": 1}),
            (lambda s, v, w: s.add_many([NewMemory("ada", "x")] * 3), "add_many", {"added": 3}),
            (lambda s, v, w: s.update(v.id, "x"), "update", {"added": 1}),
            (lambda s, v, w: s.delete(v.id), "delete", {"deleted": 1}),
            (lambda s, v, w: s.delete_memory(v.id), "delete_memory", {"deleted": 2}),
            (lambda s, v, w: s.delete_contact("ada"), "delete_contact", {"deleted": 3}),
            (lambda s, v, w: s.prune(v.id, keep_last=1), "prune", {"deleted": 1}),
            (lambda s, v, w: s.prune_contact("ada", keep_last=1), "prune_contact", {"deleted": 1}),
            (lambda s, v, w: s.connect(v.id, w.id), "connect", {"connected": 1}),
            (lambda s, v, w: s.disconnect(w.id, v.id), "disconnect", {"disconnected": 1}),
            (lambda s, v, w: s.erase_contact("ada"), "erase_contact", {"erased": 3}),
        ],
    )
    def test_each_call_by_its_name(self, clock, call, operation, counts):
        """The operation is the call's name, the actor the handle's, and each count its own."""
        store = MemoryStore(clock=clock, actor="importer")
        version = store.update(store.add("ada", "a").id, "b")
        other = store.add("ada", "c")
        store.connect(other.id, version.id)
        clock.now += SECOND
        call(store, version, other)
        revision = store.revisions().items[-1]
        assert (revision.number, revision.created_at) == (5, START + SECOND)
        assert (revision.operation, revision.actor) == (operation, "importer")
        assert revision.counts == RevisionCounts(**counts)
        assert revision.reason is None
        assert revision.contacts == (() if operation == "erase_contact" else ("ada",))
        assert store.verify().ok

    def test_a_reason_is_kept(self, store):
        """Each call that takes one writes it down."""
        first = store.add("ada", "a")
        second = store.update(first.id, "b")
        gone = store.delete(second.id, reason="one")
        store.restore(gone.revision, reason="two")
        store.prune(first.id, keep_last=1, reason="three")
        store.delete_memory(first.chain_id, reason="four")
        assert [each.reason for each in store.revisions(since=2).items] == [
            "one",
            "two",
            "three",
            "four",
        ]
        assert store.verify().ok

    def test_both_ends_of_a_connection_are_named(self, store):
        """A link between two contacts touches both, in order and each once."""
        ours, theirs = store.add("zoe", "a"), store.add("ada", "b")
        store.connect(ours.id, theirs.id)
        store.connect(ours.id, store.add("zoe", "c").id)
        assert [each.contacts for each in store.revisions(since=2).items] == [
            ("ada", "zoe"),
            ("zoe",),
            ("zoe",),
        ]
        assert store.verify().ok


class TestUndoneAlone:
    """A call of a block that raises undoes itself, and the block goes on."""

    @pytest.mark.parametrize(
        ("call", "error"),
        [
            (lambda b, v: b.add("zoe", "x", id=v.id), DuplicateIdError),
            (lambda b, v: b.update(v.previous_id, "x"), StaleVersionError),
            (lambda b, v: b.delete("0190d3c1-7f2e-7abc-8def-0123456789ab"), NotFoundError),
            (lambda b, v: b.restore(99), NotFoundError),
            (lambda b, v: b.delete_contact("nobody"), NotFoundError),
            (lambda b, v: b.delete(v.id, reason="mine"), InvalidInputError),
        ],
    )
    def test_it_leaves_nothing_behind(self, store, call, error):
        """Neither counts nor contacts nor a number tell of it."""
        version = store.update(store.add("ada", "a").id, "b")
        with store.transaction() as block:
            with pytest.raises(error):
                call(block, version)
            assert block.history(version.id) == store.history(version.id)
        assert len(store.revisions().items) == 2
        with store.transaction() as block:
            block.add("grace", "c")
            with pytest.raises(error):
                call(block, version)
            block.add("grace", "d")
        revision = store.revisions().items[-1]
        assert (revision.number, revision.contacts) == (3, ("grace",))
        assert revision.counts == RevisionCounts(added=2)
        assert store.count("zoe") == Count(0, 0, 0)
        assert store.verify().ok

    def test_the_mark_holds_all_that_is_counted(self, backend, clock):
        """Going back forgets the stamp, the place, the counts and the contacts since."""
        with working(backend, clock) as work:
            empty = work.mark()
            with pytest.raises(ZeroDivisionError), work.reader.savepoint():
                first_version(work)
                raise ZeroDivisionError
            work.back_to(empty)
            assert work.newest == 0
            assert work.mark() == empty
            clock.now += SECOND
            first = first_version(work)
            assert (first.created_at, position(first)) == (START + SECOND, (1, 0))
            one = work.mark()
            with pytest.raises(ZeroDivisionError), work.reader.savepoint():
                first_version(work, "v2", "c2", "ada")
                first_version(work, "v3", "c3", "zoe")
                work.delete([cut(oldest(each, 1)) for each in outlines(work)])
                raise ZeroDivisionError
            work.back_to(one)
            assert work.mark() == one
            assert work.newest == 1
            third = first_version(work, "v4", "c4", "bob")
            assert position(third) == (1, 1)
            work.record("transaction", None, None)
        [revision] = MemoryStore(backend).revisions().items
        assert revision.contacts == ("ada", "bob")
        assert revision.counts == RevisionCounts(added=2)
        assert MemoryStore(backend).verify().ok

    def test_what_was_deleted_inside_may_be_restored_inside(self, store):
        """A block knows its own revision, once it has one, and no other that is not there yet."""
        memory = store.add("ada", "a")
        with store.transaction() as block:
            with pytest.raises(NotFoundError):
                block.restore(2)
            gone = block.delete(memory.id)
            assert gone.revision == 2
            restored = block.restore(2)
            assert (restored.revision, restored.count, restored.memories) == (2, 1, 1)
            with pytest.raises(NotFoundError):
                block.restore(3)
        assert store.latest(memory.id) == memory
        assert store.at(1).latest(memory.id) == store.at(2).latest(memory.id) == memory
        assert store.verify().ok


def test_whom_a_revision_touched(backend, clock):
    """A committed one as the log says, and this one as far as it has come."""
    with working(backend, clock) as work:
        first_version(work, contact_id="zoe")
        assert work.contacts_of(1) == ("zoe",)
        first_version(work, "v2", "c2", "ada")
        assert work.contacts_of(1) == ("ada", "zoe")
        work.record("add_many", None, None)
    with working(backend, clock) as work:
        first_version(work, "v3", "c3", "bob")
        work.record("add", None, None)
    with working(backend, clock) as work:
        assert work.contacts_of(1) == ("ada", "zoe")
        assert work.contacts_of(2) == ("bob",)
        assert work.stamp.number == 3
        assert work.contacts_of(3) == ()
        assert work.contacts_of(2) == ("bob",)


def test_the_pieces_together(backend, clock):
    """Appending, cutting, restoring and connecting by hand is what the calls do."""
    with working(backend, clock) as work:
        first_version(work)
        second = first_version(work, "v2", "c2", "grace")
        deletion = work.delete([cut(oldest(outlines(work)[0], 1))])
        assert (deletion.revision, deletion.count, deletion.memories) == (1, 1, 1)
        changes = [restore(marked, 1, work.stamp) for marked in work.reader.marked_by(1, "ada")]
        restoration = work.restore(changes)
        assert (restoration.revision, restoration.count, restoration.memories) == (1, 1, 1)
        made = Connection("c1", "c2", "related", "{}", START, 1)
        work.connect(connect(None, made), ("ada", "grace"))
        assert work.reader.connection("c1", "c2", "related") == made
        work.connect(disconnect(made, work.stamp), ("ada", "grace"))
        assert work.reader.connection("c1", "c2", "related") is None
        work.record("by hand", "me", "because")
    store = MemoryStore(backend)
    assert store.revisions().items == (
        Revision(
            1,
            START,
            "by hand",
            "me",
            "because",
            RevisionCounts(added=2, deleted=1, restored=1, connected=1, disconnected=1),
            ("ada", "grace"),
        ),
    )
    assert store.memories("grace").items == (second,)
    assert store.verify().ok
