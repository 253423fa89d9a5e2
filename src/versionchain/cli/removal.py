"""What the commands that take versions away have in common.

May live here: their options, showing and asking before, saying what was done, a contact's overview.
May not be known here: any single command.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click
from attrs import frozen

from ..model import Count, Deletion, MemoryVersion
from ..store import MemoryStore
from . import output
from .change import ask, latest_of, must_ask, removed, show_cut, show_end
from .exits import Exit, Failure
from .listing import memory_drawing
from .screen import console, many, one_line
from .shortids import short

F = TypeVar("F", bound=Callable[..., Any])

SHOWN: Final = 5  # so many memories of a contact are shown


def removes(command: F) -> F:
    """The options of a command that takes versions away and asks before it."""
    yes = click.option("--yes", "-y", is_flag=True, help="Don't ask.")
    dry_run = click.option(
        "--dry-run", is_flag=True, help="Show what would happen and change nothing."
    )
    made: F = dry_run(yes(command))
    return made


@frozen
class Removal:
    """How a command was asked to remove.

    Attributes:
        dry_run: whether nothing is to change.
        yes: whether nobody is to be asked.
        as_json: whether the answer is a document.
    """

    dry_run: bool
    yes: bool
    as_json: bool

    def run(
        self,
        question: Callable[[str], str],
        call: Callable[[bool], Deletion],
        show: Callable[[Deletion], None],
    ) -> Deletion:
        """Shows, asks and removes, as it was asked to.

        Args:
            question: what is asked, given how many versions would go.
            call: the library's call; its argument is whether it is a dry run.
            show: draws what a deletion did or would do.

        Raises:
            Failure: nobody is there to ask, the answer was no, or other versions would go now
                than were shown.
        """
        if self.yes and not self.dry_run:
            done = call(False)
            self._show(show, done)
            return done
        would = call(True)
        asked = must_ask(yes=self.yes, dry_run=self.dry_run)
        self._show(show, would)
        if not (asked and would.count):
            return would
        ask(f"{question(many(would.count, 'version'))}? [y/N] ")
        if call(True) != would:
            raise Failure(
                Exit.CONFLICT,
                "ChangedMeanwhileError",
                "Other versions would go now than you were shown. Nothing was deleted. Look again.",
            )
        return call(False)

    def _show(self, show: Callable[[Deletion], None], done: Deletion) -> None:
        if not self.as_json and done.count:
            show(done)

    def end(self, done: Deletion, facts: output.Json, nothing: str) -> None:
        """Says what was done, or that there was nothing to do."""
        if self.as_json:
            output.emit({"dry_run": self.dry_run, **facts, **output.deletion(done)})
        elif done.count:
            show_end(done)
        else:
            console().print(nothing, style="bold", soft_wrap=True)


def show_chain(store: MemoryStore, chain: Sequence[MemoryVersion], done: Deletion) -> None:
    """A memory before and after it was shortened, or would be."""
    latest, made = latest_of(chain), done.cuts[0]
    living = [each for each in chain if each.deleted_revision is None]
    last = living[made.removed - 1]
    name = short(store, latest.chain_id)
    head = f"{one_line(latest.contact_id)}: memory {name}, {many(len(living), 'version')}"
    show_cut(store, head, latest, chain, removed(last, chain, made), done)


@frozen
class Overview:
    """What a contact has: counts, and its newest memories.

    Attributes:
        contact: whose.
        count: how much there is.
        shown: the latest versions of the newest memories.
        names: their short ids.
        sizes: how many versions each of those memories has.
    """

    contact: str
    count: Count
    shown: Sequence[MemoryVersion]
    names: Sequence[str]
    sizes: Sequence[int]

    @classmethod
    def of(cls, store: MemoryStore, contact: str) -> "Overview":
        """What a contact has now."""
        shown = store.memories(contact, limit=SHOWN).items
        return cls(
            contact,
            store.count(contact),
            shown,
            [short(store, each.id) for each in shown],
            [len(store.history(each.id)) for each in shown],
        )

    def show(self) -> None:
        """Prints it."""
        screen, count = console(), self.count
        said = [many(count.memories, "memory", "memories"), many(count.versions, "version")]
        if count.deleted:
            said.append(f"{count.deleted:,} deleted already")
        screen.print(f"{one_line(self.contact)}: {', '.join(said)}", style="bold", soft_wrap=True)
        if self.shown:
            screen.print(memory_drawing(self.shown, self.names, self.sizes))
        show_more(count.memories - len(self.shown))


def show_more(count: int) -> None:
    """Prints how many memories are not shown, and an empty line."""
    if count > 0:
        console().print(f"and {many(count, 'more memory', 'more memories')}", style="dim")
    console().print()
