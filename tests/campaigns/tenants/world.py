"""Tenants side by side in one store, and one of them alone in another.

May live here: the stores, what was written for whom, and the ids that each knows.
May not be known here: what is called.

Everything that a tenant wrote holds a mark of its own. The tenants' names look alike; they share
ids of versions and of chains, contacts and revision numbers. The one alone has lived the same life
as its double among the others, to the id and the second: whatever the double answers otherwise, it
has from somebody else.
"""

import functools
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

from attrs import Factory, define

from versionchain import MemoryStore, NewMemory, Status
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.sqlite import SQLiteBackend

FAMILY: Final = (
    "Acme/Ren\u00e9",
    "acme/ren\u00e9",  # another case
    "Acme/Rene\u0301",  # the same to the eye
    "Acme/Ren\u00e9 ",
    "Acme/Ren",
    "Acme/Ren_",
    "Acme/%",
    "Acme/Ren\u00e9' OR '1'='1",
    "default",
)
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
SAME: Final = tuple(f"5a5a5a5a-0000-4000-8000-00000000000{n}" for n in range(4))
"""Two versions and two chains that every tenant has; the second version is not deleted by all."""
MISSING: Final = "ffffffff-ffff-4fff-8fff-ffffffffffff"
CONTACTS: Final = ("ada", "Ada", "grace")


@define
class Source:
    """The time and the ids of a step, told by its name: the same wherever it is taken."""

    name: str = ""
    second: int = 0
    _given: int = 0
    _next: list[str] = Factory(list)

    def begin(self, name: str, second: int, *first: str) -> None:
        """Goes to a step; `first` are the first ids that it gets."""
        self.name, self.second, self._given, self._next = name, second, 0, list(first)

    def now(self) -> datetime:
        """The time of the step."""
        return BEGIN + timedelta(seconds=self.second)

    def id(self) -> UUID:
        """The next id of the step."""
        if self._next:
            return UUID(self._next.pop(0))
        self._given += 1
        digest = hashlib.blake2b(f"{self.name}:{self._given}".encode(), digest_size=16).digest()
        return UUID(bytes=digest, version=4)


@define
class Side:
    """One backend with handles of tenants."""

    kind: str
    file: Path
    source: Source
    handles: dict[str, MemoryStore]

    @property
    def root(self) -> MemoryStore:
        """The handle that owns the backend."""
        return next(iter(self.handles.values()))

    def close(self) -> None:
        """Closes the backend and takes its files away."""
        self.root.close()
        for each in self.file.parent.glob(f"{self.file.name}*"):
            each.unlink()


def side(kind: str, file: Path, tenants: list[str]) -> Side:
    """An empty backend, with a handle a tenant: one made by itself, the others by the first."""
    backend = MemoryBackend() if kind == "memory" else SQLiteBackend(file, durability="normal")
    source = Source()
    first = MemoryStore(
        backend, tenant=tenants[0], actor=mark(tenants[0]), clock=source.now, ids=source.id
    )
    handles = {tenants[0]: first}
    for tenant in tenants[1:]:
        handles[tenant] = first.for_tenant(tenant, actor=mark(tenant))
    return Side(kind, file, source, handles)


def mark(tenant: str) -> str:
    """What is in every text of a tenant and in nobody else's."""
    return f"mark{FAMILY.index(tenant)}:"


def life(handle: MemoryStore, source: Source, tenant: str) -> Iterator[None]:
    """What every tenant writes, a step at a time; each has a revision more than the one before."""
    sign = mark(tenant)
    place = FAMILY.index(tenant)
    step = 0

    def said(text: str) -> dict[str, Any]:
        return {
            "content": f"{sign}{text}",
            "categories": [f"{sign}label", "shared"],
            "metadata": {"shared": f"{sign}{text}", f"{sign}key": place},
            "session_id": f"{sign}session",
        }

    def go(call: Callable[..., Any], *args: Any, first: tuple[str, ...] = (), **given: Any) -> Any:
        nonlocal step
        step += 1
        source.begin(f"{tenant}/{step}", 60 * step + place, *first)
        return call(*args, **given)

    def block(contact: str, *first: str, **given: Any) -> Any:
        with handle.transaction(reason=f"{sign}because") as tx:
            return go(tx.add, contact, first=first, **given)

    block("ada", SAME[2], **said("tea"), id=SAME[0])
    yield
    go(handle.update, SAME[0], **said("coffee"), id=SAME[1])
    yield
    other = block("grace", SAME[3], **said("ships"))
    yield
    memory = go(handle.add, "ada", **said("Bonn"))
    yield
    memory = go(handle.update, memory.id, **said("Kiel"))
    yield
    memory = go(handle.update, memory.id, **said("Rome"))
    yield
    go(handle.connect, SAME[2], memory.id, kind="shared", metadata={f"{sign}link": 1})
    yield
    go(handle.connect, memory.id, other.id, kind=f"{sign}kind")
    yield
    go(handle.delete, memory.id, reason=f"{sign}reason")
    yield
    items = [NewMemory(f"{sign}contact", **said(f"many {n}")) for n in range(2)]
    go(handle.add_many, [*items, NewMemory("Ada", **said("case"))])
    yield
    gone = go(handle.add, "grace", **said("gone"))
    yield
    go(handle.delete_memory, gone.id)
    yield
    if place % 2:
        go(handle.delete, SAME[1])
        yield
    for n in range(place):
        go(handle.add, "ada", **said(f"more {n}"))
        yield


@define
class World:
    """The tenants on one backend, and the first of them alone on another of its kind."""

    tenants: list[str]
    together: Side
    alone: Side
    held: dict[str, dict[str, list[str]]]

    @property
    def own(self) -> str:
        """The tenant that is looked at."""
        return self.tenants[0]

    @property
    def others(self) -> list[str]:
        """Everybody else."""
        return self.tenants[1:]

    def sides(self) -> tuple[Side, Side]:
        """Both."""
        return self.together, self.alone

    def close(self) -> None:
        """Closes both."""
        self.together.close()
        self.alone.close()


def world(kind: str, folder: Path, random: Random) -> World:
    """Six tenants that look alike, their lives woven into one another."""
    tenants = random.sample(FAMILY, 6)
    together = side(kind, folder / "together.db", tenants)
    alone = side(kind, folder / "alone.db", tenants[:1])
    lives = {tenant: life(together.handles[tenant], together.source, tenant) for tenant in tenants}
    while lives:
        tenant = random.choice(list(lives))
        if next(lives[tenant], "over") == "over":
            del lives[tenant]
    for _ in life(alone.root, alone.source, tenants[0]):
        pass
    held = {tenant: ids(together.handles[tenant]) for tenant in tenants}
    return World(tenants, together, alone, held)


@functools.cache
def lonely(tenant: str) -> bytes:
    """The dump of a tenant after its life, with nobody beside it."""
    alone = side("memory", Path(), [tenant])
    for _ in life(alone.root, alone.source, tenant):
        pass
    return dumped(alone.root)


def ids(handle: MemoryStore) -> dict[str, list[str]]:
    """The ids that this tenant alone has, by what they are."""
    found: dict[str, list[str]] = {"latest": [], "old": [], "deleted": [], "chain": []}
    for contact in ("ada", "grace", f"{mark(handle.tenant)}contact"):
        for memory in handle.memories(contact).items:
            found["latest"].append(memory.id)
            found["chain"].append(memory.chain_id)
        for version in handle.versions(contact, status=None).items:
            if version.next_id is not None:
                found["old"].append(version.id)
        found["deleted"] += [each.id for each in deleted(handle, contact)]
    found = {kind: [id for id in those if id not in SAME] for kind, those in found.items()}
    found["linked"] = [each.target_id for each in handle.connections(SAME[2])]
    return found


def deleted(handle: MemoryStore, contact: str) -> list[Any]:
    """A contact's deleted versions."""
    return list(handle.versions(contact, status=Status.DELETED).items)


def dumped(handle: MemoryStore) -> bytes:
    """A tenant's dump."""
    file = io.BytesIO()
    handle.dump(file)
    return file.getvalue()
