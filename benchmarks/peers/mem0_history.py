"""mem0: its SQLiteManager, which keeps the history of memories.

May live here: the idiom. May not be known here: any other peer.

Idiom: `add_history` at each change, as `Memory` itself calls it, `batch_add_history` for many, and
`get_history`. An update is given the old text, which `Memory` has from its vector store; here it
rides in the id, so it costs nothing. The table has no place for categories, metadata and session:
they are not kept, which is less work than others do. It has no index on the memory, so a history
looks at every row there is.
What is the latest, or what a contact has, is asked of mem0's vector store, not of this: only W1,
W2, WB and R2 are claimed.
`import mem0` loads clients of models and of telemetry; this loads the one file of the installed
package, which imports the standard library only.
Durability: the manager sets none; its connection is set to WAL at NORMAL and at FULL.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

from versionchain import NewMemory

from ..subjects import Subject
from .answers import Record, Records
from .sqlite_settings import DURABILITIES, Synced, settle

Id = tuple[str, str]
"""The memory, and its text."""

WORKLOADS = frozenset({"W1", "W2", "WB", "R2"})


def _load_storage() -> ModuleType:
    package = find_spec("mem0")
    if package is None or package.origin is None:
        raise ImportError("No module named 'mem0'", name="mem0")
    file = Path(package.origin).parent / "memory" / "storage.py"
    spec = spec_from_file_location("mem0_memory_storage", file)
    if spec is None or spec.loader is None:
        raise ImportError("mem0 has no memory/storage.py", name="mem0")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_storage = _load_storage()


def subjects() -> list[Subject]:
    """The manager, at both durabilities."""
    release = f"mem0ai {version('mem0ai')}"
    return [
        Subject(
            "mem0 SQLiteManager",
            "peer",
            "sqlite",
            durability,
            WORKLOADS,
            partial(Mem0History, durability=durability),
            release,
        )
        for durability in DURABILITIES
    ]


class Mem0History:
    """Memories as rows of mem0's history."""

    def __init__(self, path: Path, durability: Synced) -> None:
        self.manager = _storage.SQLiteManager(str(path))
        settle(self.manager.connection.execute, durability)
        self._new_key = map(str, count(1)).__next__

    def add(
        self,
        contact_id: str,
        content: str,
        *,
        categories: Sequence[str] = (),  # noqa: ARG002 (there is no place for it)
        metadata: dict[str, Any] | None = None,  # noqa: ARG002
        session_id: str | None = None,  # noqa: ARG002
    ) -> Record:
        """A new memory: one `add_history`."""
        key = self._new_key()
        self.manager.add_history(key, None, content, "ADD", created_at=_now(), actor_id=contact_id)
        return Record((key, content), content)

    def add_many(self, items: list[NewMemory]) -> list[Record]:
        """New memories: one `batch_add_history`."""
        now = _now()
        keys = [self._new_key() for _ in items]
        self.manager.batch_add_history(
            [
                {
                    "memory_id": key,
                    "new_memory": item.content,
                    "event": "ADD",
                    "created_at": now,
                    "actor_id": item.contact_id,
                }
                for key, item in zip(keys, items, strict=True)
            ]
        )
        return [
            Record((key, item.content), item.content) for key, item in zip(keys, items, strict=True)
        ]

    def update(self, version_id: Id, content: str) -> Record:
        """A new version: one `add_history`."""
        key, old = version_id
        self.manager.add_history(key, old, content, "UPDATE", created_at=_now())
        return Record((key, content), content)

    def history(self, id: Id) -> Sequence[Record]:
        """The rows: one `get_history`."""
        return Records(self.manager.get_history(id[0]), _record)

    def close(self) -> None:
        """Closes the manager."""
        self.manager.close()


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _record(row: dict[str, Any]) -> Record:
    return Record((row["memory_id"], row["new_memory"]), row["new_memory"])
