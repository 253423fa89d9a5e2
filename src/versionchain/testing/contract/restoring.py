"""The contract: a deletion taken back. SPEC section 3."""

import pytest

from ...errors import NotFoundError, StaleVersionError
from ...model import Count, Deletion, Restoration, RevisionCounts, Status
from ...store import MemoryStore
from ..looking import changes_nothing, drawn, everything, refuses, walk
from .base import ContractBase, chain, newest


def mark(gone: Deletion) -> int:
    """The number of the revision that deleted something."""
    assert gone.revision is not None
    return gone.revision


class RestoringContract(ContractBase):
    """`restore(revision)` is a cut's inverse."""

    def test_a_restored_version_takes_its_place_by_number(self, store: MemoryStore) -> None:
        """Delete v4, update (v5 follows v3), restore v4: v1 ← v2 ← v3 ← v4 ← v5."""
        v1, _, v3, v4 = chain(store, 4)
        gone = store.delete(v4.id)
        v5 = store.update(v3.id, "v5")
        assert drawn(store, v1.id) == "v1 ← v2 ← v3 ← v5"
        back = store.restore(mark(gone))
        assert back == Restoration(7, 1, 0)
        assert drawn(store, v1.id) == "v1 ← v2 ← v3 ← v4 ← v5"
        assert store.latest(v1.id).id == v5.id
        assert store.get(v3.id).superseded_at == v4.created_at

    @pytest.mark.parametrize("place", range(4))
    @pytest.mark.parametrize("with_previous", [False, True])
    def test_any_cut_can_be_taken_back(
        self, store: MemoryStore, place: int, with_previous: bool
    ) -> None:
        """Whatever a deletion cut out, its restoration puts the chain together again."""
        versions = chain(store, 4)
        before = everything(store)["about"]
        gone = store.delete(versions[place].id, delete_previous_versions=with_previous)
        ended = place == 3 and with_previous
        assert store.restore(mark(gone)) == Restoration(6, gone.count, int(ended))
        assert everything(store)["about"] == before

    def test_a_restored_latest_is_the_token_again(self, store: MemoryStore) -> None:
        """An update that was decided on the resurrected version is stale then."""
        v1, v2 = chain(store, 2)
        gone = store.delete(v2.id)
        store.restore(mark(gone))
        with refuses(StaleVersionError, store) as raised:
            store.update(v1.id, "v3")
        assert raised.value.latest_id == v2.id
        assert store.update(v2.id, "v3").number == 3

    def test_a_restored_version_is_as_it_was(self, store: MemoryStore) -> None:
        """Its mark is gone, and nothing else about it changed; the listing has it in its place."""
        versions = chain(store, 3)
        gone = store.delete(versions[1].id)
        store.add("ada", "Sails")
        store.restore(mark(gone))
        assert tuple(versions) == store.history(versions[0].id)
        assert store.versions("ada").items[:3] == tuple(versions)
        assert store.versions("ada", status=Status.DELETED).items == ()

    def test_a_memory_comes_back(self, store: MemoryStore) -> None:
        """`memories` counts the chains that had no latest version and have one again."""
        versions = chain(store, 3)
        gone = store.delete_memory(versions[0].id)
        assert store.restore(mark(gone)) == Restoration(5, 3, 1)
        assert drawn(store, versions[0].chain_id) == "v1 ← v2 ← v3"
        assert store.contacts().items == ("ada",)

    def test_a_contact_comes_back(self, store: MemoryStore) -> None:
        """What a deletion of a contact marked comes back, what was deleted before does not."""
        first, second = chain(store, 3), chain(store, 2)
        store.delete(first[2].id)
        gone = store.delete_contact("ada")
        assert store.restore(mark(gone)) == Restoration(newest(store), 4, 2)
        assert drawn(store, first[0].id) == "v1 ← v2"
        assert drawn(store, second[0].id) == "v1 ← v2"
        assert store.count("ada") == Count(2, 4, 1)

    def test_only_the_current_deletion_counts(self, store: MemoryStore) -> None:
        """A revision whose mark was lifted and set again by another restores nothing."""
        v1, v2 = chain(store, 2)
        first = store.delete(v2.id)
        store.restore(mark(first))
        second = store.delete(v2.id)
        with changes_nothing(store):
            assert store.restore(mark(first)) == Restoration(None, 0, 0)
        assert drawn(store, v1.id) == "v1"
        assert store.restore(mark(second)).count == 1

    def test_nothing_left_to_restore_is_no_revision(self, store: MemoryStore) -> None:
        """A second restoration, and that of a revision that deleted nothing, count 0."""
        v1, v2 = chain(store, 2)
        gone = store.delete(v2.id)
        store.restore(mark(gone))
        with changes_nothing(store):
            for revision in (mark(gone), v1.revision, newest(store)):
                assert store.restore(revision) == Restoration(None, 0, 0)

    def test_what_is_no_revision_is_not_found(self, store: MemoryStore) -> None:
        """0, a negative number and one that is not there yet."""
        for revision in (0, 1):
            with refuses(NotFoundError, store):
                store.restore(revision)
        v1, v2 = chain(store, 2)
        store.delete(v2.id)
        for revision in (-1, 0, newest(store) + 1, 1 << 62, 1 << 70):
            with refuses(NotFoundError, store):
                store.restore(revision)
        assert drawn(store, v1.id) == "v1"

    def test_a_part_of_the_deleted_comes_back(self, store: MemoryStore) -> None:
        """Two revisions deleted from one chain; each brings back its own."""
        v1, v2, v3, _ = chain(store, 4)
        one = store.delete(v2.id)
        two = store.delete(v3.id, delete_previous_versions=True)
        assert two.count == 2
        store.restore(mark(one))
        assert drawn(store, v2.id) == "v2 ← v4"
        store.restore(mark(two))
        assert drawn(store, v1.id) == "v1 ← v2 ← v3 ← v4"

    def test_what_else_the_revision_did_stays(self, store: MemoryStore) -> None:
        """Of a block that added and deleted, only the deleting is taken back."""
        _, v2 = chain(store, 2)
        with store.transaction() as tx:
            tx.delete(v2.id)
            new = tx.add("ada", "Sails")
            tx.connect(v2.chain_id, new.id)
        store.restore(newest(store))
        assert drawn(store, v2.id) == "v1 ← v2"
        assert drawn(store, new.id) == "Sails"
        assert len(store.connections(new.id)) == 1

    def test_a_restored_version_can_be_deleted_again(self, store: MemoryStore) -> None:
        """Back and forth, each time by a revision of its own."""
        v1, v2, v3 = chain(store, 3)
        for turn in range(3):
            gone = store.delete(v2.id)
            assert (gone.count, drawn(store, v1.id)) == (1, "v1 ← v3")
            assert store.restore(mark(gone)).revision == 5 + 2 * turn
            assert drawn(store, v3.id) == "v1 ← v2 ← v3"

    def test_a_restoration_can_not_be_restored(self, store: MemoryStore) -> None:
        """It deleted nothing."""
        _, v2 = chain(store, 2)
        back = store.restore(mark(store.delete(v2.id)))
        assert back.revision is not None
        with changes_nothing(store):
            assert store.restore(back.revision).count == 0

    def test_a_restoration_is_in_the_log(self, store: MemoryStore) -> None:
        """With how much came back, and whose."""
        first, second = chain(store, 2), chain(store, 1, "grace")
        with store.transaction() as tx:
            tx.delete_memory(first[0].id)
            tx.delete_memory(second[0].id)
        store.restore(newest(store), reason="a mistake")
        entry = walk(store.revisions)[-1]
        assert (entry.operation, entry.reason) == ("restore", "a mistake")
        assert entry.counts == RevisionCounts(restored=3)
        assert entry.contacts == ("ada", "grace")
