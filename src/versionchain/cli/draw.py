"""A chain drawn in a line: v1 ← v2 ← v3 ← v4, what is deleted dropped below it.

May live here: from records to lines of text, and what a cut means in words. Pure: no store, no
clock, no screen. May not be known here: who asks.

    before   v1 tea ← v2 mate ← v3 cocoa ← v4 water (latest)
    after    v1 tea ←────────── v3 cocoa ← v4 water (latest)
                      ✗2 mate

A deleted version keeps its place, so that two drawings of one chain can be laid under each other.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Final

from attrs import frozen
from rich.text import Text

from ..model import Cut, MemoryVersion, Outcome
from .screen import Drawing, Look, cut

INDENT: Final = 9  # where a line of versions begins, under "before" and "after"
_LATEST: Final = " (latest)"
_ENDED: Final = "nothing left"
_TEXT: Final = (6, 16)  # the fewest and the most cells of a version's text
_SHORT: Final = 8  # a chain of so many versions is drawn whole
_WRAPPED: Final = 10  # the cells of a text where one line does not hold all


@frozen
class Cell:
    """A place in the drawing.

    Attributes:
        name: "3" for version 3, or how many are left out.
        text: what the version says; empty where there is no room, or it stands for several.
        living: whether it is in the chain.
        latest: whether it is the latest.
        several: whether it stands for several.
    """

    name: str
    text: str
    living: bool
    latest: bool = False
    several: bool = False

    def label(self, look: Look, width: int) -> Text:
        """How it is written, with at most `width` cells of its text."""
        style = "green bold" if self.latest else "cyan" if self.living else "red"
        if self.several:
            return Text(f"{look.more if self.living else look.gone} {self.name} more", "dim")
        label = Text.assemble((("v" if self.living else look.gone) + self.name, style))
        if width and self.text:
            said = cut(self.text, width, "" if self.living else "dim strike")
            label.append(" ").append_text(said)
        return label


def strip(title: str, versions: Sequence[MemoryVersion], keep: Collection[int] = ()) -> Drawing:
    """A chain in a line, with a title before it.

    Args:
        title: what it shows, such as "before".
        versions: all of the chain, deleted ones too, oldest first.
        keep: the numbers that are drawn for themselves where not all can be.
    """
    cells = cells_of(versions, keep)
    return Drawing(lambda _, width, look: list(_lines(title, cells, width, look)))


def cells_of(versions: Sequence[MemoryVersion], keep: Collection[int] = ()) -> list[Cell]:
    """The cells of a drawing: all versions of a short chain, the telling ones of a long one.

    O(versions).
    """
    last = len(versions) - 1
    latest = _latest(versions)
    kept = [
        last < _SHORT or i in (0, last) or v is latest or v.number in keep
        for i, v in enumerate(versions)
    ]
    runs = groupby(
        zip(kept, versions, strict=True),
        lambda each: (each[0], each[1].deleted_revision is None),
    )
    cells: list[Cell] = []
    for (alone, living), run in runs:
        group = [version for _, version in run]
        if alone or len(group) == 1:
            cells += [Cell(str(v.number), v.content, living, v is latest) for v in group]
        else:
            cells.append(Cell(f"{len(group):,}", "", living, several=True))
    return cells


def compared(before: Sequence[MemoryVersion], after: Sequence[MemoryVersion]) -> frozenset[int]:
    """The numbers that tell two states of one chain apart, to `keep` in a drawing of either.

    The ends of what changed, the living versions next to them, and each state's latest. O(n).
    """
    states = [{v.number for v in each if v.deleted_revision is None} for each in (before, after)]
    changed = sorted(states[0] ^ states[1])
    if not changed:
        return frozenset()
    told = {changed[0], changed[-1]}
    for living in states:
        told |= {max((n for n in living if n < changed[0]), default=changed[0])}
        told |= {min((n for n in living if n > changed[-1]), default=changed[-1])}
        told |= {max(living, default=changed[-1])}
    return frozenset(told)


def _latest(versions: Sequence[MemoryVersion]) -> MemoryVersion | None:
    return next((v for v in reversed(versions) if v.deleted_revision is None), None)


def _lines(title: str, cells: Sequence[Cell], width: int, look: Look) -> Iterator[Text]:
    indent = INDENT if title else 0
    room = max(width - indent, 12)
    shown = _text_width(cells, room, look)
    labels = [cell.label(look, shown) for cell in cells]
    joints = _joints([cell.living for cell in cells], look)
    head = Text.assemble((f"{title:{indent}}", "dim"))
    for first, last in _rows(cells, labels, room, len(look.link)):
        up, down = Text(), Text()
        for i in range(first, last):
            _place(up, down, cells[i], labels[i], joints[i], look)
        if first == 0 and not any(cell.living for cell in cells):
            up = Text(_ENDED, "red")
        for line in (up, down):
            if line.plain.strip():
                yield head + line
                head = Text(" " * indent)


def _place(up: Text, down: Text, cell: Cell, label: Text, joint: str, look: Look) -> None:
    """Writes one cell: in the line where it lives, below it where it is gone."""
    blank = " " * label.cell_len
    up.append(joint, "dim")
    down.append(" " * len(joint))
    if cell.living:
        up.append_text(label)
        up.append(_LATEST if cell.latest else "", "green bold")
        down.append(blank)
    else:
        up.append(look.over[0] * label.cell_len if joint.strip() else blank, "dim")
        down.append_text(label)


def _joints(living: Sequence[bool], look: Look) -> list[str]:
    """What stands before each cell: a link between living ones, however far apart."""
    alive = [i for i, each in enumerate(living) if each]
    first, last = (alive[0], alive[-1]) if alive else (0, -1)
    joints = [""]
    for i, (left, right) in enumerate(pairwise(living)):
        if not (first <= i and i + 1 <= last):
            joints.append(" " * len(look.link))
        elif left:
            joints.append(look.link if right else look.open)
        else:
            joints.append(look.close if right else look.over)
    return joints


def _text_width(cells: Sequence[Cell], room: int, look: Look) -> int:
    """How many cells of its text each version may show, so that all fit in a line if they can."""
    least, most = _TEXT
    for width in range(most, least - 1, -1):
        labels = sum(cell.label(look, width).cell_len for cell in cells)
        if labels + len(look.link) * (len(cells) - 1) + len(_LATEST) <= room:
            return width
    return _WRAPPED


def _rows(
    cells: Sequence[Cell], labels: Sequence[Text], room: int, joint: int
) -> Iterator[tuple[int, int]]:
    """Which cells share a line."""
    first, used = 0, 0
    for i, (cell, label) in enumerate(zip(cells, labels, strict=True)):
        size = label.cell_len + (joint if i else 0)
        tail = len(_LATEST) if cell.latest else 0
        if used and used + size + tail > room:
            yield first, i
            first, used = i, 0
        used += size
    yield first, len(cells)


def sentence(made: Cut, names: Mapping[str, str]) -> str:
    """What a cut means, in one plain sentence.

    Args:
        made: what the library answered.
        names: what to call each version.
    """
    left = names[made.left_id] if made.left_id else ""
    right = names[made.right_id] if made.right_id else ""
    if made.outcome is Outcome.RELINKED:
        return f"{right} follows {left} now."
    if made.outcome is Outcome.RESURRECTED:
        return f"{left} is the latest again."
    if made.outcome is Outcome.ORPHANED:
        return f"{right} is the first now, nothing comes before it."
    return "No version is left, the memory has ended."
