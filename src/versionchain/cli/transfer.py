"""The commands that carry a tenant out and in, and a whole file elsewhere.

May live here: where each reads or writes, and what is said at the end.
May not be known here: the format of a line.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

import sys
from pathlib import Path
from typing import IO, Final

import click
from attrs import asdict

from ..store import MemoryStore
from ..transfer import Transfer, decode
from ..validation import MAX_CONTENT_BYTES
from . import output
from .exits import Exit, Failure
from .options import open_existing, reads
from .screen import console, error_console, many, one_line

_STREAM: Final = Path("-")


@click.command(short_help="Write a tenant's memories to a file.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@reads
def export(file: Path, db: Path, tenant: str, as_json: bool) -> None:
    """Writes every fact of the tenant to FILE as JSON Lines; "-" is stdout.

    \b
    Deleted versions and the audit log are in it, what was erased is not, nor
    the tenant's name. The same facts give the same bytes. FILE is new: one that
    is there stays as it is. Written to stdout, the counts go to stderr.
    \b
    Examples:
      versionchain export dump.jsonl --db agent.db
      versionchain export - --db agent.db
    \b
    JSON, not with "-": {"file", "contacts", "revisions", "chains", "versions",
    "connections"}
    """
    if as_json and file == _STREAM:
        raise click.UsageError("--json and - both want stdout: name a file")
    with open_existing(db, tenant) as store:
        if file == _STREAM:
            counts = store.dump(sys.stdout.buffer)
            sys.stdout.buffer.flush()
            error_console().print(f"Wrote {_said(counts)}.", style="bold", soft_wrap=True)
            return
        _must_be_new(file)
        counts = store.dump(file)
    _end(str(file), counts, f"Wrote {file}", as_json=as_json)


@click.command("import", short_help="Read such a file into an empty tenant.")
@click.argument("file", type=click.File("rb"), metavar="FILE")
@reads
def import_(file: IO[bytes], db: Path, tenant: str, as_json: bool) -> None:
    """Reads FILE, which export wrote, into an empty tenant; "-" is stdin.

    \b
    The database is made if it is absent. All comes in or nothing: ids, numbers,
    times, deletions and revisions are those of FILE. A tenant that holds
    anything is refused. For facts of your own, see ingest.
    \b
    Example:
      versionchain import dump.jsonl --db copy.db
    \b
    JSON: {"file", "contacts", "revisions", "chains", "versions", "connections"}
    """
    name = str(getattr(file, "name", "<stdin>"))
    if not db.exists() and file.seekable():
        # A file that is refused makes no database.
        for _ in decode(file, MAX_CONTENT_BYTES):
            pass
        file.seek(0)
    with MemoryStore.open(db, tenant=tenant) as store:
        counts = store.load(file)
    _end(name, counts, f"Read {name}", as_json=as_json)


@click.command(short_help="Copy the whole file, safely.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@reads
def backup(file: Path, db: Path, tenant: str, as_json: bool) -> None:
    """Copies the database, all its tenants, to FILE while others read and write.

    \b
    FILE is new: one that is there stays as it is. It is a database as any
    other. What was erased since a backup is in the backup still.
    \b
    Example:
      versionchain backup copy.db --db agent.db
    \b
    JSON: {"file", "bytes"}
    """
    if file == _STREAM:
        raise click.UsageError("a backup needs a file: export writes to stdout")
    with open_existing(db, tenant) as store:
        _must_be_new(file)
        store.backup(file)
    size = file.stat().st_size
    if as_json:
        output.emit({"file": str(file), "bytes": size})
    else:
        said = f"Copied to {one_line(str(file))}: {many(size, 'byte')}."
        console().print(said, style="bold", soft_wrap=True)


def _must_be_new(file: Path) -> None:
    if file.exists():
        raise Failure(
            Exit.CONFLICT,
            "FileExistsError",
            f"{file} is there already, and stays as it is: name a new one.",
        )


def _end(file: str, counts: Transfer, done: str, *, as_json: bool) -> None:
    if as_json:
        output.emit({"file": file, **asdict(counts)})
    else:
        console().print(f"{one_line(done)}: {_said(counts)}.", style="bold", soft_wrap=True)


def _said(counts: Transfer) -> str:
    said = [
        many(counts.contacts, "contact"),
        many(counts.chains, "memory", "memories"),
        many(counts.versions, "version"),
        many(counts.connections, "connection"),
        many(counts.revisions, "revision"),
    ]
    return ", ".join(said)
