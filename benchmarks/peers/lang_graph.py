"""LangGraph's stores: `put`, `get`, `search` and `batch`, on InMemoryStore here.

May live here: the idiom on any LangGraph store, and InMemoryStore. May not be known here: SQLite.

Idiom: a contact's namespace holds each memory as it is now, under the memory's key; one more
namespace holds every older version, under a key of its own. So `get` answers R1, `search` L1, and
one `batch`, which is one transaction in SQLite, does any change: an update puts the old version
aside and the new one in its place, a deletion puts None. A namespace for each memory was turned
down: InMemoryStore's search looks at every namespace there is. A list of versions in one item was
turned down: each update would write the whole chain anew.
An id is the contact, the memory's key and the number, so that nothing has to be looked up.
A deletion is real and can't be restored, so D3 and RS are not claimed; there is no older state, so
S1 is not. `search` promises no order here: it gives the oldest first. InMemoryStore holds the
caller's own metadata, uncopied.
Durability: none.
"""

from collections.abc import Sequence
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from langgraph.store.base import BaseStore, GetOp, Item, PutOp
from langgraph.store.memory import InMemoryStore

from versionchain import NewMemory

from ..subjects import Subject
from .answers import Page, Record, Records

Id = tuple[str, str, int]

WORKLOADS = frozenset({"W1", "W2", "WB", "R1", "R2", "L1", "D1", "D2", "M1"})

_OLD = ("old",)


def subjects() -> list[Subject]:
    """InMemoryStore."""
    release = f"langgraph-checkpoint {version('langgraph-checkpoint')}"
    return [Subject("LangGraph InMemoryStore", "peer", "memory", "none", WORKLOADS, _open, release)]


def _open(_: Path) -> "LangGraph":
    return LangGraph(InMemoryStore())


class LangGraph:
    """Memories in a LangGraph store."""

    def __init__(self, store: BaseStore) -> None:
        self._store = store
        self._new_key = map(str, count(1)).__next__

    def add(
        self,
        contact_id: str,
        content: str,
        *,
        categories: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Record:
        """A new memory: one `put`."""
        key = self._new_key()
        value = _value(content, categories, metadata, session_id)
        self._store.put(_now(contact_id), key, value)
        return Record((contact_id, key, 1), content)

    def add_many(self, items: list[NewMemory]) -> list[Record]:
        """New memories: one `batch`."""
        records = []
        puts = []
        for item in items:
            key = self._new_key()
            value = _value(item.content, item.categories or (), item.metadata, item.session_id)
            puts.append(PutOp(_now(item.contact_id), key, value))
            records.append(Record((item.contact_id, key, 1), item.content))
        self._store.batch(puts)
        return records

    def update(self, version_id: Id, content: str) -> Record:
        """A new version: a `get`, and a `batch` of two puts."""
        contact_id, key, _ = version_id
        namespace = _now(contact_id)
        last = self._item(namespace, key).value
        number = last["number"] + 1
        self._store.batch(
            [
                PutOp(_OLD, f"{key}:{last['number']}", last),
                PutOp(namespace, key, {**last, "content": content, "number": number}),
            ]
        )
        return Record((contact_id, key, number), content)

    def latest(self, id: Id) -> Record:
        """The newest version: one `get`."""
        contact_id, key, _ = id
        return _record(self._item(_now(contact_id), key))

    def history(self, id: Id) -> Sequence[Record]:
        """The versions, oldest first: a `get`, and a `batch` of gets."""
        contact_id, key, _ = id
        last = self._item(_now(contact_id), key)
        value = last.value
        older = self._store.batch(
            [GetOp(_OLD, f"{key}:{n}") for n in range(value["first"], value["number"])]
        )
        found = [item for item in older if item is not None]

        def read(item: Item) -> Record:
            return Record((contact_id, key, item.value["number"]), item.value["content"])

        return Records([*found, last], read)

    def memories(self, contact_id: str, *, limit: int = 100) -> Page:
        """A contact's memories: one `search`."""
        return Page(Records(self._store.search(_now(contact_id), limit=limit), _record))

    def delete(self, version_id: Id, *, delete_previous_versions: bool = False) -> None:
        """Removes a version, or one with all before it: a `get` and a `batch`."""
        contact_id, key, number = version_id
        namespace = _now(contact_id)
        last = self._item(namespace, key).value
        if number < last["number"]:
            first = last["first"] if delete_previous_versions else number
            gone = [PutOp(_OLD, f"{key}:{n}", None) for n in range(first, number + 1)]
            if delete_previous_versions:
                gone.append(PutOp(namespace, key, {**last, "first": number + 1}))
            self._store.batch(gone)
            return
        if delete_previous_versions:
            old = range(last["first"], number)
            gone = [PutOp(_OLD, f"{key}:{n}", None) for n in old]
            self._store.batch([*gone, PutOp(namespace, key, None)])
            return
        for n in range(number - 1, last["first"] - 1, -1):
            before = self._store.get(_OLD, f"{key}:{n}")
            if before is not None:
                value = {**before.value, "first": last["first"]}
                self._store.batch([PutOp(_OLD, before.key, None), PutOp(namespace, key, value)])
                return
        self._store.delete(namespace, key)

    def close(self) -> None:
        """Nothing to close."""

    def _item(self, namespace: tuple[str, ...], key: str) -> Item:
        item = self._store.get(namespace, key)
        if item is None:
            raise KeyError(key)
        return item


def _now(contact_id: str) -> tuple[str, ...]:
    return ("now", contact_id)


def _value(
    content: str,
    categories: Sequence[str],
    metadata: dict[str, Any] | None,
    session_id: str | None,
) -> dict[str, Any]:
    return {
        "content": content,
        "categories": categories,
        "metadata": metadata,
        "session_id": session_id,
        "number": 1,
        "first": 1,
    }


def _record(item: Item) -> Record:
    value = item.value
    return Record((item.namespace[1], item.key, value["number"]), value["content"])
