"""The contract: what is read, in which form, and by which id. SPEC sections 2 and 4."""

import copy
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from uuid import UUID

import attrs
import pytest

from ...backends.base import Backend
from ...errors import NotFoundError
from ...model import Status
from ...store import MemoryStore
from ..looking import drawn
from ..repeatable import Clock
from ..strategies import UGLY
from .base import UNKNOWN, ContractBase, chain


class ReadingContract(ContractBase):
    """A version, a memory, a history."""

    def test_a_version_comes_back_with_every_field(self, store: MemoryStore, clock: Clock) -> None:
        """What was given comes back, and so does what follows from the place."""
        now = clock.now
        start, end = now - timedelta(days=2), now - timedelta(days=1)
        made = store.add(
            "ada",
            "Prefers tea",
            categories=["taste", "drink"],
            metadata={"sure": 0.5},
            session_id="monday",
            event_start=start,
            event_end=end,
        )
        assert (made.contact_id, made.content, made.number) == ("ada", "Prefers tea", 1)
        assert (made.categories, made.metadata) == (("taste", "drink"), {"sure": 0.5})
        assert (made.session_id, made.event_start, made.event_end) == ("monday", start, end)
        assert (made.created_at, made.revision) == (now, 1)
        assert (made.previous_id, made.next_id, made.superseded_at) == (None, None, None)
        assert (made.status, made.deleted_at, made.deleted_revision) == (Status.CURRENT, None, None)
        assert store.get(made.id) == made == store.latest(made.chain_id)

    def test_a_sparse_version_has_empty_fields(self, store: MemoryStore) -> None:
        """What was left out is empty: no categories, no metadata, no session, no event."""
        made = store.add("ada", "Prefers tea")
        bare = (made.categories, made.metadata, made.session_id, made.event_start, made.event_end)
        assert bare == ((), {}, None, None, None)
        assert store.get(made.id) == made

    def test_none_is_empty_too(self, store: MemoryStore) -> None:
        """`metadata=None` is {} and `categories=None` is ()."""
        made = store.add("ada", "Prefers tea", categories=None, metadata=None)
        assert (made.categories, made.metadata, made.metadata_json) == ((), {}, "{}")
        assert store.get(made.id) == made

    def test_a_record_is_frozen_and_hashable(self, store: MemoryStore) -> None:
        """A record can't be changed; two reads of one version are equal and hash alike."""
        made = store.add("ada", "Prefers tea", categories=["taste"], metadata={"a": [1]})
        again = store.get(made.id)
        assert {made, again} == {made}
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            made.content = "Prefers coffee"  # type: ignore[misc]
        assert copy.deepcopy(made) == made

    def test_metadata_is_a_fresh_dict_at_each_access(self, store: MemoryStore) -> None:
        """Nobody's change of what was given or read reaches the store."""
        given = {"list": [1], "deep": {"a": 1}}
        made = store.add("ada", "Prefers tea", metadata=given)
        given["list"].append(2)  # type: ignore[attr-defined]
        made.metadata["deep"]["a"] = 2
        store.get(made.id).metadata.clear()
        assert store.get(made.id).metadata == {"list": [1], "deep": {"a": 1}}

    def test_metadata_is_canonical_json(self, store: MemoryStore) -> None:
        """Sorted keys, no blanks, non-ASCII as it is; a tuple becomes a list."""
        made = store.add("ada", "Prefers tea", metadata={"\u00e9": (1, 2.0), "a": None, "B": True})
        assert store.get(made.id).metadata_json == '{"B":true,"a":null,"\u00e9":[1,2.0]}'

    def test_metadata_keeps_its_kinds(self, store: MemoryStore) -> None:
        """Numbers, truth values, null, texts and nesting come back as they went in."""
        given = {
            "least": -(1 << 63),
            "most": (1 << 63) - 1,
            "float": 1.5e300,
            "zero": -0.0,
            "yes": True,
            "none": None,
            "": {"": [[], {}, "\u2028"]},
        }
        made = store.add("ada", "Prefers tea", metadata=given)
        back = store.get(made.id).metadata
        assert back == given
        assert {key: type(value) for key, value in back.items()} == {
            key: type(value) for key, value in given.items()
        }
        assert str(back["zero"]) == "-0.0"

    @pytest.mark.parametrize("text", UGLY)
    def test_any_text_comes_back_as_it_went_in(self, store: MemoryStore, text: str) -> None:
        """SQL, quotes, wildcards, controls and any Unicode are stored as they are."""
        made = store.add(
            text, text, categories=[text], metadata={text: text}, session_id=text[:512]
        )
        back = store.latest(made.chain_id)
        assert back == made
        assert (back.contact_id, back.content, back.categories) == (text, text, (text,))
        assert (back.metadata, back.session_id) == ({text: text}, text)
        assert store.contacts().items == (text,)
        assert store.memories(text, session_id=text, categories=[text]).items == (made,)
        assert store.memories(text, metadata={text: text}).items == (made,)

    def test_times_are_utc_to_the_microsecond(self, store: MemoryStore, clock: Clock) -> None:
        """A time of another zone comes back as the same instant in UTC."""
        local = datetime(2026, 5, 1, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=5.5)))
        clock.now = local
        made = store.add("ada", "Prefers tea", event_start=local, event_end=local)
        back = store.get(made.id)
        for time in (back.created_at, back.event_start, back.event_end):
            assert time == local
            assert time is not None
            assert time.tzinfo is UTC
            assert time.microsecond == 456789

    def test_every_year_comes_back(self, store: MemoryStore) -> None:
        """An event may lie at either end of the calendar."""
        first = datetime(1, 1, 1, tzinfo=UTC)
        last = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
        made = store.add("ada", "Time passes", event_start=first, event_end=last)
        back = store.get(made.id)
        assert (back.event_start, back.event_end) == (first, last)

    def test_containers_are_tuples(self, store: MemoryStore) -> None:
        """Containers that come back are tuples."""
        made = store.add("ada", "Prefers tea", categories=["taste"])
        for container in (
            made.categories,
            store.history(made.id),
            store.connections(made.id),
            store.memories("ada").items,
            store.versions("ada").items,
            store.contacts().items,
            store.revisions().items,
            store.revisions().items[0].contacts,
            store.delete(made.id, dry_run=True).cuts,
            store.find_ids(made.id[:4]),
            store.add_many([]),
        ):
            assert type(container) is tuple

    def test_status_follows_from_the_order(self, store: MemoryStore) -> None:
        """CURRENT is the latest, SUPERSEDED an older one, DELETED what is marked."""
        v1, v2, v3 = chain(store, 3)
        store.delete(v2.id)
        whole = store.history(v1.id, include_deleted=True)
        assert [version.status for version in whole] == [
            Status.SUPERSEDED,
            Status.DELETED,
            Status.CURRENT,
        ]
        assert whole[2].id == v3.id

    def test_links_and_times_mirror_each_other(self, store: MemoryStore) -> None:
        """Each version names its neighbours, and the time at which the next one came."""
        versions = chain(store, 4)
        for before, after in pairwise(versions):
            assert (before.next_id, after.previous_id) == (after.id, before.id)
            assert before.superseded_at == after.created_at
        assert drawn(store, versions[0].id) == "v1 ← v2 ← v3 ← v4"

    def test_a_deleted_version_has_no_place(self, store: MemoryStore, clock: Clock) -> None:
        """It has no links and no `superseded_at`, and says when and by what it was deleted."""
        _, v2, _ = chain(store, 3)
        at = clock.now
        store.delete(v2.id)
        gone = store.history(v2.id, include_deleted=True)[1]
        assert (gone.previous_id, gone.next_id, gone.superseded_at) == (None, None, None)
        assert (gone.status, gone.deleted_at, gone.deleted_revision) == (Status.DELETED, at, 4)
        assert (gone.number, gone.content, gone.created_at) == (2, "v2", v2.created_at)

    def test_get_takes_a_versions_id_alone(self, store: MemoryStore) -> None:
        """A call about a version does not take a chain's id."""
        made = store.add("ada", "Prefers tea")
        with pytest.raises(NotFoundError):
            store.get(made.chain_id)
        with pytest.raises(NotFoundError):
            store.get(UNKNOWN)

    def test_a_memory_goes_by_its_id_or_any_living_versions(self, store: MemoryStore) -> None:
        """A call about a memory takes the `chain_id` or the id of a version not deleted."""
        v1, v2, v3 = chain(store, 3)
        store.delete(v2.id)
        for id in (v1.chain_id, v1.id, v3.id):
            assert store.latest(id).id == v3.id
            assert [version.id for version in store.history(id)] == [v1.id, v3.id]
            assert store.connections(id) == ()
        for call in (store.latest, store.history, store.connections):
            for id in (v2.id, UNKNOWN):
                with pytest.raises(NotFoundError):
                    call(id)

    def test_ids_may_be_uuids(self, store: MemoryStore) -> None:
        """A `uuid.UUID` serves wherever an id's text does."""
        v1, v2 = chain(store, 2)
        assert store.get(UUID(v1.id)) == v1
        assert store.latest(UUID(v1.chain_id)) == v2
        assert store.history(UUID(v1.id)) == (v1, v2)
        assert store.delete(UUID(v2.id), expected_latest=UUID(v2.id)).count == 1

    def test_a_history_has_the_deleted_on_request(self, store: MemoryStore) -> None:
        """With them any id of the chain serves; they stand by number, and no link names them."""
        v1, v2, v3, v4 = chain(store, 4)
        store.delete(v2.id)
        store.delete(v4.id)
        for id in (v1.chain_id, v1.id, v2.id, v3.id, v4.id):
            whole = store.history(id, include_deleted=True)
            assert [version.id for version in whole] == [v1.id, v2.id, v3.id, v4.id]
            assert [version.next_id for version in whole] == [v3.id, None, None, None]
            assert [version.previous_id for version in whole] == [None, None, v1.id, None]
        assert [version.id for version in store.history(v1.id)] == [v1.id, v3.id]

    def test_an_ended_memory_has_a_history_of_the_deleted(self, store: MemoryStore) -> None:
        """Nothing of it is left to an ordinary read; with the deleted ones it is all there."""
        v1, v2 = chain(store, 2)
        store.delete_memory(v1.id)
        for id in (v1.chain_id, v1.id, v2.id):
            with pytest.raises(NotFoundError):
                store.history(id)
            assert [v.content for v in store.history(id, include_deleted=True)] == ["v1", "v2"]
        with pytest.raises(NotFoundError):
            store.history(UNKNOWN, include_deleted=True)

    def test_a_deleted_version_is_in_no_ordinary_read(self, store: MemoryStore) -> None:
        """There is one definition of visible, and every read goes through it."""
        v1, v2, v3 = chain(store, 3)
        store.delete(v3.id)
        with pytest.raises(NotFoundError):
            store.get(v3.id)
        assert store.latest(v1.id).id == v2.id
        assert [version.id for version in store.memories("ada").items] == [v2.id]
        assert [version.id for version in store.versions("ada").items] == [v1.id, v2.id]
        assert store.count("ada").versions == 2

    def test_the_guard_lets_its_contact_pass(self, store: MemoryStore) -> None:
        """With `contact_id=` of the memory's contact a read answers as without."""
        v1, v2 = chain(store, 2)
        assert store.get(v1.id, contact_id="ada") == v1
        assert store.latest(v1.id, contact_id="ada") == v2
        assert store.history(v1.id, contact_id="ada") == (v1, v2)
        assert store.history(v1.id, include_deleted=True, contact_id="ada") == (v1, v2)
        assert store.connections(v1.id, contact_id="ada") == ()

    def test_the_guard_stops_another_contact(self, store: MemoryStore) -> None:
        """An id of another contact is not found, even if that contact is there."""
        v1, _ = chain(store, 2)
        store.add("grace", "Sails")
        for contact_id in ("grace", "Ada", "nobody"):
            with pytest.raises(NotFoundError):
                store.get(v1.id, contact_id=contact_id)
            with pytest.raises(NotFoundError):
                store.latest(v1.id, contact_id=contact_id)
            with pytest.raises(NotFoundError):
                store.history(v1.id, contact_id=contact_id)
            with pytest.raises(NotFoundError):
                store.history(v1.id, include_deleted=True, contact_id=contact_id)
            with pytest.raises(NotFoundError):
                store.connections(v1.id, contact_id=contact_id)

    def test_ids_are_version_7_in_order_of_time(self, backend: Backend) -> None:
        """By default ids are canonical UUIDs of version 7 that sort as they were made."""
        store = MemoryStore(backend)
        made = [store.add("ada", f"v{number}") for number in range(50)]
        ids = [id for each in made for id in (each.chain_id, each.id)]
        assert all(str(UUID(id)) == id and UUID(id).version == 7 for id in ids)
        assert ids == sorted(set(ids))

    def test_a_prefix_finds_ids(self, store: MemoryStore) -> None:
        """Ids of versions and chains, deleted ones too, in order; never more than the limit."""
        v1, v2 = chain(store, 2)
        store.delete(v2.id)
        ids = sorted((v1.chain_id, v1.id, v2.id))
        found = [id for digit in "0123456789abcdef" for id in store.find_ids(digit)]
        assert found == ids
        assert all(store.find_ids(id) == (id,) for id in ids)
        prefix = ids[0][:1]
        assert store.find_ids(prefix, limit=1) == (ids[0],)
        assert store.find_ids(ids[0][:35] + "%") == ()
        assert store.find_ids("_") == ()
