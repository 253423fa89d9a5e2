"""inspeximus: its store, in memory and in a file.

May live here: the idiom. May not be known here: any other peer.

Idiom: a memory is a key; `remember` under it writes a version and retires the one before,
`current` gives the latest, `history` all, `forget` removes one by its id. What can be turned off
is: receipts, events, the echo guard and the read guards; the cache of `current` is made to hold
every key. Kind is given, so that nothing is inferred from the text.
Its list of records is walked by each write, so time grows with the store; in a file each write also
opens the file anew. It reads from its own memory, and asks at most once a second whether the file
was changed by another process.
There is no call for many at once (WB). A contact is read by a ranked recall, which is other work
(L1), and only a key can be asked for as of a time (S1). `forget` of the latest brings nothing back
(M1) and can't be restored (D3, RS). A chain of 10,000 takes minutes to write (D2).
Durability: none in memory. The file is SQLite, which the package itself sets to a rollback journal
at NORMAL: it says "durable across a crash, not across a power cut", and it has no option for more.
In that journal NORMAL syncs at each commit, which in WAL it does not: it pays more than its group.
"""

from collections.abc import Sequence
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from inspeximus import Inspeximus

from ..subjects import Subject
from .answers import Record, Records

Id = tuple[str, str]
"""The memory's key, and the record's own id."""

WORKLOADS = frozenset({"W1", "W2", "R1", "R2", "D1"})


def subjects() -> list[Subject]:
    """The store in memory, and in a file at the one durability that it has."""
    release = f"inspeximus {version('inspeximus')}"
    return [
        Subject("inspeximus", "peer", "memory", "none", WORKLOADS, _open_memory, release),
        Subject("inspeximus", "peer", "sqlite", "normal", WORKLOADS, InspeximusStore, release),
    ]


def _open_memory(_: Path) -> "InspeximusStore":
    return InspeximusStore(None)


class InspeximusStore:
    """Memories as keys of inspeximus."""

    def __init__(self, path: Path | None) -> None:
        self._store = Inspeximus(
            None if path is None else str(path),
            events=False,
            echo_guard=False,
            read_guards=False,
            l1_size=10_000_000,
        )
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
        """A new key: one `remember`."""
        key = self._new_key()
        id = self._store.remember(
            content,
            tags=list(categories),
            meta=metadata,
            mtype="semantic",
            key=key,
            user_id=contact_id,
            session_id=session_id,
        )
        return Record((key, id), content)

    def update(self, version_id: Id, content: str) -> Record:
        """A new version: one `remember` under the same key."""
        key = version_id[0]
        id = self._store.remember(content, mtype="semantic", key=key)
        return Record((key, id), content)

    def latest(self, id: Id) -> Record:
        """The version that is not retired: one `current`."""
        found = self._store.current(id[0])
        if found is None:
            raise KeyError(id)
        return Record((id[0], found["id"]), found["text"])

    def history(self, id: Id) -> Sequence[Record]:
        """The versions: one `history`."""
        key = id[0]

        def read(row: dict[str, Any]) -> Record:
            return Record((key, row["id"]), row["text"])

        return Records(self._store.history(key), read)

    def delete(self, version_id: Id) -> None:
        """Removes a version: one `forget`."""
        self._store.forget(ids=version_id[1])

    def close(self) -> None:
        """Writes what is outstanding; nothing is held open."""
        self._store.flush()
