"""The commands that erase for good: a contact, or what was deleted long enough ago.

May live here: what each asks the store, what has to be typed before it, what is said after.
May not be known here: how anything is drawn.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from ..errors import NotFoundError
from ..model import Erasure
from . import output
from .change import ask, json_asks_nothing, must_ask
from .completion import complete_contact
from .exits import Exit, Failure
from .inputs import typed_time
from .options import open_existing, writes
from .removal import Overview, removes
from .screen import console, error_console, many, one_line, when

_KEPT: Final = "Nothing was erased."
_FOR_GOOD: Final = "Erasing can't be taken back, restore won't help."


def _sure(
    would: Erasure, call: Callable[[bool], Erasure], question: str, answers: Collection[str]
) -> None:
    """Warns, and asks for more than a yes.

    Raises:
        Failure: the answer was another, or another number of versions would go by now.
    """
    error_console().print(_FOR_GOOD, style="bold red", soft_wrap=True)
    ask(question, answers, _KEPT)
    if call(True) != would:
        raise Failure(
            Exit.CONFLICT,
            "ChangedMeanwhileError",
            f"Another number of versions would go now than you were shown. {_KEPT} Look again.",
        )


@click.command("erase-contact", short_help="Erase a contact for good.")
@click.argument("contact", shell_complete=complete_contact)
@removes
@writes
def erase_contact(
    contact: str,
    dry_run: bool,
    yes: bool,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Erases CONTACT for good: its memories, connections, and that it was there.

    \b
    No restore brings it back. Deleted versions go too, and the file is written
    anew, so that nothing of them is left in it; backups that were made before
    keep them. Shows how much there is, and asks for the contact's name. The
    --reason stays in the audit log: name nobody in it. Where bytes remain,
    since somebody was reading, the exit code is 6: run it again.
    \b
    Examples:
      versionchain erase-contact ada --db agent.db
      versionchain erase-contact ada --yes --reason "asked to" --db agent.db
    \b
    JSON, with --yes or --dry-run: {"dry_run", "contact_id", "revision",
    "count"}; revision is null on a dry run, and where an erasure was finished
    that had been begun before.
    """
    json_asks_nothing(as_json=as_json, yes=yes, dry_run=dry_run)
    with open_existing(db, tenant, actor) as store:

        def call(dry: bool) -> Erasure:
            return store.erase_contact(contact, reason=reason, dry_run=dry)

        would = None if yes and not dry_run else _rehearsed(call, dry_run=dry_run)
        asked = must_ask(yes=yes, dry_run=dry_run)
        if would is not None and not as_json:
            Overview.of(store, contact).show()
        if would is not None and asked:
            size = many(would.count, "version")
            name = one_line(contact)
            _sure(would, call, f"To erase all {size}, type {name}: ", (contact.strip(), name))
        done = would if dry_run and would is not None else call(False)
    _end(done, {"contact_id": contact}, f" of {one_line(contact)}", dry_run, as_json)


def _rehearsed(call: Callable[[bool], Erasure], *, dry_run: bool) -> Erasure | None:
    """What an erasure would do; None for a contact that is not there.

    Then the call itself, which finishes an erasure that was not completed, has the last word.
    """
    try:
        return call(True)
    except NotFoundError:
        if dry_run:
            raise
        return None


@click.command("erase-deleted", short_help="Erase for good what was deleted.")
@click.option(
    "--before",
    required=True,
    type=typed_time,
    metavar="TIME",
    help="Only what was deleted earlier; ISO 8601, UTC, or now.",
)
@removes
@writes
def erase_deleted(
    before: datetime,
    dry_run: bool,
    yes: bool,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Erases for good what was deleted before a time and is deleted still.

    \b
    No restore brings it back. Deleted versions of all contacts go, and
    connections that had ended by then; the file is written anew, so that nothing
    of them is left in it; backups that were made before keep them. Shows how
    many versions, and asks for that number. Where bytes remain, since somebody
    was reading, the exit code is 6: run it again.
    \b
    Examples:
      versionchain erase-deleted --before 2026-01-01 --dry-run --db agent.db
      versionchain erase-deleted --before now --yes --db agent.db
    \b
    JSON, with --yes or --dry-run: {"dry_run", "before", "revision", "count"};
    revision is null on a dry run, and where nothing was there to erase.
    """
    json_asks_nothing(as_json=as_json, yes=yes, dry_run=dry_run)
    with open_existing(db, tenant, actor) as store:

        def call(dry: bool) -> Erasure:
            return store.erase_deleted(before=before, reason=reason, dry_run=dry)

        done = call(dry_run or not yes)
        asked = must_ask(yes=yes, dry_run=dry_run)
        size = many(done.count, "version")
        if asked or (dry_run and not as_json):
            screen = console()
            screen.print(f"Deleted before {when(before)}: {size}", style="bold", soft_wrap=True)
            screen.print("Ended connections go with them.", style="dim")
            screen.print()
        if asked:
            question = f"To erase {size}, type {done.count:,}: "
            _sure(done, call, question, (str(done.count), f"{done.count:,}"))
            done = call(False)
    _end(done, {"before": output.moment(before)}, "", dry_run, as_json)


def _end(done: Erasure, facts: output.Json, whose: str, dry_run: bool, as_json: bool) -> None:
    """Says what was erased, or would be, or that nothing was there."""
    if as_json:
        answer = {"revision": done.revision, "count": done.count}
        output.emit({"dry_run": dry_run, **facts, **answer})
        return
    size = many(done.count, "version") + whose
    if dry_run:
        said = f"A dry run: {size} would be erased, nothing was changed."
    elif done.revision is None:
        said = "Nothing was there to erase; an erasure begun before is complete now."
    else:
        said = (
            f"Erased {size} as revision {done.revision}. "
            "It can't be taken back; backups made before keep what was erased."
        )
    console().print(said, style="bold", soft_wrap=True)
