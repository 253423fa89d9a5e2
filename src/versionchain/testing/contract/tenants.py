"""The contract: tenants, and handles that are closed. SPEC sections 2 and 4."""

from collections.abc import Callable
from typing import Any

import pytest

from ...backends.base import Backend
from ...errors import InvalidInputError, NotFoundError, StoreClosedError
from ...model import Count, NewMemory, Page
from ...store import MemoryStore
from ..looking import changes_nothing, drawn, everything, refuses, walk
from .base import ContractBase, chain, newest
from .threads import Task

OWN = "00000000-0000-4000-8000-000000000001"
SECOND = "00000000-0000-4000-8000-000000000002"


class TenantContract(ContractBase):
    """A handle is bound to one tenant and can neither read nor guess at another's data."""

    def test_a_tenant_sees_nothing_of_another(self, store: MemoryStore, other: MemoryStore) -> None:
        """No listing, no count, no log and no prefix shows it."""
        versions = chain(store, 3)
        store.connect(versions[0].id, store.add("ada", "Sails").id)
        store.delete(versions[1].id)
        assert everything(other, ["ada"]) == everything(other.for_tenant("empty"), ["ada"])
        for page in (other.contacts(), other.memories("ada"), other.revisions()):
            assert page == Page((), None)
        assert other.count("ada") == Count(0, 0, 0)
        assert other.find_ids(versions[0].id) == ()

    def test_another_tenants_ids_are_not_found(
        self, store: MemoryStore, other: MemoryStore
    ) -> None:
        """By no call, with the one text that an unknown id has, and nothing is touched."""
        v1, v2 = chain(store, 2)
        own = chain(other, 1)[0]
        calls = _calls(other, own.id)
        told = set()
        for call in calls:
            for id in (v1.id, v2.id, v1.chain_id):
                with refuses(NotFoundError, store, other) as raised:
                    call(id)
                told.add((str(raised.value), raised.value.what))
                assert id not in str(raised.value)
        assert len(told) == 1

    def test_two_tenants_may_hold_the_same(self, store: MemoryStore, other: MemoryStore) -> None:
        """The same ids, contacts and revision numbers, and neither ever notices."""
        for handle in (store, other):
            v1 = handle.add("ada", "v1", id=OWN)
            v2 = handle.update(v1.id, "v2", id=SECOND)
            assert (v1.revision, v2.revision, v2.number) == (1, 2, 2)
        gone = store.delete(SECOND)
        assert drawn(store, OWN) == "v1"
        assert drawn(other, OWN) == "v1 ← v2"
        store.delete_contact("ada")
        assert drawn(other, SECOND) == "v1 ← v2"
        other.delete(SECOND)
        assert gone.revision == newest(other) == 3
        with changes_nothing(store):
            assert other.restore(3).count == 1
        assert other.count("ada") == Count(1, 2, 0)

    def test_chain_ids_may_be_the_same_too(self, backend: Backend) -> None:
        """Two tenants whose id sources give the same."""
        made = []
        for tenant in ("a", "b"):
            source = iter([OWN, SECOND])
            handle = MemoryStore(backend, tenant=tenant, ids=lambda source=source: next(source))  # type: ignore[misc]
            made.append(handle.add(f"of {tenant}", "v1"))
            assert handle.latest(OWN).contact_id == f"of {tenant}"
            assert handle.verify().ok
        assert made[0].chain_id == made[1].chain_id == OWN

    def test_no_connection_crosses(self, store: MemoryStore, other: MemoryStore) -> None:
        """A memory can't be connected to another tenant's."""
        mine, theirs = store.add("ada", "Mine"), other.add("ada", "Theirs")
        for ends in ((mine.id, theirs.id), (theirs.id, mine.id)):
            with refuses(NotFoundError, store, other):
                store.connect(*ends)

    def test_a_contact_is_deleted_in_its_tenant(
        self, store: MemoryStore, other: MemoryStore
    ) -> None:
        """The same contact of another tenant keeps all."""
        chain(store, 2)
        chain(other, 2)
        with changes_nothing(other):
            assert store.delete_contact("ada").count == 2
            with pytest.raises(NotFoundError):
                store.delete_contact("of another")
        other.add("of another", "Sails")
        with refuses(NotFoundError, store):
            store.delete_contact("of another")

    @pytest.mark.parametrize("tenant", ["acme/eu", "acme", "Acme", " acme", "'; --", "x" * 512])
    def test_a_tenant_is_flat_and_exactly_its_name(self, store: MemoryStore, tenant: str) -> None:
        """No path, no case folding, no trimming."""
        mine = store.for_tenant("acme/eu/1").add("ada", "Mine")
        handle = store.for_tenant(tenant)
        assert handle.contacts().items == ()
        made = handle.add("ada", "Theirs")
        assert store.for_tenant(tenant).memories("ada").items == (made,)
        assert store.for_tenant("acme/eu/1").memories("ada").items == (mine,)
        assert handle.verify().ok

    def test_a_tenant_is_default_if_none_is_named(self, backend: Backend) -> None:
        """`tenant="default"` is the handle that one gets without."""
        store = MemoryStore(backend)
        made = store.add("ada", "Sails")
        assert store.tenant == "default"
        assert MemoryStore(backend, tenant="default").get(made.id) == made

    def test_a_handle_says_who_writes(self, backend: Backend) -> None:
        """The actor of the handle is in the log; another handle may have another, or none."""
        store = MemoryStore(backend, actor="importer")
        store.add("ada", "a")
        MemoryStore(backend).add("ada", "b")
        store.for_tenant("default", actor="agent").add("ada", "c")
        with MemoryStore(backend, actor="\u00e9" * 512).transaction() as tx:
            tx.add("ada", "d")
        actors = [entry.actor for entry in walk(store.revisions)]
        assert actors == ["importer", None, "agent", "\u00e9" * 512]
        assert store.actor == "importer"

    @pytest.mark.parametrize("bad", ["", " ", "x" * 513, "a\0b", "\ud800", 1, b"a"])
    def test_a_bad_name_makes_no_handle(self, backend: Backend, bad: Any) -> None:
        """Tenants and actors are checked like every name."""
        store = MemoryStore(backend)
        calls: list[Callable[[], object]] = [
            lambda: MemoryStore(backend, tenant=bad),
            lambda: MemoryStore(backend, actor=bad),
            lambda: store.for_tenant(bad),
            lambda: store.for_tenant("a", actor=bad),
        ]
        for call in calls:
            with refuses(InvalidInputError, store):
                call()


class ClosingContract(ContractBase):
    """Closing the first handle closes all; closing another closes that one."""

    def test_a_closed_store_does_nothing(self, store: MemoryStore) -> None:
        """Every call says that it is closed; closing again does nothing."""
        v1, _ = chain(store, 2)
        store.close()
        store.close()
        calls: list[Callable[[str], object]] = [
            *_calls(store, v1.id),
            lambda _: store.add("ada", "Sails"),
            lambda _: store.add_many([NewMemory("ada", "Sails")]),
            lambda _: store.memories("ada"),
            lambda _: store.versions("ada"),
            lambda _: store.contacts(),
            lambda _: store.count("ada"),
            lambda _: store.revisions(),
            lambda _: store.find_ids("0"),
            lambda _: store.delete_contact("ada"),
            lambda _: store.prune_contact("ada", keep_last=1),
            lambda _: store.restore(1),
            lambda _: store.verify(),
            lambda _: store.for_tenant("another"),
            lambda _: store.transaction().__enter__(),
        ]
        for call in calls:
            with pytest.raises(StoreClosedError):
                call(v1.id)

    def test_closing_the_first_closes_all(self, store: MemoryStore) -> None:
        """The other handles stand on the same backend."""
        other = store.for_tenant("another")
        made = other.add("ada", "Sails")
        store.close()
        with pytest.raises(StoreClosedError):
            other.get(made.id)
        with pytest.raises(StoreClosedError):
            other.add("ada", "Reads")
        other.close()

    def test_closing_another_leaves_the_first(self, store: MemoryStore) -> None:
        """Only that handle is closed."""
        with store.for_tenant("default") as other:
            made = other.add("ada", "Sails")
        with pytest.raises(StoreClosedError):
            other.get(made.id)
        assert store.get(made.id) == made

    def test_a_with_block_closes(self, backend: Backend) -> None:
        """The store and its backend."""
        with MemoryStore(backend) as store:
            store.add("ada", "Sails")
        with pytest.raises(StoreClosedError):
            store.count("ada")

    def test_closing_waits_for_the_writer(self, store: MemoryStore) -> None:
        """Another thread's close lets an open block end, and what it wrote is kept."""
        with store.transaction() as tx:
            task = Task(store.close)
            assert task.waits()
            made = tx.add("ada", "Sails")
            assert tx.get(made.id) == made
        task.result()
        with pytest.raises(StoreClosedError):
            store.get(made.id)

    def test_a_backend_may_be_closed_twice(self, backend: Backend) -> None:
        """Again: nothing. A closed one neither reads nor writes."""
        backend.close()
        backend.close()
        with pytest.raises(StoreClosedError), backend.read("default"):
            pass
        with pytest.raises(StoreClosedError), backend.write("default"):
            pass


def _calls(handle: MemoryStore, own: str) -> list[Callable[[str], object]]:
    """Every call that takes an id; `own` is one that the handle knows."""
    return [
        lambda id: handle.get(id),
        lambda id: handle.latest(id),
        lambda id: handle.history(id),
        lambda id: handle.history(id, include_deleted=True),
        lambda id: handle.connections(id),
        lambda id: handle.update(id, "v9"),
        lambda id: handle.delete(id),
        lambda id: handle.delete(id, delete_previous_versions=True, dry_run=True),
        lambda id: handle.delete_memory(id),
        lambda id: handle.prune(id, keep_last=1),
        lambda id: handle.connect(id, own),
        lambda id: handle.connect(own, id),
        lambda id: handle.disconnect(own, id),
    ]
