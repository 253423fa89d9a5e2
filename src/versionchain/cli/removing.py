"""The commands that delete a memory, or all memories of a contact.

May live here: what each asks the store.
May not be known here: how it is shown and asked about (`removal`).
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from pathlib import Path

import click

from .change import json_asks_nothing, latest_of
from .completion import complete_contact, complete_id
from .options import open_existing, writes
from .removal import Overview, Removal, removes, show_chain
from .screen import one_line
from .shortids import find_memory


@click.command("delete-memory", short_help="Delete a memory, all its versions.")
@click.argument("id", metavar="ID", shell_complete=complete_id)
@removes
@writes
def delete_memory(
    id: str,
    dry_run: bool,
    yes: bool,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Deletes the memory that ID names, with all its versions.

    \b
    ID is the memory's or any of its versions' that is not deleted, or the
    beginning of one. Shows the chain and asks. If the memory gets another latest
    version while you think, nothing is deleted. Its connections are hidden, and
    come back with it.
    \b
    Examples:
      versionchain delete-memory 7f3a91c0 --db agent.db
      versionchain delete-memory 7f3a91c0 --yes --reason "asked to" --db agent.db
    \b
    JSON, with --yes or --dry-run: {"dry_run", "chain_id", "revision", "count",
    "memories", "cuts": [{"chain_id", "outcome", "removed", "left_id",
    "right_id", "latest_id"}]}; the revision of a dry run is null.
    """
    json_asks_nothing(as_json=as_json, yes=yes, dry_run=dry_run)
    removal = Removal(dry_run, yes, as_json)
    with open_existing(db, tenant, actor) as store:
        chain = find_memory(store, id)
        latest = latest_of(chain)
        done = removal.run(
            lambda count: f"Delete the memory, {count}",
            lambda dry: store.delete_memory(
                latest.chain_id,
                expected_latest=None if yes else latest.id,
                reason=reason,
                dry_run=dry,
            ),
            lambda done: show_chain(store, chain, done),
        )
        removal.end(done, {"chain_id": latest.chain_id}, "")


@click.command("delete-contact", short_help="Delete all memories of a contact.")
@click.argument("contact", shell_complete=complete_contact)
@removes
@writes
def delete_contact(
    contact: str,
    dry_run: bool,
    yes: bool,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Deletes all memories of CONTACT, with all their versions, in one revision.

    \b
    Shows how many and the newest few, and asks. If other versions would go when
    you have answered, nothing is deleted. Nothing is lost: the answer names the
    revision that restore takes back. To be rid of them for good: erase-contact.
    \b
    Examples:
      versionchain delete-contact ada --db agent.db
      versionchain delete-contact ada --yes --reason "left" --db agent.db
    \b
    JSON, with --yes or --dry-run: {"dry_run", "contact_id", "revision", "count",
    "memories", "cuts": as for delete}; revision is null on a dry run, and where
    nothing was left to delete.
    """
    json_asks_nothing(as_json=as_json, yes=yes, dry_run=dry_run)
    removal = Removal(dry_run, yes, as_json)
    with open_existing(db, tenant, actor) as store:
        overview = None if as_json else Overview.of(store, contact)
        done = removal.run(
            lambda count: f"Delete all memories of {one_line(contact)}, {count}",
            lambda dry: store.delete_contact(contact, reason=reason, dry_run=dry),
            lambda _: overview.show() if overview else None,
        )
        removal.end(
            done, {"contact_id": contact}, f"{one_line(contact)} has nothing left to delete."
        )
