"""The contract: a tenant carried out and in again. SPEC section 4, `dump` and `load`."""

import io

from ...backends.memory import MemoryBackend
from ...errors import ConflictError, InvalidInputError
from ...store import MemoryStore
from ..looking import everything, refuses
from .base import ContractBase, chain, newest


class TransferContract(ContractBase):
    """A dump holds every fact, and the same facts give the same bytes from any backend."""

    def test_a_dump_goes_through_memory_and_back_unchanged(
        self, store: MemoryStore, other: MemoryStore
    ) -> None:
        """Dumped, loaded in memory, dumped, loaded here into another tenant: the same bytes."""
        story(store)
        first = dumped(store)
        memory = MemoryStore(MemoryBackend())
        memory.load(io.BytesIO(first))
        assert dumped(memory) == first
        other.load(io.BytesIO(first))
        assert dumped(other) == first
        for revision in range(newest(store) + 1):
            seen = [everything(each.at(revision), ["ada", "zoe"]) for each in (store, other)]
            assert seen[0] == seen[1]

    def test_a_loaded_tenant_goes_on(self, store: MemoryStore, other: MemoryStore) -> None:
        """Numbers, revisions and restorations go on where the other was."""
        story(store)
        other.load(io.BytesIO(dumped(store)))
        ended = next(r for r in other.revisions().items if r.operation == "delete_contact")
        assert other.restore(ended.number) == store.restore(ended.number)
        assert other.add("ada", "New").revision == newest(store) + 1

    def test_a_load_makes_no_revision(self, store: MemoryStore, other: MemoryStore) -> None:
        """An empty dump leaves an empty tenant."""
        counts = other.load(io.BytesIO(dumped(store)))
        assert counts.contacts == counts.revisions == 0
        assert newest(other) == 0

    def test_a_load_never_mixes(self, store: MemoryStore, other: MemoryStore) -> None:
        """Only an empty tenant is loaded into; one whose memories ended is not empty."""
        story(store)
        whole = dumped(store)
        other.delete(other.add("ada", "was here").id)
        with refuses(ConflictError, other):
            other.load(io.BytesIO(whole))

    def test_a_refused_load_leaves_nothing(self, store: MemoryStore, other: MemoryStore) -> None:
        """Cut at any line, nothing of it comes in, and the tenant can be loaded into after."""
        story(store)
        whole = dumped(store)
        lines = whole.splitlines(keepends=True)
        for kept in range(0, len(lines), 5):
            with refuses(InvalidInputError, other) as caught:
                other.load(io.BytesIO(b"".join(lines[:kept])))
            assert caught.value.field == f"line {kept + 1}:"
        other.load(io.BytesIO(whole))
        assert dumped(other) == whole


def story(store: MemoryStore) -> None:
    """A little of everything that a dump must carry."""
    versions = chain(store, 4)
    tea = store.add("ada", "Prefers tea", metadata={"ü": [1, 1.0, None]}, categories=["b", "a"])
    store.connect(versions[0].id, tea.id)
    store.connect(versions[0].id, tea.id, metadata={"n": 2})
    store.delete(versions[1].id, reason="why")
    store.restore(store.delete(versions[3].id).revision or 0)
    with store.transaction(reason="both") as tx:
        tx.delete(tx.add("zoe", "never seen").id)
        tx.add("zoe", "Sails")
    store.delete_contact("zoe")
    store.disconnect(versions[0].id, tea.id)


def dumped(store: MemoryStore) -> bytes:
    """The tenant's dump."""
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue()
