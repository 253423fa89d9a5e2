"""The command that shows the main job in two screens.

May live here: its options, whom it may write to, and how a step is drawn.
May not be known here: the story.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.text import Text

from ..model import Report
from ..store import MemoryStore
from . import output
from .draw import INDENT, strip
from .exits import Exit, Failure
from .listing import report_drawing
from .options import json_option
from .screen import Drawing, Look, console
from .story import Step, repeatable_store, steps

_SHOWN: Final = ("revision", "count", "memories")


@click.command(short_help="See it all in two screens.")
@click.argument("db", required=False, type=click.Path(path_type=Path), metavar="[DB]")
@click.option(
    "--tenant",
    default="tour",
    show_default=True,
    metavar="NAME",
    help="Whose memories they become, in DB.",
)
@json_option
@click.pass_context
def tour(context: click.Context, db: Path | None, tenant: str, as_json: bool) -> None:
    """Shows what versionchain does, on a store that it makes.

    \b
    Two contacts, each outcome of a deletion as a chain before and after, a dry
    run, restores, a contact's deletion, verify. It prints what the library
    answered.
    \b
    Without DB it runs in memory and leaves nothing behind. With DB it makes that
    SQLite file, for you to look around in; it never touches a file that is
    there already.
    \b
    Examples:
      versionchain tour
      versionchain tour tour.db
    \b
    JSON: {"database", "tenant", "steps": [{"name", "call", "said", "answer",
    "pictures": [{"title", "versions": [version]}]}]}; the last answer is
    verify's.
    """
    with _fresh(db, tenant) as store:
        told = steps(store)
        reports: list[Report | None] = []
        if as_json:
            documents = []
            for step in told:
                documents.append(step.json())
                reports.append(step.report)
            path = None if db is None else str(db)
            output.emit({"database": path, "tenant": store.tenant, "steps": documents})
        else:
            for number, step in enumerate(told, 1):
                console().print(_drawn(number, step))
                reports.append(step.report)
            console().print(_hint(db, tenant), style="dim", soft_wrap=True)
    if any(report is not None and not report.ok for report in reports):
        context.exit(Exit.VIOLATIONS)


def _fresh(db: Path | None, tenant: str) -> MemoryStore:
    if db is None:
        return repeatable_store()
    if db.exists() and (not db.is_file() or db.stat().st_size):
        raise Failure(
            Exit.CONFLICT,
            "DatabaseExistsError",
            f"{db} is there already, and the tour makes a file of its own: name a new one.",
        )
    return MemoryStore.open(db, tenant=tenant)


def _hint(db: Path | None, tenant: str) -> str:
    if db is None:
        return "To keep one and look around in it: versionchain tour tour.db"
    return f"Look around: versionchain list ada --db {db} --tenant {tenant}"


def _drawn(number: int, step: Step) -> Drawing:
    return Drawing(lambda screen, width, look: list(_lines(number, step, screen, width, look)))


def _lines(number: int, step: Step, screen: Console, width: int, look: Look) -> Iterator[Text]:
    head = Text.assemble((f"{number} {step.name}  ", "bold yellow"), (step.call, "cyan"))
    yield from head.wrap(screen, width)
    said = Text(step.said)
    if "count" in step.answer:
        facts = ", ".join(f"{name} {step.answer[name]}" for name in _SHOWN)
        said.append(f"  {facts}", "dim")
    yield from said.wrap(screen, width)
    for picture in step.pictures:
        yield from strip(picture.title.ljust(INDENT), picture.versions).draw(screen, width, look)
    if step.report is not None:
        yield from report_drawing(step.report).draw(screen, width, look)
    yield Text()
