"""What a command that looks is given: the store as it is, or as it was.

May live here: moments as people type them, opening a handle for one, the banner over the past.
May not be known here: any command.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from attrs import frozen
from rich.console import Console

from ..calls import ReadCalls
from ..errors import NotFoundError
from ..model import Revision
from ..store import MemoryStore
from . import output
from .exits import Exit, Failure
from .options import open_existing
from .screen import console, folded
from .shortids import short

_EVER: Final = datetime.max.replace(tzinfo=UTC)

Moment = int | datetime
"""A revision's number, or a time: what `MemoryStore.at` takes."""


def typed_moment(value: str) -> Moment:
    """A revision's number, or a time in ISO 8601; one without an offset is in UTC.

    Raises:
        BadParameter: it is neither.

    Example:
        >>> typed_moment("6"), typed_moment("2026-01-04 11:00+01:00").isoformat()
        (6, '2026-01-04T10:00:00+00:00')
    """
    said = value.strip()
    if said.isascii() and said.isdigit() and len(said) < 19:
        return int(said)
    try:
        found = datetime.fromisoformat(said)
        if found.utcoffset() is None:
            return found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is neither a revision's number nor a time such as 2026-01-04T10:00:00Z"
        ) from None


def newest(store: MemoryStore) -> int:
    """The number of the newest revision; 0 where there is none. O(log n) reads."""
    return store.at(_EVER).revision


@frozen
class View:
    """What a command that looks reads from.

    Attributes:
        store: the store as it is.
        reads: what the command reads: the same store, or a view of its past.
        past: the revision that the view looks from, None where it is not of the past.
        when: that revision's record; None where there is none, before the first.
        of: the number of the newest revision, where it is the past.
    """

    store: MemoryStore
    reads: ReadCalls
    past: int | None = None
    when: Revision | None = None
    of: int = 0

    def name(self, id: str) -> str:
        """An id as it is shown: what is typed of it means it now and in the past."""
        return short(self.store, id)

    def begin(self) -> Console:
        """The console for the answer; on the past, the banner is on it."""
        screen = console()
        if self.past is not None:
            for line in folded(screen, self._banner(self.past), screen.width, "bold reverse"):
                screen.print(line, soft_wrap=True)
            screen.print()
        return screen

    def emit(self, document: output.Json) -> None:
        """Writes the one document, which says so if it is of the past."""
        if self.past is None:
            output.emit(document)
            return
        when = None if self.when is None else output.moment(self.when.created_at)
        output.emit({"at": {"revision": self.past, "created_at": when}, **document})

    def _banner(self, past: int) -> str:
        if self.when is None:
            return "THE PAST: before the first revision, when nothing was there"
        when = output.moment(self.when.created_at)
        said = f"THE PAST: as it was after revision {past} of {self.of}, {when}"
        return said + (", the newest" if past == self.of else "")


@contextmanager
def looking(db: Path, tenant: str) -> Iterator[View]:
    """The view that a command reads from: of the past where the command line says `at`.

    Raises:
        Failure: there is no such file, or what was asked for was not there at that time.
        StorageError: it can't be opened.
        NotFoundError: no such revision.
    """
    moment = _moment()
    with open_existing(db, tenant) as store:
        if moment is None:
            yield View(store, store)
            return
        snapshot = store.at(moment)
        number = snapshot.revision
        made = store.revisions(since=number - 1, limit=1).items[0] if number else None
        try:
            yield View(store, snapshot, number, made, newest(store))
        except NotFoundError as error:
            raise Failure(
                Exit.NOT_FOUND,
                "NotFoundError",
                f"There was no such {error.what} after revision {number}: {error.id}. "
                "Check it, the moment, --db and --tenant.",
            ) from None


def _moment() -> Moment | None:
    context = click.get_current_context(silent=True)
    found = None if context is None else context.find_object(_Held)
    return None if found is None else found.moment


@frozen
class _Held:
    """A moment as a context's object."""

    moment: Moment


def look_from(context: click.Context, moment: Moment) -> None:
    """Has the commands below `context` look from a moment."""
    context.obj = _Held(moment)
