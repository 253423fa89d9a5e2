"""The least Python that records the same facts in memory.

May live here: dicts, lists and tuples, tuned as hard as they go. May not be known here: the
library.

It keeps what `MemoryStore()` keeps of these calls: ids, a clock, numbers that are never used again,
who is deleted since which revision and who was, a revision each, and the caller's objects copied,
so that changing them later changes nothing here. It checks nothing, locks nothing and undoes
nothing. A record holds facts alone; its neighbours are those beside it in its chain.

Tried and slower: copying metadata by a walk (0.71 µs against 0.41 of `marshal`), a class with
slots for records (0.4 µs against 0.18), an object a chain where a bare list does.
"""

import marshal
from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count, islice
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import uuid4

from versionchain import NewMemory

from .answers import Done, Page


class Record(NamedTuple):
    """One version. `chain` is the list of its chain's living versions, oldest first."""

    id: str
    chain_id: str
    contact_id: str
    number: int
    content: str
    categories: tuple[str, ...]
    packed: bytes
    session_id: str | None
    created_at: datetime
    revision: int
    ordinal: int
    chain: list["Record"]

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata as a fresh dict. O(its size)."""
        unpacked: dict[str, Any] = marshal.loads(self.packed)
        return unpacked


class _Contact:
    """A contact: its chains that have a latest version, oldest first, and those that ended."""

    __slots__ = ("ended", "latest", "ordered")

    def __init__(self) -> None:
        self.latest: dict[str, Record] = {}
        self.ended: dict[str, None] = {}
        self.ordered = True


_new: Any = tuple.__new__
_now = datetime.now
_pack = marshal.dumps
_NOTHING = marshal.dumps({})
_number = itemgetter(3)
_position = itemgetter(9, 10)


class MemoryFloor:
    """A store in memory with the calls of `MemoryStore` that the workloads use."""

    def __init__(self) -> None:
        self._prefix = str(uuid4())[:24]
        self._next = count().__next__
        self._versions: dict[str, Record] = {}
        self._chains: dict[str, list[Record]] = {}
        self._contacts: dict[str, _Contact] = {}
        self._revisions: list[tuple[datetime, str, object, int]] = []
        # What only deletions fill: every version of a chain that ever lost one, by chain; since
        # when a version is deleted, and when it was before; what a revision deleted.
        self._all: dict[str, list[Record]] = {}
        self._deleted: dict[str, int] = {}
        self._absences: dict[str, list[tuple[int, int]]] = {}
        self._marked: dict[int, list[Record]] = {}

    def add(
        self,
        contact_id: str,
        content: str,
        *,
        categories: Iterable[str] = (),
        metadata: dict[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Record:
        """A new memory. O(1)."""
        revisions = self._revisions
        now = _now(UTC)
        revisions.append((now, "add", contact_id, 1))
        id = f"{self._prefix}{self._next():012x}"
        chain_id = f"{self._prefix}{self._next():012x}"
        chain: list[Record] = []
        record: Record = _new(
            Record,
            (
                id,
                chain_id,
                contact_id,
                1,
                content,
                tuple(categories),
                _pack(metadata) if metadata else _NOTHING,
                session_id,
                now,
                len(revisions),
                0,
                chain,
            ),
        )
        chain.append(record)
        self._versions[id] = record
        self._chains[chain_id] = chain
        try:
            self._contacts[contact_id].latest[chain_id] = record
        except KeyError:
            self._contacts[contact_id] = contact = _Contact()
            contact.latest[chain_id] = record
        return record

    def add_many(self, items: Iterable[NewMemory]) -> tuple[Record, ...]:
        """New memories in one revision. O(items)."""
        now, revision = _now(UTC), len(self._revisions) + 1
        prefix, next_id = self._prefix, self._next
        versions, chains, contacts = self._versions, self._chains, self._contacts
        records: list[Record] = []
        touched: dict[str, None] = {}
        for ordinal, item in enumerate(items):
            contact_id = item.contact_id
            touched[contact_id] = None
            id = f"{prefix}{next_id():012x}"
            chain_id = f"{prefix}{next_id():012x}"
            chain: list[Record] = []
            record: Record = _new(
                Record,
                (
                    id,
                    chain_id,
                    contact_id,
                    1,
                    item.content,
                    tuple(item.categories or ()),
                    _pack(item.metadata) if item.metadata else _NOTHING,
                    item.session_id,
                    now,
                    revision,
                    ordinal,
                    chain,
                ),
            )
            chain.append(record)
            records.append(record)
            versions[id] = record
            chains[chain_id] = chain
            try:
                contacts[contact_id].latest[chain_id] = record
            except KeyError:
                contacts[contact_id] = contact = _Contact()
                contact.latest[chain_id] = record
        self._revisions.append((now, "add_many", tuple(touched), len(records)))
        return tuple(records)

    def update(self, version_id: str, content: str) -> Record:
        """A new version of a memory, which inherits all but the content. O(1)."""
        _, chain_id, contact_id, number, _, labels, packed, session_id, _, _, _, chain = (
            self._versions[version_id]
        )
        if chain_id in self._all:
            number = self._all[chain_id][-1].number
        now = _now(UTC)
        revisions = self._revisions
        revisions.append((now, "update", contact_id, 1))
        id = f"{self._prefix}{self._next():012x}"
        record: Record = _new(
            Record,
            (
                id,
                chain_id,
                contact_id,
                number + 1,
                content,
                labels,
                packed,
                session_id,
                now,
                len(revisions),
                0,
                chain,
            ),
        )
        chain.append(record)
        if chain_id in self._all:
            self._all[chain_id].append(record)
        self._versions[id] = record
        latest = self._contacts[contact_id].latest
        del latest[chain_id]
        latest[chain_id] = record
        return record

    def latest(self, id: str) -> Record:
        """A memory's latest version, by any of its ids. O(1)."""
        try:
            return self._versions[id].chain[-1]
        except KeyError:
            return self._chains[id][-1]

    def history(self, id: str) -> tuple[Record, ...]:
        """A memory's versions, oldest first. O(those)."""
        try:
            return tuple(self._versions[id].chain)
        except KeyError:
            return tuple(self._chains[id])

    def memories(self, contact_id: str, *, limit: int = 100) -> Page:
        """A contact's latest versions, newest first. O(limit), once they are in order."""
        contact = self._contacts[contact_id]
        if not contact.ordered:
            contact.latest = {
                record.chain_id: record for record in sorted(contact.latest.values(), key=_position)
            }
            contact.ordered = True
        return Page(tuple(islice(reversed(contact.latest.values()), limit)))

    def at(self, revision: int) -> "_View":
        """The memories as they were after a revision. O(1)."""
        return _View(self, revision)

    def delete(self, version_id: str, *, delete_previous_versions: bool = False) -> Done:
        """Marks a version deleted, or it and all before it. O(what goes), and a move in C."""
        record = self._versions[version_id]
        chain, chain_id, contact_id = record.chain, record.chain_id, record.contact_id
        if chain_id not in self._all:
            self._all[chain_id] = chain.copy()
        index = record.number - 1
        if index >= len(chain) or chain[index] is not record:
            index = bisect_left(chain, record.number, key=_number)
        first = 0 if delete_previous_versions else index
        gone = chain[first : index + 1]
        del chain[first : index + 1]
        revision = self._mark("delete", contact_id, gone)
        self._lead(chain_id, contact_id, chain)
        return Done(revision, len(gone))

    def delete_contact(self, contact_id: str) -> Done:
        """Marks all of a contact's memories deleted. O(its versions)."""
        contact = self._contacts[contact_id]
        whole = self._all
        gone: list[Record] = []
        for chain_id, record in contact.latest.items():
            chain = record.chain
            if chain_id not in whole:
                whole[chain_id] = chain.copy()
            gone += chain
            chain.clear()
        contact.ended.update(dict.fromkeys(contact.latest))
        contact.latest = {}
        return Done(self._mark("delete_contact", contact_id, gone), len(gone))

    def restore(self, revision: int) -> Done:
        """Brings back what a revision deleted. O(what comes back · log of its chains)."""
        back = self._marked.pop(revision, [])
        self._revisions.append((_now(UTC), "restore", revision, len(back)))
        absence = (revision, len(self._revisions))
        versions, deleted, absences = self._versions, self._deleted, self._absences
        chains: dict[str, Record] = {}
        for record in back:
            id = record.id
            del deleted[id]
            versions[id] = record
            if id in absences:
                absences[id].append(absence)
            else:
                absences[id] = [absence]
            chain = record.chain
            if not chain or chain[-1].number < record.number:
                chain.append(record)
            else:
                insort(chain, record, key=_number)
            chains[record.chain_id] = record
        for chain_id, record in chains.items():
            self._lead(chain_id, record.contact_id, record.chain)
        return Done(absence[1], len(back))

    def close(self) -> None:
        """Nothing to close. O(1)."""

    def _mark(self, operation: str, contact_id: str, gone: list[Record]) -> int:
        self._revisions.append((_now(UTC), operation, contact_id, len(gone)))
        revision = len(self._revisions)
        self._marked[revision] = gone
        deleted, versions = self._deleted, self._versions
        for record in gone:
            id = record.id
            deleted[id] = revision
            del versions[id]
        return revision

    def _lead(self, chain_id: str, contact_id: str, chain: list[Record]) -> None:
        """Puts a chain's latest version where its contact's listing looks for it."""
        contact = self._contacts[contact_id]
        if not chain:
            del contact.latest[chain_id]
            contact.ended[chain_id] = None
        elif contact.latest.get(chain_id) is not chain[-1]:
            contact.ended.pop(chain_id, None)
            contact.latest[chain_id] = chain[-1]
            contact.ordered = False

    def _was_there(self, id: str, revision: int) -> bool:
        if self._deleted.get(id, revision + 1) <= revision:
            return False
        return not any(gone <= revision < back for gone, back in self._absences.get(id, ()))


class _View:
    """The floor as it was after a revision."""

    __slots__ = ("_floor", "_revision")

    def __init__(self, floor: MemoryFloor, revision: int) -> None:
        self._floor = floor
        self._revision = revision

    def memories(self, contact_id: str, limit: int = 100) -> Page:
        """A contact's latest versions then, newest first. O(the contact's chains) at best."""
        floor, revision = self._floor, self._revision
        contact = floor._contacts[contact_id]
        whole, was_there = floor._all, floor._was_there
        touched = floor._deleted or floor._absences
        found = []
        for chain_id in (*contact.latest, *contact.ended):
            for record in reversed(whole.get(chain_id) or floor._chains[chain_id]):
                if record[9] <= revision and (not touched or was_there(record[0], revision)):
                    found.append(record)
                    break
        found.sort(key=_position, reverse=True)
        return Page(tuple(found[:limit]))
