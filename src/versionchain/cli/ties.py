"""How memories hang together, as lines of text.

May live here: from records to lines of text. Pure: no store, no clock, no screen.
May not be known here: where the records come from.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen
from rich.console import Console
from rich.text import Text

from .losses import LEAST, filled, room_left
from .screen import Column, Drawing, Look, cut, folded, one_line, table

_KIND: Final = 20
_ROOM: Final = 24  # with fewer cells for its text, a connection takes lines of its own
_METADATA: Final = 60


@frozen
class Tie:
    """A connection as one of its two memories sees it.

    Attributes:
        leads: whether it leads from this memory to the other.
        kind: what it means.
        name: the short id of the other memory's latest version.
        contact: the other's contact.
        text: what the other says.
        metadata: its metadata as JSON, "{}" for none.
    """

    leads: bool
    kind: str
    name: str
    contact: str
    text: str
    metadata: str


def tie_drawing(ties: Sequence[Tie]) -> Drawing:
    """Connections: a table where there is room, else two lines each; metadata below. O(n)."""

    def lines(screen: Console, width: int, look: Look) -> Iterator[Text]:
        columns = [
            Column(""),
            Column("kind", style="cyan"),
            Column("id", style="yellow"),
            Column("contact"),
            Column("text"),
        ]
        rows = [
            [
                _arrow(tie, look),
                cut(tie.kind, _KIND).plain,
                tie.name,
                cut(tie.contact, _KIND).plain,
            ]
            for tie in ties
        ]
        if room_left(columns, rows, width) < _ROOM:
            made = None
        else:
            made = table(columns, filled(columns, rows, [tie.text for tie in ties], width))
            yield made.pop(0)
        for i, tie in enumerate(ties):
            yield from [made[i]] if made else _stacked(tie, width, look)
            yield from _metadata(tie, screen, width)

    return Drawing(lines)


def _arrow(tie: Tie, look: Look) -> str:
    back = look.link.strip()
    if tie.leads:
        return "->" if back == "<-" else "→"
    return back


def _stacked(tie: Tie, width: int, look: Look) -> Iterator[Text]:
    head = Text.assemble(_arrow(tie, look), " ", (tie.name, "yellow"), "  ")
    yield head + cut(one_line(tie.kind), max(width - head.cell_len, LEAST), "cyan")
    yield Text("  ") + cut(f"{tie.contact}: {tie.text}", width - 2)


def _metadata(tie: Tie, screen: Console, width: int) -> Iterator[Text]:
    if tie.metadata == "{}":
        return
    said = one_line(tie.metadata)
    said = said if len(said) <= _METADATA else said[:_METADATA] + "…"
    for line in folded(screen, said, width - 3, "dim"):
        yield Text("   ") + line
