"""What the commands have in common: their options, and how they open the store.

May live here: options of more than one command, opening, walking pages up to a limit.
May not be known here: any single command.
"""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from ..model import Page
from ..store import MemoryStore
from .exits import Exit, Failure

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_MOST = 1000  # what a page of the library holds

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document to stdout.")
_db = click.option(
    "--db",
    required=True,
    envvar="VERSIONCHAIN_DB",
    show_envvar=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The database, a SQLite file.",
)
_tenant = click.option(
    "--tenant", default="default", show_default=True, metavar="NAME", help="Whose memories."
)
_actor = click.option("--actor", metavar="NAME", help="Who does it, for the audit log.")
_reason = click.option("--reason", metavar="TEXT", help="Why, for the audit log.")
_after = click.option("--after", metavar="CURSOR", help="Go on where an earlier listing ended.")


def reads(command: F) -> F:
    """The options of every command with a database."""
    return _with(command, _db, _tenant, json_option)


def writes(command: F) -> F:
    """The options of a command that changes the database."""
    return _with(command, _db, _tenant, _actor, _reason, json_option)


def lists(command: F) -> F:
    """The options of a listing."""
    limit = click.option(
        "--limit",
        type=click.IntRange(1),
        default=100,
        show_default=True,
        metavar="N",
        help="How many lines at most.",
    )
    return _with(command, limit, _after)


def _with(command: F, *options: Callable[[F], F]) -> F:
    return reduce(lambda made, option: option(made), reversed(options), command)


def open_existing(db: Path, tenant: str, actor: str | None = None) -> MemoryStore:
    """The store in a file that is there; a name typed wrong makes none.

    Raises:
        Failure: there is no such file.
        StorageError: it can't be opened.
    """
    if not db.exists():
        raise Failure(
            Exit.STORAGE,
            "NoDatabaseError",
            f"There is no database {db}. Check --db; versionchain ingest makes one.",
        )
    return MemoryStore.open(db, tenant=tenant, actor=actor)


def walk(
    fetch: Callable[[int, str | None], Page[T]], limit: int, after: str | None
) -> tuple[list[T], str | None]:
    """Up to `limit` items over as many pages as that takes, and the cursor to go on from."""
    items: list[T] = []
    while True:
        page = fetch(min(limit - len(items), _MOST), after)
        items += page.items
        after = page.next_cursor
        if after is None or len(items) >= limit:
            return items, after
