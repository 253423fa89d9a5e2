"""What a call is given: by the name of each parameter, and by whose it is.

May live here: values of a world. May not be known here: what a call answers.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Any, Final

from attrs import frozen

from versionchain import MemoryStore, NewMemory, Status

from .world import BEGIN, CONTACTS, FAMILY, MISSING, SAME, World, mark

ID: Final = (
    *("own latest", "own old", "own deleted", "own chain"),
    *("their latest", "their old", "their deleted", "their chain"),
    *("missing", "same", "same deleted by some", "same chain"),
)
CONTACT: Final = ("own", "their", "missing", *CONTACTS)
CURSOR: Final = ("own", "their", "none")
REVISION: Final = ("own", "their", "missing", "none", "time")
TENANT: Final = ("own", "their", "missing")

WHOSE: Final[dict[str, tuple[str, ...]]] = {
    "version_id": ID,
    "id": ID,
    "expected_latest": ID,
    "source_id": ID,
    "target_id": ID,
    "prefix": ID,
    "contact_id": CONTACT,
    "after": CURSOR,
    "revision": REVISION,
    "since": REVISION,
    "tenant": TENANT,
}
"""The parameters that may name something of another tenant's, and what they are swept through."""

_READS: Final = (
    "get",
    "latest",
    "history",
    "memories",
    "versions",
    "contacts",
    "count",
    "connections",
    "find_ids",
)
_CHANGES: Final = (
    "add",
    "add_many",
    "update",
    "connect",
    "disconnect",
    "delete",
    "delete_memory",
    "delete_contact",
    "prune",
    "prune_contact",
    "restore",
    "at",
    "revisions",
)
_STORES: Final = (
    "erase_contact",
    "erase_deleted",
    "dump",
    "load",
    "backup",
    "verify",
    "transaction",
    "for_tenant",
    "open",
    "close",
    "tenant",
    "actor",
)
COVERED: Final = {
    "view": {*_READS, "revision"},
    "block": {*_READS, *_CHANGES},
    "store": {*_READS, *_CHANGES, *_STORES},
}
"""What is swept over. A new method is added here, and to `NEEDED`, once it has its values."""

LISTINGS: Final = ("contacts", "memories", "versions", "revisions")


@frozen
class Call:
    """A call to make: which parameter is swept, and through what; none has `name` None."""

    handle: str
    method: str
    parameters: tuple[str, ...]
    name: str | None = None
    whose: str | None = None

    def __str__(self) -> str:
        swept = "" if self.name is None else f" with {self.name} {self.whose}"
        return f"{self.handle}.{self.method}{swept}"


def given(world: World, call: Call, random: Random) -> dict[str, Any]:
    """The arguments of a call; what can be left out is, by half."""
    chosen: dict[str, Any] = {}
    for name in call.parameters:
        if name == call.name and call.whose is not None:
            chosen[name] = swept(world, call, random)
        elif (call.handle, name) == ("block", "reason"):
            continue  # the block has one for all
        elif name in NEEDED.get(call.method, ()) or (name in PLAIN and random.random() < 0.5):
            chosen[name] = valid(world, call, name, random)
    return chosen


NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "add": ("contact_id", "content"),
    "add_many": ("items",),
    "at": ("revision",),
    "connect": ("source_id", "target_id"),
    "connections": ("id",),
    "count": ("contact_id",),
    "delete": ("version_id",),
    "delete_contact": ("contact_id",),
    "delete_memory": ("id",),
    "disconnect": ("source_id", "target_id"),
    "erase_contact": ("contact_id",),
    "erase_deleted": ("before",),
    "find_ids": ("prefix", "limit"),
    "for_tenant": ("tenant",),
    "get": ("version_id",),
    "history": ("id",),
    "latest": ("id",),
    "memories": ("contact_id", "limit"),
    "contacts": ("limit",),
    "revisions": ("limit",),
    "prune": ("id", "keep_last"),
    "prune_contact": ("contact_id", "keep_last"),
    "restore": ("revision",),
    "update": ("version_id", "content"),
    "versions": ("contact_id", "limit"),
}

PLAIN: Final[dict[str, Callable[[World, Random], Any]]] = {
    "content": lambda world, random: f"{mark(world.own)}new",
    "categories": lambda world, random: ["shared"],
    "metadata": lambda world, random: random.choice([None, {"shared": f"{mark(world.own)}Kiel"}]),
    "session_id": lambda world, random: f"{mark(world.own)}session",
    "event_start": lambda world, random: BEGIN,
    "event_end": lambda world, random: BEGIN + timedelta(days=1),
    "items": lambda world, random: [NewMemory("ada", f"{mark(world.own)}item")] * 2,
    "kind": lambda world, random: random.choice(["shared", f"{mark(world.own)}kind"]),
    "reason": lambda world, random: f"{mark(world.own)}why",
    "actor": lambda world, random: f"{mark(world.own)}actor",
    "keep_last": lambda world, random: 1,
    "before": lambda world, random: BEGIN + timedelta(minutes=random.randrange(30)),
    "limit": lambda world, random: random.choice([1, 2, 100]),
    "status": lambda world, random: random.choice([None, *Status]),
    "include_deleted": lambda world, random: random.random() < 0.5,
    "delete_previous_versions": lambda world, random: random.random() < 0.5,
    "dry_run": lambda world, random: random.random() < 0.2,
}
"""What no sweep goes over: nothing in it can name another tenant's."""

SPECIAL: Final = ("target", "source", "path")
"""Files; `Special` gives them."""

KNOWN: Final = (*WHOSE, *PLAIN, *SPECIAL)


def valid(world: World, call: Call, name: str, random: Random) -> Any:
    """A value of the tenant's own."""
    if name in PLAIN:
        if name == "metadata" and call.method in ("memories", "connect"):
            return {"shared": f"{mark(world.own)}Kiel"}
        return PLAIN[name](world, random)
    if call.method in ("connect", "disconnect", "connections"):
        end = SAME[2] if name == "source_id" else random.choice(world.held[world.own]["linked"])
        return end if name.endswith("id") else None
    if WHOSE[name] is ID:
        return id_of(world, random.choice(("own latest", "own latest", "same")), random)
    if name == "contact_id":
        return "ada"
    return revision_of(world, call, "own", random) if name == "revision" else None


def swept(world: World, call: Call, random: Random) -> Any:
    """A value of whom the call says."""
    assert call.name is not None
    assert call.whose is not None
    kind = WHOSE[call.name]
    if kind is ID:
        id = id_of(world, call.whose, random)
        return id[: random.choice((3, 8, 36))] if call.name == "prefix" else id
    if kind is CONTACT:
        return contact_of(world, call.whose, random)
    if kind is REVISION:
        return revision_of(world, call, call.whose, random)
    if kind is TENANT:
        return tenant_of(world, call.whose, random)
    return None  # a cursor is made once the other arguments are there


def id_of(world: World, whose: str, random: Random) -> str:
    """An id of the tenant's own, of somebody else's, of nobody's or of everybody's."""
    fixed = {
        "missing": [MISSING],
        "same": [SAME[0]],
        "same deleted by some": [SAME[1]],
        "same chain": [SAME[2], SAME[3]],
    }
    if whose in fixed:
        return random.choice(fixed[whose])
    owner, kind = whose.split()
    tenant = world.own if owner == "own" else random.choice(world.others)
    return random.choice(world.held[tenant][kind])


def contact_of(world: World, whose: str, random: Random) -> str:
    """A contact of the tenant's own, of somebody else's alone, of nobody's or of everybody's."""
    if whose == "own":
        return f"{mark(world.own)}contact"
    if whose == "their":
        return f"{mark(random.choice(world.others))}contact"
    return "nobody" if whose == "missing" else whose


def revision_of(world: World, call: Call, whose: str, random: Random) -> Any:
    """A revision's number that the tenant has, or somebody else alone, or nobody."""
    if call.method == "restore" and whose in ("own", "their"):
        tenant = world.own if whose == "own" else random.choice(world.others)
        log = world.together.handles[tenant].revisions(limit=1000).items
        return random.choice([each.number for each in log if each.counts.deleted])
    newest = {tenant: newest_of(world.together.handles[tenant]) for tenant in world.tenants}
    own, most = newest[world.own], max(newest.values())
    if whose == "own":
        return random.randint(1, max(1, own))
    if whose == "their":
        return random.randint(own, most) if most > own else most
    if whose == "time":
        return BEGIN + timedelta(minutes=random.randrange(40), seconds=random.randrange(9))
    return 0 if whose == "none" else 100_000


def tenant_of(world: World, whose: str, random: Random) -> str:
    """A tenant's name: here, or of the family and not here."""
    if whose == "own":
        return world.own
    return random.choice(
        world.others if whose == "their" else [name for name in FAMILY if name not in world.tenants]
    )


def newest_of(handle: MemoryStore) -> int:
    """The number of a tenant's newest revision."""
    after, last = None, 0
    while True:
        page = handle.revisions(limit=1000, after=after)
        last = page.items[-1].number if page.items else last
        if page.next_cursor is None:
            return last
        after = page.next_cursor
