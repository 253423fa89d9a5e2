"""How a peer's SQLite connection is set to a durability, and how it is asked which it has.

May live here: the two PRAGMAs. May not be known here: any peer.
"""

from collections.abc import Callable
from typing import Any, Literal

Synced = Literal["normal", "full"]

DURABILITIES: tuple[Synced, ...] = ("normal", "full")
SYNCHRONOUS: dict[Synced, int] = {"normal": 1, "full": 2}
"""What `PRAGMA synchronous` calls them. In WAL, FULL syncs at each commit and NORMAL does not."""


def settle(execute: Callable[[str], Any], durability: Synced) -> None:
    """Sets a connection to WAL at a durability."""
    execute("PRAGMA journal_mode=WAL")
    execute(f"PRAGMA synchronous={SYNCHRONOUS[durability]}")
