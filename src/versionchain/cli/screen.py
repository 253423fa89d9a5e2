"""What reaches the terminal, and in which shape.

May live here: the consoles, making any text safe to show, tables, times and counted words.
May not be known here: memories, chains, commands.

Nothing here reads markup: a memory that says "[bold]" is shown saying it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from attrs import field, frozen
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

_SPEAKING: Final = "\u200c\u200d"  # joiners: many scripts and most families of emoji need them
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class _Screen(Console):
    """A console that leaves a broken pipe to whoever runs the command."""

    def on_broken_pipe(self) -> None:
        """Raises what rich would end the program for."""
        raise BrokenPipeError


def console() -> Console:
    """The console for answers: stdout."""
    return _Screen(highlight=False, markup=False, emoji=False)


def error_console() -> Console:
    """The console for errors, questions and progress: stderr."""
    return _Screen(stderr=True, highlight=False, markup=False, emoji=False)


def safe(text: str) -> str:
    r"""A text with nothing in it that a terminal would obey; lines stay lines. O(n).

    Example:
        >>> safe("red: \x1b[31m, back: \u202e")
        'red: \\x1b[31m, back: \\u202e'
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(each if _shown(each) else _escaped(each) for each in text)


def one_line(text: str) -> str:
    r"""A safe text in one line, its runs of blanks one blank each. O(n).

    Example:
        >>> one_line("first\n  second\x07")
        'first second\\x07'
    """
    return safe(" ".join(text.split()))


def _shown(character: str) -> bool:
    return (
        character == "\n"
        or character in _SPEAKING
        or unicodedata.category(character) not in _HIDDEN
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def cut(text: str, width: int, style: str = "") -> Text:
    """A safe text in one line of at most `width` cells. O(n).

    Example:
        >>> cut("Prefers tea in the morning", 12).plain
        'Prefers tea…'
    """
    # So many words fill the line, and so many characters of one word; the rest can't be seen.
    seen = " ".join(text.split(None, width)[:width])[: 4 * width]
    short = Text(one_line(seen), style=style)
    short.truncate(width, overflow="ellipsis")
    if short.plain.endswith(" …"):
        short = Text(short.plain[:-2] + "…", style=style)
    return short


def when(moment: datetime) -> str:
    """A time in UTC, to the minute.

    Example:
        >>> when(datetime(2026, 1, 4, 9, 30, tzinfo=UTC))
        '2026-01-04 09:30'
    """
    return moment.astimezone(UTC).isoformat(" ", "minutes")[:16]


def many(count: int, one: str, several: str | None = None) -> str:
    """A number with its word.

    Example:
        >>> many(1, "version"), many(2813, "version"), many(2, "memory", "memories")
        ('1 version', '2,813 versions', '2 memories')
    """
    return f"{count:,} {one if count == 1 else several or one + 's'}"


@frozen
class Look:
    """The signs of a drawing; those between versions are all of one width.

    Attributes:
        link: between neighbours.
        open: where a link begins that passes deleted versions.
        over: where it passes one.
        close: where it ends.
        gone: marks a deleted version.
        latest: marks the latest version.
        older: marks a superseded version.
        rail: the chain, downwards.
        more: stands for what is left out.
        dot: between facts in one line.
    """

    link: str
    open: str
    over: str
    close: str
    gone: str
    latest: str
    older: str
    rail: str
    more: str
    dot: str


UNICODE: Final = Look(" ← ", " ←─", "───", "── ", "✗", "●", "○", "│", "…", "·")
ASCII: Final = Look(" <- ", " <--", "----", "--- ", "x", "*", "o", "|", "...", "-")

Draw = Callable[[Console, int, Look], Iterable[Text]]


@frozen
class Drawing:
    """A function from a width and a look to lines, as something that rich can print."""

    draw: Draw

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines, none broken: whoever drew them knew the width."""
        look = ASCII if options.ascii_only else UNICODE
        for line in self.draw(console, options.max_width, look):
            if options.ascii_only:
                line.plain = line.plain.replace("…", "~")
            line.no_wrap, line.overflow = True, "ignore"
            line.rstrip()
            yield line


def folded(console: Console, text: str, width: int, style: str = "") -> list[Text]:
    """A safe text in lines of at most `width` cells. O(n)."""
    lines = Text(safe(text), style=style).wrap(console, max(width, 8))
    for line in lines:
        line.rstrip()
    return list(lines)


@frozen
class Column:
    """A column of a table.

    Attributes:
        title: its heading; a column without one has none.
        right: whether it stands to the right, as numbers do.
        style: how its cells look.
    """

    title: str
    right: bool = False
    style: str = field(default="")


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[Text]:
    """A table as lines; the last column is never padded. O(cells).

    Example:
        >>> rows = [("87", "ada"), ("9", "grace")]
        >>> for line in table([Column("versions", right=True), Column("contact")], rows):
        ...     print(line.plain)
        versions  contact
              87  ada
               9  grace
    """
    titles = [column.title for column in columns]
    widths = [max(map(cell_len, each)) for each in zip(titles, *rows, strict=True)]
    lines = [_row(columns, titles, widths, "dim")] if any(titles) else []
    return lines + [_row(columns, row, widths) for row in rows]


def _row(
    columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int], style: str = ""
) -> Text:
    line = Text()
    for i, (column, cell, width) in enumerate(zip(columns, cells, widths, strict=True)):
        pad = " " * (width - cell_len(cell))
        last = i == len(columns) - 1
        line.append(pad if column.right else "")
        line.append(cell, style or column.style)
        line.append("" if last else ("  " if column.right else pad + "  "))
    return line
