"""The command that counts what a tenant has and what its log says.

May live here: the counting, its bound, and the figures as lines of text.
May not be known here: how a count is kept.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from attrs import asdict, define, field
from rich.text import Text

from ..model import Count, Revision, RevisionCounts
from ..store import MemoryStore
from . import output
from .options import open_existing, reads
from .output import moment
from .screen import Column, console, folded, many, one_line, table
from .viewing import newest

_PAGE: Final = 1000


@define
class Stats:
    """What was counted.

    Attributes:
        looked: revisions that were looked at.
        newest: the number of the newest one.
        contacts: those that the revisions touched, with what each has now.
        operations: how many revisions of each operation there are.
        totals: the sums of what they changed.
        first: the first of them.
        last: the last of them.
        whole: whether nothing was left out.
    """

    looked: int = 0
    newest: int = 0
    contacts: dict[str, Count] = field(factory=dict)
    operations: Counter[str] = field(factory=Counter)
    totals: Counter[str] = field(factory=Counter)
    first: Revision | None = None
    last: Revision | None = None
    whole: bool = True

    def now(self) -> dict[str, int]:
        """What is there, over all contacts that were counted. O(contacts)."""
        counts = self.contacts.values()
        return {
            "contacts": sum(count.versions > 0 for count in counts),
            "memories": sum(count.memories for count in counts),
            "versions": sum(count.versions for count in counts),
            "deleted": sum(count.deleted for count in counts),
        }


def counted(store: MemoryStore, most: int) -> Stats:
    """Counts a tenant by its log: `most` revisions and `most` contacts are looked at, no more.

    O(most · log n), and whatever a contact's count costs.
    """
    stats = Stats(newest=newest(store))
    touched: dict[str, None] = {}
    while stats.looked < min(most, stats.newest):
        size = min(_PAGE, most - stats.looked)
        for each in store.revisions(since=stats.looked, limit=size).items:
            stats.looked = each.number
            stats.first, stats.last = stats.first or each, each
            stats.operations[each.operation] += 1
            stats.totals.update(asdict(each.counts))
            touched.update(dict.fromkeys(each.contacts))
    stats.whole = stats.looked == stats.newest and len(touched) <= most
    for contact in list(touched)[:most]:
        stats.contacts[contact] = store.count(contact)
    return stats


@click.command(short_help="How much there is.")
@click.option(
    "--most",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    metavar="N",
    help="Look at N revisions and N contacts at most.",
)
@reads
def stats(most: int, db: Path, tenant: str, as_json: bool) -> None:
    """How much a tenant has, what its log says was done, and how big the file is.

    \b
    It goes through the log from its beginning and counts each contact that it
    names, so it takes a time that grows with both, up to --most of each. If
    that was not all, it says so, and the figures are the least that there is.
    The file holds all tenants.
    \b
    Example:
      versionchain stats --db agent.db
    \b
    JSON: {"tenant", "complete", "now": {"contacts", "memories", "versions",
    "deleted"}, "revisions", "revisions_looked_at", "first_at", "last_at",
    "operations": {name: revisions}, "totals": {"added", "deleted", "restored",
    "connected", "disconnected", "erased"}, "file": {"path", "bytes"}}
    """
    with open_existing(db, tenant) as store:
        found = counted(store, most)
        size = size_of(db)
    if as_json:
        output.emit(_document(tenant, found, db, size))
        return
    screen = console()
    for line in _lines(tenant, found, size):
        for each in folded(screen, line.plain, screen.width, str(line.style)):
            screen.print(each, soft_wrap=True)


def size_of(db: Path) -> int:
    """The bytes of a database and of what lies beside it that is not in it yet."""
    beside = db.with_name(db.name + "-wal")
    return db.stat().st_size + (beside.stat().st_size if beside.exists() else 0)


def _document(tenant: str, found: Stats, db: Path, size: int) -> output.Json:
    first, last = found.first, found.last
    return {
        "tenant": tenant,
        "complete": found.whole,
        "now": found.now(),
        "revisions": found.newest,
        "revisions_looked_at": found.looked,
        "first_at": None if first is None else moment(first.created_at),
        "last_at": None if last is None else moment(last.created_at),
        "operations": dict(found.operations.most_common()),
        "totals": {name: found.totals[name] for name in asdict(RevisionCounts())},
        "file": {"path": str(db), "bytes": size},
    }


def _lines(tenant: str, found: Stats, size: int) -> Iterator[Text]:
    now = found.now()
    least = "" if found.whole else "at least "
    yield Text(f"Tenant {one_line(tenant)}", "bold")
    said = [
        many(now["contacts"], "contact"),
        many(now["memories"], "memory", "memories"),
        many(now["versions"], "version"),
    ]
    yield Text(f"Now: {least}{', '.join(said)}, {now['deleted']:,} deleted.")
    if found.first is None or found.last is None:
        yield Text("No revisions.")
    else:
        period = f"{moment(found.first.created_at)} to {moment(found.last.created_at)}"
        yield Text(f"Log: {many(found.newest, 'revision')}, {period}.")
        if not found.whole:
            yield Text(
                f"Looked at {many(found.looked, 'revision')} and "
                f"{many(len(found.contacts), 'contact')} of them: --most looks at more.",
                "yellow",
            )
        yield Text()
        yield from _table("revisions", found.operations.most_common(), "operation")
        yield Text()
        names = {"added": "written"}
        changed = [(names.get(name, name), n) for name, n in found.totals.items() if n]
        yield from _table("changed", changed, "in all")
    yield Text()
    yield Text(f"File: {many(size, 'byte')}, of all tenants.")


def _table(title: str, rows: list[tuple[str, int]], of: str) -> list[Text]:
    columns = [Column(title, right=True), Column(of)]
    return table(columns, [[f"{number:,}", name] for name, number in rows])
