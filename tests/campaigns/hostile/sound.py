"""Sound files to spoil, and what is in them.

May live here: stores with every kind of fact, as bytes, with the truth about them. May not be known
here: how a file is spoilt.
"""

import io
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from versionchain import MemoryStore
from versionchain.testing import Clock, Ids
from versionchain.testing.looking import everything

TENANTS: Final = ("default", "another")
CONTACTS: Final = ("ada", "grace", "zoe")


@frozen
class Sound:
    """A file, and its log where it has one.

    Attributes:
        file: its bytes.
        log: those of the `-wal` beside it, or None.
        dumps: what each tenant may dump: the newest state first, then those that a log cut short
            leads back to.
        answers: everything that each tenant answers, in the newest state.
        newest: each tenant's newest revision.
    """

    file: bytes
    log: bytes | None
    dumps: tuple[tuple[bytes, ...], ...]
    answers: tuple[Any, ...]
    newest: tuple[int, ...]


def dumped(store: MemoryStore) -> bytes:
    """A tenant's dump."""
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue()


def opened(path: Path, seed: int) -> MemoryStore:
    """A repeatable store at a path."""
    return MemoryStore.open(path, durability="normal", clock=Clock(), ids=Ids(seed), actor="maker")


def fill(store: MemoryStore) -> None:
    """Every kind of fact: gaps, restorations, ended memories, connections and their past."""
    said: dict[str, Any] = {
        "categories": ["b", "a"],
        "metadata": {"n": 1, "z": {"ü": [None, True]}},
    }
    start = Clock().now
    bonn = store.add("ada", "Lives in Bonn ☃", **said, event_start=start)
    kiel = store.update(bonn.id, "Lives in Kiel " * 120, session_id="s")
    rome = store.update(kiel.id, "Lives in Rome", event_end=start + timedelta(1))
    paris = store.update(rome.id, "Lives in Paris")
    store.delete(kiel.id, reason="wrong")
    store.restore(store.delete(rome.id).revision or 0)
    store.delete(paris.id)
    tea = store.add("ada", "Prefers tea", **said)
    store.connect(bonn.id, tea.id)
    store.connect(bonn.id, tea.id, metadata={"again": True})
    store.disconnect(bonn.id, tea.id)
    store.connect(tea.id, bonn.id, kind="why", metadata={"because": "she said so"})
    with store.transaction(reason="both") as tx:
        ship = tx.add("grace", "Sails")
        tx.update(ship.id, "Sails far")
        tx.add("grace", "Sings")
    store.connect(tea.id, ship.id)
    store.delete_memory(store.add("zoe", "Was here").id)


def made(folder: Path, page: int, log: bool) -> Sound:
    """A sound file with pages of that size; with `log`, its last changes are in the log alone."""
    path = folder / "sound.db"
    with opened(path, 1) as store:
        for tenant in TENANTS:
            fill(store.for_tenant(tenant))
    _paged(path, page)
    with opened(path, 2) as store:
        handles = [store.for_tenant(tenant) for tenant in TENANTS]
        states = [tuple(map(dumped, handles))]
        if log:
            for n in range(6):
                handles[n % 2].add("ada", f"Said {n}", id=f"00000000-0000-4000-8000-00000000000{n}")
                states.append(tuple(map(dumped, handles)))
        answers = tuple(everything(handle, CONTACTS) for handle in handles)
        newest = tuple(answer["revisions"][-1].number for answer in answers)
        beside = Path(f"{path}-wal").read_bytes() if log else None
        whole = path.read_bytes()
    for each in folder.glob("sound.db*"):
        each.unlink()
    return Sound(whole, beside, tuple(reversed(states)), answers, newest)


def _paged(path: Path, page: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute(f"PRAGMA page_size={page}")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode=WAL")
