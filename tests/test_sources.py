"""The two documents that the rules grew from, sentence by sentence, on each backend.

Each docstring quotes the sentence that its test holds the store to. What the documents say of HTTP
(statuses, headers, bodies) belongs to the services, not to the store. Where `count` is one number
in the second document, SPEC reads it as the versions whose flag this call changed.
"""

from contextlib import closing

import pytest

from versionchain import Count, MemoryStore, NotFoundError, Outcome, Status
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.sqlite import SQLiteBackend
from versionchain.testing import Clock, Ids
from versionchain.testing.contract.base import assert_sound, chain
from versionchain.testing.looking import changes_nothing, drawn, refuses


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    """A store on each backend, sound at the end."""
    kept = SQLiteBackend(tmp_path / "s.db") if request.param == "sqlite" else MemoryBackend()
    with closing(kept):
        store = MemoryStore(kept, clock=Clock(), ids=Ids())
        yield store
        assert_sound(store)


class TestRecallrAIDeleteMemory:
    """recallrai-delete-memory: "Delete Memory"."""

    def test_any_version_can_be_deleted(self, store):
        """The rule: "Delete any version in the memory version history."."""
        for place in range(4):
            versions = chain(store, 4)
            assert store.delete(versions[place].id).count == 1
            with pytest.raises(NotFoundError):
                store.get(versions[place].id)
            assert len(store.history(versions[0].chain_id)) == 3

    def test_the_id_is_any_versions(self, store):
        """The rule: "Memory UUID (can be any version in the chain)"."""
        for place in range(4):
            versions = chain(store, 4)
            memory = store.latest(versions[place].id)
            assert memory.id == versions[3].id
            assert store.delete_memory(versions[place].id).count == 4

    def test_a_memory_is_its_users(self, store):
        """The rule: "Unique identifier for the user"."""
        versions = chain(store, 2)
        store.add("grace", "Sails")
        with refuses(NotFoundError, store):
            store.delete(versions[1].id, contact_id="grace")
        assert store.delete(versions[1].id, contact_id="ada").count == 1

    def test_the_mode_is_chosen(self, store):
        """The rule: "Delete this version + all previous (true) or just this version (false)." and
        "Delete this version and all previous versions (true) or just this version (false)".
        """
        for with_previous, left in ((True, "v4"), (False, "v1 ← v2 ← v4")):
            versions = chain(store, 4)
            store.delete(versions[2].id, delete_previous_versions=with_previous)
            assert drawn(store, versions[3].id) == left

    def test_the_mode_is_single_by_default(self, store):
        """The rule: "Mode 1: Single Version Deletion (delete_previous_versions=false, default)"."""
        versions = chain(store, 4)
        assert store.delete(versions[2].id).count == 1
        assert drawn(store, versions[0].id) == "v1 ← v2 ← v4"

    def test_the_default_is_false(self, store):
        """The rule: "Default: false"."""
        versions = chain(store, 2)
        told = store.delete(versions[1].id, dry_run=True)
        spelled = store.delete(versions[1].id, dry_run=True, delete_previous_versions=False)
        assert told == spelled
        assert told != store.delete(versions[1].id, dry_run=True, delete_previous_versions=True)

    def test_only_the_specified_version_goes(self, store):
        """The rule: "Deletes only the specified version (can be any version in the chain)"."""
        for place in range(4):
            versions = chain(store, 4)
            store.delete(versions[place].id)
            left = [version.content for version in versions if version != versions[place]]
            assert drawn(store, versions[0].chain_id) == " ← ".join(left)

    def test_the_latest(self, store):
        """The rule: "If deleting latest version: previous version becomes new latest
        (resurrected)".
        """
        versions = chain(store, 2)
        (cut,) = store.delete(versions[1].id).cuts
        assert (cut.outcome, cut.latest_id) == (Outcome.RESURRECTED, versions[0].id)
        latest = store.latest(versions[0].chain_id)
        assert (latest.id, latest.status) == (versions[0].id, Status.CURRENT)
        assert (latest.next_id, latest.superseded_at) == (None, None)

    def test_a_middle_one(self, store):
        """The rule: "If deleting middle version: next version links to previous version (relinks
        chain)".
        """
        v1, v2, v3 = chain(store, 3)
        (cut,) = store.delete(v2.id).cuts
        assert (cut.outcome, cut.left_id, cut.right_id) == (Outcome.RELINKED, v1.id, v3.id)
        assert store.get(v3.id).previous_id == v1.id
        assert store.get(v1.id).next_id == v3.id

    def test_the_only_one(self, store):
        """The rule: "If deleting first version with no next: complete deletion"."""
        (v1,) = chain(store, 1)
        gone = store.delete(v1.id)
        assert (gone.memories, gone.cuts[0].outcome) == (1, Outcome.ENDED)
        assert store.memories("ada").items == ()
        with pytest.raises(NotFoundError):
            store.latest(v1.chain_id)

    def test_connections(self, store):
        """The rule: "Connections on latest version are preserved/transferred appropriately"."""
        versions, cup = chain(store, 4), store.add("ada", "Owns a cup")
        made = store.connect(versions[3].id, cup.id)
        store.delete(versions[1].id)
        assert store.connections(versions[3].id) == (made,)  # preserved
        store.delete(versions[3].id)
        assert store.latest(cup.id) == cup
        assert store.connections(versions[2].id) == store.connections(cup.id) == (made,)
        store.delete(versions[2].id, delete_previous_versions=True)
        assert store.connections(cup.id) == ()  # to nothing: the memory is gone

    def test_with_previous(self, store):
        """The rule: "Deletes the specified version AND all its previous versions"."""
        versions = chain(store, 4)
        gone = store.delete(versions[2].id, delete_previous_versions=True)
        assert gone.count == 3
        for version in versions[:3]:
            with pytest.raises(NotFoundError):
                store.get(version.id)
        assert drawn(store, versions[3].id) == "v4"

    def test_the_latest_with_previous(self, store):
        """The rule: "If deleting latest: deletes entire history"."""
        versions = chain(store, 4)
        gone = store.delete(versions[3].id, delete_previous_versions=True)
        assert (gone.count, gone.memories) == (4, 1)
        with pytest.raises(NotFoundError):
            store.history(versions[0].chain_id)
        assert store.count("ada") == Count(memories=0, versions=0, deleted=4)

    def test_a_middle_one_with_previous(self, store):
        """The rule: "If deleting middle version N: deletes N and all versions before it (N-1, N-2,
        etc.)".
        """
        for place in range(1, 5):
            versions = chain(store, 6)
            gone = store.delete(versions[place].id, delete_previous_versions=True)
            assert gone.count == place + 1
            left = store.history(versions[5].id)
            assert [version.id for version in left] == [each.id for each in versions[place + 1 :]]

    def test_the_next_is_orphaned(self, store):
        """The rule: "Version N+1 becomes orphaned (prev_version_id = None)"."""
        versions = chain(store, 4)
        (cut,) = store.delete(versions[1].id, delete_previous_versions=True).cuts
        assert (cut.outcome, cut.left_id) == (Outcome.ORPHANED, None)
        assert cut.right_id == versions[2].id
        assert store.get(versions[2].id).previous_id is None

    def test_the_chain_of_the_examples(self, store):
        """The rule: "Chain: v1 ← v2 ← v3 ← v4 (latest)"."""
        versions = chain(store, 4)
        assert drawn(store, versions[0].id) == "v1 ← v2 ← v3 ← v4"
        assert store.latest(versions[0].id) == versions[3]

    def test_the_first_example(self, store):
        """The rule: "Delete v4 (latest) with delete_previous_versions=false:"
        "Result: v1 ← v2 ← v3 (latest, resurrected)"
        """
        versions = chain(store, 4)
        (cut,) = store.delete(versions[3].id, delete_previous_versions=False).cuts
        assert drawn(store, versions[0].id) == "v1 ← v2 ← v3"
        assert cut.outcome is Outcome.RESURRECTED
        assert store.latest(versions[0].id).id == versions[2].id

    def test_the_second_example(self, store):
        """The rule: "Delete v2 (middle) with delete_previous_versions=false:"
        "Result: v1 ← v3 ← v4 (latest) [v2 removed from chain]"
        """
        versions = chain(store, 4)
        store.delete(versions[1].id, delete_previous_versions=False)
        assert drawn(store, versions[0].id) == "v1 ← v3 ← v4"
        assert store.latest(versions[0].id).id == versions[3].id

    def test_the_third_example(self, store):
        """The rule: "Delete v2 (middle) with delete_previous_versions=true:"
        "Result: v3 ← v4 (latest) [v1 and v2 deleted, v3 orphaned]"
        """
        versions = chain(store, 4)
        (cut,) = store.delete(versions[1].id, delete_previous_versions=True).cuts
        assert drawn(store, versions[2].id) == "v3 ← v4"
        assert (cut.removed, cut.outcome) == (2, Outcome.ORPHANED)
        deleted = store.versions("ada", status=Status.DELETED).items
        assert [version.id for version in deleted] == [versions[0].id, versions[1].id]


class TestCallersDeleteAllMemories:
    """callers-delete-all-memories: "Delete all memories for contact"."""

    def test_all_are_marked(self, store):
        """The rule: "Soft deletes all memory items for the specified contact by marking their
        status as DELETED.".
        """
        long, short = chain(store, 3), chain(store, 1)
        gone = store.delete_contact("ada")
        assert {cut.outcome for cut in gone.cuts} == {Outcome.ENDED}
        assert store.memories("ada").items == store.versions("ada").items == ()
        marked = store.versions("ada", status=Status.DELETED).items
        assert [version.id for version in marked] == [each.id for each in (*long, *short)]
        assert {version.status for version in marked} == {Status.DELETED}
        assert {version.deleted_revision for version in marked} == {gone.revision}

    def test_it_is_soft(self, store):
        """The rule: "Soft deletes all memory items": on request they are read, and restored."""
        versions = chain(store, 2)
        gone = store.delete_contact("ada")
        whole = store.history(versions[0].id, include_deleted=True)
        assert [version.content for version in whole] == ["v1", "v2"]
        assert store.restore(gone.revision).count == 2
        assert drawn(store, versions[0].id) == "v1 ← v2"

    def test_only_the_specified_contacts(self, store):
        """The rule: "for the specified contact": nobody else's."""
        chain(store, 2)
        others = chain(store, 2, "Ada")
        store.delete_contact("ada")
        assert store.history(others[0].id) == tuple(others)
        assert store.contacts().items == ("Ada",)

    def test_the_count(self, store):
        """The rule: "Number of deleted memories"."""
        versions = chain(store, 3)
        chain(store, 1)
        store.delete(versions[0].id)
        gone = store.delete_contact("ada")
        assert (gone.count, gone.memories) == (3, 2)
        with changes_nothing(store):
            assert store.delete_contact("ada").count == 0

    def test_another_sub_organization_is_not_touched(self, store):
        """The rule: "Optional sub organization ID. Must belong to your main organization API
        key.".
        """
        mine, theirs = chain(store, 2), chain(store.for_tenant("sub"), 2)
        with changes_nothing(store.for_tenant("sub")):
            assert store.delete_contact("ada").count == 2
        with refuses(NotFoundError, store, store.for_tenant("sub")):
            store.delete(theirs[1].id)
        assert store.for_tenant("sub").delete_contact("ada").count == 2
        assert mine[0].contact_id == theirs[0].contact_id
