"""The contract: one version, a version with all before it, a memory, a contact. SPEC section 3.

The rules come from recallrai-delete-memory ("Deletion Modes", "Examples") and
callers-delete-all-memories; that a second deletion is not found, and what is counted, is SPEC's.
"""

from collections.abc import Callable
from itertools import pairwise

import pytest

from ...errors import NotFoundError, StaleVersionError
from ...model import Count, Cut, Deletion, MemoryVersion, Outcome, Status
from ...store import MemoryStore
from ..looking import changes_nothing, drawn, refuses, walk
from ..repeatable import Clock
from .base import UNKNOWN, ContractBase, chain, newest


class CuttingContract(ContractBase):
    """The worked cases of SPEC section 3, on v1 ← v2 ← v3 ← v4, and what they say of themselves."""

    def test_deleting_the_latest_resurrects_the_one_before(self, store: MemoryStore) -> None:
        """Delete v4: v1 ← v2 ← v3, v3 resurrected."""
        v1, _, v3, v4 = chain(store, 4)
        gone = store.delete(v4.id)
        assert drawn(store, v1.id) == "v1 ← v2 ← v3"
        assert gone.cuts == (
            Cut(v1.chain_id, Outcome.RESURRECTED, 1, left_id=v3.id, right_id=None, latest_id=v3.id),
        )
        back = store.get(v3.id)
        assert (back.status, back.superseded_at, back.next_id) == (Status.CURRENT, None, None)

    def test_deleting_in_the_middle_relinks(self, store: MemoryStore) -> None:
        """Delete v2: v1 ← v3 ← v4."""
        v1, v2, v3, v4 = chain(store, 4)
        gone = store.delete(v2.id)
        assert drawn(store, v1.id) == "v1 ← v3 ← v4"
        assert gone.cuts == (Cut(v1.chain_id, Outcome.RELINKED, 1, v1.id, v3.id, v4.id),)
        assert (store.get(v3.id).previous_id, store.get(v1.id).next_id) == (v1.id, v3.id)

    def test_deleting_with_previous_orphans(self, store: MemoryStore) -> None:
        """Delete v2 with previous: v3 ← v4, v3 orphaned."""
        v1, v2, v3, v4 = chain(store, 4)
        gone = store.delete(v2.id, delete_previous_versions=True)
        assert drawn(store, v3.id) == "v3 ← v4"
        assert gone.cuts == (Cut(v1.chain_id, Outcome.ORPHANED, 2, None, v3.id, v4.id),)
        assert store.get(v3.id).previous_id is None

    def test_deleting_the_first_orphans(self, store: MemoryStore) -> None:
        """Delete v1: v2 orphaned."""
        v1, v2, _, v4 = chain(store, 4)
        gone = store.delete(v1.id)
        assert drawn(store, v2.id) == "v2 ← v3 ← v4"
        assert gone.cuts == (Cut(v1.chain_id, Outcome.ORPHANED, 1, None, v2.id, v4.id),)

    def test_deleting_the_latest_with_previous_ends(self, store: MemoryStore) -> None:
        """Delete v4 with previous: ended."""
        v1, _, _, v4 = chain(store, 4)
        gone = store.delete(v4.id, delete_previous_versions=True)
        assert gone.cuts == (Cut(v1.chain_id, Outcome.ENDED, 4, None, None, None),)
        assert gone == Deletion(5, 4, 1, gone.cuts)
        with pytest.raises(NotFoundError):
            store.latest(v1.chain_id)

    @pytest.mark.parametrize("with_previous", [False, True])
    def test_deleting_the_only_one_ends(self, store: MemoryStore, with_previous: bool) -> None:
        """Delete the only one: ended, in either mode."""
        (v1,) = chain(store, 1)
        gone = store.delete(v1.id, delete_previous_versions=with_previous)
        assert gone.cuts == (Cut(v1.chain_id, Outcome.ENDED, 1, None, None, None),)
        assert (gone.count, gone.memories) == (1, 1)
        assert store.count("ada") == Count(0, 0, 1)

    def test_every_single_cut(self, store: MemoryStore) -> None:
        """From a chain of five, whichever goes, in either mode, the rest stays in order."""
        for with_previous in (False, True):
            for place in range(5):
                versions = chain(store, 5)
                gone = store.delete(versions[place].id, delete_previous_versions=with_previous)
                first = 0 if with_previous else place
                left, right = versions[:first], versions[place + 1 :]
                assert gone.count == place + 1 - first
                if left or right:
                    texts = [version.content for version in left + right]
                    assert drawn(store, (left + right)[0].id) == " ← ".join(texts)

    def test_cuts_over_a_gap_join_the_living(self, store: MemoryStore) -> None:
        """A deleted version is nobody's neighbour, however many of them lie between."""
        versions = chain(store, 40)
        for version, after in pairwise(versions[5:36]):
            (cut,) = store.delete(version.id).cuts
            assert (cut.left_id, cut.right_id) == (versions[4].id, after.id)
        gone = store.delete(versions[4].id)
        assert (gone.cuts[0].left_id, gone.cuts[0].right_id) == (versions[3].id, versions[35].id)
        assert store.get(versions[35].id).previous_id == versions[3].id
        again = store.delete(versions[39].id, delete_previous_versions=True)
        assert again.count == 9  # those that were living, not those that lie in the range

    def test_superseded_at_moves(self, store: MemoryStore) -> None:
        """It is the next one's `created_at`, and moves when the next one goes."""
        v1, v2, v3 = chain(store, 3)
        assert store.get(v1.id).superseded_at == v2.created_at
        store.delete(v2.id)
        assert store.get(v1.id).superseded_at == v3.created_at
        store.delete(v3.id)
        assert store.get(v1.id).superseded_at is None

    def test_count_is_what_this_call_marked(self, store: MemoryStore) -> None:
        """Versions that were deleted before are not counted again."""
        _, v2, _, v4 = chain(store, 4)
        store.delete(v2.id)
        gone = store.delete(v4.id, delete_previous_versions=True)
        assert (gone.count, gone.memories, gone.cuts[0].removed) == (3, 1, 3)
        assert store.count("ada") == Count(0, 0, 4)


class DeletedContract(ContractBase):
    """What is deleted, and what a retry does."""

    def test_a_second_delete_cuts_nothing(self, store: MemoryStore) -> None:
        """A retry must never eat the version that the first call resurrected."""
        v1, _, v3 = chain(store, 3)
        store.delete(v3.id)
        for with_previous in (False, True):
            with refuses(NotFoundError, store):
                store.delete(v3.id, delete_previous_versions=with_previous)
        assert drawn(store, v1.id) == "v1 ← v2"

    def test_a_second_delete_with_previous_cuts_nothing(self, store: MemoryStore) -> None:
        """Neither does a retry of the other mode."""
        v1, v2, v3 = chain(store, 3)
        store.delete(v2.id, delete_previous_versions=True)
        for id in (v1.id, v2.id):
            with refuses(NotFoundError, store):
                store.delete(id, delete_previous_versions=True)
        assert drawn(store, v3.id) == "v3"

    def test_a_deleted_version_can_do_nothing(self, store: MemoryStore) -> None:
        """It can't be updated, connected, pruned or deleted, and names no memory."""
        _, v2 = chain(store, 2)
        tea = store.add("ada", "Prefers tea")
        store.delete(v2.id)
        calls: list[Callable[[], object]] = [
            lambda: store.update(v2.id, "v3"),
            lambda: store.connect(v2.id, tea.id),
            lambda: store.connect(tea.id, v2.id),
            lambda: store.disconnect(v2.id, tea.id),
            lambda: store.prune(v2.id, keep_last=1),
            lambda: store.delete(v2.id),
            lambda: store.delete_memory(v2.id),
        ]
        for call in calls:
            with refuses(NotFoundError, store):
                call()

    def test_delete_takes_a_versions_id_alone(self, store: MemoryStore) -> None:
        """A chain's id names no version; nor does an unknown one."""
        (v1,) = chain(store, 1)
        for id in (v1.chain_id, UNKNOWN):
            with refuses(NotFoundError, store):
                store.delete(id)

    def test_expected_latest_is_compared(self, store: MemoryStore) -> None:
        """Where another version is the latest, nothing is deleted and the error names it."""
        v1, v2 = chain(store, 2)
        for call in (store.delete, store.delete_memory):
            with refuses(StaleVersionError, store) as raised:
                call(v1.id, expected_latest=v1.id)
            assert raised.value.latest_id == v2.id
            with refuses(StaleVersionError, store):
                call(v2.id, expected_latest=UNKNOWN, dry_run=True)
        assert store.delete(v1.id, expected_latest=v2.id).count == 1
        assert store.delete_memory(v2.chain_id, expected_latest=v2.id).count == 1

    def test_the_guard_stops_a_deletion(self, store: MemoryStore) -> None:
        """With another contact's id nothing is deleted; with its own it is."""
        v1, v2 = chain(store, 2)
        store.add("grace", "Sails")
        for call in (store.delete, store.delete_memory):
            with refuses(NotFoundError, store):
                call(v1.id, contact_id="grace")
        with refuses(NotFoundError, store):
            store.prune(v1.id, keep_last=1, contact_id="grace")
        assert store.delete(v2.id, contact_id="ada").count == 1
        assert store.delete_memory(v1.id, contact_id="ada").count == 1

    def test_a_reason_is_kept(self, store: MemoryStore) -> None:
        """Each call that deletes says why, in the log."""
        versions = chain(store, 3)
        store.delete(versions[0].id, reason="one")
        store.prune(versions[2].id, keep_last=1, reason="two")
        store.delete_memory(versions[2].id, reason="three")
        chain(store, 2)
        store.prune_contact("ada", keep_last=1, reason="four")
        gone = store.delete_contact("ada", reason="five")
        assert gone.revision is not None
        store.restore(gone.revision, reason="six")
        reasons = [revision.reason for revision in walk(store.revisions) if revision.reason]
        assert reasons == ["one", "two", "three", "four", "five", "six"]

    def test_a_dry_run_tells_and_does_nothing(self, store: MemoryStore, clock: Clock) -> None:
        """It returns an equal result but for the revision, which is None."""
        calls: list[Callable[[list[MemoryVersion], bool], Deletion]] = [
            lambda v, dry: store.delete(v[3].id, dry_run=dry),
            lambda v, dry: store.delete(v[1].id, dry_run=dry),
            lambda v, dry: store.delete(v[1].id, delete_previous_versions=True, dry_run=dry),
            lambda v, dry: store.delete_memory(v[0].id, dry_run=dry),
            lambda v, dry: store.prune(v[0].id, keep_last=2, dry_run=dry),
            lambda v, dry: store.prune(v[0].id, before=v[2].created_at, dry_run=dry),
            lambda _, dry: store.prune_contact("ada", keep_last=1, dry_run=dry),
            lambda _, dry: store.delete_contact("ada", dry_run=dry),
        ]
        for call in calls:
            versions = chain(store, 4)
            asked = clock.asked
            with changes_nothing(store):
                told = call(versions, True)
            assert clock.asked == asked
            done = call(versions, False)
            assert told.revision is None
            assert done.revision == newest(store)
            assert (told.count, told.memories, told.cuts) == (done.count, done.memories, done.cuts)
            assert told.count > 0


class WholeContract(ContractBase):
    """A memory, a contact."""

    def test_a_memory_goes_with_all_its_versions(self, store: MemoryStore) -> None:
        """`delete_memory` cuts all, by the chain's id or any living version's."""
        for pick in range(4):
            versions = chain(store, 3)
            id = [versions[0].chain_id, *(version.id for version in versions)][pick]
            gone = store.delete_memory(id)
            cut = Cut(versions[0].chain_id, Outcome.ENDED, 3, None, None, None)
            assert gone == Deletion(newest(store), 3, 1, (cut,))
            for again in (versions[0].chain_id, *(version.id for version in versions)):
                with refuses(NotFoundError, store):
                    store.delete_memory(again)
        assert store.count("ada") == Count(0, 0, 12)

    def test_a_contact_goes_in_one_revision(self, store: MemoryStore) -> None:
        """`delete_contact` cuts all of every chain and resurrects nothing."""
        first, second = chain(store, 3), chain(store, 2)
        alone = store.add("ada", "Sails")
        store.delete(first[2].id)
        stranger = store.add("grace", "Sails")
        before = newest(store)
        gone = store.delete_contact("ada")
        assert gone.revision == before + 1 == newest(store)
        assert (gone.count, gone.memories) == (5, 3)
        chain_ids = sorted(each.chain_id for each in (first[0], second[0], alone))
        assert [cut.chain_id for cut in gone.cuts] == chain_ids
        assert {(cut.outcome, cut.latest_id) for cut in gone.cuts} == {(Outcome.ENDED, None)}
        assert store.memories("ada").items == store.versions("ada").items == ()
        marks = {v.deleted_revision for v in walk(store.versions, "ada", status=Status.DELETED)}
        assert marks == {before - 1, before + 1}
        assert store.contacts().items == ("grace",)
        assert store.get(stranger.id) == stranger

    def test_a_contact_with_nothing_left_counts_nothing(self, store: MemoryStore) -> None:
        """The second time the count is 0 and there is no revision."""
        chain(store, 2)
        store.delete_contact("ada")
        with changes_nothing(store):
            assert store.delete_contact("ada") == Deletion(None, 0, 0, ())
            assert store.delete_contact("ada", dry_run=True) == Deletion(None, 0, 0, ())
            assert store.prune_contact("ada", keep_last=1) == Deletion(None, 0, 0, ())

    def test_a_contact_never_seen_is_not_found(self, store: MemoryStore) -> None:
        """A stranger's deletion is an error, with and without a dry run."""
        store.add("grace", "Sails")
        for dry_run in (False, True):
            with refuses(NotFoundError, store):
                store.delete_contact("ada", dry_run=dry_run)
            with refuses(NotFoundError, store):
                store.prune_contact("ada", keep_last=1, dry_run=dry_run)
