"""A memory's whole chain drawn downwards, the newest version at the top.

May live here: from records to lines of text. Pure: no store, no clock, no screen.
May not be known here: where the records come from.

    ● v5 latest  9d0e44b1
    │ Lives in Rome
    │ 2026-01-05 10:00
    │
    │ ✗ v4 deleted  77ab12c0
    │   Lives in Kiel
    │   2026-01-03 10:00
    │   deleted by revision 6, 2026-01-04 10:00, because: wrong town
    │
    ○ v3  0c2fd511
      Lives in Bonn
      2026-01-01 10:00

The rail is the chain: a deleted version stands beside it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, field, frozen
from rich.console import Console
from rich.text import Text

from ..model import MemoryVersion, Revision
from .draw import cells_of, compared, strip
from .screen import Drawing, Look, folded, many, one_line, when

_LINES: Final = 3  # so many lines of a text, unless all is asked for
DRAWN: Final = 5  # so many deletions are drawn as a restore would undo them
_METADATA: Final = 60
_CELLS: Final = 24  # with more parts than that, a line of versions tells nobody anything


@frozen
class ChainLog:
    """What the log of a memory shows.

    Attributes:
        versions: all of the chain, deleted ones too, oldest first.
        shown: how many of the newest are drawn.
        names: the short id of the chain and of each version that is drawn.
        revisions: the revisions that deleted something, by number, as far as they are told of.
        full: whether texts and metadata are whole.
        past: whether it is seen from the past, where nothing can be restored.
    """

    versions: Sequence[MemoryVersion]
    shown: int
    names: Mapping[str, str]
    revisions: Mapping[int, Revision]
    full: bool
    past: bool = False
    _marked: Mapping[int, Sequence[int]] = field(init=False)
    _older: Collection[int] = field(init=False)

    @_marked.default
    def _find_marked(self) -> Mapping[int, Sequence[int]]:
        """The numbers of the versions that each revision deleted. O(n)."""
        found: dict[int, list[int]] = {}
        for version in self.versions:
            if version.deleted_revision is not None:
                found.setdefault(version.deleted_revision, []).append(version.number)
        return found

    @_older.default
    def _find_older(self) -> Collection[int]:
        """The revisions whose restores are not drawn below. O(n log n)."""
        return frozenset(deletions(self.versions)[DRAWN:])

    def drawing(self) -> Drawing:
        """The log, as something that rich can print."""
        return Drawing(lambda console, width, look: _tidy(self._lines(console, width, look)))

    def _lines(self, console: Console, width: int, look: Look) -> Iterator[Text]:
        yield from self._head(console, width)
        living = [v.number for v in self.versions if v.deleted_revision is None]
        ends = (living[0], living[-1]) if living else (0, 0)
        drawn = self.versions[::-1][: self.shown]
        yield Text()
        for version in drawn:
            yield from self._entry(version, ends, console, width, look)
        left = len(self.versions) - len(drawn)
        if left:
            yield Text(f"{look.more} {many(left, 'older version')}: --all shows them", "dim")
            yield Text()
        if not self.past:
            yield from self._restores(console, width, look)

    def _head(self, console: Console, width: int) -> Iterator[Text]:
        first = self.versions[0]
        name, contact = self.names[first.chain_id], one_line(first.contact_id)
        yield from folded(console, f"Memory {name} of {contact}", width, "bold")
        gone = sum(v.deleted_revision is not None for v in self.versions)
        said = many(len(self.versions), "version")
        if gone == len(self.versions):
            said += ", all deleted: the memory has ended"
        elif gone:
            said += f", {gone:,} of them deleted"
        yield from folded(console, f"{said}. Newest first, times in UTC.", width, "dim")

    def _entry(
        self,
        version: MemoryVersion,
        ends: tuple[int, int],
        console: Console,
        width: int,
        look: Look,
    ) -> Iterator[Text]:
        oldest, newest = ends
        rail = _rail(look.rail if oldest < version.number <= newest else " ")
        if version.deleted_revision is not None:
            beside = _rail(look.rail if oldest < version.number < newest else " ")
            rail = beside + Text("  ")
            yield beside + self._title(version, look.gone, "deleted", "red")
        elif version.number == newest:
            yield self._title(version, look.latest, "latest", "green bold")
        else:
            yield self._title(version, look.older, "", "cyan")
        for line in self._body(version, console, width - rail.cell_len, look):
            yield rail + line
        yield rail.copy()

    def _title(self, version: MemoryVersion, sign: str, state: str, style: str) -> Text:
        name = f"{sign} v{version.number}" + (f" {state}" if state else "")
        return Text.assemble((name, style), "  ", (self.names[version.id], "yellow"))

    def _body(
        self, version: MemoryVersion, console: Console, width: int, look: Look
    ) -> Iterator[Text]:
        gone = version.deleted_revision is not None
        text = version.content if self.full else version.content[: 4 * _LINES * max(width, 8)]
        lines = folded(console, text, width, "dim strike" if gone else "")
        if self.full or (len(lines) <= _LINES and len(text) == len(version.content)):
            yield from lines
        else:
            yield from lines[:_LINES]
            size = many(len(version.content), "character")
            yield Text(f"{look.more} {size} in all", "dim italic")
        facts = f" {look.dot} ".join(self._facts(version))
        yield from folded(console, facts, width, "dim")
        if gone:
            yield from folded(console, self._why(version), width, "red")

    def _facts(self, version: MemoryVersion) -> Iterator[str]:
        yield when(version.created_at)
        if version.session_id is not None:
            yield "session " + one_line(version.session_id)
        if version.event_start is not None:
            yield "event " + when(version.event_start)
        if version.event_end is not None:
            yield "until " + when(version.event_end)
        if version.categories:
            yield ", ".join(map(one_line, version.categories))
        if version.metadata_json != "{}":
            said = one_line(version.metadata_json)
            yield said if self.full or len(said) <= _METADATA else said[:_METADATA] + "…"

    def _why(self, version: MemoryVersion) -> str:
        number = version.deleted_revision
        said = f"deleted by revision {number}"
        if version.deleted_at is not None:
            said += f", {when(version.deleted_at)}"
        revision = self.revisions.get(number) if number is not None else None
        if revision is not None and revision.actor is not None:
            said += f", by {one_line(revision.actor)}"
        if revision is not None and revision.reason is not None:
            said += f", because: {one_line(revision.reason)}"
        if number is not None and number in self._older and not self.past:
            back = self._back(number, self._marked[number])
            said += f"; versionchain restore {number} {back}"
        return said

    def _restores(self, console: Console, width: int, look: Look) -> Iterator[Text]:
        """What each restore would bring back, the newest deletion first.

        The first few are drawn; of the others each version that is shown tells.
        """
        numbers = deletions(self.versions)
        for number in numbers[:DRAWN]:
            back = self._marked[number]
            yield Text()
            yield from folded(console, f"versionchain restore {number}", width, "bold")
            again = frozenset(back)
            after = [
                evolve(v, deleted_revision=None) if v.number in again else v for v in self.versions
            ]
            keep = compared(self.versions, after)
            drawn = can_be_drawn(after, keep)
            said = self._back(number, back)
            if not drawn:
                latest = max(v.number for v in after if v.deleted_revision is None)
                said += f", the latest is v{latest} then"
            for line in folded(console, said + ":" * drawn, width - 2):
                yield Text("  ") + line
            for line in strip("", after, keep).draw(console, width - 2, look) if drawn else ():
                yield Text("  ") + line
        if len(numbers) > DRAWN:
            yield Text()
            more = many(len(numbers) - DRAWN, "older deletion")
            yield Text(f"{look.more} {more}", "dim")

    def _back(self, number: int, back: Sequence[int]) -> str:
        said = f"brings back {spans(back)}"
        revision = self.revisions.get(number)
        if revision is not None and revision.counts.deleted > len(back):
            said += f" (revision {number} deleted {revision.counts.deleted:,} in all)"
        return said


def _tidy(lines: Iterable[Text]) -> Iterator[Text]:
    """The lines without a blank one at the end, or after another."""
    blank = False
    for line in lines:
        if line.plain.strip():
            if blank:
                yield Text()
            yield line
        blank = not line.plain.strip()


def _rail(sign: str) -> Text:
    return Text.assemble((sign, "dim"), " ")


def can_be_drawn(versions: Sequence[MemoryVersion], keep: Collection[int]) -> bool:
    """Whether a chain in a line is short enough to be looked at. O(n)."""
    return len(cells_of(versions, keep)) <= _CELLS


def deletions(versions: Sequence[MemoryVersion]) -> list[int]:
    """The revisions that a restore could name, the newest first. O(n log n)."""
    numbers = {v.deleted_revision for v in versions if v.deleted_revision is not None}
    return sorted(numbers, reverse=True)


def spans(numbers: Sequence[int]) -> str:
    """Numbers of versions, rising, in as few words as they take. O(n).

    Example:
        >>> spans([1]), spans([1, 2, 3, 5, 6])
        ('v1', 'v1 to v3, v5 and v6')
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = []
    for run in runs:
        parts += [f"v{run[0]} to v{run[-1]}"] if len(run) > 2 else [f"v{each}" for each in run]
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
