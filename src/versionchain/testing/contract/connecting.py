"""The contract: links between memories. SPEC sections 2 and 3.

recallrai-delete-memory: "Connections on latest version are preserved/transferred appropriately".
Here they hang on the chain, so there is nothing to transfer.
"""

import pytest

from ...errors import InvalidInputError, NotFoundError
from ...model import Connection, RevisionCounts
from ...store import MemoryStore
from ..looking import changes_nothing, refuses, walk
from ..repeatable import Clock
from .base import UNKNOWN, ContractBase, chain, newest


class ConnectingContract(ContractBase):
    """Making, replacing and taking away."""

    def test_a_connection_names_two_memories(self, store: MemoryStore, clock: Clock) -> None:
        """It leads from chain to chain, whichever ids were given, and says when and by what."""
        tea, cup = chain(store, 2), chain(store, 3)
        now = clock.now
        made = store.connect(tea[0].id, cup[1].id, kind="drinks from", metadata={"sure": True})
        ends = (tea[0].chain_id, cup[0].chain_id)
        assert made == Connection(*ends, "drinks from", '{"sure":true}', now, 6)
        assert made.metadata == {"sure": True}
        for id in (*ends, tea[1].id, cup[0].id, cup[2].id):
            assert store.connections(id) == (made,)

    def test_the_kind_is_related(self, store: MemoryStore) -> None:
        """By default, for connect and for disconnect; metadata is empty."""
        one, two = store.add("ada", "a"), store.add("ada", "b")
        made = store.connect(one.id, two.id)
        assert (made.kind, made.metadata) == ("related", {})
        assert store.disconnect(one.id, two.id) == made

    def test_both_directions_are_two(self, store: MemoryStore) -> None:
        """There and back are two connections, and both ends show both."""
        one, two = store.add("ada", "a"), store.add("ada", "b")
        there, back = store.connect(one.id, two.id), store.connect(two.id, one.id)
        assert there != back
        both = tuple(sorted((there, back), key=lambda each: each.source_id))
        assert store.connections(one.id) == store.connections(two.id) == both
        store.disconnect(one.id, two.id)
        assert store.connections(one.id) == (back,)

    def test_none_is_there_twice(self, store: MemoryStore) -> None:
        """The same again changes nothing and answers with what is there; as JSON, 1 is 1.0."""
        one, two = store.add("ada", "a"), store.add("ada", "b")
        made = store.connect(one.id, two.id, metadata={"a": 1, "b": [None]})
        with changes_nothing(store):
            assert store.connect(one.chain_id, two.id, metadata={"b": [None], "a": 1}) == made
            assert store.connect(one.id, two.id, metadata={"a": 1.0, "b": (None,)}) == made
        assert store.connections(one.id) == (made,)

    @pytest.mark.parametrize("other", [None, {"a": True}, {"a": 1, "b": None}, {"a": "1"}])
    def test_other_metadata_replaces(
        self, store: MemoryStore, clock: Clock, other: dict[str, object] | None
    ) -> None:
        """It stays one connection, with the new metadata's time and revision."""
        one, two = store.add("ada", "a"), store.add("ada", "b")
        store.connect(one.id, two.id, metadata={"a": 1})
        now = clock.now
        made = store.connect(one.id, two.id, metadata=other)
        assert store.connections(two.id) == (made,)
        assert (made.metadata, made.created_at, made.revision) == (other or {}, now, 4)

    def test_kinds_are_apart(self, store: MemoryStore) -> None:
        """Two memories may be connected in several kinds; `kind=` shows one."""
        one, two = store.add("ada", "a"), store.add("ada", "b")
        after = store.connect(one.id, two.id, kind="after")
        Before = store.connect(one.id, two.id, kind="Before")  # noqa: N806  # it sorts first
        assert store.connections(one.id) == (Before, after)
        assert store.connections(one.id, kind="after") == (after,)
        assert store.connections(one.id, kind="before") == ()
        with refuses(NotFoundError, store):
            store.disconnect(one.id, two.id)

    def test_connections_are_ordered(self, store: MemoryStore) -> None:
        """By source, target and kind, whenever they were made."""
        hub = store.add("ada", "hub")
        others = [store.add("ada", f"{n}") for n in range(4)]
        made = [
            store.connect(*ends, kind=kind)
            for each in others
            for kind in ("b", "a")
            for ends in ((hub.id, each.id), (each.id, hub.id))
        ]
        made.sort(key=lambda each: (each.source_id, each.target_id, each.kind))
        assert store.connections(hub.id) == tuple(made)

    def test_none_leads_to_itself(self, store: MemoryStore) -> None:
        """A memory can't be connected to itself, by whichever of its ids."""
        v1, v2 = chain(store, 2)
        for target in (v1.id, v2.id, v1.chain_id):
            with refuses(InvalidInputError, store) as raised:
                store.connect(v1.id, target)
            assert raised.value.field == "target_id"

    def test_both_memories_must_be_there(self, store: MemoryStore) -> None:
        """An unknown, deleted or ended one is not found, at either end."""
        v1, v2 = chain(store, 2)
        store.delete(v2.id)
        ended = store.add("ada", "Sails")
        store.delete(ended.id)
        for id in (UNKNOWN, v2.id, ended.id, ended.chain_id):
            for ends in ((v1.id, id), (id, v1.id)):
                with refuses(NotFoundError, store):
                    store.connect(*ends)
                with refuses(NotFoundError, store):
                    store.disconnect(*ends)
            with refuses(NotFoundError, store):
                store.connections(id)

    def test_the_guard_holds_for_both_ends(self, store: MemoryStore) -> None:
        """With `contact_id=` both memories must be that contact's; without, any two will do."""
        tea, sails = store.add("ada", "Prefers tea"), store.add("grace", "Sails")
        cup = store.add("ada", "Owns a cup")
        for contact_id in ("ada", "grace"):
            with refuses(NotFoundError, store):
                store.connect(tea.id, sails.id, contact_id=contact_id)
        made = store.connect(tea.id, cup.id, contact_id="ada")
        mixed = store.connect(tea.id, sails.id)
        with refuses(NotFoundError, store):
            store.disconnect(tea.id, sails.id, contact_id="ada")
        assert store.disconnect(tea.id, cup.id, contact_id="ada") == made
        assert store.connections(sails.id, contact_id="grace") == (mixed,)

    def test_a_second_disconnect_is_not_found(self, store: MemoryStore) -> None:
        """What is gone, and what never was, can't be taken away; it may be made anew."""
        one, two = store.add("ada", "a"), store.add("ada", "b")
        store.connect(one.id, two.id, metadata={"a": 1})
        with refuses(NotFoundError, store):
            store.disconnect(two.id, one.id)
        store.disconnect(one.id, two.id)
        assert store.connections(one.id) == ()
        with refuses(NotFoundError, store):
            store.disconnect(one.id, two.id)
        made = store.connect(one.id, two.id, metadata={"a": 1})
        assert store.connections(one.id) == (made,)
        assert made.revision == 5

    def test_connections_are_in_the_log(self, store: MemoryStore) -> None:
        """Made and replaced ones count as connected; both contacts were touched."""
        one, two = store.add("grace", "a"), store.add("ada", "b")
        store.connect(one.id, two.id)
        store.connect(one.id, two.id, metadata={"a": 1})
        store.disconnect(one.id, two.id)
        log = walk(store.revisions, since=2)
        assert [entry.operation for entry in log] == ["connect", "connect", "disconnect"]
        assert [entry.counts for entry in log] == [
            RevisionCounts(connected=1),
            RevisionCounts(connected=1),
            RevisionCounts(disconnected=1),
        ]
        assert {entry.contacts for entry in log} == {("ada", "grace")}


class SurvivingContract(ContractBase):
    """Connections and deletions."""

    def test_they_survive_every_cut_that_leaves_a_latest(self, store: MemoryStore) -> None:
        """They transfer without moving, and are shown on whichever version is the latest."""
        versions, cup = chain(store, 6), store.add("ada", "Owns a cup")
        made = store.connect(versions[5].id, cup.id)
        back = store.connect(cup.id, versions[0].id)
        both = tuple(sorted((made, back), key=lambda each: each.source_id))
        store.delete(versions[5].id)  # resurrects v5
        assert store.connections(versions[4].id) == both
        store.delete(versions[2].id)  # relinks
        store.delete(versions[1].id, delete_previous_versions=True)  # orphans v4
        store.prune(versions[4].id, keep_last=1)
        assert store.connections(versions[4].id) == store.connections(cup.id) == both
        revised = store.update(versions[4].id, "v7")
        assert store.connections(revised.id) == store.connections(cup.id) == both

    def test_they_are_hidden_from_both_sides_of_an_ended_memory(self, store: MemoryStore) -> None:
        """And come back with it, as they were."""
        tea, cup = chain(store, 2), store.add("ada", "Owns a cup")
        made = store.connect(tea[0].id, cup.id)
        for end, rest in ((tea[0], cup), (cup, tea[0])):
            gone = store.delete_memory(end.id)
            assert store.connections(rest.id) == ()
            with pytest.raises(NotFoundError):
                store.connections(end.chain_id)
            assert gone.revision is not None
            store.restore(gone.revision)
            assert store.connections(tea[0].id) == store.connections(cup.id) == (made,)

    def test_they_come_back_with_a_contact(self, store: MemoryStore) -> None:
        """A deletion of a contact hides them, its restoration shows them."""
        one, two = store.add("ada", "a"), store.add("ada", "b")
        made = store.connect(one.id, two.id)
        gone = store.delete_contact("ada")
        assert gone.revision is not None
        store.restore(gone.revision)
        assert store.connections(one.id) == store.connections(two.id) == (made,)

    def test_an_ended_memory_keeps_its_connections_from_calls(self, store: MemoryStore) -> None:
        """Neither end can be disconnected while one is gone; deleting counts no connection."""
        one, two = store.add("ada", "a"), store.add("ada", "b")
        store.connect(one.id, two.id)
        gone = store.delete(one.id)
        assert (gone.count, walk(store.revisions)[-1].counts.disconnected) == (1, 0)
        with refuses(NotFoundError, store):
            store.disconnect(one.id, two.id)
        assert newest(store) == 4
