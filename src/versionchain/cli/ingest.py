"""The command that takes facts in from a file.

May live here: its options, batches, the progress bar, and its figures at the end.
May not be known here: what a line may say (`facts`), what becomes of it (`loading`).
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final

import click
from attrs import define
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ..errors import MemoryStoreError
from ..model import Count
from ..store import MemoryStore
from . import output
from .exits import Exit, Failure, failure
from .facts import BadLineError, Fact, read
from .loading import Loader, Tally
from .options import writes
from .screen import Column, console, error_console, many, table

_LISTED: Final = 20


@define
class _Lines:
    """A file's lines, and how many bytes of it were read."""

    file: IO[bytes]
    read: int = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self.file:
            self.read += len(line)
            yield line


@click.command(
    short_help="Take facts in from a file.",
    epilog="""\b
A line is a JSON object: contact_id and content, and perhaps key, categories
(a list), metadata (an object), session_id, event_start, event_end (ISO 8601
with an offset). Lines of one contact with one key become versions of one
memory, in order; each says all of its version. Blank lines are passed over.

Ids are UUIDv5 of contact, key, ordinal (how many equal lines came before) and
line. So a second run skips what is known, also what was deleted since, and
changes nothing. A new line of a known key goes on the memory's latest version;
where the memory has ended, it begins a new one. An edited line is a new fact.

\b
JSON: {"file", "lines", "contacts", "new": {"memories", "versions"},
       "skipped", "begun_again",
       "bad": {"count", "lines": [{"line", "problem"}]},
       "now": {"memories", "versions", "deleted"} of those contacts,
       "chains": {"count", "shortest", "longest"} of those of several lines,
       "seconds", "lines_per_second"}; an error has "line" and "committed".
""",
)
@click.argument("facts", type=click.File("rb"), metavar="FACTS.jsonl")
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    metavar="N",
    help="Lines a transaction.",
)
@click.option("--skip-bad", is_flag=True, help="Count and list bad lines instead of stopping.")
@writes
def ingest(
    facts: IO[bytes],
    batch: int,
    skip_bad: bool,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Takes in FACTS.jsonl, one fact a line; "-" is stdin.

    \b
    The database is made if it is absent. A bad line stops it with its number;
    its batch is undone, earlier ones stay: mend the line and run it again.
    \b
    Example:
      versionchain ingest facts.jsonl --db agent.db
    """
    lines = _Lines(facts)
    name = getattr(facts, "name", "<stdin>")
    tally = Tally()
    work = _batches(read(lines), batch, tally if skip_bad else None)
    started = time.perf_counter()
    loaded = 0
    try:
        first = next(work, [])  # a file that begins badly makes no database
        with MemoryStore.open(db, tenant=tenant, actor=actor) as store:
            loader = Loader(store, reason)
            with _progress(facts, quiet=as_json) as advance:
                for each in chain([first], work):
                    loader.load(each)
                    loaded = loader.tally.lines
                    advance(lines.read, loaded)
            seconds = time.perf_counter() - started
            tally.take(loader.tally)
            counts = [store.count(contact) for contact in tally.contacts]
            result = _Result(name, tally, _sum(counts), loader.lengths(), seconds)
    except BadLineError as bad:
        raise _stopped(name, bad, loaded) from None
    except (MemoryStoreError, OSError, KeyboardInterrupt) as error:
        raise _ended(failure(error), loaded) from error
    if as_json:
        output.emit(result.json())
    else:
        result.show()


def _batches(
    found: Iterator[Fact | BadLineError], size: int, tally: Tally | None
) -> Iterator[list[Fact]]:
    """Facts by the batch. A bad line is counted in the tally; without one it is raised."""

    def good() -> Iterator[Fact]:
        for each in found:
            if isinstance(each, Fact):
                yield each
            elif tally is None:
                raise each
            else:
                tally.count_bad(each)

    facts = good()
    while batch := list(islice(facts, size)):
        yield batch


def _stopped(name: str, bad: BadLineError, loaded: int) -> Failure:
    return Failure(
        Exit.INVALID,
        "BadLineError",
        f"{name}:{bad.number}: {bad.problem}. Its batch was undone; {_in(loaded)}.",
        line=bad.number,
        committed=loaded,
    )


def _ended(failed: Failure, loaded: int) -> Failure:
    message = f"{failed.message.rstrip('.')}. Its batch was undone; {_in(loaded)}."
    return Failure(failed.code, failed.kind, message, committed=loaded, **failed.facts)


def _in(loaded: int) -> str:
    return f"{many(loaded, 'line')} before it {'is' if loaded == 1 else 'are'} in"


@contextmanager
def _progress(file: IO[bytes], *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while the block runs, if that is a terminal."""
    screen = error_console()
    bar = Progress(
        TextColumn("{task.fields[lines]:,} lines"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=screen,
        transient=True,
        disable=quiet or not screen.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=_size(file), lines=0)
        yield lambda done, lines: bar.update(task, completed=done, lines=lines)


def _size(file: IO[bytes]) -> int | None:
    """The bytes of a file; None where they come as they come."""
    try:
        found = os.fstat(file.fileno())
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _sum(counts: Sequence[Count]) -> Count:
    return Count(
        sum(count.memories for count in counts),
        sum(count.versions for count in counts),
        sum(count.deleted for count in counts),
    )


@define
class _Result:
    """What a run did, and what the store says of the file's contacts after it."""

    name: str
    tally: Tally
    now: Count
    lengths: Sequence[int]
    seconds: float

    @property
    def rate(self) -> float:
        """Lines a second."""
        return (self.tally.lines + self.tally.bad) / max(self.seconds, 1e-6)

    def json(self) -> output.Json:
        """The answer as a document."""
        tally, lengths = self.tally, self.lengths
        return {
            "file": self.name,
            "lines": tally.lines + tally.bad,
            "contacts": len(tally.contacts),
            "new": {"memories": tally.memories, "versions": tally.versions},
            "skipped": tally.skipped,
            "begun_again": tally.again,
            "bad": {
                "count": tally.bad,
                "lines": [{"line": bad.number, "problem": bad.problem} for bad in tally.problems],
            },
            "now": {
                "memories": self.now.memories,
                "versions": self.now.versions,
                "deleted": self.now.deleted,
            },
            "chains": {
                "count": len(lengths),
                "shortest": lengths[0] if lengths else None,
                "longest": lengths[-1] if lengths else None,
            },
            "seconds": round(self.seconds, 3),
            "lines_per_second": round(self.rate, 1),
        }

    def show(self) -> None:
        """The answer for a person."""
        screen, tally = console(), self.tally
        read = many(tally.lines + tally.bad, "line")
        screen.print(f"{read} in {self.seconds:.2f} s, {self.rate:,.0f} a second", style="bold")
        rows = [
            (tally.versions, "new version", "new versions"),
            (tally.memories, "new memory", "new memories"),
            (tally.skipped, "known already, skipped", "known already, skipped"),
        ]
        if tally.again:
            ended = "begun again, since the one of its key had ended"
            rows.append((tally.again, ended, ended))
        if tally.bad:
            rows.append((tally.bad, "bad line, left out", "bad lines, left out"))
        cells = [[f"  {n:,}", one if n == 1 else several] for n, one, several in rows]
        for line in table([Column("", right=True), Column("")], cells):
            screen.print(line, soft_wrap=True)
        self._show_bad()
        screen.print(f"{self._now()}.", style="bold", soft_wrap=True)

    def _show_bad(self) -> None:
        for bad in self.tally.problems[:_LISTED]:
            said = f"  {self.name}:{bad.number}: {bad.problem}"
            console().print(said, style="red", soft_wrap=True)
        more = self.tally.bad - _LISTED
        if more > 0:
            console().print(f"  and {more:,} more", style="dim")

    def _now(self) -> str:
        now, lengths = self.now, self.lengths
        said = (
            f"Now: {many(len(self.tally.contacts), 'contact')}, "
            f"{many(now.memories, 'memory', 'memories')}, {many(now.versions, 'version')}"
        )
        if now.deleted:
            said += f", {now.deleted:,} deleted"
        if lengths:
            ends = f"{lengths[0]:,}" if lengths[0] == lengths[-1] else "{:,} to {:,}"
            ends = ends.format(lengths[0], lengths[-1])
            said += f"; {many(len(lengths), 'chain')} of {ends} versions"
        return said
