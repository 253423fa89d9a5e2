"""What is measured: the library, the floors under it, and the peers beside it.

May live here: what a subject is, and the list of them. May not be known here: a workload, or how
time is taken.

A subject's methods have the names and signatures of `MemoryStore`'s own calls, so the library is
measured without any wrapper. `open` gets a path at which nothing is yet, in an empty folder of its
own: a subject in memory leaves it alone, one of many files makes it a folder. What it gives back
has those of the following that its workloads need:

    add(contact_id, content, *, categories=(), metadata=None, session_id=None) -> record
    add_many(items: list[NewMemory]) -> records
    update(version_id, content) -> record
    latest(id) -> record                           any version's id serves, or the chain's
    history(id) -> records, oldest first
    memories(contact_id, *, limit=100) -> page     page.items: newest first
    at(revision).memories(contact_id, limit=100) -> page
    delete(version_id, *, delete_previous_versions=False)
    delete_contact(contact_id) -> what has .revision
    restore(revision)
    close()

A record has .id, .content and, where there is `at`, .revision, the newest number when it was made.
"""

import platform
import sqlite3
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from attrs import frozen

from versionchain import MemoryStore

from .floors.memory import MemoryFloor
from .floors.sqlite import SQLiteFloor

Kind = Literal["library", "floor", "peer"]
Medium = Literal["memory", "sqlite", "file"]
Durability = Literal["none", "normal", "full"]

ALL = frozenset({"W1", "W2", "WB", "R1", "R2", "L1", "S1", "D1", "D2", "D3", "RS", "M1"})
"""The ids of the workloads."""


@frozen
class Subject:
    """One thing that is measured.

    Attributes:
        name: what tables call it.
        kind: whether it is the library, a floor or a peer.
        medium: where it keeps what it is given.
        durability: "full": what was acknowledged survives a power loss; "normal": the last of it
            may go, and a crash of the process takes nothing; "none": neither.
        workloads: the ids of those that it can do.
        open: gives it, empty; the argument is a path at which nothing is yet.
        release: the measured package and its version.
    """

    name: str
    kind: Kind
    medium: Medium
    durability: Durability
    workloads: frozenset[str]
    open: Callable[[Path], Any]
    release: str

    @property
    def group(self) -> Durability:
        """What it may be compared with: subjects of equal durability. O(1)."""
        return self.durability


def own() -> list[Subject]:
    """The library and its floor in memory, and in SQLite at both durabilities. O(1)."""
    package = f"versionchain {version('versionchain')}"
    python = f"Python {platform.python_version()}"
    driver = f"SQLite {sqlite3.sqlite_version}"

    def one(name: str, kind: Kind, medium: Medium, durability: Durability) -> Subject:
        release = package if kind == "library" else python if medium == "memory" else driver
        return Subject(name, kind, medium, durability, ALL, _opener(kind, durability), release)

    return [
        one("versionchain", "library", "memory", "none"),
        one("floor", "floor", "memory", "none"),
        one("versionchain", "library", "sqlite", "normal"),
        one("floor", "floor", "sqlite", "normal"),
        one("versionchain", "library", "sqlite", "full"),
        one("floor", "floor", "sqlite", "full"),
    ]


def _opener(kind: Kind, durability: Durability) -> Callable[[Path], Any]:
    if kind == "library":
        if durability == "none":
            return lambda _: MemoryStore()
        return lambda path: MemoryStore.open(path, durability=durability)
    if durability == "none":
        return lambda _: MemoryFloor()
    return lambda path: SQLiteFloor(path, durability)


def everybody() -> list[Subject]:
    """The library, the floors, and those peers that are installed; stderr says who is not."""
    try:
        from .peers import peers
    except ImportError as error:
        print(f"Measured without peers: {error}", file=sys.stderr)
        return own()
    return [*own(), *peers()]
