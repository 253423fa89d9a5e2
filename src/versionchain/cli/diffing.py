"""The command that compares two versions.

May live here: which two are meant, and their differences as lines of text.
May not be known here: how differences are found.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from attrs import asdict
from rich.console import Console
from rich.text import Text

from ..diff import Diff
from ..diff import diff as compare
from ..model import MemoryVersion
from . import output
from .completion import complete_id
from .exits import Exit, Failure
from .options import open_existing, reads
from .screen import Drawing, Look, console, folded, one_line
from .shortids import find_version, short


@click.command(short_help="What changed between two versions.")
@click.argument("a", metavar="A", shell_complete=complete_id)
@click.argument("b", metavar="[B]", required=False, shell_complete=complete_id)
@reads
def diff(a: str, b: str | None, db: Path, tenant: str, as_json: bool) -> None:
    """What changed from the version A to the version B, of one memory or of two.

    \b
    With A alone: from the one before it, which is the nearest older version of
    its memory that is not deleted, to A. Both are ids or the beginnings of
    them; deleted versions can be compared too. Lines of the text that went or
    came, with their numbers, then the other fields, as JSON.
    \b
    Examples:
      versionchain diff 7f3a91c0 --db agent.db
      versionchain diff 2c51d0aa 7f3a91c0 --db agent.db
    \b
    JSON: {"before_id", "after_id", "lines": [{"sign", "number", "text"}],
    "fields": [{"name", "before", "after"}]}; the values of a field are JSON
    texts, null where it had none. No difference: both are empty.
    """
    with open_existing(db, tenant) as store:
        first, chain = find_version(store, a, deleted=True)
        if b is None:
            before, after = _before(first, chain), first
        else:
            before, after = first, find_version(store, b, deleted=True)[0]
        names = [short(store, each.id) for each in (before, after)]
    found = compare(before, after)
    if as_json:
        output.emit(asdict(found))
    else:
        console().print(diff_drawing(before, after, names, found))


def _before(version: MemoryVersion, chain: Sequence[MemoryVersion]) -> MemoryVersion:
    older = [v for v in chain if v.number < version.number and v.deleted_revision is None]
    if not older:
        raise Failure(
            Exit.NOT_FOUND,
            "NotFoundError",
            f"No version is left before v{version.number} to compare it with: name another.",
        )
    return older[-1]


def diff_drawing(
    before: MemoryVersion, after: MemoryVersion, names: Sequence[str], found: Diff
) -> Drawing:
    """The differences of two versions. O(lines)."""

    def lines(screen: Console, width: int, look: Look) -> Iterator[Text]:
        del look
        contacts = list(dict.fromkeys(one_line(v.contact_id) for v in (before, after)))
        sides = [f"v{v.number} {name}" for v, name in zip((before, after), names, strict=True)]
        head = f"{' and '.join(contacts)}: {sides[0]} to {sides[1]}"
        yield from folded(screen, head, width, "bold")
        if not found:
            yield Text("Nothing differs.")
        digits = len(str(max((line.number for line in found.lines), default=0)))
        for line in found.lines:
            style = "red" if line.sign == "-" else "green"
            head = f"{line.sign}{line.number:>{digits}}  "
            for part in folded(screen, line.text, width - len(head), style) or [Text()]:
                yield Text(head, style) + part
                head = " " * len(head)
        for each in found.fields:
            yield from folded(screen, one_line(each.name), width, "cyan")
            for sign, value, style in (("-", each.before, "red"), ("+", each.after, "green")):
                if value is not None:
                    said = folded(screen, one_line(value), width - 2, style)
                    yield from (
                        Text(sign if part is said[0] else " ", style) + " " + part for part in said
                    )

    return Drawing(lines)
