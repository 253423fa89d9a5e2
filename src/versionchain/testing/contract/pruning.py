"""The contract: cutting a memory's oldest versions. SPEC sections 3 and 4."""

from datetime import timedelta

import pytest

from ...errors import InvalidInputError, NotFoundError
from ...model import Cut, Deletion, Outcome
from ...store import MemoryStore
from ..looking import changes_nothing, drawn, refuses
from ..repeatable import Clock
from .base import UNKNOWN, ContractBase, chain, newest


class PruningContract(ContractBase):
    """`prune` cuts [1, k], never the latest."""

    @pytest.mark.parametrize(
        ("keep_last", "left"), [(1, "v4"), (2, "v3 ← v4"), (3, "v2 ← v3 ← v4")]
    )
    def test_the_newest_stay(self, store: MemoryStore, keep_last: int, left: str) -> None:
        """`keep_last` says how many of the newest stay."""
        versions = chain(store, 4)
        gone = store.prune(versions[0].id, keep_last=keep_last)
        assert drawn(store, versions[3].id) == left
        first = versions[4 - keep_last]
        cut = Cut(first.chain_id, Outcome.ORPHANED, 4 - keep_last, None, first.id, versions[3].id)
        assert gone == Deletion(5, 4 - keep_last, 0, (cut,))

    def test_only_the_living_count_as_kept(self, store: MemoryStore) -> None:
        """A deleted version takes no place among the newest."""
        v1, _, v3, v4, _ = chain(store, 5)
        store.delete(v4.id)
        assert store.prune(v1.id, keep_last=2).count == 2
        assert drawn(store, v3.id) == "v3 ← v5"

    def test_before_looks_at_when_a_version_was_superseded(self, store: MemoryStore) -> None:
        """A version goes that was superseded earlier than `before`; at the moment itself stays."""
        v1, v2, v3, _ = chain(store, 4)
        with changes_nothing(store):
            assert store.prune(v1.id, before=v2.created_at) == Deletion(None, 0, 0, ())
        assert store.prune(v1.id, before=v2.created_at + timedelta(microseconds=1)).count == 1
        assert store.prune(v2.id, before=v3.created_at + timedelta(microseconds=1)).count == 1
        assert drawn(store, v3.id) == "v3 ← v4"

    def test_before_follows_what_superseded_it_now(self, store: MemoryStore) -> None:
        """`superseded_at` moves when the next one goes, and `before` with it."""
        v1, v2, v3 = chain(store, 3)
        store.delete(v2.id)
        assert store.prune(v1.id, before=v3.created_at).count == 0
        assert store.prune(v1.id, before=v3.created_at + timedelta(seconds=1)).count == 1

    def test_the_latest_is_never_pruned(self, store: MemoryStore, clock: Clock) -> None:
        """However late `before` is, the latest stays."""
        versions = chain(store, 3)
        assert store.prune(versions[0].id, before=clock.now + timedelta(days=999)).count == 2
        assert drawn(store, versions[2].id) == "v3"

    def test_with_both_bounds_both_must_allow(self, store: MemoryStore, clock: Clock) -> None:
        """A version that one bound keeps is kept."""
        late = clock.now + timedelta(days=1)
        first, second = chain(store, 4), chain(store, 4)
        assert store.prune(first[0].id, keep_last=3, before=late).count == 1
        early = second[1].created_at + timedelta(microseconds=1)
        assert store.prune(second[0].id, keep_last=1, before=early).count == 1

    def test_nothing_to_prune_is_no_revision(self, store: MemoryStore) -> None:
        """Where nothing had to go there is no cut and no revision."""
        v1, _ = chain(store, 2)
        with changes_nothing(store):
            for keep_last in (2, 3, 1000):
                assert store.prune(v1.id, keep_last=keep_last) == Deletion(None, 0, 0, ())

    def test_prune_takes_any_id_of_a_memory(self, store: MemoryStore) -> None:
        """The chain's id or any living version's; nothing else."""
        for pick in range(3):
            versions = chain(store, 2)
            id = [versions[0].chain_id, versions[0].id, versions[1].id][pick]
            assert store.prune(id, keep_last=1).count == 1
            with refuses(NotFoundError, store):
                store.prune(versions[0].id, keep_last=1)
        with refuses(NotFoundError, store):
            store.prune(UNKNOWN, keep_last=1)

    def test_an_ended_memory_can_not_be_pruned(self, store: MemoryStore) -> None:
        """There is nothing to prune in a memory that is gone."""
        v1, _ = chain(store, 2)
        store.delete_memory(v1.id)
        with refuses(NotFoundError, store):
            store.prune(v1.chain_id, keep_last=1)

    def test_a_bound_must_be_given(self, store: MemoryStore) -> None:
        """Without any bound nothing is pruned, and `keep_last` is at least 1."""
        v1, _ = chain(store, 2)
        with refuses(InvalidInputError, store):
            store.prune(v1.id)
        with refuses(InvalidInputError, store):
            store.prune_contact("ada")
        with refuses(InvalidInputError, store):
            store.prune(v1.id, keep_last=0)

    def test_a_contact_is_pruned_memory_by_memory(self, store: MemoryStore) -> None:
        """Each memory keeps its newest, in one revision; the cuts are in order of the chains."""
        long, longer, short = chain(store, 3), chain(store, 4), chain(store, 1)
        stranger = chain(store, 3, "grace")
        before = newest(store)
        gone = store.prune_contact("ada", keep_last=2)
        assert (gone.revision, gone.count, gone.memories) == (before + 1, 3, 0)
        assert [cut.chain_id for cut in gone.cuts] == sorted((long[0].chain_id, longer[0].chain_id))
        assert drawn(store, long[2].id) == "v2 ← v3"
        assert drawn(store, longer[3].id) == "v3 ← v4"
        assert drawn(store, short[0].id) == "v1"
        assert drawn(store, stranger[0].id) == "v1 ← v2 ← v3"

    def test_what_was_pruned_can_be_restored(self, store: MemoryStore) -> None:
        """A prune is a deletion like any other."""
        versions = chain(store, 4)
        gone = store.prune(versions[0].id, keep_last=1)
        assert gone.revision is not None
        assert store.restore(gone.revision).count == 3
        assert drawn(store, versions[0].id) == "v1 ← v2 ← v3 ← v4"
