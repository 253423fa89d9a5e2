"""The command that lists the audit log.

May live here: what it asks the store, and revisions as lines of text.
May not be known here: what a revision changed beyond its counts.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click
from attrs import asdict
from rich.console import Console
from rich.text import Text

from ..model import Revision
from . import output
from .completion import complete_contact
from .options import lists, open_existing, reads, walk
from .output import moment
from .screen import Column, Drawing, Look, console, folded, one_line, table
from .viewing import Moment, newest, typed_moment

_CONTACTS: Final = 3
_WORDS: Final = {"added": "written"}


@click.command(short_help="The audit log: who changed what, when.")
@click.option(
    "--since",
    type=typed_moment,
    metavar="REVISION|TIME",
    help="Only those after it.",
)
@click.option(
    "--contact",
    metavar="CONTACT",
    shell_complete=complete_contact,
    help="Only those that touched this contact.",
)
@click.option("--last", type=click.IntRange(1), metavar="N", help="The N newest, of all contacts.")
@reads
@lists
def revisions(
    since: Moment | None,
    contact: str | None,
    last: int | None,
    db: Path,
    tenant: str,
    as_json: bool,
    limit: int,
    after: str | None,
) -> None:
    """The audit log, oldest first: each change, when, by whom, why, how much.

    \b
    A number is what restore and at take; numbers have no gap. Times are whole,
    in UTC. What was erased leaves its numbers here, without contact and reason.
    \b
    Examples:
      versionchain revisions --db agent.db
      versionchain revisions --since 4 --contact ada --limit 20 --db agent.db
      versionchain revisions --last 5 --db agent.db
    \b
    JSON: {"items": [{"number", "created_at", "operation", "actor", "reason",
    "counts": {"added", "deleted", "restored", "connected", "disconnected",
    "erased"}, "contacts"}], "next_cursor"}
    """
    if last is not None and any(each is not None for each in (since, contact, after)):
        raise click.UsageError("--last goes with none of --since, --contact and --after")
    with open_existing(db, tenant) as store:
        number = since if isinstance(since, int) else 0
        if since is not None and not isinstance(since, int):
            number = store.at(since).revision
        if last is not None:
            number, limit = max(newest(store) - last, 0), last
        found, cursor = walk(
            lambda n, at: store.revisions(since=number, contact_id=contact, limit=n, after=at),
            limit,
            after,
        )
    if as_json:
        output.emit(output.page([output.revision(each) for each in found], cursor))
        return
    screen = console()
    if not found:
        screen.print("No revisions.")
        return
    screen.print(revision_drawing(found))
    if cursor is not None:
        screen.print(f"more: --after {cursor}", style="dim", soft_wrap=True)


def revision_drawing(found: Sequence[Revision]) -> Drawing:
    """Revisions as a table where there is room, else some lines each. O(n)."""

    def lines(screen: Console, width: int, look: Look) -> Iterator[Text]:
        columns = [
            Column("no.", right=True, style="yellow"),
            Column("when", style="dim"),
            Column("operation", style="cyan"),
            Column("changed"),
        ]
        rows = [[f"{r.number}", f"{moment(r.created_at)}", r.operation, changed(r)] for r in found]
        made = table(columns, rows)
        digits = max(len(row[0]) for row in rows)
        if max(line.cell_len for line in made) <= width:
            yield made[0]
            heads = [[line] for line in made[1:]]
        else:
            heads = [list(_stacked(row, digits, screen, width, look)) for row in rows]
        for head, revision in zip(heads, found, strict=True):
            yield from head
            for said in _said(revision):
                for line in folded(screen, said, width - digits - 2, "dim"):
                    yield Text(" " * (max(digits, 3) + 2 if head[0] in made else digits + 2)) + line

    return Drawing(lines)


def changed(revision: Revision) -> str:
    """How much a revision changed, in words.

    Example:
        >>> from versionchain import MemoryStore
        >>> store = MemoryStore()
        >>> _ = store.add("ada", "Prefers tea")
        >>> changed(store.revisions().items[0])
        '1 written'
    """
    counts = asdict(revision.counts).items()
    said = [f"{number:,} {_WORDS.get(name, name)}" for name, number in counts if number]
    return ", ".join(said) or "nothing"


def _stacked(
    row: Sequence[str], digits: int, screen: Console, width: int, look: Look
) -> Iterator[Text]:
    number, when, operation, much = row
    yield Text.assemble((f"{number:>{digits}}", "yellow"), "  ", (operation, "cyan"))
    for line in folded(screen, f"{when} {look.dot} {much}", width - digits - 2):
        yield Text(" " * (digits + 2)) + line


def _said(revision: Revision) -> Iterator[str]:
    """What is told of a revision below its line: of whom, by whom, why."""
    said = []
    if revision.contacts:
        shown = [one_line(contact) for contact in revision.contacts[:_CONTACTS]]
        more = len(revision.contacts) - len(shown)
        said.append("of " + ", ".join(shown) + (f" and {more:,} more" if more else ""))
    if revision.actor is not None:
        said.append(f"by {one_line(revision.actor)}")
    if revision.reason is not None:
        said.append(f"because: {one_line(revision.reason)}")
    if said:
        yield ", ".join(said)
