"""The contract: what add, add_many and update write. SPEC sections 2 and 4."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ...backends.base import Backend
from ...errors import DuplicateIdError, InvalidInputError, NotFoundError, StaleVersionError
from ...model import NewMemory, Status
from ...store import MemoryStore
from ..looking import drawn, refuses, walk
from ..repeatable import Clock, Ids
from .base import UNKNOWN, ContractBase, chain, newest

OWN = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"


class AddingContract(ContractBase):
    """New memories, one by one and many at once."""

    def test_a_memory_has_an_id_of_its_own(self, store: MemoryStore) -> None:
        """The `chain_id` is a UUID, is never a version's id, and never changes."""
        versions = chain(store, 3)
        chain_id = versions[0].chain_id
        assert str(UUID(chain_id)) == chain_id
        assert chain_id not in [version.id for version in versions]
        store.delete(versions[0].id)
        store.delete(versions[2].id)
        assert {version.chain_id for version in versions} == {chain_id}
        assert store.latest(chain_id).chain_id == chain_id

    def test_ids_are_asked_for_the_chain_first(self, store: MemoryStore, ids: Ids) -> None:
        """A new memory asks the source for its chain's id, then for its version's."""
        made = store.add("ada", "Prefers tea")
        assert ids.given == [made.chain_id, made.id]
        revised = store.update(made.id, "Prefers coffee")
        assert ids.given[2:] == [revised.id]

    def test_an_own_id_is_taken(self, store: MemoryStore, ids: Ids) -> None:
        """With `id=` the source is asked for the chain's alone; a UUID serves as its text."""
        made = store.add("ada", "Prefers tea", id=OWN)
        assert (made.id, ids.given) == (OWN, [made.chain_id])
        revised = store.update(OWN, "Prefers coffee", id=UUID(OTHER))
        assert (revised.id, ids.given) == (OTHER, [made.chain_id])
        assert store.get(OWN).next_id == OTHER

    def test_a_taken_id_is_refused(self, store: MemoryStore) -> None:
        """Ids of versions and chains are unique together, and a deleted version's stays taken."""
        v1, v2 = chain(store, 2)
        ended = store.add("ada", "Sails")
        store.delete(v1.id)
        store.delete(ended.id)
        for id in (v1.id, v2.id, v1.chain_id, ended.id, ended.chain_id):
            with refuses(DuplicateIdError, store) as raised:
                store.add("ada", "Again", id=id)
            assert raised.value.id == id
            with refuses(DuplicateIdError, store) as raised:
                store.update(v2.id, "Again", id=id)
            assert raised.value.id == id
            with refuses(DuplicateIdError, store) as raised:
                store.add_many([NewMemory("ada", "New"), NewMemory("ada", "Again", id=id)])
            assert raised.value.id == id

    def test_the_first_taken_id_is_named(self, store: MemoryStore, ids: Ids) -> None:
        """In the order of the items, a version's before its chain's, also where one is repeated."""
        taken = store.add("ada", "Prefers tea")
        store.delete(taken.id)
        for given, first in (
            ((OWN, taken.id), taken.id),
            ((OWN, taken.chain_id, OWN), taken.chain_id),
            ((OWN, OTHER, OWN, taken.id), OWN),
            ((OWN, taken.id, OWN), taken.id),
        ):
            with refuses(DuplicateIdError, store) as raised:
                store.add_many(NewMemory("ada", f"v{n}", id=id) for n, id in enumerate(given))
            assert raised.value.id == first
        ids.push(taken.chain_id)
        with refuses(DuplicateIdError, store) as raised:
            store.add_many([NewMemory("ada", "v1", id=OWN), NewMemory("ada", "v2", id=OWN)])
        assert raised.value.id == taken.chain_id
        ids.push(taken.chain_id)
        with refuses(DuplicateIdError, store) as raised:
            store.add("ada", "v1", id=taken.id)
        assert raised.value.id == taken.id
        ids.push(OTHER, OWN)
        with refuses(DuplicateIdError, store) as raised:
            store.add_many([NewMemory("ada", "v1", id=OWN), NewMemory("ada", "v2", id=UNKNOWN)])
        assert raised.value.id == OWN

    def test_an_id_source_that_repeats_itself_is_refused(
        self, store: MemoryStore, ids: Ids
    ) -> None:
        """A source's id may be taken too: for a chain, a version, or both at once."""
        made = store.add("ada", "Prefers tea")
        for repeated in ((made.id,), (OWN, made.id), (made.chain_id,), (OWN, OWN)):
            ids.push(*repeated)
            with refuses(DuplicateIdError, store):
                store.add("ada", "Sails")
        ids.push(made.id)
        with refuses(DuplicateIdError, store):
            store.update(made.id, "Prefers coffee")
        assert store.add("ada", "Sails", id=OWN).id == OWN

    def test_a_refused_id_stays_free(self, store: MemoryStore, ids: Ids) -> None:
        """What a failed call would have taken can be taken by the next one."""
        with refuses(DuplicateIdError, store):
            store.add_many([NewMemory("ada", "v1", id=OWN), NewMemory("ada", "v1", id=OWN)])
        ids.push(OTHER)
        made = store.add("ada", "v1", id=OWN)
        assert (made.id, made.chain_id, made.revision) == (OWN, OTHER, 1)

    def test_a_category_given_twice_counts_once(self, store: MemoryStore) -> None:
        """Categories keep their order, each once; case and form are kept apart."""
        made = store.add("ada", "Prefers tea", categories=("b", "a", "b", "A", "e\u0301", "\u00e9"))
        assert store.get(made.id).categories == ("b", "a", "A", "e\u0301", "\u00e9")

    def test_many_are_one_revision(self, store: MemoryStore, clock: Clock) -> None:
        """`add_many` answers in the order given, in one revision of one time."""
        store.add("ada", "First")
        items = [NewMemory(f"contact {n % 2}", f"v{n}", categories=["c"]) for n in range(4)]
        asked = clock.asked
        made = store.add_many(iter(items))
        assert [each.content for each in made] == ["v0", "v1", "v2", "v3"]
        assert {each.revision for each in made} == {2}
        assert {each.created_at for each in made} == {made[0].created_at}
        assert clock.asked == asked + 1
        assert len({each.chain_id for each in made}) == 4
        assert tuple(store.get(each.id) for each in made) == made
        listed = [each.id for each in store.versions("contact 1").items]
        assert listed == [made[1].id, made[3].id]

    def test_many_are_all_or_nothing(self, store: MemoryStore) -> None:
        """One bad item and none of them is there; the error says which it was."""
        store.add("ada", "First", id=OWN)
        good = NewMemory("grace", "Sails")
        with refuses(DuplicateIdError, store):
            store.add_many([good, NewMemory("grace", "Taken", id=OWN)])
        with refuses(DuplicateIdError, store):
            store.add_many([NewMemory("grace", "a", id=OTHER), NewMemory("grace", "b", id=OTHER)])
        with refuses(InvalidInputError, store) as raised:
            store.add_many([good, good, NewMemory("grace", " ")])
        assert raised.value.field == "items[2].content"
        assert store.count("grace").memories == 0
        with pytest.raises(NotFoundError):
            store.delete_contact("grace")

    def test_nothing_many_is_no_revision(self, store: MemoryStore) -> None:
        """A call that changes nothing makes no revision."""
        assert store.add_many([]) == ()
        assert newest(store) == 0


class UpdatingContract(ContractBase):
    """New versions of what is there."""

    def test_an_update_follows_the_latest(self, store: MemoryStore) -> None:
        """It is the chain's next number and its new latest; the one before stays readable."""
        v1 = store.add("ada", "v1")
        v2 = store.update(v1.id, "v2")
        assert (v2.number, v2.previous_id, v2.next_id) == (2, v1.id, None)
        assert (v2.chain_id, v2.contact_id, v2.status) == (v1.chain_id, "ada", Status.CURRENT)
        assert store.get(v2.id) == v2 == store.latest(v1.id)
        before = store.get(v1.id)
        assert (before.next_id, before.superseded_at) == (v2.id, v2.created_at)
        assert before.status is Status.SUPERSEDED
        assert drawn(store, v1.id) == "v1 ← v2"

    def test_what_is_left_out_is_inherited(self, store: MemoryStore, clock: Clock) -> None:
        """Categories, metadata, session and event come from the version before."""
        now = clock.now
        v1 = store.add(
            "ada",
            "v1",
            categories=["taste"],
            metadata={"a": 1},
            session_id="monday",
            event_start=now,
            event_end=now,
        )
        v2 = store.update(v1.id, "v2")
        assert (v2.categories, v2.metadata_json) == (v1.categories, v1.metadata_json)
        assert (v2.session_id, v2.event_start, v2.event_end) == ("monday", now, now)
        assert store.get(v2.id) == v2

    @pytest.mark.parametrize(
        ("field", "empty"),
        [
            ("categories", ()),
            ("metadata", {}),
            ("session_id", None),
            ("event_start", None),
            ("event_end", None),
        ],
    )
    def test_none_clears(self, store: MemoryStore, clock: Clock, field: str, empty: object) -> None:
        """None clears one field and leaves the others."""
        full: dict[str, Any] = {
            "categories": ("taste",),
            "metadata": {"a": 1},
            "session_id": "monday",
            "event_start": clock.now,
            "event_end": clock.now,
        }
        v1 = store.add("ada", "v1", **full)
        v2 = store.get(store.update(v1.id, "v2", **{field: None}).id)
        assert {name: getattr(v2, name) for name in full} == {**full, field: empty}
        assert getattr(store.get(v1.id), field) == full[field]

    def test_metadata_is_replaced_whole(self, store: MemoryStore) -> None:
        """Metadata that is given is not merged with what was there."""
        v1 = store.add("ada", "v1", metadata={"a": 1, "b": 2})
        v2 = store.update(v1.id, "v2", metadata={"b": 3})
        assert store.get(v2.id).metadata == {"b": 3}

    def test_equal_content_makes_a_version_too(self, store: MemoryStore) -> None:
        """An update that says the same again is a version."""
        v1 = store.add("ada", "v1")
        v2 = store.update(v1.id, "v1")
        assert (v2.number, v2.content, newest(store)) == (2, "v1", 2)

    def test_a_stale_update_is_refused(self, store: MemoryStore) -> None:
        """`version_id` must be the latest: nobody's revision is overwritten unseen."""
        v1, v2, v3 = chain(store, 3)
        for stale in (v1, v2):
            with refuses(StaleVersionError, store) as raised:
                store.update(stale.id, "v4")
            assert raised.value.latest_id == v3.id
        assert store.update(raised.value.latest_id, "v4").number == 4

    def test_an_update_of_what_is_not_there_is_refused(self, store: MemoryStore) -> None:
        """Unknown, deleted, a chain's id, another contact's: one error for all."""
        v1, v2 = chain(store, 2)
        store.delete(v2.id)
        store.add("grace", "Sails")
        texts = set()
        for id, guard in ((UNKNOWN, None), (v2.id, None), (v1.chain_id, None), (v1.id, "grace")):
            with refuses(NotFoundError, store) as raised:
                store.update(id, "v3", contact_id=guard)
            texts.add(str(raised.value))
        assert len(texts) == 1
        assert store.update(v1.id, "v3", contact_id="ada").number == 3

    def test_numbers_are_never_used_again(self, store: MemoryStore) -> None:
        """After the latest was deleted the next update takes the next number: a gap shows it."""
        v1, _, v3 = chain(store, 3)
        store.delete(v3.id)
        v4 = store.update(store.latest(v1.id).id, "v4")
        store.delete(v4.id, delete_previous_versions=False)
        v5 = store.update(store.latest(v1.id).id, "v5")
        assert (v4.number, v5.number) == (4, 5)
        assert drawn(store, v1.id) == "v1 ← v2 ← v5"

    def test_numbers_go_on_whatever_was_deleted(self, store: MemoryStore) -> None:
        """Numbers are stable: a deletion in front renumbers nothing."""
        _, v2, v3 = chain(store, 3)
        store.delete(v2.id, delete_previous_versions=True)
        assert store.get(v3.id).number == 3
        assert store.update(v3.id, "v4").number == 4


class CheckingContract(ContractBase):
    """The order of the checks, and the limits on a text. SPEC section 5."""

    def test_input_comes_before_existence(self, store: MemoryStore) -> None:
        """A bad value is refused before anybody looks whether the id is there."""
        for call in _calls_about_a_version(store):
            with refuses(InvalidInputError, store):
                call(UNKNOWN)

    def test_existence_comes_before_staleness(self, store: MemoryStore) -> None:
        """A version that is not there is not found, whatever is expected of it."""
        v1, v2 = chain(store, 2)
        store.delete(v1.id)
        for id in (v1.id, UNKNOWN):
            with refuses(NotFoundError, store):
                store.delete(id, expected_latest=v1.id)
            with refuses(NotFoundError, store):
                store.delete_memory(id, expected_latest=v1.id)
        with refuses(NotFoundError, store):
            store.delete(v2.id, expected_latest=v1.id, contact_id="grace")

    def test_an_inherited_start_is_checked_after_existence(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """An end before the stored start is refused, but not for a version that is not there."""
        early = clock.now - timedelta(days=1)
        v1 = store.add("ada", "v1", event_start=clock.now)
        with refuses(NotFoundError, store):
            store.update(UNKNOWN, "v2", event_end=early)
        with refuses(InvalidInputError, store) as raised:
            store.update(v1.id, "v2", event_end=early)
        assert raised.value.field == "event_end"
        v2 = store.update(v1.id, "v2", event_start=None, event_end=early)
        with refuses(InvalidInputError, store):
            store.update(v2.id, "v3", event_start=clock.now)

    def test_staleness_comes_before_duplicates(self, store: MemoryStore) -> None:
        """A stale update with a taken id is stale."""
        v1, v2 = chain(store, 2)
        with refuses(StaleVersionError, store):
            store.update(v1.id, "v3", id=v2.id)
        with refuses(DuplicateIdError, store):
            store.update(v2.id, "v3", id=v2.id)

    def test_content_is_measured_in_bytes(self, backend: Backend) -> None:
        """Content of exactly the setting's bytes is stored, one more is refused."""
        store = MemoryStore(backend, max_content_bytes=10)
        made = store.add("ada", "\u20ac\u20ac\u20ac.")
        assert store.get(made.id).content == "\u20ac\u20ac\u20ac."
        with refuses(InvalidInputError, store):
            store.add("ada", "\u20ac\u20ac\u20ac..")
        with refuses(InvalidInputError, store):
            store.update(made.id, "x" * 11)
        assert MemoryStore(backend).add("ada", "x" * 11).content == "x" * 11

    def test_a_mebibyte_is_the_most(self, store: MemoryStore) -> None:
        """Content of 1 MiB is stored whole; one byte more is refused."""
        text = "\U0001f469" * (1 << 18)
        assert store.get(store.add("ada", text).id).content == text
        with refuses(InvalidInputError, store):
            store.add("ada", text + ".")


class TimeContract(ContractBase):
    """Times are the larger of the clock's and the tenant's last. SPEC section 4."""

    def test_time_never_falls(self, store: MemoryStore, clock: Clock) -> None:
        """A clock that is set back makes revisions of the last time, until it caught up."""
        v1 = store.add("ada", "v1")
        clock.move(timedelta(days=-1))
        v2 = store.update(v1.id, "v2")
        gone = store.delete(v2.id)
        assert v2.created_at == v1.created_at
        assert store.history(v1.id, include_deleted=True)[1].deleted_at == v1.created_at
        assert gone.revision == 3
        clock.move(timedelta(days=2))
        v3 = store.update(v1.id, "v3")
        assert v3.created_at > v1.created_at
        times = [revision.created_at for revision in walk(store.revisions)]
        assert times == sorted(times)

    def test_the_clock_is_asked_once_a_revision(self, store: MemoryStore, clock: Clock) -> None:
        """Reads, rehearsals and refused calls take no time from it."""
        made = store.add("ada", "v1")
        assert clock.asked == 1
        store.get(made.id)
        store.delete(made.id, dry_run=True)
        with refuses(NotFoundError, store):
            store.delete(UNKNOWN)
        assert clock.asked == 1
        with store.transaction() as tx:
            tx.update(tx.update(made.id, "v2").id, "v3")
            tx.delete(made.id)
        assert clock.asked == 2

    def test_tenants_have_times_of_their_own(
        self, store: MemoryStore, other: MemoryStore, clock: Clock
    ) -> None:
        """One tenant's late clock does not move another's."""
        late = clock.now + timedelta(days=1)
        clock.now = late
        store.add("ada", "v1")
        clock.now = late - timedelta(days=1)
        assert other.add("ada", "v1").created_at == late - timedelta(days=1)


def _calls_about_a_version(store: MemoryStore) -> list[Callable[[str], object]]:
    """Calls that have a bad value beside the id."""
    return [
        lambda id: store.update(id, ""),
        lambda id: store.update(id, "v2", categories="taste"),  # type: ignore[arg-type]
        lambda id: store.update(id, "v2", id="mine"),
        lambda id: store.get(id, contact_id=""),
        lambda id: store.delete(id, reason=" "),
        lambda id: store.delete(id, expected_latest="latest"),
        lambda id: store.delete_memory(id, reason=""),
        lambda id: store.prune(id),
        lambda id: store.prune(id, keep_last=0),
        lambda id: store.connect(id, id, kind=""),
        lambda id: store.connect(id, id, metadata={"a": float("nan")}),
        lambda id: store.connections(id, kind=""),
    ]
