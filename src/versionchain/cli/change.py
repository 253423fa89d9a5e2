"""The commands that change what is there: delete and restore.

May live here: what each asks the store, the question before a deletion, what is said after.
May not be known here: how a chain is drawn.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

import sys
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import click
from attrs import evolve

from ..model import Cut, Deletion, MemoryVersion, Status
from ..store import MemoryStore
from . import output
from .chainlog import spans
from .completion import complete_id
from .draw import compared, sentence, strip
from .exits import Exit, Failure
from .options import open_existing, writes
from .screen import console, cut, error_console, many, one_line
from .shortids import find_version, short

_DRAWN: Final = 3  # so many memories are drawn after a restore
_SEEN: Final = 5000  # so many deleted versions are looked through to find them


@click.command(short_help="Delete a version, or it and all before.")
@click.argument("id", metavar="ID", shell_complete=complete_id)
@click.option(
    "--previous", "--with-previous", "previous", is_flag=True, help="All versions before it too."
)
@click.option("--dry-run", is_flag=True, help="Show what would happen and change nothing.")
@click.option("--yes", "-y", is_flag=True, help="Don't ask.")
@writes
def delete(
    id: str,
    previous: bool,
    dry_run: bool,
    yes: bool,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Deletes the version ID, or its beginning, and joins what is left of its chain.

    \b
    Shows the chain before and after and asks. If the memory gets another latest
    version while you think, nothing is deleted. Nothing is lost: the answer
    names the revision that restore takes back.
    \b
    Examples:
      versionchain delete 7f3a91c0 --db agent.db
      versionchain delete 7f3a91c0 --previous --yes --reason "moved" --db agent.db
    \b
    JSON, with --yes or --dry-run: {"dry_run", "version_id", "revision", "count",
    "memories", "cuts": [{"chain_id", "outcome", "removed", "left_id",
    "right_id", "latest_id"}]}; the revision of a dry run is null.
    """
    json_asks_nothing(as_json=as_json, yes=yes, dry_run=dry_run)
    with open_existing(db, tenant, actor) as store:
        version, chain = find_version(store, id)
        asked = must_ask(yes=yes, dry_run=dry_run)
        if dry_run or asked:
            would = store.delete(version.id, delete_previous_versions=previous, dry_run=True)
            if not as_json:
                show_deletion(store, version, chain, would)
        if asked:
            ask(f"Delete {many(would.count, 'version')}? [y/N] ")
        if not dry_run:
            done = store.delete(
                version.id,
                delete_previous_versions=previous,
                expected_latest=latest_of(chain).id if asked else None,
                reason=reason,
            )
        else:
            done = would
        if as_json:
            answer = {"dry_run": dry_run, "version_id": version.id, **output.deletion(done)}
            output.emit(answer)
        elif yes and not dry_run:
            show_deletion(store, version, chain, done)
    if not as_json:
        show_end(done)


def json_asks_nothing(*, as_json: bool, yes: bool, dry_run: bool) -> None:
    """Refuses --json without --yes or --dry-run: a program is never asked.

    Raises:
        click.UsageError: neither was given with it.
    """
    if as_json and not (yes or dry_run):
        raise click.UsageError("--json asks nothing: give --yes or --dry-run with it")


def must_ask(*, yes: bool, dry_run: bool) -> bool:
    """Whether somebody has to say yes first.

    Raises:
        Failure: somebody has to, and nobody is there.
    """
    asked = not (yes or dry_run)
    if asked and not is_interactive():
        raise Failure(Exit.USAGE, "UsageError", "There is nobody to ask: give --yes or --dry-run.")
    return asked


def is_interactive() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def latest_of(chain: Sequence[MemoryVersion]) -> MemoryVersion:
    """The latest version of a memory that has one. O(its deleted versions)."""
    return next(v for v in reversed(chain) if v.deleted_revision is None)


def ask(question: str, answers: Collection[str] = (), kept: str = "Nothing was deleted.") -> None:
    """Asks on stderr, so that stdout holds answers alone.

    Args:
        question: what is asked.
        answers: what means yes, as it is to be typed; none: y or yes.
        kept: what is said where the answer was another.

    Raises:
        Failure: the answer was another.
    """
    error_console().print(question, end="", style="bold", soft_wrap=True)
    typed = sys.stdin.readline().strip()
    if typed not in answers if answers else typed.lower() not in ("y", "yes"):
        raise Failure(Exit.DECLINED, "Declined", kept)


def removed(version: MemoryVersion, chain: Sequence[MemoryVersion], made: Cut) -> list[int]:
    """The numbers of the versions that a cut ending at `version` takes out. O(n)."""
    upto = [v.number for v in chain if v.deleted_revision is None and v.number <= version.number]
    return upto[-made.removed :]


def show_deletion(
    store: MemoryStore, version: MemoryVersion, chain: Sequence[MemoryVersion], done: Deletion
) -> None:
    """Prints a chain before and after a deletion, or a dry run of one."""
    head = f"{one_line(version.contact_id)}: v{version.number} {short(store, version.id)}"
    show_cut(store, head, version, chain, removed(version, chain, done.cuts[0]), done)


def show_cut(
    store: MemoryStore,
    head: str,
    shown: MemoryVersion,
    chain: Sequence[MemoryVersion],
    numbers: Collection[int],
    done: Deletion,
) -> None:
    """Prints a chain before and after a cut, or a dry run of one.

    Args:
        store: where it is.
        head: what it is about.
        shown: the version whose text stands below that.
        chain: all versions before the cut, deleted ones too, oldest first.
        numbers: those that the cut takes out.
        done: what the library answered; it has one cut.
    """
    screen, made = console(), done.cuts[0]
    if done.revision is None:
        after = [evolve(v, deleted_revision=0) if v.number in numbers else v for v in chain]
    else:
        after = list(store.history(shown.id, include_deleted=True))
    screen.print(head, style="bold", soft_wrap=True)
    screen.print(cut(shown.content, screen.width), style="dim")
    screen.print()
    keep = compared(chain, after)
    screen.print(strip("before", chain, keep))
    screen.print(strip("after", after, keep))
    screen.print()
    names = {v.id: f"v{v.number}" for v in chain}
    screen.print(f"{made.outcome.value}. {sentence(made, names)}", soft_wrap=True)


def show_end(done: Deletion) -> None:
    """Prints what a deletion did and how to take it back, or that it was a dry run."""
    if done.revision is None:
        said = f"A dry run: {many(done.count, 'version')} would go, nothing was changed."
    else:
        said = (
            f"Deleted {many(done.count, 'version')} as revision {done.revision}. "
            f"Take it back: versionchain restore {done.revision}"
        )
    console().print(said, style="bold", soft_wrap=True)


@click.command(short_help="Take a deletion back.")
@click.argument("revision", type=int)
@writes
def restore(
    revision: int,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Brings back the versions that REVISION deleted, into their places.

    \b
    What was restored before, or deleted again by another revision, stays as it
    is. A second time there is nothing to restore, and nothing changes. log shows
    the revisions, and what each would bring back.
    \b
    Example:
      versionchain restore 6 --db agent.db
    \b
    JSON: {"restored": the number given, "revision", "count", "memories"};
    revision is null where nothing was left to restore.
    """
    with open_existing(db, tenant, actor) as store:
        before = [] if as_json else list(islice(marked_by(store, revision), _DRAWN + 1))
        done = store.restore(revision, reason=reason)
        if as_json:
            output.emit({"restored": revision, **output.restoration(done)})
            return
        _show_restored(store, before, revision)
    if not done.count:
        console().print(f"Nothing of revision {revision} was left to restore.", style="bold")
        return
    said = f"Restored {many(done.count, 'version')} as revision {done.revision}."
    if done.memories:
        said += f" {many(done.memories, 'memory', 'memories')} that had ended came back."
    console().print(said, style="bold", soft_wrap=True)


Marked = tuple[tuple[MemoryVersion, ...], list[int]]
"""All versions of a chain, and the numbers of those that one revision deleted."""


def marked_by(store: MemoryStore, revision: int) -> Iterable[Marked]:
    """The chains with versions whose current deletion is a revision, as far as soon found.

    Only to draw them: it looks through the deleted versions of the contacts that the revision
    touched, up to some thousands.
    """
    if revision < 1:
        return
    found = store.revisions(since=revision - 1, limit=1).items
    chains: set[str] = set()
    for version in islice(_deleted(store, [c for r in found for c in r.contacts]), _SEEN):
        if version.deleted_revision == revision and version.chain_id not in chains:
            chains.add(version.chain_id)
            chain = store.history(version.id, include_deleted=True)
            yield chain, [v.number for v in chain if v.deleted_revision == revision]


def _deleted(store: MemoryStore, contacts: Iterable[str]) -> Iterable[MemoryVersion]:
    for contact in contacts:
        after = None
        while True:
            page = store.versions(contact, status=Status.DELETED, limit=1000, after=after)
            yield from page.items
            after = page.next_cursor
            if after is None:
                break


def _show_restored(store: MemoryStore, before: Sequence[Marked], revision: int) -> None:
    screen = console()
    for chain, numbers in before[:_DRAWN]:
        now = store.history(chain[0].id, include_deleted=True)
        head = f"{one_line(now[0].contact_id)}: {spans(numbers)} back"
        screen.print(head, style="bold", soft_wrap=True)
        keep = compared(chain, now)
        screen.print(strip("before", chain, keep))
        screen.print(strip("after", now, keep))
        screen.print()
    if len(before) > _DRAWN:
        screen.print(f"and other memories that revision {revision} touched", style="dim")
