"""The command that shows one version, every field of it, and its place.

May live here: what it asks the store, and a version as lines of text.
May not be known here: which state of the store is read.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import click
from attrs import frozen
from rich.console import Console
from rich.text import Text

from ..model import MemoryVersion, Revision, Status
from . import output
from .chainlog import can_be_drawn
from .completion import complete_id
from .draw import strip
from .options import reads
from .output import moment
from .screen import Drawing, Look, folded, many, one_line
from .shortids import find_version
from .viewing import looking

_LABEL: Final = 12
_NARROW: Final = 60  # here a long value has lines of its own, so that an id stays whole
_STYLES: Final = {
    Status.CURRENT: ("latest", "green bold"),
    Status.SUPERSEDED: ("superseded", "cyan"),
    Status.DELETED: ("deleted", "red"),
}


@click.command(short_help="One version, every field of it.")
@click.argument("id", metavar="ID", shell_complete=complete_id)
@reads
def show(id: str, db: Path, tenant: str, as_json: bool) -> None:
    """One version: every field of it, its text whole, and its place in the chain.

    \b
    ID is the version's, deleted or not, or the beginning of it. Ids and times
    are whole, in UTC: they can be typed where an id or a time is asked for.
    \b
    Example:
      versionchain show 7f3a91c0 --db agent.db
    \b
    JSON: the version, with "position" and "of": its place among those that are
    not deleted, null on a deleted one; "deletion": the revision that deleted
    it, or null.
    """
    with looking(db, tenant) as view:
        version, chain = find_version(view.reads, id, deleted=True)
        number = version.deleted_revision
        by = None if number is None else view.store.revisions(since=number - 1, limit=1).items[0]
        place = Place(version, chain, by)
        if as_json:
            view.emit(place.json())
            return
        near = {version.id, version.chain_id, version.previous_id, version.next_id} - {None}
        names = {each: view.name(each) for each in near if each is not None}
        view.begin().print(place.drawing(names, past=view.past is not None))


@frozen
class Place:
    """A version and where it stands.

    Attributes:
        version: the version.
        chain: all of its memory, deleted ones too, oldest first.
        deletion: the revision that deleted it, or None.
    """

    version: MemoryVersion
    chain: Sequence[MemoryVersion]
    deletion: Revision | None

    def position(self) -> tuple[int | None, int]:
        """Its place among those that are not deleted, and how many these are. O(n)."""
        living = [v.number for v in self.chain if v.deleted_revision is None]
        number = self.version.number
        return (living.index(number) + 1 if number in living else None), len(living)

    def json(self) -> output.Json:
        """Both as a JSON object."""
        position, of = self.position()
        by = None if self.deletion is None else output.revision(self.deletion)
        return {**output.version(self.version), "position": position, "of": of, "deletion": by}

    def drawing(self, names: Mapping[str, str], *, past: bool) -> Drawing:
        """Both, as something that rich can print.

        Args:
            names: the short ids of the version, its memory and its neighbours.
            past: whether it is seen from the past, where nothing can be restored.
        """
        return Drawing(lambda screen, width, look: self._lines(names, past, screen, width, look))

    def _lines(
        self, names: Mapping[str, str], past: bool, screen: Console, width: int, look: Look
    ) -> Iterator[Text]:
        version = self.version
        state, style = _STYLES[version.status]
        yield Text.assemble(
            (f"v{version.number} {state}", style), "  ", (names[version.id], "yellow")
        )
        keep = {version.number}
        if can_be_drawn(self.chain, keep):
            yield from strip("", self.chain, keep).draw(screen, width, look)
        yield Text()
        yield from folded(screen, version.content, width)
        yield Text()
        for label, value in self._fields(names, past):
            indent = _LABEL
            if width < _NARROW and len(value) > width - _LABEL:
                yield Text(label, "dim")
                indent, label = 2, ""
            head = Text(f"{label:{indent}}", "dim")
            for line in folded(screen, value, width - indent):
                yield head + line
                head = Text(" " * indent)

    def _fields(self, names: Mapping[str, str], past: bool) -> Iterator[tuple[str, str]]:
        version = self.version
        yield "contact", one_line(version.contact_id)
        yield "id", version.id
        yield "memory", version.chain_id
        yield "place", self._place(names)
        yield "written", f"{moment(version.created_at)} by revision {version.revision}"
        if version.superseded_at is not None:
            yield "superseded", f"{moment(version.superseded_at)}"
        if version.deleted_revision is not None:
            yield "deleted", self._deleted()
            if not past:
                yield "to restore", f"versionchain restore {version.deleted_revision}"
        yield "session", _or_none(version.session_id)
        yield "categories", ", ".join(map(one_line, version.categories)) or "none"
        yield "event", _or_none(moment(version.event_start))
        if version.event_end is not None:
            yield "event end", f"{moment(version.event_end)}"
        yield "metadata", one_line(version.metadata_json)

    def _place(self, names: Mapping[str, str]) -> str:
        version = self.version
        position, of = self.position()
        if position is None:
            return f"none: it is deleted; {many(of, 'version')} left"
        said = f"{position:,} of {of:,}"
        numbers = {v.id: v.number for v in self.chain}
        if version.previous_id is not None:
            said += f", after v{numbers[version.previous_id]} {names[version.previous_id]}"
        if version.next_id is not None:
            said += f", before v{numbers[version.next_id]} {names[version.next_id]}"
        return said

    def _deleted(self) -> str:
        version, by = self.version, self.deletion
        said = f"{moment(version.deleted_at)} by revision {version.deleted_revision}"
        if by is not None and by.actor is not None:
            said += f", by {one_line(by.actor)}"
        if by is not None and by.reason is not None:
            said += f", because: {one_line(by.reason)}"
        return said


def _or_none(value: str | None) -> str:
    return "none" if value is None else one_line(value)
