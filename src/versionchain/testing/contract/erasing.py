"""The contract: erasing, which nothing brings back. SPEC sections 3 and 4."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ...errors import InvalidInputError, NotFoundError, TransactionError
from ...model import Erasure, RevisionCounts
from ...store import MemoryStore
from ..looking import changes_nothing, everything, refuses, walk
from ..repeatable import Clock
from .base import ContractBase, chain, newest

FAR = datetime(2999, 1, 1, tzinfo=UTC)


class ErasingContract(ContractBase):
    """What is erased was never there, but for a line in the log."""

    def test_an_erased_contact_was_never_seen(self, store: MemoryStore) -> None:
        """Its versions, deleted ones too, its listing and its name are gone; others stay."""
        chain(store, 3)
        store.delete_contact("ada")
        chain(store, 2)
        tea = store.add("grace", "Prefers tea")
        erasure = store.erase_contact("ada")
        assert erasure == Erasure(revision=8, count=5)
        assert store.count("ada") == store.count("nobody")
        assert store.contacts().items == ("grace",)
        assert store.get(tea.id) == tea
        for call in (store.erase_contact, store.delete_contact):
            with refuses(NotFoundError, store):
                call("ada")

    def test_the_log_keeps_all_but_the_contact_and_the_reasons(self, store: MemoryStore) -> None:
        """Number, time, operation, actor and counts stay; the id and the reasons go."""
        gone = store.add("ada", "Prefers tea")
        store.add("grace", "Sails")
        store.delete(gone.id, reason="ada asked")
        with store.transaction(reason="ada and grace") as tx:
            tx.add("ada", "Reads")
            tx.add("grace", "Sings")
        store.delete_contact("grace", reason="grace asked")
        before = walk(store.revisions)
        store.erase_contact("ada")
        after = walk(store.revisions)
        kept = [(r.number, r.created_at, r.operation, r.actor, r.counts) for r in before]
        assert [
            (r.number, r.created_at, r.operation, r.actor, r.counts) for r in after[:-1]
        ] == kept
        assert [r.contacts for r in after] == [(), ("grace",), (), ("grace",), ("grace",), ()]
        assert [r.reason for r in after] == [None, None, None, None, "grace asked", None]
        assert after[-1].operation == "erase_contact"
        assert after[-1].counts == RevisionCounts(erased=2)
        assert walk(store.revisions, contact_id="ada") == []

    def test_its_connections_go_with_it(self, store: MemoryStore) -> None:
        """Both directions, and what was taken away before, in every older state too."""
        mine, theirs = store.add("ada", "mine"), store.add("grace", "theirs")
        store.connect(mine.id, theirs.id, metadata={"n": 1})
        store.connect(theirs.id, mine.id)
        store.disconnect(theirs.id, mine.id)
        before = newest(store)
        store.erase_contact("ada")
        assert store.connections(theirs.id) == ()
        assert all(not store.at(n).connections(theirs.id) for n in range(2, before + 1))

    def test_its_ids_are_free_and_numbers_begin_anew(self, store: MemoryStore) -> None:
        """An erased version's id can be taken; a contact of that name is a new one."""
        versions = chain(store, 2)
        store.erase_contact("ada")
        assert store.find_ids(versions[0].id) == store.find_ids(versions[0].chain_id) == ()
        again = store.add("ada", "again", id=versions[1].id)
        assert (again.id, again.number) == (versions[1].id, 1)

    def test_older_states_show_what_was_less_what_was_erased(self, store: MemoryStore) -> None:
        """A view of before the erasure has the others as they were."""
        chain(store, 2)
        store.add("grace", "Sails")
        store.erase_contact("ada")
        view = store.at(3)
        assert view.contacts().items == ("grace",)
        assert view.memories("ada").items == ()
        assert store.at(2).contacts().items == ()

    def test_nothing_is_left_to_restore(self, store: MemoryStore) -> None:
        """Restoring a deletion whose versions were erased restores nothing."""
        gone = store.delete(store.add("ada", "Prefers tea").id)
        store.erase_contact("ada")
        with changes_nothing(store):
            assert store.restore(gone.revision or 0).count == 0

    def test_an_erasure_is_of_one_tenant(self, store: MemoryStore, other: MemoryStore) -> None:
        """A contact of the same name elsewhere is untouched."""
        store.add("ada", "mine")
        other.delete(other.add("ada", "theirs").id)
        other.add("ada", "theirs too")
        with changes_nothing(other):
            store.erase_contact("ada")
            store.erase_deleted(before=FAR)
        with refuses(NotFoundError, store):
            store.erase_contact("ada")

    def test_a_rehearsed_erasure_says_the_same_and_changes_nothing(
        self, store: MemoryStore
    ) -> None:
        """`dry_run` answers alike but for the revision."""
        versions = chain(store, 3)
        store.delete(versions[1].id)
        with changes_nothing(store):
            assert store.erase_contact("ada", dry_run=True) == Erasure(None, 3)
            assert store.erase_deleted(before=FAR, dry_run=True) == Erasure(None, 1)
        assert store.erase_deleted(before=FAR).count == 1
        assert store.erase_contact("ada").count == 2

    def test_what_was_deleted_before_a_time_is_erased(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """A mark of that very time stays, an older one goes."""
        first, second = store.add("ada", "one"), store.add("ada", "two")
        store.delete(first.id)
        when = clock.now
        store.delete(second.id)
        assert store.erase_deleted(before=when) == Erasure(5, 1)
        assert store.find_ids(first.id) == ()
        assert store.history(second.id, include_deleted=True)
        assert store.erase_deleted(before=when + timedelta(microseconds=1)).count == 1
        assert store.count("ada").deleted == 0
        with changes_nothing(store):
            assert store.erase_deleted(before=FAR) == Erasure(None, 0)

    def test_a_living_chain_keeps_its_highest_number(self, store: MemoryStore) -> None:
        """A number that was erased does not come again."""
        versions = chain(store, 3)
        store.delete(versions[2].id)
        store.erase_deleted(before=FAR)
        assert store.update(versions[1].id, "v4").number == 4
        assert [v.number for v in store.history(versions[0].id, include_deleted=True)] == [1, 2, 4]

    def test_an_ended_memory_goes_whole_with_its_connections(self, store: MemoryStore) -> None:
        """A chain with nothing left is no chain; the contact is still one that was seen."""
        tea, cup = store.add("ada", "Prefers tea"), store.add("grace", "Owns a cup")
        store.connect(tea.id, cup.id)
        store.delete(tea.id)
        store.erase_deleted(before=FAR)
        assert store.find_ids(tea.chain_id) == ()
        assert store.at(3).connections(cup.id) == ()
        assert store.delete_contact("ada").count == 0

    def test_connections_that_had_ended_are_erased_with_their_metadata(
        self, store: MemoryStore
    ) -> None:
        """Replaced metadata goes, what stands stays."""
        tea, cup = store.add("ada", "Prefers tea"), store.add("ada", "Owns a cup")
        store.connect(tea.id, cup.id, metadata={"n": 1})
        stands = store.connect(tea.id, cup.id, metadata={"n": 2})
        assert store.erase_deleted(before=FAR) == Erasure(5, 0)
        assert store.connections(tea.id) == (stands,)
        assert store.at(3).connections(tea.id) == ()
        assert store.at(4).connections(tea.id) == (stands,)

    def test_restored_versions_are_no_deleted_ones(self, store: MemoryStore) -> None:
        """What was brought back stays, and so does the state in which it was deleted."""
        versions = chain(store, 2)
        store.restore(store.delete(versions[1].id).revision or 0)
        with changes_nothing(store):
            assert store.erase_deleted(before=FAR) == Erasure(None, 0)
        assert len(store.at(3).history(versions[0].id)) == 1

    def test_wrong_arguments_are_refused(self, store: MemoryStore) -> None:
        """A naive or missing time, a blank contact, a flag that is none."""
        store.delete(store.add("ada", "Prefers tea").id)
        for before in (datetime(2026, 1, 1), None, "2026-01-01"):
            with refuses(InvalidInputError, store):
                store.erase_deleted(before=before)  # type: ignore[arg-type]
        wrong: tuple[dict[str, Any], ...] = (
            {"contact_id": " "},
            {"contact_id": "ada", "dry_run": 1},
            {"contact_id": "ada", "reason": " "},
        )
        for arguments in wrong:
            with refuses(InvalidInputError, store):
                store.erase_contact(**arguments)

    def test_erasing_is_no_call_of_a_block(self, store: MemoryStore) -> None:
        """A block can't erase, and nobody erases beside one in its thread."""
        store.add("ada", "Prefers tea")
        with store.transaction() as tx:
            assert not hasattr(tx, "erase_contact")
            with refuses(TransactionError, store):
                store.erase_contact("ada")
        assert everything(store)["contacts"] == ["ada"]
