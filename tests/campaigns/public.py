"""What can be called on a store, a block and an older state: found by looking.

A campaign that sweeps over it can't forget what is new: a method or a parameter that it has no
values for is a finding.
"""

import inspect
from collections.abc import Iterable
from typing import Any, Final

from versionchain import MemoryStore, Snapshot, Transaction

HANDLES: Final[dict[str, type[Any]]] = {
    "store": MemoryStore,
    "block": Transaction,
    "view": Snapshot,
}


def methods(handle: str) -> dict[str, tuple[str, ...]]:
    """The public names of a kind of handle, each with its parameters; a property has none."""
    kind = HANDLES[handle]
    return {name: parameters(getattr(kind, name)) for name in dir(kind) if not name.startswith("_")}


def parameters(call: Any) -> tuple[str, ...]:
    """The parameters of a method or a class, but for its own object."""
    if isinstance(call, property):
        return ()
    return tuple(name for name in inspect.signature(call).parameters if name != "self")


def missing(names: Iterable[str], known: Iterable[str], what: str) -> list[str]:
    """Findings for the names that are not known."""
    return [f"{what} {name}: not covered" for name in sorted({*names} - {*known})]
