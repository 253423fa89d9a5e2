"""What a drawn chain is made of: cards, and the rows of a before and after.

May live here: from records to what a template draws. Pure: no store, no request, no HTML.
May not be known here: who asks, or how anything looks.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Final, Literal

from attrs import evolve, frozen

from ...diff import Diff, FieldChange, LineChange, diff
from ...model import Cut, MemoryVersion, Outcome, Revision, Status

_MOST_COMPARED: Final = 2_000  # lines: more take too long to compare for a page
_MOST_WORDS: Final = 400
_MOST_SAID: Final = 600  # characters of a changed line
_AROUND: Final = 80  # and of what did not change, beside each change
_ALIKE: Final = 0.6  # two lines less alike than this are shown as replaced whole
_WORD: Final = re.compile(r"\w+|\s+|[^\w\s]")
_FEW: Final = 9  # so many rows in a run are drawn one by one
_KEPT: Final = 3  # and of more, so many at each end


@frozen
class Piece:
    """Some words of a line, and whether they are what changed in it."""

    text: str
    changed: bool


@frozen
class Line:
    """A line of a text that went or came."""

    sign: Literal["-", "+"]
    number: int
    pieces: tuple[Piece, ...]


@frozen
class Card:
    """One version as it is drawn.

    Attributes:
        version: the version.
        word: how it stands, in a word.
        asked: whether it is the one that was asked for.
        before: the version that it is compared with, or None.
        lines: the lines that changed since that one.
        fields: the other fields that changed.
        compared: whether the texts were compared; they are not where they are too long.
        gap: the numbers that are missing right below it, or None.
        deletion: the revision that deleted it, or None.
    """

    version: MemoryVersion
    word: str
    asked: bool = False
    before: MemoryVersion | None = None
    lines: tuple[Line, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    compared: bool = True
    gap: tuple[int, int] | None = None
    deletion: Revision | None = None


@frozen
class Row:
    """A version, or several in a row, before and after a change.

    Attributes:
        version: the version; None where the row stands for several.
        count: how many it stands for.
        before: how it stands before: "latest", "superseded" or "deleted".
        after: how it stands after.
        note: what is new about its place, or empty.
    """

    version: MemoryVersion | None
    count: int
    before: str
    after: str
    note: str = ""

    @property
    def changes(self) -> bool:
        """Whether it is cut out or comes back. O(1)."""
        return "deleted" in (self.before, self.after)


def word(status: Status) -> str:
    """How a version stands, in a word. O(1)."""
    return "latest" if status is Status.CURRENT else status.lower()


def cards(versions: Sequence[MemoryVersion], shown: range, asked: str = "") -> list[Card]:
    """The cards of a page of a chain, the newest first. O(the chain) but for the comparisons.

    Args:
        versions: all of the chain, deleted ones too, oldest first.
        shown: which of them the page shows, as places in `versions`.
        asked: the id that was asked for.
    """
    return [_card(versions, place, asked) for place in reversed(shown)]


def _card(versions: Sequence[MemoryVersion], place: int, asked: str) -> Card:
    version = versions[place]
    below = versions[place - 1].number if place else 0
    gap = (below + 1, version.number - 1) if version.number - below > 1 else None
    card = Card(version, word(version.status), asked=version.id == asked, gap=gap)
    before = _compared_with(versions, place)
    if before is None:
        return card
    if max(each.content.count("\n") for each in (before, version)) > _MOST_COMPARED:
        changes = diff(evolve(before, content=""), evolve(version, content=""))
        return evolve(card, before=before, fields=changes.fields, compared=False)
    changes = diff(before, version)
    return evolve(card, before=before, lines=tuple(_lines(changes)), fields=changes.fields)


def _compared_with(versions: Sequence[MemoryVersion], place: int) -> MemoryVersion | None:
    """The older neighbour of a living version; of a deleted one, whichever has the number below."""
    older = (versions[each] for each in range(place - 1, -1, -1))
    living = versions[place].status is not Status.DELETED
    return next((each for each in older if not living or each.status is not Status.DELETED), None)


def _lines(changes: Diff) -> Iterator[Line]:
    """The changed lines; where as many came as went, what changed in each is marked."""
    runs = [list(run) for _, run in groupby(changes.lines, key=lambda line: line.sign)]
    place = 0
    while place < len(runs):
        run, after = runs[place], runs[place + 1] if place + 1 < len(runs) else []
        if run[0].sign == "-" and len(run) == len(after):
            pairs = [_pieces(a.text, b.text) for a, b in zip(run, after, strict=True)]
            yield from (_line(line, went) for line, (went, _) in zip(run, pairs, strict=True))
            yield from (_line(line, came) for line, (_, came) in zip(after, pairs, strict=True))
            place += 2
        else:
            yield from (_line(line, [Piece(line.text, False)]) for line in run)
            place += 1


def _line(line: LineChange, pieces: list[Piece]) -> Line:
    last = len(pieces) - 1
    short = (
        Piece(_shortened_text(each, place == 0, place == last), each.changed)
        for place, each in enumerate(pieces)
    )
    return Line(line.sign, line.number, tuple(short))


def _shortened_text(piece: Piece, first: bool, last: bool) -> str:
    """A long piece without its middle; what did not change is told by its ends at the changes."""
    text = piece.text
    if piece.changed or (first and last):
        return text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID].rstrip()}…"
    if len(text) <= 2 * _AROUND:
        return text
    head = "" if first else text[:_AROUND].rpartition(" ")[0]
    tail = "" if last else text[-_AROUND:].partition(" ")[2]
    return f"{head} … {tail}" if head and tail else f"{head}…{tail}"


def _pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Two lines in pieces; each is one piece where they are too long or have little in common."""
    whole = [Piece(before, False)], [Piece(after, False)]
    a, b = _WORD.findall(before), _WORD.findall(after)
    start = _common(a, b)
    end = _common(a[start:][::-1], b[start:][::-1])
    left, right = a[start : len(a) - end], b[start : len(b) - end]
    if max(len(left), len(right)) > _MOST_WORDS:
        return whole
    match = SequenceMatcher(None, left, right, autojunk=False)
    same = start + end + sum(block.size for block in match.get_matching_blocks())
    if 2 * same < _ALIKE * (len(a) + len(b)):
        return whole
    went, came = [(a[:start], False)], [(b[:start], False)]
    for tag, a_from, a_to, b_from, b_to in match.get_opcodes():
        went.append((left[a_from:a_to], tag != "equal"))
        came.append((right[b_from:b_to], tag != "equal"))
    went.append((a[len(a) - end :], False))
    came.append((b[len(b) - end :], False))
    return _joined(went), _joined(came)


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """How many words two texts begin with alike."""
    return next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(min(a, b, key=len))
    )


def _joined(runs: Iterable[tuple[list[str], bool]]) -> list[Piece]:
    """Runs of words as pieces; a blank between two changes belongs to them."""
    pieces: list[Piece] = []
    for words, changed in runs:
        text = "".join(words)
        if not text:
            continue
        if len(pieces) > 1 and changed and pieces[-2].changed and not pieces[-1].text.strip():
            text = pieces[-2].text + pieces[-1].text + text
            del pieces[-2:]
        pieces.append(Piece(text, changed))
    return pieces


def cut_rows(living: Sequence[MemoryVersion], cut: Cut) -> list[Row]:
    """A chain before and after a cut, the newest first; long runs are shortened. O(the chain).

    Args:
        living: the versions that are not deleted, oldest first.
        cut: what the store says that it would do.
    """
    places = {version.id: place for place, version in enumerate(living)}
    left = places.get(cut.left_id or "", -1)
    right = places.get(cut.right_id or "", len(living))
    after = [*living[: left + 1], *living[right:]]
    notes = {
        Outcome.RESURRECTED: {cut.left_id: "the latest again"},
        Outcome.ORPHANED: {cut.right_id: "now the first"},
        Outcome.RELINKED: {cut.right_id: f"now follows v{living[left].number}"},
        Outcome.ENDED: {},
    }
    return _rows(living, living, after, notes[cut.outcome])


def restored_rows(versions: Sequence[MemoryVersion], revision: int) -> list[Row]:
    """A chain before and after the restoration of a revision, the newest first. O(the chain).

    Args:
        versions: all of the chain, deleted ones too, oldest first.
        revision: the revision whose deletions would be taken back.
    """
    living = [each for each in versions if each.status is not Status.DELETED]
    after = [
        each
        for each in versions
        if each.status is not Status.DELETED or each.deleted_revision == revision
    ]
    return _rows(after, living, after, {})


def _rows(
    drawn: Sequence[MemoryVersion],
    before: Sequence[MemoryVersion],
    after: Sequence[MemoryVersion],
    notes: dict[str | None, str],
) -> list[Row]:
    then, now = _standing(before), _standing(after)
    rows = [
        Row(
            each,
            1,
            then.get(each.id, "deleted"),
            now.get(each.id, "deleted"),
            notes.get(each.id, ""),
        )
        for each in reversed(drawn)
    ]
    return list(_shortened(rows))


def _standing(versions: Sequence[MemoryVersion]) -> dict[str, str]:
    return {
        version.id: "latest" if follower is None else "superseded"
        for version, follower in pairwise([*versions, None])
        if version is not None
    }


def _shortened(rows: Iterable[Row]) -> Iterator[Row]:
    for _, same in groupby(rows, key=lambda row: row.changes):
        run = list(same)
        if len(run) <= _FEW:
            yield from run
            continue
        middle = run[_KEPT:-_KEPT]
        yield from run[:_KEPT]
        yield Row(None, len(middle), middle[0].before, middle[0].after)
        yield from run[-_KEPT:]


def page_of(count: int, newest: int, size: int) -> range:
    """The places on a page that ends with the place `newest`, as far as there are any. O(1)."""
    end = max(0, min(newest + 1, count))
    return range(max(0, end - size), end)


def changes_of(versions: Collection[MemoryVersion]) -> list[int]:
    """The revisions that are known to have changed a chain, in order. O(n log n)."""
    made = {version.revision for version in versions}
    return sorted(made | {v.deleted_revision for v in versions if v.deleted_revision is not None})
