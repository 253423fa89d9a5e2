"""Listings and counts as lines of text.

May live here: from records to lines of text. Pure: no store, no clock, no screen.
May not be known here: where the records come from.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import asdict
from rich.console import Console
from rich.text import Text

from ..model import Count, MemoryVersion, Report
from .screen import Column, Drawing, Look, cut, folded, many, one_line, table, when

_ROOM: Final = 24  # with fewer cells for its text, a memory takes lines of its own
_CATEGORIES: Final = 16
_VIOLATIONS: Final = 50


def contact_lines(rows: Sequence[tuple[str, Count]], *, whole: bool) -> list[Text]:
    """A table of contacts, with the sums below it where none is left out. O(n)."""
    columns = [
        Column("memories", right=True),
        Column("versions", right=True),
        Column("deleted", right=True),
        Column("contact", style="cyan"),
    ]
    cells = [
        [f"{count.memories:,}", f"{count.versions:,}", f"{count.deleted:,}", one_line(id)]
        for id, count in rows
    ]
    lines = table(columns, cells)
    if whole:
        sums = [
            many(len(rows), "contact"),
            many(sum(count.memories for _, count in rows), "memory", "memories"),
            many(sum(count.versions for _, count in rows), "version"),
            f"{sum(count.deleted for _, count in rows):,} deleted",
        ]
        lines.append(Text(", ".join(sums), "bold"))
    return lines


def memory_drawing(
    found: Sequence[MemoryVersion], names: Sequence[str], sizes: Sequence[int]
) -> Drawing:
    """Memories by their latest versions: a table where there is room, else three lines each."""

    def lines(_: Console, width: int, look: Look) -> list[Text]:
        columns = [
            Column("id", style="yellow"),
            Column("no."),
            Column("kept", right=True),
            Column("when"),
            Column("categories", style="dim"),
            Column("text"),
        ]
        rows = [
            [
                name,
                f"v{version.number}",
                f"{size:,}",
                _when(version),
                cut(", ".join(version.categories), _CATEGORIES).plain,
            ]
            for version, name, size in zip(found, names, sizes, strict=True)
        ]
        if not any(version.categories for version in found):
            del columns[4]
            rows = [row[:4] for row in rows]
        texts = [version.content for version in found]
        made = _fitted(columns, rows, texts, width)
        return made or list(_stacked(found, names, sizes, width, look))

    return Drawing(lines)


def deleted_drawing(found: Sequence[MemoryVersion], names: Sequence[str]) -> Drawing:
    """Deleted versions, with the revision that a restore would name."""

    def lines(_: Console, width: int, look: Look) -> list[Text]:
        columns = [
            Column("id", style="yellow"),
            Column("number"),
            Column("deleted"),
            Column("by revision", right=True),
            Column("text", style="dim"),
        ]
        rows = [
            [name, f"v{version.number}", _day(version), f"{version.deleted_revision}"]
            for version, name in zip(found, names, strict=True)
        ]
        texts = [version.content for version in found]
        made = _fitted(columns, rows, texts, width)
        if made is not None:
            return made
        stacked = []
        for (name, number, day, revision), text in zip(rows, texts, strict=True):
            stacked.append(Text.assemble((name, "yellow"), f"  {number}"))
            stacked.append(Text(f"  {day} {look.dot} by revision {revision}", "dim"))
            stacked.append(Text("  ") + cut(text, width - 2, "dim"))
        return stacked

    return Drawing(lines)


def _when(version: MemoryVersion) -> str:
    """The day of what it tells of; where it doesn't say, the day it was written."""
    return when(version.event_start or version.created_at)[:10]


def _day(version: MemoryVersion) -> str:
    return "" if version.deleted_at is None else when(version.deleted_at)[:10]


def _fitted(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], texts: Sequence[str], width: int
) -> list[Text] | None:
    """The table with the texts as its last column, cut; None where they had too little room."""
    bare = table([*columns[:-1], Column("")], [[*row, ""] for row in rows])
    room = width - bare[0].cell_len
    if room < _ROOM:
        return None
    cells = [[*row, cut(text, room).plain] for row, text in zip(rows, texts, strict=True)]
    return table(columns, cells)


def _stacked(
    found: Sequence[MemoryVersion],
    names: Sequence[str],
    sizes: Sequence[int],
    width: int,
    look: Look,
) -> Iterator[Text]:
    for version, name, size in zip(found, names, sizes, strict=True):
        head = f"  v{version.number}"
        head += f", {many(size, 'version')}" if size > 1 else ""
        yield Text.assemble((name, "yellow"), head)
        facts = [_when(version), *map(one_line, version.categories)]
        yield Text("  ") + cut(f" {look.dot} ".join(facts), width - 2, "dim")
        yield Text("  ") + cut(version.content, width - 2)


def report_drawing(report: Report) -> Drawing:
    """What `verify` found: how much was looked at, and what does not hold. O(n)."""

    def lines(screen: Console, width: int, _: Look) -> Iterator[Text]:
        counts = asdict(report.counts).items()
        looked = ", ".join(f"{number:,} {name}" for name, number in counts)
        yield from folded(screen, f"Looked at {looked}.", width)
        if report.ok:
            yield Text("Everything holds.", "green bold")
            return
        found = report.violations
        yield Text(f"{many(len(found), 'violation')}:", "red bold")
        for each in found[:_VIOLATIONS]:
            said = f"{each.invariant}: {one_line(each.subject)}: {one_line(each.detail)}"
            for line in folded(screen, said, width - 2, "red"):
                yield Text("  ") + line
        if len(found) > _VIOLATIONS:
            yield Text(f"  {len(found) - _VIOLATIONS:,} more: --json lists all", "dim")

    return Drawing(lines)
