"""ZODB: BTrees in a FileStorage.

May live here: the idiom. May not be known here: any other peer.

Idiom: `contacts` is a tree of contacts, a contact a tree of memories, a memory a tree of its
versions by number. A short tree is one record, so add and update write two and one, and a long
chain is still not written anew. Numbers of memories fall, so that the newest comes first: BTrees
walk up only. Versions are tuples, pickled inside their tree. A contact is deleted by moving its
tree aside, and restored by moving it back: nothing in it is written. An older state is ZODB's own
`open(at=...)`. A revision is the id of a transaction, but a deletion's, which a key names.
An explicit transaction manager is the cheapest; a read begins a transaction, without which it
would not see what other threads wrote. The cache holds every object, and no other process can
have changed one: FileStorage locks its file.
Durability: full. FileStorage calls fsync at each commit and has no option for less.
"""

from collections.abc import Sequence
from importlib.metadata import version
from itertools import count, islice
from pathlib import Path
from typing import Any

from attrs import define
from BTrees.IOBTree import IOBTree
from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree
from transaction import TransactionManager
from ZODB import DB
from ZODB.FileStorage import FileStorage

from versionchain import NewMemory

from ..subjects import ALL, Subject
from .answers import Deleted, Page, Record, Records

Id = tuple[str, int, int]


def subjects() -> list[Subject]:
    """A FileStorage."""
    release = f"ZODB {version('ZODB')}"
    return [Subject("ZODB FileStorage", "peer", "file", "full", ALL, ZODBFile, release)]


class ZODBFile:
    """Memories as persistent trees."""

    def __init__(self, path: Path) -> None:
        self._db = DB(FileStorage(str(path)), cache_size=10_000_000)
        self._transaction = TransactionManager(explicit=True)
        with self._transaction:
            connection = self._db.open(self._transaction)
            root = connection.root()
            root["contacts"] = OOBTree()
            root["deleted"] = OOBTree()
        self._connection = connection
        self._contacts = root["contacts"]
        self._deleted = root["deleted"]
        self._new_key = count(-1, -1).__next__
        self._new_deletion = count(1).__next__

    def add(
        self,
        contact_id: str,
        content: str,
        *,
        categories: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Record:
        """A new memory in its contact's tree."""
        with self._transaction:
            key = self._put(contact_id, (content, categories, metadata, session_id))
        return Record((contact_id, key, 1), content, self.newest())

    def add_many(self, items: list[NewMemory]) -> list[Record]:
        """New memories in one transaction."""
        with self._transaction:
            keys = [
                self._put(
                    item.contact_id,
                    (item.content, item.categories, item.metadata, item.session_id),
                )
                for item in items
            ]
        revision = self.newest()
        return [
            Record((item.contact_id, key, 1), item.content, revision)
            for item, key in zip(items, keys, strict=True)
        ]

    def update(self, version_id: Id, content: str) -> Record:
        """A new version in its memory's tree."""
        contact_id, key, _ = version_id
        with self._transaction:
            memory = self._contacts[contact_id][key]
            number = memory.maxKey()
            memory[number + 1] = (content, *memory[number][1:])
        return Record((contact_id, key, number + 1), content, self.newest())

    def latest(self, id: Id) -> Record:
        """The version with the highest number."""
        contact_id, key, _ = id
        self._transaction.begin()
        try:
            memory = self._contacts[contact_id][key]
            number = memory.maxKey()
            return Record((contact_id, key, number), memory[number][0])
        finally:
            self._transaction.abort()

    def history(self, id: Id) -> Sequence[Record]:
        """The versions in their tree's order."""
        contact_id, key, _ = id

        def read(item: tuple[int, tuple[Any, ...]]) -> Record:
            return Record((contact_id, key, item[0]), item[1][0])

        self._transaction.begin()
        try:
            return Records(list(self._contacts[contact_id][key].items()), read)
        finally:
            self._transaction.abort()

    def memories(self, contact_id: str, *, limit: int = 100) -> Page:
        """A contact's memories, newest first."""
        self._transaction.begin()
        try:
            return _page(self._contacts, contact_id, limit)
        finally:
            self._transaction.abort()

    def at(self, revision: bytes) -> "ZODBPast":
        """The store as it was after a transaction."""
        return ZODBPast(self._db, revision)

    def newest(self) -> bytes:
        """The last transaction's id."""
        tid: bytes = self._db.lastTransaction()
        return tid

    def delete(self, version_id: Id, *, delete_previous_versions: bool = False) -> None:
        """Takes a version out of its tree, or one with all before it; the last takes the memory."""
        contact_id, key, number = version_id
        with self._transaction:
            memory = self._contacts[contact_id][key]
            if delete_previous_versions:
                for each in list(memory.keys(max=number)):
                    del memory[each]
            else:
                del memory[number]
            if not memory:
                del self._contacts[contact_id][key]

    def delete_contact(self, contact_id: str) -> Deleted:
        """Moves a contact's tree aside."""
        revision = self._new_deletion()
        with self._transaction:
            self._deleted[revision] = (contact_id, self._contacts.pop(contact_id))
        return Deleted(revision)

    def restore(self, revision: int) -> None:
        """Moves a contact's tree back."""
        with self._transaction:
            contact_id, memories = self._deleted.pop(revision)
            since = self._contacts.get(contact_id)
            if since is not None:
                memories.update(since)
            self._contacts[contact_id] = memories

    def close(self) -> None:
        """Closes the database."""
        self._connection.close()
        self._db.close()

    def _put(self, contact_id: str, facts: tuple[Any, ...]) -> int:
        memories = self._contacts.get(contact_id)
        if memories is None:
            memories = self._contacts[contact_id] = LOBTree()
        key = self._new_key()
        memories[key] = IOBTree({1: facts})
        return key


@define
class ZODBPast:
    """An older state."""

    db: DB
    tid: bytes

    def memories(self, contact_id: str, *, limit: int = 100) -> Page:
        """A contact's memories as they were, newest first."""
        connection = self.db.open(TransactionManager(), at=self.tid)
        try:
            return _page(connection.root()["contacts"], contact_id, limit)
        finally:
            connection.close()


def _page(contacts: OOBTree, contact_id: str, limit: int) -> Page:
    found = [
        (key, number, memory[number])
        for key, memory in islice(contacts.get(contact_id, LOBTree()).items(), limit)
        for number in [memory.maxKey()]
    ]

    def read(item: tuple[int, int, tuple[Any, ...]]) -> Record:
        return Record((contact_id, item[0], item[1]), item[2][0])

    return Page(Records(found, read))
