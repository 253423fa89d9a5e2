"""The contract: blocks of calls that are one revision. SPEC section 4 and `backends.base`."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from ...backends.base import Backend
from ...chain import Stamp, cut
from ...errors import (
    DuplicateIdError,
    InvalidInputError,
    NotFoundError,
    StaleVersionError,
    TransactionError,
)
from ...model import NewMemory, Revision, RevisionCounts, Status
from ...store import MemoryStore
from ...transaction import Transaction
from ..looking import changes_nothing, drawn, everything, refuses, walk
from ..repeatable import Clock, Ids
from .base import UNKNOWN, Abort, ContractBase, chain, newest, undone
from .threads import Task

OWN = "00000000-0000-4000-8000-000000000001"


def much(tx: Transaction, versions: list[Any]) -> None:
    """Every kind of change at once, in a block on a chain of three."""
    stranger = tx.add("grace", "Sails", id=OWN)
    tx.add_many([NewMemory("ada", "a"), NewMemory("linus", "b")])
    v4 = tx.update(versions[2].id, "v4")
    tx.connect(v4.id, stranger.id, metadata={"a": 1})
    tx.connect(v4.id, stranger.id, metadata={"a": 2})
    tx.disconnect(v4.id, stranger.id)
    gone = tx.delete(versions[1].id)
    assert gone.revision is not None
    tx.restore(gone.revision)
    tx.prune(v4.id, keep_last=2)
    tx.delete_contact("linus")
    tx.delete_memory(stranger.id)


class BlockContract(ContractBase):
    """What a block does once it has ended well."""

    def test_a_block_is_one_revision(self, store: MemoryStore, clock: Clock) -> None:
        """Its calls share the number and the time; the log says "transaction" and the reason."""
        v1, v2 = chain(store, 2)
        now = clock.now
        with store.transaction(reason="moved") as tx:
            new = tx.add("grace", "Sails")
            v3 = tx.update(v2.id, "v3")
            gone = tx.delete(v1.id)
        assert new.revision == v3.revision == gone.revision == 3 == newest(store)
        assert new.created_at == v3.created_at == now
        entry = walk(store.revisions)[-1]
        assert (entry.number, entry.created_at) == (3, now)
        assert (entry.operation, entry.reason) == ("transaction", "moved")
        assert entry.counts == RevisionCounts(added=2, deleted=1)
        assert entry.contacts == ("ada", "grace")

    def test_everything_in_it_is_kept(self, store: MemoryStore) -> None:
        """After the block the store reads what the block read."""
        versions = chain(store, 3)
        known = ("ada", "grace", "linus")
        with store.transaction() as tx:
            much(tx, versions)
            seen = everything(tx, known)
        kept = everything(store, known)
        assert len(kept["revisions"]) == 4
        assert {**kept, "revisions": seen["revisions"]} == seen
        assert drawn(store, versions[2].id) == "v3 ← v4"

    def test_a_block_keeps_the_order_of_its_calls(self, store: MemoryStore) -> None:
        """What it wrote is listed in the order in which it was written."""
        with store.transaction() as tx:
            for n in range(5):
                tx.add("ada", f"v{n}")
        listed = [version.content for version in store.versions("ada").items]
        assert listed == [f"v{n}" for n in range(5)]
        newest_first = [version.content for version in store.memories("ada").items]
        assert newest_first == listed[::-1]

    def test_a_block_that_changes_nothing_makes_no_revision(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """An empty one, one that only reads, rehearses, or repeats what is there."""
        v1, v2 = chain(store, 2)
        tea = store.add("ada", "Prefers tea")
        store.connect(v1.id, tea.id)
        asked = clock.asked
        with changes_nothing(store):
            with store.transaction():
                pass
            with store.transaction(reason="nothing") as tx:
                tx.latest(v1.id)
                tx.delete(v2.id, dry_run=True)
                tx.add_many([])
                tx.connect(v1.id, tea.id)
                tx.prune(v1.id, keep_last=9)
                tx.restore(1)
        assert clock.asked == asked

    def test_what_was_made_and_deleted_inside_was_never_visible(self, store: MemoryStore) -> None:
        """No read of now or of any revision shows it; it can be restored."""
        with store.transaction() as tx:
            made = tx.add("ada", "v1")
            gone = tx.delete(made.id)
        for revision in range(newest(store) + 1):
            assert store.at(revision).memories("ada").items == ()
        with pytest.raises(NotFoundError):
            store.get(made.id)
        (marked,) = store.history(made.id, include_deleted=True)
        assert (marked.revision, marked.deleted_revision) == (1, 1)
        assert gone.revision == 1
        assert store.restore(1).memories == 1
        assert store.at(1).memories("ada").items == ()
        assert drawn(store, made.id) == "v1"

    def test_a_deletion_can_be_taken_back_inside(self, store: MemoryStore) -> None:
        """Its revision's number is known in the block, and nothing but the log shows it after."""
        v1, v2 = chain(store, 2)
        before = everything(store)["about"]
        with store.transaction() as tx:
            with refuses(NotFoundError, tx):
                tx.restore(3)
            gone = tx.delete(v2.id)
            assert gone.revision == 3
            assert drawn(tx, v1.id) == "v1"
            assert tx.restore(3).count == 1
            assert drawn(tx, v1.id) == "v1 ← v2"
        assert everything(store)["about"] == before
        assert [store.at(n).latest(v1.id).content for n in (1, 2, 3)] == ["v1", "v2", "v2"]
        assert store.restore(3).count == 0

    def test_a_chain_grows_and_shrinks_inside(self, store: MemoryStore) -> None:
        """Each call sees what the one before it did."""
        v1, v2 = chain(store, 2)
        with store.transaction() as tx:
            v3 = tx.update(v2.id, "v3")
            with refuses(StaleVersionError, tx):
                tx.update(v2.id, "v4")
            tx.delete(v3.id)
            v4 = tx.update(v2.id, "v4")
            tx.delete(v2.id)
            assert drawn(tx, v1.id) == "v1 ← v4"
        assert drawn(store, v1.id) == "v1 ← v4"
        assert v4.number == 4
        assert store.count("ada").deleted == 2


class UndoContract(ContractBase):
    """What is left of what did not end well: nothing."""

    @pytest.mark.parametrize("error", [Abort, KeyboardInterrupt, GeneratorExit, NotFoundError])
    def test_an_exception_undoes_all(self, store: MemoryStore, error: type[BaseException]) -> None:
        """Whatever leaves the block, nothing of it is there."""
        versions = chain(store, 3)
        raised = error("memory", "x") if error is NotFoundError else error()

        def leave() -> None:
            with store.transaction() as tx:
                much(tx, versions)
                raise raised

        with changes_nothing(store), pytest.raises(error) as caught:
            leave()
        assert caught.value is raised

    def test_an_undone_block_leaves_ids_and_numbers_free(
        self, store: MemoryStore, ids: Ids
    ) -> None:
        """Its ids can be taken, its revision's number comes again, its contacts were never seen."""
        versions = chain(store, 3)
        mark = len(ids.given)
        with undone(store) as tx:
            much(tx, versions)
        for contact_id in ("grace", "linus"):
            with refuses(NotFoundError, store):
                store.delete_contact(contact_id)
        again = [id for id in ids.given[mark:] if id != OWN]
        ids.push(*again)
        made = [store.add("ada", f"{n}") for n in range(len(again) // 2)]
        assert made[0].revision == 4
        assert store.add("ada", "own", id=OWN).id == OWN
        assert store.update(versions[2].id, "v4").number == 4

    def test_a_call_that_raises_undoes_itself_alone(self, store: MemoryStore) -> None:
        """The block goes on with what it did before, and none of the failed call."""
        _, v2 = chain(store, 2)
        with store.transaction() as tx:
            kept = tx.add("ada", "kept")
            with refuses(DuplicateIdError, tx, store):
                tx.add_many([NewMemory("grace", "a"), NewMemory("grace", "b", id=kept.id)])
            with refuses(NotFoundError, tx, store):
                tx.delete_contact("grace")
            with refuses(StaleVersionError, tx, store):
                tx.delete(v2.id, expected_latest=kept.id)
            with refuses(InvalidInputError, tx, store):
                tx.connect(v2.id, v2.id)
            also = tx.add("ada", "also")
        entry = walk(store.revisions)[-1]
        assert (entry.counts, entry.contacts) == (RevisionCounts(added=2), ("ada",))
        assert [v.content for v in store.versions("ada").items] == ["v1", "v2", "kept", "also"]
        assert kept.revision == also.revision == 3

    def test_a_first_call_that_raises_reserves_nothing(self, store: MemoryStore) -> None:
        """The number that it took is free again; alone it makes no revision."""
        chain(store, 1)
        pair = [NewMemory("grace", "a", id=OWN), NewMemory("grace", "b", id=OWN)]
        with changes_nothing(store), store.transaction() as tx, refuses(DuplicateIdError, tx):
            tx.add_many(pair)
        with store.transaction() as tx:
            with refuses(DuplicateIdError, tx):
                tx.add_many(pair)
            made = tx.add("ada", "kept", id=OWN)
        assert (made.revision, newest(store)) == (2, 2)
        assert walk(store.revisions)[-1].contacts == ("ada",)

    def test_a_savepoint_undoes_its_part_of_a_block(
        self, backend: Backend, store: MemoryStore
    ) -> None:
        """What was applied in it is seen in it, and gone once an exception left it."""
        versions = chain(store, 3)
        whole = versions[0].chain_id
        stamp = Stamp(4, versions[2].created_at)
        with backend.write("default") as writer:
            with suppress(Abort), writer.savepoint():
                writer.apply([cut(writer.span(versions[1], first=1))], stamp)
                assert [v.number for v in writer.history(whole, include_deleted=False)] == [3]
                raise Abort
            assert writer.history(whole, include_deleted=True) == versions
            with writer.savepoint():
                writer.apply([cut(writer.span(versions[2], first=3))], stamp)
            assert [v.number for v in writer.history(whole, include_deleted=False)] == [1, 2]
            counts = RevisionCounts(deleted=1)
            writer.record(Revision(4, stamp.created_at, "by hand", None, None, counts, ("ada",)))
        assert drawn(store, whole) == "v1 ← v2"


class IsolationContract(ContractBase):
    """Who sees what while a block is open, and who may write."""

    def test_only_the_block_sees_what_it_wrote(self, store: MemoryStore) -> None:
        """`tx` sees its own writes; `store` and everybody else see what was before."""
        versions = chain(store, 3)
        before = everything(store)
        with store.transaction() as tx:
            much(tx, versions)
            assert drawn(tx, versions[2].id) == "v3 ← v4"
            assert tx.count("linus").deleted == 1
            assert everything(store) == before
            assert Task(lambda: everything(store)).result() == before
        after = everything(store)
        assert after != before
        assert Task(lambda: everything(store)).result() == after

    def test_the_log_lists_a_block_once_it_has_ended(self, store: MemoryStore) -> None:
        """Until then neither `store` nor `tx` lists its revision."""
        chain(store, 1)
        with store.transaction() as tx:
            tx.add("ada", "Sails")
            assert newest(store) == 1
            assert [entry.number for entry in walk(tx.revisions)] == [1]
        assert newest(store) == 2

    def test_another_tenant_is_read_as_ever(self, store: MemoryStore, other: MemoryStore) -> None:
        """A block of one tenant is nothing to another's readers."""
        theirs = other.add("ada", "Theirs")
        with store.transaction() as tx:
            tx.add("ada", "Ours")
            assert other.memories("ada").items == (theirs,)
            assert Task(lambda: other.get(theirs.id)).result() == theirs

    def test_a_rehearsal_outside_sees_what_was_before(self, store: MemoryStore) -> None:
        """A dry run writes nothing, so it is allowed, and rehearses on the state before."""
        versions = chain(store, 3)
        with store.transaction() as tx:
            tx.delete(versions[2].id)
            told = store.delete(versions[2].id, dry_run=True)
            assert told.cuts[0].left_id == versions[1].id
            assert store.delete_contact("ada", dry_run=True).count == 3
            assert store.prune(versions[0].id, keep_last=1, dry_run=True).count == 2
            assert tx.delete_contact("ada", dry_run=True).count == 2

    def test_verify_looks_at_what_was_before(self, store: MemoryStore) -> None:
        """A store is sound while a block is open, for its own thread and for another."""
        versions = chain(store, 3)
        store.delete(versions[0].id)
        report = store.verify()
        with store.transaction() as tx:
            much(tx, versions)
            assert store.verify() == report
            assert Task(store.verify).result() == report
        assert store.verify() != report

    def test_other_writers_wait(self, store: MemoryStore, other: MemoryStore) -> None:
        """Whatever tenant they write to; then they see what the block did."""
        v1, v2 = chain(store, 2)
        with store.transaction() as tx:
            tasks: list[Task[object]] = [
                Task(lambda: store.delete(v2.id, reason="after")),
                Task(lambda: other.add("ada", "Sails")),
            ]
            v3 = tx.update(v2.id, "v3")
            assert all(task.waits() for task in tasks)
            assert drawn(store, v1.id) == "v1 ← v2"
        for task in tasks:
            task.result()
        assert drawn(store, v1.id) == "v1 ← v3"
        assert [entry.operation for entry in walk(store.revisions)][2:] == ["transaction", "delete"]
        assert store.latest(v1.id).id == v3.id

    def test_a_block_waits_for_another(self, store: MemoryStore) -> None:
        """Two blocks of two threads come one after the other; neither loses a thing."""
        (v1,) = chain(store, 1)

        def revise() -> int:
            with store.transaction() as tx:
                return tx.update(tx.latest(v1.id).id, "theirs").number

        with store.transaction() as tx:
            task = Task(revise)
            tx.update(v1.id, "ours")
            assert task.waits()
        assert task.result() == 3
        assert drawn(store, v1.id) == "v1 ← ours ← theirs"

    def test_threads_lose_nothing(self, store: MemoryStore) -> None:
        """Many threads add, revise and read at once: numbers rise by one, and all is there."""
        v1 = store.add("ada", "v1")

        def work(name: str) -> None:
            for n in range(5):
                store.add(name, f"{n}")
                with store.transaction() as tx:
                    tx.update(tx.latest(v1.id).id, f"{name} {n}")
                history = store.history(v1.id)
                assert [version.number for version in history] == [*range(1, len(history) + 1)]

        tasks = [Task(lambda name=name: work(name)) for name in "bcde"]  # type: ignore[misc]
        for task in tasks:
            task.result()
        assert len(store.history(v1.id)) == 21
        assert [store.count(name).memories for name in "bcde"] == [5] * 4
        assert [entry.number for entry in walk(store.revisions)] == [*range(1, 42)]


class PlaceContract(ContractBase):
    """A transaction out of its place. SPEC section 4."""

    def test_blocks_do_not_nest(self, store: MemoryStore, other: MemoryStore) -> None:
        """A second block in the same thread is refused, of whichever handle; the first goes on."""
        with store.transaction() as tx:
            made = tx.add("ada", "Sails")
            for handle in (store, other, store.for_tenant("a third")):
                with refuses(TransactionError, store, tx), handle.transaction():
                    pass
        assert store.get(made.id) == made

    def test_no_handle_writes_beside_its_block(
        self, store: MemoryStore, other: MemoryStore
    ) -> None:
        """Every writing call through a handle of the backend is refused in the same thread."""
        v1, v2 = chain(store, 2)
        theirs = other.add("ada", "Theirs")
        with store.transaction() as tx:
            made = tx.add("ada", "Sails")
            for call in _writes(store, v1.id, v2.id) + _writes(other, theirs.id, theirs.id):
                with refuses(TransactionError, store, other, tx):
                    call()
        assert store.get(made.id) == made

    def test_a_block_belongs_to_its_thread(self, store: MemoryStore) -> None:
        """No other thread reads or writes through it."""
        v1, v2 = chain(store, 2)
        with store.transaction() as tx:
            for call in [*_writes(tx, v1.id, v2.id), *_reads(tx, v1.id)]:
                with refuses(TransactionError, store, tx):
                    Task(call).result()
            tx.update(v2.id, "v3")
        assert drawn(store, v1.id) == "v1 ← v2 ← v3"

    @pytest.mark.parametrize("well", [True, False])
    def test_an_ended_block_does_nothing(self, store: MemoryStore, well: bool) -> None:
        """However it ended, its handle neither reads nor writes."""
        v1, v2 = chain(store, 2)
        with undone(store) as tx:
            tx.delete(v2.id)
        if well:
            with store.transaction() as tx:
                tx.add("ada", "Sails")
        for call in [*_writes(tx, v1.id, v2.id), *_reads(tx, v1.id)]:
            with refuses(TransactionError, store):
                call()

    def test_the_reason_is_the_blocks(self, store: MemoryStore) -> None:
        """A call inside can't give another; a bad one opens no block."""
        _, v2 = chain(store, 2)
        with store.transaction(reason="one") as tx:
            with refuses(InvalidInputError, store, tx) as raised:
                tx.delete(v2.id, reason="two")
            assert raised.value.field == "reason"
        for reason in ("", " ", "x" * 4097, 1):
            with refuses(InvalidInputError, store):
                store.transaction(reason=reason).__enter__()  # type: ignore[arg-type]
        with store.transaction(reason="x" * 4096) as tx:
            tx.delete(v2.id)
        assert walk(store.revisions)[-1].reason == "x" * 4096

    def test_a_store_is_not_closed_in_its_block(self, store: MemoryStore) -> None:
        """It says so, stays open, and the block goes on."""
        with store.transaction() as tx:
            made = tx.add("ada", "Sails")
            with refuses(TransactionError, store, tx):
                store.close()
        assert store.get(made.id) == made
        assert store.versions("ada", status=Status.CURRENT).items == (made,)


def _writes(handle: Any, older: str, latest: str) -> list[Callable[[], object]]:
    """Every call that writes, each of which would change something or be refused."""
    return [
        lambda: handle.add("ada", "Sails"),
        lambda: handle.add_many([NewMemory("ada", "Sails")]),
        lambda: handle.update(latest, "v3"),
        lambda: handle.delete(latest),
        lambda: handle.delete_memory(latest),
        lambda: handle.delete_contact("ada"),
        lambda: handle.prune(older, keep_last=1),
        lambda: handle.prune_contact("ada", keep_last=1),
        lambda: handle.restore(1),
        lambda: handle.connect(older, latest),
        lambda: handle.disconnect(UNKNOWN, latest),
    ]


def _reads(handle: Any, id: str) -> list[Callable[[], object]]:
    """Every call that reads."""
    return [
        lambda: handle.get(id),
        lambda: handle.latest(id),
        lambda: handle.history(id),
        lambda: handle.memories("ada"),
        lambda: handle.versions("ada"),
        lambda: handle.contacts(),
        lambda: handle.count("ada"),
        lambda: handle.connections(id),
        lambda: handle.revisions(),
        lambda: handle.find_ids(id),
    ]
