"""Raw `sqlite3` that records the same facts, with the best schema that was found.

May live here: constant statements, one transaction an operation. May not be known here: the
library.

A version's row holds all of it, in the order of its chain, so that a record is made of one row;
one more index finds it by id, and one lists a contact by who is latest and when. A revision's
number is its row's, so nothing is asked for before it is written. It checks nothing. A record has
its categories and time ready and its metadata as text, decoded when it is asked for.

Two processes may share the file, as they may the library's.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from versionchain import NewMemory

from . import statements as sql
from .answers import Done, Page

_new: Any = tuple.__new__
_clock = time.time_ns
# Exact to the microsecond until the year 2255, and half of what adding a timedelta costs.
_time = datetime.fromtimestamp
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Record(NamedTuple):
    """One version."""

    id: str
    chain_id: str
    contact_id: str
    number: int
    content: str
    categories: tuple[str, ...]
    metadata_json: str
    session_id: str | None
    created_at: datetime
    revision: int
    ordinal: int

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata as a fresh dict. O(its size)."""
        decoded: dict[str, Any] = json.loads(self.metadata_json)
        return decoded


class _Labels(dict[str, tuple[str, ...]]):
    """Categories by their text: the same few come again, so each is decoded once."""

    def __missing__(self, shown: str) -> tuple[str, ...]:
        labels = self[shown] = tuple(json.loads(shown))
        return labels


class SQLiteFloor:
    """A store in one file with the calls of `MemoryStore` that the workloads use.

    Args:
        path: the file, which is not there yet.
        durability: "normal" or "full".
    """

    def __init__(self, path: Path, durability: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        self._do: Callable[..., sqlite3.Cursor] = self._connection.execute
        do = self._do
        do("PRAGMA journal_mode=WAL")
        do(f"PRAGMA synchronous={durability.upper()}")
        do("PRAGMA cache_size=-65536")
        if not do("PRAGMA user_version").fetchone()[0]:
            self._connection.executescript(sql.SCHEMA)
            do("PRAGMA user_version=1")
        self._prefix = str(uuid4())[:24]
        self._next = count().__next__
        self._labels = _Labels()

    def add(
        self,
        contact_id: str,
        content: str,
        *,
        categories: Iterable[str] = (),
        metadata: dict[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Record:
        """A new memory. One transaction."""
        labels = tuple(categories)
        do = self._do
        when = _clock() // 1000
        said = _encode(metadata) if metadata else "{}"
        shown = _encode(labels) if labels else "[]"
        id = f"{self._prefix}{self._next():012x}"
        chain_id = f"{self._prefix}{self._next():012x}"
        do(sql.BEGIN)
        revision = do(sql.REVISION, (when, "add", contact_id, 1)).lastrowid
        row = (id, chain_id, contact_id, 1, content, shown, said, session_id, when, revision, 0)
        do(sql.INSERT, row)
        do(sql.COMMIT)
        return _record(row, labels)

    def add_many(self, items: Iterable[NewMemory]) -> tuple[Record, ...]:
        """New memories in one transaction. O(items)."""
        do = self._do
        when = _clock() // 1000
        prefix, next_id = self._prefix, self._next
        do(sql.BEGIN)
        revision = do(sql.REVISION, (when, "add_many", None, 0)).lastrowid
        rows = [
            (
                f"{prefix}{next_id():012x}",
                f"{prefix}{next_id():012x}",
                item.contact_id,
                1,
                item.content,
                _encode(item.categories) if item.categories else "[]",
                _encode(item.metadata) if item.metadata else "{}",
                item.session_id,
                when,
                revision,
                ordinal,
            )
            for ordinal, item in enumerate(items)
        ]
        many = self._connection.executemany
        many(sql.INSERT, rows)
        many(sql.TOUCH, [(revision, each) for each in {row[2]: None for row in rows}])
        do(sql.COUNTED, (len(rows), revision))
        do(sql.COMMIT)
        return self._records(rows)

    def update(self, version_id: str, content: str) -> Record:
        """A new version of a memory, which inherits all but the content. One transaction."""
        do = self._do
        when = _clock() // 1000
        id = f"{self._prefix}{self._next():012x}"
        do(sql.BEGIN)
        chain_id, contact_id, number, shown, said, session_id, last = do(
            sql.BY_ID, (version_id,)
        ).fetchone()
        revision = do(sql.REVISION, (when, "update", contact_id, 1)).lastrowid
        do(sql.FOLLOWED, (chain_id, number))
        row = (
            *(id, chain_id, contact_id, last + 1, content, shown, said, session_id),
            *(when, revision, 0),
        )
        do(sql.INSERT, row)
        do(sql.COMMIT)
        return _record(row, self._labels[shown])

    def latest(self, id: str) -> Record:
        """A memory's latest version, by any of its ids. One statement."""
        row = self._do(sql.LATEST, (id, id)).fetchone()
        return _record(row, self._labels[row[5]])

    def history(self, id: str) -> tuple[Record, ...]:
        """A memory's versions, oldest first. One statement."""
        return self._records(self._do(sql.HISTORY, (id, id)).fetchall())

    def memories(self, contact_id: str, *, limit: int = 100) -> Page:
        """A contact's latest versions, newest first. One statement."""
        return Page(self._records(self._do(sql.MEMORIES, (contact_id, limit)).fetchall()))

    def at(self, revision: int) -> "_View":
        """The memories as they were after a revision. O(1)."""
        return _View(self, revision)

    def delete(self, version_id: str, *, delete_previous_versions: bool = False) -> Done:
        """Marks a version deleted, or it and all before it. One transaction."""
        do = self._do
        when = _clock() // 1000
        do(sql.BEGIN)
        chain_id, number, contact_id, latest = do(sql.PLACE, (version_id,)).fetchone()
        revision = do(sql.REVISION, (when, "delete", contact_id, 1)).lastrowid or 0
        if latest:
            do(sql.FOLLOWED, (chain_id, number))
        first = 1 if delete_previous_versions else number
        gone = do(sql.MARK, (revision, when, chain_id, first, number)).rowcount
        if gone != 1:
            do(sql.COUNTED, (gone, revision))
        if latest:
            do(sql.LEAD, (chain_id, chain_id))
        do(sql.COMMIT)
        return Done(revision, gone)

    def delete_contact(self, contact_id: str) -> Done:
        """Marks all of a contact's memories deleted. One transaction."""
        do = self._do
        when = _clock() // 1000
        do(sql.BEGIN)
        revision = do(sql.REVISION, (when, "delete_contact", contact_id, 0)).lastrowid or 0
        gone = do(sql.MARK_CONTACT, (revision, when, contact_id)).rowcount
        do(sql.COUNTED, (gone, revision))
        do(sql.COMMIT)
        return Done(revision, gone)

    def restore(self, revision: int) -> Done:
        """Brings back what a revision deleted. One transaction."""
        do = self._do
        do(sql.BEGIN)
        new = do(sql.REVISION, (_clock() // 1000, "restore", None, 0)).lastrowid or 0
        do(sql.STEP_BACK, (revision,))
        do(sql.ABSENCES, (new, revision))
        back = do(sql.UNMARK, (revision, revision)).rowcount
        do(sql.COUNTED, (back, new))
        do(sql.COMMIT)
        return Done(new, back)

    @contextmanager
    def transaction(self) -> Iterator["SQLiteFloor"]:
        """Calls in one transaction, so that what is prepared is ready sooner. O(1)."""
        do = self._do
        do(sql.BEGIN)
        self._do = lambda text, *values: do(
            "SELECT 1" if text in (sql.BEGIN, sql.COMMIT) else text, *values
        )
        yield self
        self._do = do
        do(sql.COMMIT)

    def close(self) -> None:
        """Closes the file. O(its log)."""
        self._connection.close()

    def _records(self, rows: Iterable[tuple[Any, ...]]) -> tuple[Record, ...]:
        labels = self._labels
        return tuple(
            [
                _new(
                    Record,
                    (
                        *row[:5],
                        labels[row[5]],
                        row[6],
                        row[7],
                        _time(row[8] / 1e6, UTC),
                        row[9],
                        row[10],
                    ),
                )
                for row in rows
            ]
        )


def _record(row: tuple[Any, ...], labels: tuple[str, ...]) -> Record:
    when = _time(row[8] / 1e6, UTC)
    record: Record = _new(Record, (*row[:5], labels, row[6], row[7], when, row[9], row[10]))
    return record


class _View:
    """The floor as it was after a revision."""

    __slots__ = ("_floor", "_revision")

    def __init__(self, floor: SQLiteFloor, revision: int) -> None:
        self._floor = floor
        self._revision = revision

    def memories(self, contact_id: str, limit: int = 100) -> Page:
        """A contact's latest versions then, newest first. One statement."""
        floor = self._floor
        then = (self._revision,) * 4
        rows = floor._do(sql.MEMORIES_THEN, (contact_id, *then, limit)).fetchall()
        return Page(floor._records(rows))
