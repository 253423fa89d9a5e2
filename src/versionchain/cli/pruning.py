"""The commands that delete the oldest versions: of a memory, or of all of a contact's.

May live here: what each asks the store, and what a contact's memories lose.
May not be known here: how it is asked about (`removal`), how it is drawn (`losses`).
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ..model import Cut, Deletion
from ..store import MemoryStore
from .change import json_asks_nothing
from .completion import complete_contact, complete_id
from .inputs import typed_time
from .losses import Loss, loss_drawing
from .options import open_existing, writes
from .removal import SHOWN, Removal, removes, show_chain, show_more
from .screen import console, many, one_line
from .shortids import find_memory, short

F = TypeVar("F", bound=Callable[..., Any])


def _bounds(command: F) -> F:
    keep = click.option(
        "--keep-last", type=click.IntRange(1), metavar="N", help="The N newest versions stay."
    )
    before = click.option(
        "--before",
        type=typed_time,
        metavar="TIME",
        help="Only versions that were superseded earlier; ISO 8601, UTC, or now.",
    )
    made: F = keep(before(command))
    return made


def _one_bound(keep_last: int | None, before: datetime | None) -> None:
    if keep_last is None and before is None:
        raise click.UsageError("Give --keep-last, --before or both")


@click.command("prune", short_help="Delete a memory's oldest versions.")
@click.argument("id", metavar="ID", shell_complete=complete_id)
@_bounds
@removes
@writes
def prune(
    id: str,
    keep_last: int | None,
    before: datetime | None,
    dry_run: bool,
    yes: bool,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Deletes the oldest versions of the memory that ID names, never its latest.

    \b
    Give --keep-last, --before or both; with both, a version goes only where
    both allow it. Shows the chain before and after and asks.
    \b
    Examples:
      versionchain prune 7f3a91c0 --keep-last 2 --db agent.db
      versionchain prune 7f3a91c0 --before 2026-01-01 --yes --db agent.db
    \b
    JSON, with --yes or --dry-run: {"dry_run", "chain_id", "revision", "count",
    "memories", "cuts": as for delete}; revision is null on a dry run, and where
    nothing had to go.
    """
    _one_bound(keep_last, before)
    json_asks_nothing(as_json=as_json, yes=yes, dry_run=dry_run)
    removal = Removal(dry_run, yes, as_json)
    with open_existing(db, tenant, actor) as store:
        chain = find_memory(store, id)
        done = removal.run(
            lambda count: f"Delete {count}",
            lambda dry: store.prune(
                chain[0].chain_id, keep_last=keep_last, before=before, reason=reason, dry_run=dry
            ),
            lambda done: show_chain(store, chain, done),
        )
        removal.end(done, {"chain_id": chain[0].chain_id}, "Nothing had to go.")


@click.command("prune-contact", short_help="Prune all memories of a contact.")
@click.argument("contact", shell_complete=complete_contact)
@_bounds
@removes
@writes
def prune_contact(
    contact: str,
    keep_last: int | None,
    before: datetime | None,
    dry_run: bool,
    yes: bool,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Prunes each memory of CONTACT, all in one revision.

    \b
    Give --keep-last, --before or both, as for prune. Shows how much goes and the
    memories that lose most, and asks.
    \b
    Examples:
      versionchain prune-contact ada --keep-last 3 --db agent.db
      versionchain prune-contact ada --before 2026-01-01 --yes --db agent.db
    \b
    JSON, with --yes or --dry-run: {"dry_run", "contact_id", "revision", "count",
    "memories", "cuts": as for delete, one a memory that lost a version};
    revision is null on a dry run, and where nothing had to go.
    """
    _one_bound(keep_last, before)
    json_asks_nothing(as_json=as_json, yes=yes, dry_run=dry_run)
    removal = Removal(dry_run, yes, as_json)
    with open_existing(db, tenant, actor) as store:
        done = removal.run(
            lambda count: f"Delete {count}",
            lambda dry: store.prune_contact(
                contact, keep_last=keep_last, before=before, reason=reason, dry_run=dry
            ),
            lambda done: _show_losses(store, contact, done),
        )
        removal.end(done, {"contact_id": contact}, "Nothing had to go.")


def _show_losses(store: MemoryStore, contact: str, done: Deletion) -> None:
    """The memories of a contact that lose most, and how many more lose some."""
    screen = console()
    head = f"{one_line(contact)}: {many(done.count, 'version')} of "
    head += many(len(done.cuts), "memory", "memories")
    screen.print(head, style="bold", soft_wrap=True)
    most = sorted(done.cuts, key=lambda made: -made.removed)[:SHOWN]
    screen.print(loss_drawing([_loss(store, made, done) for made in most]))
    show_more(len(done.cuts) - len(most))


def _loss(store: MemoryStore, made: Cut, done: Deletion) -> Loss:
    kept = store.history(made.chain_id)
    stays = len(kept) - (made.removed if done.revision is None else 0)
    return Loss(short(store, kept[-1].id), made.removed, stays, kept[-1].content)
