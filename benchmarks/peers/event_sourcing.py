"""eventsourcing: its aggregate recorders, POPO and SQLite.

May live here: the idiom on any recorder, and both recorders. May not be known here: other peers.

Idiom: an aggregate for each memory; an event is a version, whole, or says that versions went.
History is the aggregate's events, the latest its last event. The recorders are called directly:
they are the least that the package can do. The application above makes the same rows from
aggregates: with it, in memory, an add took 44 µs for 8, a history of 5 events 22 µs for 6. The
aggregate recorder, whose table is clustered on aggregate and version, is faster than the
application recorder, which also keeps a log of all events. State is bytes of the caller's choice:
a pickled tuple costs 0.4 µs to make and 0.5 to read, JSON 3 µs each. Ids are text, which the
datastore is told, so that it makes no UUIDs.
A deletion's event holds the number that is the latest after it, so no read has to fold everything.
Events of one contact can't be listed without a projection of one's own, so L1, S1, D3 and RS are
not claimed.
Durability: POPO none. SQLite: the pool holds one connection, which the package sets to WAL, and
which is set to NORMAL and to FULL here.
"""

import pickle
import time
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from eventsourcing.persistence import AggregateRecorder, StoredEvent
from eventsourcing.popo import POPOAggregateRecorder
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteDatastore

from versionchain import NewMemory

from ..subjects import Subject
from .answers import Record
from .sqlite_settings import DURABILITIES, Synced, settle

Id = tuple[str, int]

WORKLOADS = frozenset({"W1", "W2", "WB", "R1", "R2", "D1", "D2", "M1"})

_WRITTEN = "written"
_DELETED = "deleted"


def subjects() -> list[Subject]:
    """The POPO recorder, and the SQLite recorder at both durabilities."""
    release = f"eventsourcing {version('eventsourcing')}"
    in_memory = Subject(
        "eventsourcing POPO", "peer", "memory", "none", WORKLOADS, _open_popo, release
    )
    return [
        in_memory,
        *(
            Subject(
                "eventsourcing SQLite",
                "peer",
                "sqlite",
                durability,
                WORKLOADS,
                partial(EventSourcingSQLite, durability=durability),
                release,
            )
            for durability in DURABILITIES
        ),
    ]


def _open_popo(_: Path) -> "EventSourcing":
    return EventSourcing(POPOAggregateRecorder())


class EventSourcing:
    """Memories as aggregates of a recorder."""

    def __init__(self, recorder: AggregateRecorder) -> None:
        self._recorder = recorder
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
        """A new aggregate: one event."""
        key = self._new_key()
        state = _state(contact_id, content, categories, metadata, session_id)
        self._recorder.insert_events([StoredEvent(key, 1, _WRITTEN, state)])
        return Record((key, 1), content)

    def add_many(self, items: list[NewMemory]) -> list[Record]:
        """New aggregates: their events in one `insert_events`."""
        events = []
        records = []
        for item in items:
            key = self._new_key()
            state = _state(
                item.contact_id,
                item.content,
                item.categories or (),
                item.metadata,
                item.session_id,
            )
            events.append(StoredEvent(key, 1, _WRITTEN, state))
            records.append(Record((key, 1), item.content))
        self._recorder.insert_events(events)
        return records

    def update(self, version_id: Id, content: str) -> Record:
        """A new event, after the last."""
        key = version_id[0]
        last = self._last(key)
        contact_id, _, categories, metadata, session_id, _ = pickle.loads(self._living(last).state)
        state = _state(contact_id, content, categories, metadata, session_id)
        number = last.originator_version + 1
        self._recorder.insert_events([StoredEvent(key, number, _WRITTEN, state)])
        return Record((key, number), content)

    def latest(self, id: Id) -> Record:
        """The last event's version."""
        key = id[0]
        return _record(self._living(self._last(key)))

    def history(self, id: Id) -> list[Record]:
        """The events, less the deleted."""
        return [_record(event) for event in self._versions(id[0])]

    def delete(self, version_id: Id, *, delete_previous_versions: bool = False) -> None:
        """An event that says which version went, or which with all before it."""
        key, number = version_id
        last = self._last(key)
        latest = self._living(last).originator_version
        if number == latest:
            older = [] if delete_previous_versions else self._versions(key)[:-1]
            latest = older[-1].originator_version if older else 0
        first = 1 if delete_previous_versions else number
        state = pickle.dumps((first, number, latest, time.time()))
        event = StoredEvent(key, last.originator_version + 1, _DELETED, state)
        self._recorder.insert_events([event])

    def close(self) -> None:
        """Nothing to close."""

    def _last(self, key: str) -> StoredEvent:
        found = self._recorder.select_events(key, desc=True, limit=1)
        if not found:
            raise KeyError(key)
        return found[0]

    def _living(self, last: StoredEvent) -> StoredEvent:
        """The latest version that is left, by the aggregate's last event."""
        if last.topic == _WRITTEN:
            return last
        number = pickle.loads(last.state)[2]
        key = last.originator_id
        found = self._recorder.select_events(key, gt=number - 1, lte=number, limit=1)
        if not found:
            raise KeyError(key)
        return found[0]

    def _versions(self, key: str) -> Sequence[StoredEvent]:
        events = self._recorder.select_events(key)
        gone: set[int] = set()
        for event in events:
            if event.topic == _DELETED:
                first, last, *_ = pickle.loads(event.state)
                gone.add(event.originator_version)
                gone.update(range(first, last + 1))
        if not gone:
            return events
        return [event for event in events if event.originator_version not in gone]


class EventSourcingSQLite(EventSourcing):
    """Memories as aggregates in a file."""

    def __init__(self, path: Path, durability: Synced) -> None:
        self.datastore = SQLiteDatastore(
            path.as_uri(), pool_size=1, max_overflow=0, originator_id_type="text"
        )
        with self.datastore.get_connection(commit=True) as connection:
            settle(connection.cursor().execute, durability)
        recorder = SQLiteAggregateRecorder(self.datastore)
        recorder.create_table()
        super().__init__(recorder)

    def close(self) -> None:
        """Closes the pool."""
        self.datastore.close()


def _state(
    contact_id: str,
    content: str,
    categories: Sequence[str],
    metadata: dict[str, Any] | None,
    session_id: str | None,
) -> bytes:
    return pickle.dumps((contact_id, content, categories, metadata, session_id, time.time()))


def _record(event: StoredEvent) -> Record:
    content = pickle.loads(event.state)[1]
    return Record((event.originator_id, event.originator_version), content)
