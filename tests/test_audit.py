"""The audit: a sound store gives no violation, and each planted fault is called by its name."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import attrs
import pytest

from versionchain import (
    Invariant,
    MemoryStore,
    ReportCounts,
    Revision,
    RevisionCounts,
    StorageError,
    Violation,
)
from versionchain.audit import audit
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.memory.reader import NowReader
from versionchain.backends.memory.state import Chain, State

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class World:
    """A store with everything in it: gaps, restored versions, ended memories, connections.

    ada's chain `c` is v1 ← v3 ← v4 ← v5: v2 is deleted, v4 was deleted and restored. Her chain `d`
    is w1 ← w2, her chain `e` ended. grace has one memory. Chain c → d is connected, with metadata
    that was replaced, d → c was connected once, and grace's memory has a link from d and one to c.
    """

    def __init__(self, patch):
        self.patch = patch
        ids, days = count(1), count()
        self.backend = MemoryBackend()
        self.store = store = MemoryStore(
            self.backend,
            ids=lambda: UUID(int=next(ids)),
            clock=lambda: START + timedelta(days=next(days)),
        )
        self.v1 = store.add("ada", "v1")  # revision 1
        self.v2 = store.update(self.v1.id, "v2")  # 2
        self.v3 = store.update(self.v2.id, "v3")  # 3
        self.v4 = store.update(self.v3.id, "v4")  # 4
        gone = store.delete(self.v4.id)  # 5
        store.delete(self.v2.id)  # 6
        store.restore(gone.revision)  # 7
        self.v5 = store.update(self.v4.id, "v5")  # 8
        self.w1 = store.add("ada", "w1")  # 9
        self.w2 = store.update(self.w1.id, "w2")  # 10
        self.x1 = store.add("ada", "x1")  # 11
        store.delete(self.x1.id)  # 12
        self.y1 = store.add("grace", "y1")  # 13
        store.connect(self.v5.id, self.w2.id, metadata={"a": 1})  # 14
        store.connect(self.v5.id, self.w2.id, metadata={"a": 2})  # 15
        store.connect(self.w2.id, self.v5.id)  # 16
        store.disconnect(self.w2.id, self.v5.id)  # 17
        store.connect(self.w2.id, self.y1.id)  # 18
        store.connect(self.y1.id, self.v5.id)  # 19
        self.state = self.backend._states["default"]
        self.c, self.d = (self.state.chains[each.chain_id] for each in (self.v1, self.w1))
        self.ada = self.state.contacts["ada"]
        self.link = (self.c.id, self.d.id, "related")

    def bend(self, version, **changed):
        """Writes over a version's record, wherever it lies."""
        old = self.state.versions[version.id]
        self.state.versions[version.id] = bent = attrs.evolve(old, **changed)
        for listed in (self.c.living, self.d.living, self.ada.heads):
            listed[:] = [bent if each is old else each for each in listed]

    def bend_deleted(self, version, **changed):
        """Has a deleted version come out of the structures otherwise."""

        def bent(state, id, real=State.version):
            found = real(state, id)
            return attrs.evolve(found, **changed) if id == version.id else found

        self.patch.setattr(State, "version", bent)

    def bend_revision(self, number, /, **changed):
        """Writes over a revision's record."""
        old = self.state.revisions[number - 1]
        self.state.revisions[number - 1] = attrs.evolve(old, **changed)

    def bend_link(self, index, until=..., **changed):
        """Writes over an interval of the connection from c to d."""
        intervals = list(self.state.connections[self.link])
        old = intervals[index]
        intervals[index] = attrs.evolve(
            old,
            connection=attrs.evolve(old.connection, **changed),
            until=old.until if until is ... else until,
        )
        self.state.connections[self.link] = tuple(intervals)

    def at(self, version):
        """Where a latest version stands in its contact's listing."""
        return self.ada.heads.index(self.state.versions[version.id])

    def found(self):
        """The names of what the audit finds."""
        return {violation.invariant for violation in self.store.verify().violations}


@pytest.fixture
def world(monkeypatch):
    """A sound store."""
    return World(monkeypatch)


def test_a_sound_store_gives_none(world):
    """Everything that the calls do leaves every invariant as it is, and is counted."""
    report = world.store.verify()
    assert report.violations == ()
    assert report.ok
    assert report.counts == ReportCounts(
        contacts=2,
        chains=4,
        memories=3,
        versions=7,
        deleted=2,
        connections=3,
        revisions=19,
    )


def test_an_empty_store_gives_none():
    """Nothing is wrong where nothing is."""
    report = MemoryStore().verify()
    assert report.ok
    assert report.counts == ReportCounts(0, 0, 0, 0, 0, 0, 0)


def standing():
    """A store whose clock stands, with a chain that was begun and revised in one block."""
    store = MemoryStore(clock=lambda: START)
    with store.transaction() as block:
        first = block.add("ada", "a")
        second = block.update(first.id, "b")
    third = store.update(second.id, "c")
    store.delete(second.id)
    return store, second, third


def test_revisions_and_times_may_stand_still():
    """Two versions of one revision, and two revisions of one time, are in order."""
    store, _, _ = standing()
    assert store.verify().violations == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"revision": 3}, ["revision or time falls", "the listing of versions disagrees"]),
        (
            {"created_at": START + timedelta(days=1)},
            ["revision or time falls", "not of its revision's time"],
        ),
    ],
)
def test_either_of_the_two_that_falls_is_enough(changed, said):
    """A revision that falls while the time stands, and a time while the revision stands."""
    store, second, _ = standing()
    versions = store._backend._states["default"].versions
    versions[second.id] = attrs.evolve(versions[second.id], **changed)
    assert [each.detail for each in store.verify().violations] == said


def test_the_audit_is_of_one_tenant(world):
    """What is wrong in one tenant is not said of another."""
    other = world.store.for_tenant("acme")
    other.add("ada", "Keeps bees")
    world.ada.holes += 1
    assert other.verify().ok
    assert other.verify().counts == ReportCounts(1, 1, 1, 1, 0, 0, 1)
    assert not world.store.verify().ok


FAULTS = {
    "a number twice": (lambda w: w.bend(w.v3, number=1), ["NUMBERS_UNIQUE: number does not rise"]),
    "a deleted one's number twice": (
        lambda w: w.bend(w.v2, number=1),
        ["NUMBERS_UNIQUE: number does not rise"],
    ),
    "a revision that falls": (
        lambda w: w.bend(w.v2, revision=4, created_at=w.v4.created_at),
        [
            "ORDER: revision or time falls",
            "ORDER: at another's place in its revision",
            "COUNTERS: the listing of versions disagrees",
        ],
    ),
    "a number that falls": (
        lambda w: w.bend(w.v4, number=2),
        ["NUMBERS_UNIQUE: number does not rise"],
    ),
    "a number of zero": (lambda w: w.bend(w.v1, number=0), ["NUMBERS_UNIQUE: number out of range"]),
    "a number above the highest": (
        lambda w: setattr(w.c, "last_number", 4),
        ["NUMBERS_UNIQUE: number out of range"],
    ),
    "a time before its revision's": (
        lambda w: w.bend(w.v1, created_at=w.v1.created_at - timedelta(microseconds=1)),
        ["ORDER: not of its revision's time"],
    ),
    "a first version after the second": (
        lambda w: w.bend(w.v1, created_at=w.v5.created_at),
        ["ORDER: revision or time falls", "ORDER: not of its revision's time"],
    ),
    "a revision's time that falls": (
        lambda w: w.bend_revision(17, created_at=START),
        ["ORDER: time falls"],
    ),
    "a revision's time after its versions'": (
        lambda w: w.bend_revision(13, created_at=w.y1.created_at + timedelta(hours=1)),
        ["ORDER: not of its revision's time"],
    ),
    "another contact": (
        lambda w: w.bend(w.v1, contact_id="grace"),
        ["ONE_CONTACT: of another chain or contact"],
    ),
    "another contact on a deleted one": (
        lambda w: w.bend(w.v2, contact_id="grace"),
        ["ONE_CONTACT: of another chain or contact"],
    ),
    "a chain's contact": (
        lambda w: setattr(w.state.chains[w.y1.chain_id], "contact_id", "ada"),
        [
            "ONE_CONTACT: of another chain or contact",
            "COUNTERS: the counters disagree",
            "COUNTERS: the listing disagrees",
            "COUNTERS: the listing of versions disagrees",
            "COUNTERS: the listing of memories disagrees",
            "COUNTERS: the listing of versions disagrees",
            "COUNTERS: the listing of memories disagrees",
        ],
    ),
    "an older one as the latest": (
        lambda w: w.c.living.pop(),
        [
            "LINKS: the history is not the order's",
            "ONE_LATEST: the latest is not the last living version",
            "COUNTERS: the chain and the index by id disagree",
            "COUNTERS: the listing of memories disagrees",
        ],
    ),
    "no latest": (
        lambda w: w.c.living.clear(),
        [
            "LINKS: the history is not the order's",
            "ONE_LATEST: the latest is not the last living version",
            "COUNTERS: the chain and the index by id disagree",
            "COUNTERS: the listing of memories disagrees",
        ],
    ),
    "a latest where all are deleted": (
        lambda w: w.state.chains[w.x1.chain_id].living.append(w.x1),
        [
            "LINKS: the history is not the order's",
            "ONE_LATEST: the latest is not the last living version",
            "COUNTERS: the chain and the index by id disagree",
            "COUNTERS: the listing of memories disagrees",
        ],
    ),
    "a next that is not the next": (
        lambda w: w.bend(w.v1, next_id=w.v4.id),
        [
            "LINKS: the history is not the order's",
            "LINKS: a version alone differs from the history's",
        ],
    ),
    "no next": (
        lambda w: w.bend(w.v3, next_id=None),
        [
            "LINKS: the history is not the order's",
            "LINKS: a version alone differs from the history's",
        ],
    ),
    "a latest with a next": (
        lambda w: w.bend(w.v5, next_id=w.w1.id),
        [
            "LINKS: the history is not the order's",
            "ONE_LATEST: the latest is not the last living version",
            "LINKS: a version alone differs from the history's",
        ],
    ),
    "a previous that skips one": (
        lambda w: w.bend(w.v4, previous_id=w.v1.id),
        [
            "LINKS: the history is not the order's",
            "LINKS: a version alone differs from the history's",
        ],
    ),
    "a first with a previous": (
        lambda w: w.bend(w.v1, previous_id=w.w1.id),
        [
            "LINKS: the history is not the order's",
            "LINKS: a version alone differs from the history's",
        ],
    ),
    "a wrong time of being superseded": (
        lambda w: w.bend(w.v1, superseded_at=w.v2.created_at),
        [
            "LINKS: the history is not the order's",
            "LINKS: a version alone differs from the history's",
        ],
    ),
    "a deleted one with a previous": (
        lambda w: w.bend_deleted(w.v2, previous_id=w.v1.id),
        ["DELETED_UNLINKED: a deleted version is linked or lost"],
    ),
    "a deleted one with a next": (
        lambda w: w.bend_deleted(w.v2, next_id=w.v3.id),
        ["DELETED_UNLINKED: a deleted version is linked or lost"],
    ),
    "a deleted one that was superseded": (
        lambda w: w.bend_deleted(w.v2, superseded_at=w.v3.created_at),
        ["DELETED_UNLINKED: a deleted version is linked or lost"],
    ),
    "a counter of the holes": (
        lambda w: setattr(w.ada, "holes", 5),
        ["COUNTERS: the counters disagree", "COUNTERS: the counters disagree"],
    ),
    "a counter of the deleted": (
        lambda w: setattr(w.ada, "deleted", 1),
        ["COUNTERS: the counters disagree", "COUNTERS: the counters disagree"],
    ),
    "a memory that is not listed": (
        lambda w: w.ada.heads.__setitem__(w.at(w.w2), None),
        [
            "COUNTERS: the listing disagrees",
            "COUNTERS: the listing of memories disagrees",
            "COUNTERS: the counters disagree",
        ],
    ),
    "a memory that is listed as another version": (
        lambda w: w.ada.heads.__setitem__(w.at(w.w2), w.state.versions[w.w1.id]),
        [
            "COUNTERS: the listing disagrees",
            "COUNTERS: the listing of memories disagrees",
        ],
    ),
    "a listing that runs in a circle": (
        lambda w: w.ada.heads.reverse(),
        ["COUNTERS: the listing disagrees", "COUNTERS: the listing of memories disagrees"],
    ),
    "a memory that is listed at another place": (
        lambda w: w.ada.ranks.__setitem__(w.at(w.v5), w.ada.ranks[w.at(w.v5)] - 1),
        ["COUNTERS: the listing disagrees", "COUNTERS: the listing of memories disagrees"],
    ),
    "a listing whose holes are out of order": (
        lambda w: w.ada.ranks.__setitem__(0, w.ada.ranks[-1]),
        ["COUNTERS: the listing of memories disagrees"],
    ),
    "a version that is not listed": (
        lambda w: w.ada.order.remove(w.v2.id),
        [
            "COUNTERS: the counters disagree",
            "COUNTERS: the listing of versions disagrees",
        ],
    ),
    "versions listed in another order": (
        lambda w: w.ada.order.reverse(),
        ["COUNTERS: the listing of versions disagrees"],
    ),
    "a mark that is not indexed": (
        lambda w: w.state.marked[6].clear(),
        ["COUNTERS: the index of marks disagrees"],
    ),
    "a mark that is indexed only": (
        lambda w: w.state.marked[6].update({w.v3.id: None}),
        ["COUNTERS: the index of marks disagrees"],
    ),
    "an id that leads to another": (
        lambda w: w.state.versions.update({str(UUID(int=99)): w.state.versions[w.v1.id]}),
        [
            "COUNTERS: the index by id and the chain disagree",
            "COUNTERS: the index of memories disagrees",
        ],
    ),
    "a version that names no memory": (
        lambda w: w.state.chains.pop(w.v3.id),
        ["COUNTERS: the index of memories disagrees"],
    ),
    "a deleted version that names a memory": (
        lambda w: w.state.chains.update({w.v2.id: w.c}),
        ["COUNTERS: the index of memories disagrees"],
    ),
    "a version that names another memory": (
        lambda w: w.state.chains.update({w.v3.id: w.d}),
        ["COUNTERS: the index of memories leads to another"],
    ),
    "a connection to nowhere": (
        lambda w: w.bend_link(1, target_id=str(UUID(int=99))),
        ["CONNECTIONS: an end is missing or its own"],
    ),
    "a connection from nowhere": (
        lambda w: w.bend_link(1, source_id=str(UUID(int=99))),
        ["CONNECTIONS: an end is missing or its own"],
    ),
    "a connection to itself": (
        lambda w: w.bend_link(1, target_id=w.c.id),
        ["CONNECTIONS: an end is missing or its own"],
    ),
    "a connection twice": (lambda w: w.bend_link(0, until=None), ["CONNECTIONS: is there twice"]),
    "a connection that overlaps": (
        lambda w: w.bend_link(0, until=16),
        ["CONNECTIONS: is there twice"],
    ),
    "a connection that no revision ended": (
        lambda w: w.bend_link(-1, until=99),
        ["CONNECTIONS: ended by no revision"],
    ),
    "a connection that ends as it begins": (
        lambda w: w.bend_link(0, until=14),
        ["CONNECTIONS: ends before it begins"],
    ),
    "a connection of another time": (
        lambda w: w.bend_link(1, created_at=START),
        ["CONNECTIONS: not of its revision's time"],
    ),
    "a connection of no revision": (
        lambda w: w.bend_link(1, revision=99),
        ["CONNECTIONS: not of its revision's time"],
    ),
    "a connection of revision zero": (
        lambda w: w.bend_link(1, revision=0, created_at=w.state.revisions[-1].created_at),
        ["CONNECTIONS: not of its revision's time", "CONNECTIONS: is there twice"],
    ),
    "a revision's number twice": (lambda w: w.bend_revision(19, number=18), ["REVISIONS: not 19"]),
    "a revision that is numbered back": (
        lambda w: w.bend_revision(19, number=2),
        ["REVISIONS: not 19"],
    ),
    "a revision that is numbered ahead": (
        lambda w: w.bend_revision(19, number=21),
        ["REVISIONS: not 19"],
    ),
    "a gap in the middle": (lambda w: w.bend_revision(5, number=500), ["REVISIONS: not 5"]),
    "a deletion of another time": (
        lambda w: w.bend_deleted(w.v2, deleted_at=START),
        ["DELETIONS: not of its deletion's time"],
    ),
    "a deletion without a time": (
        lambda w: w.bend_deleted(w.v2, deleted_at=None),
        ["DELETIONS: not of its deletion's time"],
    ),
    "a time of deletion on a living one": (
        lambda w: w.bend(w.v5, deleted_at=START),
        [
            "DELETIONS: not of its deletion's time",
            "LINKS: the history is not the order's",
            "ONE_LATEST: the latest is not the last living version",
            "LINKS: a version alone differs from the history's",
        ],
    ),
    "a past deletion before the version": (
        lambda w: w.state.absences.update({w.v4.id: ((3, 7),)}),
        ["DELETIONS: deleted by 3"],
    ),
    "a past deletion of no revision": (
        lambda w: w.state.absences.update({w.v1.id: ((0, 7),)}),
        ["DELETIONS: deleted by 0"],
    ),
    "a past deletion that ends as it begins": (
        lambda w: w.state.absences.update({w.v4.id: ((5, 5),)}),
        ["INTERVALS: from 5 to 5"],
    ),
    "a past deletion that was lifted by no revision": (
        lambda w: w.state.absences.update({w.v4.id: ((5, 20),)}),
        ["INTERVALS: from 5 to 20"],
    ),
    "past deletions that overlap": (
        lambda w: w.state.absences.update({w.v4.id: ((5, 7), (6, 9))}),
        ["INTERVALS: 6 overlaps"],
    ),
    "a past deletion that overlaps the mark": (
        lambda w: w.state.absences.update({w.v2.id: ((5, 7),)}),
        ["INTERVALS: 6 overlaps"],
    ),
}


@pytest.mark.parametrize(("plant", "said"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_named(world, plant, said):
    """What is bent by hand is found, and nothing else is said; it stays as it is."""
    plant(world)
    report = world.store.verify()
    assert [f"{each.invariant.name}: {each.detail}" for each in report.violations] == said
    assert not report.ok
    assert world.store.verify() == report
    assert not any(text in repr(report.violations) for text in ("'v1'", "'v5'", "'w1'"))


@pytest.mark.parametrize(
    "leave",
    [
        lambda w: w.state.absences.update({w.v4.id: ((5, 7), (7, 9))}),
        lambda w: w.state.absences.update({w.v2.id: ((2, 6),)}),
        lambda w: w.state.absences.update({w.v4.id: ((4, 5), (5, 18))}),
        lambda w: setattr(w.c, "last_number", 17),
        lambda w: w.bend(w.v1, content="bent"),
    ],
    ids=["one after the other", "one up to the mark", "at the edges", "a gap above", "a text"],
)
def test_what_only_touches_is_no_fault(world, leave):
    """Intervals may touch, a deletion may be of the version's own revision, numbers have gaps."""
    leave(world)
    assert world.found() == set()


def test_a_first_revision_that_is_no_first(world):
    """A log that begins with another number is named, and is read to its end once."""
    store = MemoryStore(world.backend, tenant="acme")
    store.add("ada", "Keeps bees")
    world.backend._states["acme"].revisions[0] = Revision(
        0, START, "add", None, None, RevisionCounts(added=1), ("ada",)
    )
    found = [each.invariant for each in store.verify().violations]
    assert found.count(Invariant.REVISIONS) == 1


def test_a_chain_with_the_id_of_a_version(world):
    """An id that names two things is found, whatever else follows from it."""
    world.state.chains[world.x1.id] = Chain(world.x1.id, "ada")
    violations = world.store.verify().violations
    for detail in ("is there twice", "is a version's and a chain's"):
        assert Violation(Invariant.IDS_UNIQUE, world.x1.id, detail) in violations


class Lying(NowReader):
    """A reader that gives other answers than its state, where it is told to."""

    def __init__(self, state, **answers):
        super().__init__(state)
        for name, answer in answers.items():
            setattr(self, name, answer)


def lies(world, **answers: Callable):
    """What the audit finds through a reader that lies."""
    return [each.invariant for each in audit(Lying(world.state, **answers)).violations]


def test_a_reader_that_tells_the_truth(world):
    """Without a lie nothing is found."""
    assert lies(world) == []


def test_one_latest_alone(world):
    """A wrong latest is named by itself where nothing else is wrong."""
    truth = NowReader(world.state)
    heads = {world.d.id: truth.head(world.c.id)}
    found = lies(world, head=lambda id: heads.get(id, truth.head(id)), history=truth.history)
    assert found == [Invariant.ONE_LATEST]


def test_a_version_that_is_read_otherwise_alone(world):
    """One version that differs from the history is a broken link."""
    truth = NowReader(world.state)
    found = lies(world, version=lambda id: None if id == world.v3.id else truth.version(id))
    assert found == [Invariant.LINKS]


def test_a_deleted_version_that_is_readable_alone(world):
    """A deleted version is in no ordinary answer."""
    found = lies(world, version=lambda id: world.state.versions[id])
    assert found == [Invariant.DELETED_UNLINKED] * 2
    reader = Lying(world.state, version=lambda id: world.state.versions[id])
    assert {each.detail for each in audit(reader).violations} == {"a deleted version is readable"}


@pytest.mark.parametrize("lost", ["v2", "x1"])
def test_a_deleted_version_that_is_lost_alone(world, lost):
    """With the deleted ones a history shows them all."""
    truth, id = NowReader(world.state), getattr(world, lost).id

    def history(chain_id, *, include_deleted):
        versions = truth.history(chain_id, include_deleted=include_deleted)
        return [version for version in versions if version.id != id]

    assert lies(world, history=history) == [Invariant.DELETED_UNLINKED]


def test_a_history_that_lacks_a_version_alone(world):
    """A history that is shorter than the chain is a broken link."""
    truth = NowReader(world.state)

    def history(chain_id, *, include_deleted):
        versions = truth.history(chain_id, include_deleted=include_deleted)
        return versions if include_deleted else versions[:2]

    assert lies(world, history=history) == [Invariant.LINKS]


def test_an_id_twice_alone(world):
    """A chain that comes twice is named, and so are its versions."""
    truth = NowReader(world.state)
    facts = list(truth.chains())
    found = lies(world, chains=lambda: iter([*facts, facts[-1]]))
    assert set(found) == {Invariant.IDS_UNIQUE, Invariant.COUNTERS}
    assert found.count(Invariant.IDS_UNIQUE) == 2


@pytest.mark.parametrize("name", ["memories", "count"])
def test_an_answer_that_disagrees_with_the_facts(world, name):
    """A listing and a count follow from the facts, whatever a backend keeps beside them."""
    truth = NowReader(world.state)
    answer = {
        "memories": lambda contact_id, **how: truth.memories("grace", **how),
        "count": lambda contact_id: truth.count("grace"),
    }
    assert lies(world, **{name: answer[name]}) == [Invariant.COUNTERS]


def test_what_the_storage_says_of_itself(world):
    """A backend's own check is part of the report, after the others."""
    fault = Violation(Invariant.STORAGE, "page 7", "is torn")
    world.ada.holes += 1
    report = audit(Lying(world.state, self_check=lambda: iter([fault])))
    assert report.violations[-1] == fault
    assert [each.invariant for each in report.violations] == [
        Invariant.COUNTERS,
        Invariant.STORAGE,
    ]


def test_a_storage_that_can_be_read_no_further(world):
    """What is wrong with it is the report; where it does not know, the error itself comes out."""

    def refuse(**_):
        raise StorageError("The storage failed.")

    with pytest.raises(StorageError):
        lies(world, revisions=refuse)
    fault = Violation(Invariant.STORAGE, "page 7", "is torn")
    reader = Lying(world.state, revisions=refuse, self_check=lambda: iter([fault]))
    assert audit(reader).violations == (fault,)


def test_every_invariant_was_planted():
    """No name is left that no test of this file makes the audit say."""
    planted = {each.partition(":")[0] for _, said in FAULTS.values() for each in said}
    assert planted | {"IDS_UNIQUE", "STORAGE"} == {each.name for each in Invariant}


@pytest.mark.parametrize(
    ("plant", "violation"),
    [
        (
            lambda w: w.bend_revision(19, number=21),
            Violation(Invariant.REVISIONS, "21", "not 19"),
        ),
        (
            lambda w: w.bend(w.v3, next_id=None),
            Violation(Invariant.LINKS, str(UUID(int=1)), "the history is not the order's"),
        ),
        (
            lambda w: w.state.absences.update({w.v4.id: ((5, 7), (6, 9))}),
            Violation(Invariant.INTERVALS, str(UUID(int=5)), "6 overlaps"),
        ),
        (
            lambda w: w.bend_link(0, until=16),
            Violation(
                Invariant.CONNECTIONS, f"{UUID(int=1)} {UUID(int=7)} related", "is there twice"
            ),
        ),
        (
            lambda w: setattr(w.ada, "holes", 5),
            Violation(Invariant.COUNTERS, "ada", "the counters disagree"),
        ),
    ],
)
def test_a_violation_says_what_it_is_about(world, plant, violation):
    """The subject is an id, a number or a contact, and the detail what was found."""
    plant(world)
    assert violation in world.store.verify().violations


def test_a_long_log_and_a_long_listing_are_read_whole():
    """What does not fit on one page of the audit is looked at all the same."""
    store = MemoryStore()
    for i in range(1002):
        store.add("ada", f"Text {i}")
    report = store.verify()
    assert report.ok
    assert (report.counts.revisions, report.counts.memories) == (1002, 1002)
    contact = store._backend._states["default"].contacts["ada"]
    del contact.heads[0]
    found = {each.invariant for each in store.verify().violations}
    assert found == {Invariant.COUNTERS}


def test_a_fault_on_a_later_page_of_the_log():
    """The number that is expected goes on over the pages."""
    store = MemoryStore()
    with store.transaction() as block:
        first = block.add("ada", "Text")
    for i in range(1001):
        first = store.update(first.id, f"Text {i}")
    revisions = store._backend._states["default"].revisions
    revisions[1001] = attrs.evolve(revisions[1001], number=1003)
    assert [(each.invariant, each.subject, each.detail) for each in store.verify().violations] == [
        (Invariant.REVISIONS, "1003", "not 1002")
    ]
