"""What several memories lose, as lines of text.

May live here: from records to lines of text. Pure: no store, no clock, no screen.
May not be known here: where the records come from.
"""

from collections.abc import Sequence
from typing import Final

from attrs import frozen
from rich.console import Console
from rich.text import Text

from .screen import Column, Drawing, Look, cut, table

LEAST: Final = 8  # the fewest cells of a text


@frozen
class Loss:
    """What a memory loses.

    Attributes:
        name: the short id of its latest version.
        goes: how many versions go.
        stays: how many are left.
        text: what the latest version says.
    """

    name: str
    goes: int
    stays: int
    text: str


def loss_drawing(losses: Sequence[Loss]) -> Drawing:
    """A table of memories that get shorter, their texts cut to the width. O(n)."""

    def lines(_: Console, width: int, __: Look) -> list[Text]:
        columns = [
            Column("id", style="yellow"),
            Column("go", right=True, style="red"),
            Column("stay", right=True),
            Column("text"),
        ]
        rows = [[each.name, f"{each.goes:,}", f"{each.stays:,}"] for each in losses]
        texts = [each.text for each in losses]
        return table(columns, filled(columns, rows, texts, width))

    return Drawing(lines)


def filled(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], texts: Sequence[str], width: int
) -> list[list[str]]:
    """The rows with their texts, cut to what room there is. O(n)."""
    room = max(room_left(columns, rows, width), LEAST)
    return [[*row, cut(text, room).plain] for row, text in zip(rows, texts, strict=True)]


def room_left(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> int:
    """The cells that a table leaves for its last column. O(n)."""
    bare = table([*columns[:-1], Column("")], [[*row, ""] for row in rows])
    return width - bare[0].cell_len
