"""Which rule each parameter of each call is under, and the call with everything else right.

May live here: the table. May not be known here: a bad value.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from versionchain import MemoryStore, NewMemory

from ..public import HANDLES, methods, missing, parameters
from . import paths, values
from .values import NOON, TAKEN, Bad

Rule = Callable[[Random], list[Bad]]

_NAME: Final = values.text(512)

RULES: Final[Mapping[str, Rule]] = {
    "actor": _NAME,
    "after": values.cursor,
    "backend": values.backend,
    "before": values.moment,
    "busy_timeout": values.seconds,
    "categories": values.categories,
    "clock": values.called,
    "contact_id": _NAME,
    "content": values.content,
    "delete_previous_versions": values.flag,
    "dry_run": values.flag,
    "durability": values.durability,
    "event_end": values.moment,
    "event_start": values.moment,
    "expected_latest": values.expected,
    "id": values.asked,
    "ids": values.called,
    "include_deleted": values.flag,
    "items": values.items,
    "keep_last": values.integer(1),
    "kind": _NAME,
    "limit": values.integer(1, 1000),
    "max_content_bytes": values.integer(1),
    "metadata": values.metadata,
    "path": paths.path,
    "prefix": values.text(36),
    "reason": values.text(4096),
    "revision": values.revision,
    "session_id": _NAME,
    "since": values.integer(0),
    "source": paths.sources,
    "source_id": values.asked,
    "status": values.status,
    "target": paths.files,
    "target_id": values.asked,
    "tenant": _NAME,
    "version_id": values.asked,
}
SPECIAL: Final[Mapping[tuple[str, str], Rule]] = {
    ("add", "id"): values.new_id,
    ("update", "id"): values.new_id,
    ("NewMemory", "id"): values.new_id,
    ("at", "revision"): values.at,
    ("open", "path"): paths.opened,
}
"""Where a name means something else than elsewhere."""

SECOND: Final = "5a5a5a5a-0000-4000-8000-000000000001"
"""The latest version of the memory that begins with TAKEN; another memory is OTHER."""
OTHER: Final = "5a5a5a5a-0000-4000-8000-000000000002"

RIGHT: Final[Mapping[str, Mapping[str, Any]]] = {
    "MemoryStore": {},
    "NewMemory": {"contact_id": "ada", "content": "Reads"},
    "add": {"contact_id": "ada", "content": "Reads"},
    "add_many": {"items": [NewMemory("ada", "Reads")]},
    "at": {"revision": 1},
    "backup": {},
    "connect": {"source_id": OTHER, "target_id": SECOND},
    "connections": {"id": TAKEN},
    "contacts": {},
    "count": {"contact_id": "ada"},
    "delete": {"version_id": TAKEN},
    "delete_contact": {"contact_id": "ada"},
    "delete_memory": {"id": TAKEN},
    "disconnect": {"source_id": TAKEN, "target_id": OTHER},
    "dump": {},
    "erase_contact": {"contact_id": "ada"},
    "erase_deleted": {"before": NOON},
    "find_ids": {"prefix": "5a"},
    "for_tenant": {"tenant": "another"},
    "get": {"version_id": TAKEN},
    "history": {"id": TAKEN},
    "latest": {"id": TAKEN},
    "load": {},
    "memories": {"contact_id": "ada"},
    "open": {},
    "prune": {"id": TAKEN, "keep_last": 1},
    "prune_contact": {"contact_id": "ada", "keep_last": 1},
    "restore": {"revision": 1},
    "revisions": {},
    "transaction": {},
    "update": {"version_id": SECOND, "content": "Reads"},
    "versions": {"contact_id": "ada"},
}
"""The arguments that a call needs, right ones."""

NOTHING_TO_GIVE: Final = frozenset({"close", "verify", "tenant", "actor", "revision"})

MADE: Final[Mapping[str, Any]] = {"MemoryStore": MemoryStore, "NewMemory": NewMemory}
"""What is made, not asked of a handle."""

Target = tuple[str, str, str]
"""A handle, a call, a parameter."""


def targets() -> list[Target]:
    """Every parameter of every call."""
    found = [
        (handle, method, name)
        for handle in HANDLES
        for method, names in methods(handle).items()
        for name in names
        if method in RIGHT and name in RULES
    ]
    found += [("made", kind, name) for kind in MADE for name in parameters(MADE[kind])]
    return found


def uncovered() -> list[str]:
    """What is new and has no bad values yet."""
    found = []
    for handle in HANDLES:
        for method, names in methods(handle).items():
            if method not in NOTHING_TO_GIVE:
                found += missing([method], RIGHT, f"{handle}:")
            found += missing(names, RULES, f"{handle}.{method}:")
    for kind, made in MADE.items():
        found += missing(parameters(made), RULES, f"{kind}:")
    return found


def rule(target: Target) -> Rule:
    """The bad values of a parameter."""
    handle, method, name = target
    if (handle, name) == ("block", "reason"):
        return lambda random: [(each, values.InvalidInputError) for each in ("why", values.MARK)]
    return SPECIAL.get((method, name), RULES[name])
