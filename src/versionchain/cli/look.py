"""The commands that look: contacts, list, log, verify. None of them changes anything.

May live here: what each asks the store and which drawing it hands the answer to.
May not be known here: how anything is drawn, which state of the store is read.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import click

from ..errors import NotFoundError
from ..model import Count, MemoryVersion, Report, Revision, Status
from . import output
from .chainlog import DRAWN, ChainLog, deletions
from .completion import complete_contact, complete_id
from .exits import Exit
from .listing import contact_lines, deleted_drawing, memory_drawing, report_drawing
from .options import lists, open_existing, reads, walk
from .screen import console, many, one_line
from .shortids import find_chain
from .viewing import View, looking

_LOGGED: Final = 50


@click.command(short_help="Who there are memories of.")
@reads
@lists
def contacts(db: Path, tenant: str, as_json: bool, limit: int, after: str | None) -> None:
    """Who there are memories of, and how many.

    \b
    Contacts whose versions are all deleted are not among them; list CONTACT
    --deleted shows what such a one had.
    \b
    Example:
      versionchain contacts --db agent.db
    \b
    JSON: {"items": [{"contact_id", "memories", "versions", "deleted"}],
           "next_cursor"}
    """
    with looking(db, tenant) as view:
        ids, cursor = walk(lambda n, at: view.reads.contacts(limit=n, after=at), limit, after)
        rows = [(id, view.reads.count(id)) for id in ids]
    if as_json:
        view.emit(output.page([_contact(id, count) for id, count in rows], cursor))
        return
    screen = view.begin()
    if not rows:
        screen.print("No contacts.")
        return
    for line in contact_lines(rows, whole=after is None and cursor is None):
        screen.print(line, soft_wrap=True)
    _more(cursor)


def _contact(id: str, count: Count) -> output.Json:
    return {
        "contact_id": id,
        "memories": count.memories,
        "versions": count.versions,
        "deleted": count.deleted,
    }


@click.command("list", short_help="What is known of a contact.")
@click.argument("contact", shell_complete=complete_contact)
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="NAME",
    help="Only these; given again, any of them.",
)
@click.option("--session", metavar="ID", help="Only what was learned in this session.")
@click.option("--deleted", is_flag=True, help="The deleted versions instead, oldest first.")
@reads
@lists
def list_memories(
    contact: str,
    categories: tuple[str, ...],
    session: str | None,
    deleted: bool,
    db: Path,
    tenant: str,
    as_json: bool,
    limit: int,
    after: str | None,
) -> None:
    """What is known of CONTACT: each memory's latest version, newest first.

    \b
    "no." is the number of that version, "kept" how many the memory has left,
    "when" the day of its event, or else the day when it was written. Texts are
    cut to the terminal's width; log shows a memory whole.
    \b
    Examples:
      versionchain list ada --db agent.db
      versionchain list ada --category taste --session monday --db agent.db
    \b
    JSON: {"items": [version], "next_cursor"}, where a version has every field,
    and without --deleted "versions": how many its memory has left.
    """
    if deleted and (categories or session is not None):
        raise click.UsageError("--deleted goes with neither --category nor --session")
    with looking(db, tenant) as view:
        count = view.reads.count(contact)
        if count == Count(0, 0, 0):
            raise NotFoundError("contact", contact)
        if deleted:
            found, cursor = walk(
                lambda n, at: view.reads.versions(
                    contact, status=Status.DELETED, limit=n, after=at
                ),
                limit,
                after,
            )
        else:
            found, cursor = walk(
                lambda n, at: view.reads.memories(
                    contact, categories=categories or None, session_id=session, limit=n, after=at
                ),
                limit,
                after,
            )
        if as_json:
            sizes = [] if deleted else [len(view.reads.history(v.id)) for v in found]
            view.emit(output.page(_listed(found, sizes), cursor))
            return
        _print_list(view, contact, count, found, deleted=deleted)
    _more(cursor)


def _listed(found: Sequence[MemoryVersion], sizes: Sequence[int]) -> list[output.Json]:
    items = [output.version(version) for version in found]
    for item, size in zip(items, sizes, strict=False):
        item["versions"] = size
    return items


def _print_list(
    view: View,
    contact: str,
    count: Count,
    found: Sequence[MemoryVersion],
    *,
    deleted: bool,
) -> None:
    screen = view.begin()
    said = [many(count.memories, "memory", "memories"), many(count.versions, "version")]
    if count.deleted:
        said.append(f"{count.deleted:,} deleted")
    screen.print(f"{one_line(contact)}: {', '.join(said)}", style="bold", soft_wrap=True)
    if not found:
        screen.print(_nothing(count, deleted=deleted))
        return
    names = [view.name(version.id) for version in found]
    if deleted:
        screen.print(deleted_drawing(found, names))
    else:
        sizes = [len(view.reads.history(version.id)) for version in found]
        screen.print(memory_drawing(found, names, sizes))


def _nothing(count: Count, *, deleted: bool) -> str:
    if deleted:
        return "Nothing is deleted."
    if count.memories:
        return "No memory is of that category or session."
    return "Nothing is left; --deleted lists what was deleted."


@click.command(short_help="The whole chain of a memory.")
@click.argument("id", metavar="ID", shell_complete=complete_id)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="The N newest; else 50.")
@click.option("--all", "everything", is_flag=True, help="All versions.")
@click.option("--full", is_flag=True, help="Texts and metadata whole.")
@reads
def log(
    id: str,
    limit: int | None,
    everything: bool,
    full: bool,
    db: Path,
    tenant: str,
    as_json: bool,
) -> None:
    """The whole chain of a memory, newest version first, the deleted ones too.

    \b
    ID is the memory's or any of its versions', deleted or not, or the beginning
    of one. The drawing shows which version is the latest, which are deleted,
    by which revision, when and why, and what each restore would bring back.
    \b
    Examples:
      versionchain log 7f3a91c0 --db agent.db
      versionchain log 7f3a91c0 --limit 5 --full --db agent.db
    \b
    JSON, all versions unless --limit is given:
      {"chain_id", "contact_id", "latest_id", "versions", "deleted",
       "items": [version], "next_cursor": null, "left_out",
       "deletions": [revision and "version_ids" that its restore brings back]}
    """
    if limit is not None and everything:
        raise click.UsageError("--all and --limit exclude each other")
    with looking(db, tenant) as view:
        versions = find_chain(view.reads, id)
        most = len(versions) if everything or (as_json and limit is None) else limit or _LOGGED
        drawn = versions[::-1][:most]
        if as_json:
            view.emit(_log(versions, drawn, _revisions(view, deletions(versions))))
            return
        told = {v.deleted_revision for v in drawn if v.deleted_revision is not None}
        told.update(deletions(versions)[:DRAWN])
        names = {each: view.name(each) for each in (versions[0].chain_id, *(v.id for v in drawn))}
        by_number = {revision.number: revision for revision in _revisions(view, told)}
    past = view.past is not None
    view.begin().print(ChainLog(versions, most, names, by_number, full, past).drawing())


def _revisions(view: View, numbers: Iterable[int]) -> list[Revision]:
    return [view.store.revisions(since=number - 1, limit=1).items[0] for number in numbers]


def _log(
    versions: Sequence[MemoryVersion],
    shown: Sequence[MemoryVersion],
    revisions: Sequence[Revision],
) -> output.Json:
    living = [v for v in versions if v.deleted_revision is None]
    back = {r.number: [v.id for v in versions if v.deleted_revision == r.number] for r in revisions}
    return {
        "chain_id": versions[0].chain_id,
        "contact_id": versions[0].contact_id,
        "latest_id": living[-1].id if living else None,
        "versions": len(living),
        "deleted": len(versions) - len(living),
        **output.page([output.version(v) for v in shown], None),
        "left_out": len(versions) - len(shown),
        "deletions": [
            {**output.revision(revision), "version_ids": back[revision.number]}
            for revision in revisions
        ],
    }


@click.command(short_help="Check all that must hold.")
@reads
@click.pass_context
def verify(context: click.Context, db: Path, tenant: str, as_json: bool) -> None:
    """Checks everything that must always hold, and the storage under it.

    \b
    It repairs nothing. Exit code 1 where something does not hold.
    \b
    Example:
      versionchain verify --db agent.db
    \b
    JSON: {"ok", "violations": [{"invariant", "subject", "detail"}], "counts"}
    """
    with open_existing(db, tenant) as store:
        report = store.verify()
    show_report(report, as_json=as_json)
    if not report.ok:
        context.exit(Exit.VIOLATIONS)


def show_report(report: Report, *, as_json: bool) -> None:
    """Prints what `verify` found."""
    if as_json:
        output.emit(output.report(report))
        return
    console().print(report_drawing(report))


def _more(cursor: str | None) -> None:
    if cursor is not None:
        console().print(f"more: --after {cursor}", style="dim", soft_wrap=True)
