"""diskcache: a Cache.

May live here: the idiom. May not be known here: any other peer.

Idiom: a memory is one key, its value the list of its versions, as tuples, in the cache's own
pickle. Measured against a key for each version: history of 5 versions 8 µs to 56, an update 78 µs
to 207, because a statement costs far more than the pickle of a short list. A list grows with its
chain, so D2, which needs chains of 10,000, is not claimed. A cache can't list what belongs to a
contact without an index of one's own, so L1, S1, D3 and RS are not claimed. A change that reads
first is a `transact`. A version's time is that of the cache's row.
Settings: no eviction, no culling and no auto-vacuum, all of which cost at each `set`.
Durability: its own setting `sqlite_synchronous`, in WAL, which is its default.
"""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from diskcache import Cache

from versionchain import NewMemory

from ..subjects import Subject
from .answers import Record, Records
from .sqlite_settings import DURABILITIES, SYNCHRONOUS, Synced

Id = tuple[int, int]
Version = tuple[int, str, str, Sequence[str], dict[str, Any] | None, str | None]
"""Its number, contact, content, categories, metadata and session."""

WORKLOADS = frozenset({"W1", "W2", "WB", "R1", "R2", "D1", "M1"})


def subjects() -> list[Subject]:
    """A Cache, at both durabilities."""
    release = f"diskcache {version('diskcache')}"
    return [
        Subject(
            "diskcache",
            "peer",
            "sqlite",
            durability,
            WORKLOADS,
            partial(DiskCache, durability=durability),
            release,
        )
        for durability in DURABILITIES
    ]


class DiskCache:
    """Memories in a cache on disk."""

    def __init__(self, path: Path, durability: Synced) -> None:
        self.cache = Cache(
            path,
            eviction_policy="none",
            cull_limit=0,
            size_limit=1 << 50,
            sqlite_auto_vacuum=0,
            sqlite_journal_mode="wal",
            sqlite_synchronous=SYNCHRONOUS[durability],
        )
        self._new_key = count(1).__next__

    def add(
        self,
        contact_id: str,
        content: str,
        *,
        categories: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Record:
        """A new memory: one `set`."""
        key = self._new_key()
        self.cache.set(key, [(1, contact_id, content, categories, metadata, session_id)])
        return Record((key, 1), content)

    def add_many(self, items: list[NewMemory]) -> list[Record]:
        """New memories: a `set` each in one `transact`."""
        with self.cache.transact():
            return [
                self.add(
                    item.contact_id,
                    item.content,
                    categories=item.categories or (),
                    metadata=item.metadata,
                    session_id=item.session_id,
                )
                for item in items
            ]

    def update(self, version_id: Id, content: str) -> Record:
        """A new version at the end of the list: a `get` and a `set` in one `transact`."""
        key = version_id[0]
        with self.cache.transact():
            versions = self.cache[key]
            number, contact_id, _, categories, metadata, session_id = versions[-1]
            versions.append((number + 1, contact_id, content, categories, metadata, session_id))
            self.cache.set(key, versions)
        return Record((key, number + 1), content)

    def latest(self, id: Id) -> Record:
        """The list's last version: one `get`."""
        key = id[0]
        last = self.cache[key][-1]
        return Record((key, last[0]), last[2])

    def history(self, id: Id) -> Sequence[Record]:
        """The list: one `get`."""
        key = id[0]

        def read(version: Version) -> Record:
            return Record((key, version[0]), version[2])

        return Records(self.cache[key], read)

    def delete(self, version_id: Id, *, delete_previous_versions: bool = False) -> None:
        """Takes a version out of the list, or one with all before it; the last takes the key."""
        key, number = version_id
        with self.cache.transact():
            versions = self.cache[key]
            if delete_previous_versions:
                left = [each for each in versions if each[0] > number]
            else:
                left = [each for each in versions if each[0] != number]
            if left:
                self.cache.set(key, left)
            else:
                self.cache.delete(key)

    def close(self) -> None:
        """Closes the cache."""
        self.cache.close()
