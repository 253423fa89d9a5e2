"""The contract: the log, older states, snapshots, verification. SPEC sections 2, 4 and 6."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from ...backends.base import Backend
from ...errors import NotFoundError
from ...model import NewMemory, RevisionCounts
from ...store import MemoryStore
from ..looking import everything, refuses, walk
from ..repeatable import Clock
from .base import UNKNOWN, ContractBase, chain, newest, undone
from .threads import PATIENCE, Task


class LogContract(ContractBase):
    """One committed change of a tenant is one revision."""

    def test_every_call_that_changes_is_in_the_log(self, store: MemoryStore) -> None:
        """With its name, counts and contacts."""
        tea = store.add("ada", "Prefers tea")
        _, sails = store.add_many([NewMemory("grace", "a"), NewMemory("ada", "Sails")])
        v2 = store.update(tea.id, "v2")
        store.connect(v2.id, sails.id)
        store.disconnect(v2.id, sails.id)
        store.delete(v2.id)
        store.restore(6)
        store.prune(v2.id, keep_last=1)
        v3 = store.update(v2.id, "v3")
        store.prune_contact("ada", keep_last=1)
        store.delete_memory(sails.id)
        store.delete_contact("ada")
        with store.transaction() as tx:
            tx.add("linus", "b")
        assert v3.revision == 9
        log = walk(store.revisions)
        assert [(entry.operation, entry.counts, entry.contacts) for entry in log] == [
            ("add", RevisionCounts(added=1), ("ada",)),
            ("add_many", RevisionCounts(added=2), ("ada", "grace")),
            ("update", RevisionCounts(added=1), ("ada",)),
            ("connect", RevisionCounts(connected=1), ("ada",)),
            ("disconnect", RevisionCounts(disconnected=1), ("ada",)),
            ("delete", RevisionCounts(deleted=1), ("ada",)),
            ("restore", RevisionCounts(restored=1), ("ada",)),
            ("prune", RevisionCounts(deleted=1), ("ada",)),
            ("update", RevisionCounts(added=1), ("ada",)),
            ("prune_contact", RevisionCounts(deleted=1), ("ada",)),
            ("delete_memory", RevisionCounts(deleted=1), ("ada",)),
            ("delete_contact", RevisionCounts(deleted=1), ("ada",)),
            ("transaction", RevisionCounts(added=1), ("linus",)),
        ]

    def test_numbers_rise_by_one_without_a_gap(self, store: MemoryStore) -> None:
        """Whatever was refused, rehearsed or changed nothing in between."""
        v1, v2 = chain(store, 2)
        store.delete(v2.id, dry_run=True)
        for _ in range(2):
            with refuses(NotFoundError, store):
                store.delete(UNKNOWN)
        store.add_many([])
        store.restore(1)
        with undone(store) as tx:
            tx.add("ada", "Sails")
        store.delete(v1.id)
        assert [entry.number for entry in walk(store.revisions)] == [1, 2, 3]

    def test_the_log_goes_on_from_a_number(self, store: MemoryStore) -> None:
        """`since` gives those above it, oldest first, and none beyond the newest."""
        chain(store, 4)
        assert [entry.number for entry in store.revisions(since=2).items] == [3, 4]
        for since in (4, 5, 1 << 40):
            assert store.revisions(since=since).items == ()
        page = store.revisions(since=1, limit=2)
        assert [entry.number for entry in page.items] == [2, 3]
        rest = store.revisions(since=1, after=page.next_cursor)
        assert [entry.number for entry in rest.items] == [4]

    def test_the_log_of_a_contact(self, store: MemoryStore) -> None:
        """Only the revisions that touched it; a refused call touched nobody."""
        ada, grace = store.add("ada", "a"), store.add("grace", "b")
        store.connect(ada.id, grace.id)
        store.update(grace.id, "b2")
        with store.transaction() as tx:
            tx.add("ada", "c")
            with pytest.raises(NotFoundError):
                tx.delete(UNKNOWN)
        store.delete_contact("grace")
        numbers = {
            name: [entry.number for entry in walk(store.revisions, contact_id=name, limit=2)]
            for name in ("ada", "grace", "linus")
        }
        assert numbers == {"ada": [1, 3, 5], "grace": [2, 3, 4, 6], "linus": []}

    def test_verify_counts_what_it_looked_at(self, store: MemoryStore, other: MemoryStore) -> None:
        """Of this tenant; and it finds nothing."""
        first, second = chain(store, 3), chain(store, 2)
        alone = store.add("grace", "Sails")
        store.connect(first[0].id, alone.id)
        store.connect(first[0].id, second[0].id)
        store.disconnect(first[0].id, second[0].id)
        store.delete_memory(second[0].id)
        chain(other, 2)
        counts = store.verify().counts
        assert (counts.contacts, counts.chains, counts.memories) == (2, 3, 2)
        assert (counts.versions, counts.deleted) == (4, 2)
        assert (counts.connections, counts.revisions) == (1, 10)
        assert other.verify().counts.revisions == 2


def story(store: MemoryStore) -> list[dict[str, Any]]:
    """Makes every kind of change; what was read after each revision, from the empty store on."""
    seen = [_state(store)]

    def note(done: Any) -> Any:
        seen.append(_state(store))
        return done

    versions = [note(store.add("ada", "v1", metadata={"a": 1}))]
    for number in (2, 3, 4):
        versions.append(note(store.update(versions[-1].id, f"v{number}")))
    cup = note(store.add("grace", "Owns a cup"))
    note(store.connect(versions[0].id, cup.id))
    note(store.connect(versions[0].id, cup.id, metadata={"sure": 1}))
    gone = note(store.delete(versions[3].id))
    v5 = note(store.update(versions[2].id, "v5"))
    note(store.restore(gone.revision))
    gone = note(store.delete(versions[1].id, delete_previous_versions=True))
    ended = note(store.delete_contact("ada"))
    note(store.restore(gone.revision))
    note(store.restore(ended.revision))
    note(store.disconnect(v5.id, cup.id))
    note(store.delete(versions[3].id))
    with store.transaction() as tx:
        tx.restore(newest(store))
        tx.delete(versions[2].id)
        tx.delete(tx.update(v5.id, "v6").id)
        tx.connect(v5.id, cup.id, kind="made and gone")
        tx.disconnect(v5.id, cup.id, kind="made and gone")
        tx.connect(cup.id, v5.id)
    note(None)
    note(store.delete_memory(cup.id))
    return seen


def _state(store: Any) -> dict[str, Any]:
    """Everything but the log, which a view of an older state does not have."""
    return {**everything(store, ("ada", "grace")), "revisions": []}


class PastContract(ContractBase):
    """What was, is answered as it was answered then."""

    def test_each_revision_can_be_read_again(self, store: MemoryStore) -> None:
        """As of any revision every read answers what it answered when that was the newest."""
        seen = story(store)
        assert len(seen) == newest(store) + 1
        for revision, state in enumerate(seen):
            assert _state(store.at(revision)) == state, revision

    def test_the_past_stays_while_a_block_is_open(self, store: MemoryStore) -> None:
        """Whatever an open block does, older states are as they were."""
        seen = story(store)
        with store.transaction() as tx:
            tx.restore(newest(store))
            tx.delete_contact("ada")
            tx.add("grace", "Sails")
            for revision, state in enumerate(seen):
                assert _state(store.at(revision)) == state, revision

    def test_a_backend_reads_the_past(self, backend: Backend, store: MemoryStore) -> None:
        """`read(tenant, at)` gives that revision as the newest, and nothing that came later."""
        v1, v2 = chain(store, 2)
        store.delete(v2.id)
        store.add("grace", "Sails")
        times = [None, *(entry.created_at for entry in walk(store.revisions))]
        for at, time in enumerate(times):
            with backend.read("default", at) as reader:
                assert reader.newest() == (at, time)
                assert reader.seen("ada") is (at >= 1)
                assert reader.seen("grace") is (at >= 4)
                assert (reader.facts_of(v2.id) is not None) is (at >= 2)
                assert (reader.version(v2.id) is not None) is (at == 2)
                assert (reader.head(v1.chain_id) is not None) is (at >= 1)
                assert len(reader.outlines("ada")) == len(reader.spans("ada")) == min(at, 1)
                log = reader.revisions(since=0, contact_id=None, limit=9)
                assert [entry.number for entry in log] == [*range(1, at + 1)]

    def test_a_reader_keeps_to_one_state(self, backend: Backend, store: MemoryStore) -> None:
        """However many calls it takes and whatever others write meanwhile."""
        versions = chain(store, 3)
        writing = threading.Event()

        def write() -> None:
            writing.set()
            store.delete(versions[2].id)
            store.add("grace", "Sails")
            store.delete_contact("ada")

        with backend.read("default") as reader:
            first = reader.newest()
            task = Task(write)
            assert writing.wait(PATIENCE)
            task.waits(0.2)
            assert reader.newest() == first
            assert reader.history(versions[0].id, include_deleted=True) == versions
            assert reader.contacts(after=None, limit=9) == ["ada"]
            assert reader.count("ada").versions == 3
        task.result()
        with backend.read("default") as reader:
            assert reader.newest()[0] == 6
            assert reader.contacts(after=None, limit=9) == ["grace"]

    def test_a_tenant_that_never_wrote_is_empty(self, backend: Backend) -> None:
        """Missing is None, an empty sequence or zero; never an error."""
        for at in (None, 0):
            with backend.read("nobody", at) as reader:
                assert reader.newest() == (0, None)
                assert reader.version(UNKNOWN) is reader.head(UNKNOWN) is None
                assert reader.history(UNKNOWN, include_deleted=True) == []
                assert reader.contacts(after=None, limit=9) == []
                assert [*reader.outlines("ada"), *reader.spans("ada")] == []
                assert not reader.seen("ada")
                assert reader.facts_of(UNKNOWN) is None
                assert [*reader.chains(), *reader.links()] == []
                assert list(reader.self_check()) == []

    def test_a_time_means_the_last_revision_by_then(self, store: MemoryStore, clock: Clock) -> None:
        """The one at that moment, or before it; an older one is the empty store."""
        start = clock.now
        (v1,) = chain(store, 1)
        clock.move(timedelta(hours=1))
        store.update(v1.id, "v2")
        for seconds, revision in ((-1, 0), (0, 1), (1, 1), (3600, 1), (3601, 2), (9999, 2)):
            assert store.at(start + timedelta(seconds=seconds)).revision == revision
        with refuses(NotFoundError, store):
            store.at(3)
