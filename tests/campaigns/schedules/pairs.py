"""The store that two calls meet in, and the pairs of calls that could get into each other's way.

May live here: what is in the store, and the calls with their arguments. May not be known here: when
one is interrupted by the other.
"""

import io
from collections.abc import Callable
from typing import Any, Final

from attrs import frozen

from versionchain import MemoryStore, NewMemory
from versionchain.backends.memory import MemoryBackend
from versionchain.testing.repeatable import Clock, Ids

Call = Callable[[MemoryStore, "Held"], Any]
NEW: Final = "00000000-0000-4000-8000-00000000000a"


@frozen
class Held:
    """What the calls name."""

    first: str
    middle: str
    last: str
    chain: str
    other: str
    gone: int


class Aborted(Exception):  # noqa: N818  # it stands for a caller's own error
    """What leaves a block that is to be undone."""


def prepare(backend: MemoryBackend) -> Held:
    """A chain of four versions of which one is deleted, a second memory, and a link between."""
    store = MemoryStore(backend, clock=Clock(), ids=Ids(1))
    versions = [store.add("ada", "v1", categories=["a"])]
    for text in ("v2", "v3", "v4"):
        versions.append(store.update(versions[-1].id, text))
    other = store.add("ada", "w1")
    store.connect(versions[0].id, other.id)
    gone = store.delete(versions[1].id, reason="asked to")
    assert gone.revision is not None
    return Held(
        versions[0].id,
        versions[2].id,
        versions[3].id,
        other.chain_id,
        other.id,
        gone.revision,
    )


def _block(store: MemoryStore, held: Held) -> Any:
    with store.transaction(reason="moved") as tx:
        made = tx.add("ben", "b1")
        tx.update(held.last, "v5")
        tx.delete(held.other)
        return made


def _aborted(store: MemoryStore, held: Held) -> Any:
    with store.transaction() as tx:
        tx.add("ben", "b1")
        tx.update(held.last, "v5")
        tx.delete(held.other)
        raise Aborted


def _caught(store: MemoryStore, held: Held) -> Any:
    """A block in which one call fails, and is undone alone."""
    with store.transaction() as tx:
        made = tx.update(held.last, "v5")
        try:
            tx.add_many([NewMemory("ben", "b1"), NewMemory("ada", "w2", id=made.id)])
        except Exception as error:  # noqa: BLE001  # which it is, is compared
            return type(error).__name__


def _update(store: MemoryStore, held: Held) -> Any:
    return store.update(held.last, "v5")


def _delete(store: MemoryStore, held: Held) -> Any:
    return store.delete(held.last)


def _delete_contact(store: MemoryStore, held: Held) -> Any:
    return store.delete_contact("ada")


def _erase(store: MemoryStore, held: Held) -> Any:
    return store.erase_contact("ada")


def _prune(store: MemoryStore, held: Held) -> Any:
    return store.prune(held.last, keep_last=1)


def _restore(store: MemoryStore, held: Held) -> Any:
    return store.restore(held.gone)


def _add(store: MemoryStore, held: Held) -> Any:
    return store.add("ben", "b1", id=NEW)


def _history(store: MemoryStore, held: Held) -> Any:
    return store.history(held.first, include_deleted=True)


def _memories(store: MemoryStore, held: Held) -> Any:
    return store.memories("ada")


def _connect(store: MemoryStore, held: Held) -> Any:
    return store.connect(held.other, held.last, kind="near")


def _at(store: MemoryStore, held: Held) -> Any:
    return store.at(3).history(held.first)


def _close(store: MemoryStore, held: Held) -> Any:
    return store.close()


def _latest(store: MemoryStore, held: Held) -> Any:
    return store.latest(held.first)


def _chain(store: MemoryStore, held: Held) -> Any:
    return store.history(held.chain)


def _dump(store: MemoryStore, held: Held) -> Any:
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue()


PAIRS: Final[dict[str, tuple[Call, Call]]] = {
    "update, update": (_update, lambda store, held: store.update(held.last, "v5 too")),
    "add, add": (_add, lambda store, held: store.add("ada", "w2", id=NEW)),
    "delete, update": (_delete, _update),
    "delete, delete": (_delete, _delete),
    "delete, delete of a neighbour": (
        _delete,
        lambda store, held: store.delete(held.middle, delete_previous_versions=True),
    ),
    "delete_contact, update": (_delete_contact, _update),
    "restore, update": (_restore, _update),
    "restore, delete": (_restore, _delete),
    "connect, delete_memory": (_connect, lambda store, held: store.delete_memory(held.chain)),
    "connect, disconnect": (
        lambda store, held: store.connect(held.first, held.other, metadata={"a": 1}),
        lambda store, held: store.disconnect(held.first, held.other),
    ),
    "prune, update": (_prune, _update),
    "erase_contact, update": (_erase, _update),
    "erase_deleted, restore": (
        lambda store, held: store.erase_deleted(before=Clock().now.replace(year=2999)),
        _restore,
    ),
    "memories, update": (_memories, _update),
    "memories, block": (_memories, _block),
    "history, delete": (_history, _delete),
    "history, block": (_history, _block),
    "history, undone block": (_history, _aborted),
    "history, block with an undone call": (_history, _caught),
    "versions, restore": (lambda store, held: store.versions("ada"), _restore),
    "contacts, delete_contact": (lambda store, held: store.contacts(), _delete_contact),
    "contacts, add": (lambda store, held: store.contacts(), _add),
    "count, add": (lambda store, held: store.count("ben"), _add),
    "count, prune": (lambda store, held: store.count("ada"), _prune),
    "count, erase_contact": (lambda store, held: store.count("ada"), _erase),
    "latest, update": (_latest, _update),
    "latest, block": (_latest, _block),
    "latest, undone block": (_latest, _aborted),
    "latest, erase_contact": (_latest, _erase),
    "latest, delete_memory": (_latest, lambda store, held: store.delete_memory(held.chain)),
    "get, update": (lambda store, held: store.get(held.last), _update),
    "get, close": (lambda store, held: store.get(held.last), _close),
    "latest, close": (_latest, _close),
    "living history, close": (_chain, _close),
    "memories, close": (_memories, _close),
    "living history, update": (_chain, _update),
    "living history, restore": (_chain, _restore),
    "living history, block with an undone call": (_chain, _caught),
    "memories, restore": (_memories, _restore),
    "memories, delete": (_memories, _delete),
    "memories, undone block": (_memories, _aborted),
    "connections, delete_memory": (
        lambda store, held: store.connections(held.first),
        lambda store, held: store.delete_memory(held.chain),
    ),
    "at, update": (_at, _update),
    "at, erase_contact": (lambda store, held: store.at(3).memories("ada"), _erase),
    "revisions, add": (lambda store, held: store.revisions(), _add),
    "revisions, erase_contact": (lambda store, held: store.revisions(contact_id="ada"), _erase),
    "verify, block": (lambda store, held: store.verify(), _block),
    "dump, update": (_dump, _update),
    "dump, block": (_dump, _block),
    "dump, undone block": (_dump, _aborted),
    "dump, delete_contact": (_dump, _delete_contact),
    "dump, erase_contact": (_dump, _erase),
}
