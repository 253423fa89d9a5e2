"""The commands that write a version: add, update, revert.

May live here: what each asks the store, and what is said after.
May not be known here: how what was typed becomes a value (`inputs`).
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from ..errors import StaleVersionError
from ..model import MemoryVersion
from ..store import MemoryStore
from ..transaction import Transaction
from . import output
from .change import latest_of
from .completion import complete_contact, complete_id
from .exits import Exit, Failure
from .inputs import content, fields
from .options import open_existing, writes
from .screen import console, one_line
from .shortids import find_token, find_version, short

_CLEARED: Final = {
    "categories": "categories",
    "metadata": "metadata",
    "session": "session_id",
    "event-start": "event_start",
    "event-end": "event_end",
}


@contextmanager
def one_change(store: MemoryStore, reason: str | None) -> Iterator[MemoryStore | Transaction]:
    """What to call for a change whose call takes no reason: with one, a block has it."""
    if reason is None:
        yield store
    else:
        with store.transaction(reason=reason) as block:
            yield block


@click.command(short_help="A new memory of a contact.")
@click.argument("contact", shell_complete=complete_contact)
@click.argument("text")
@fields
@writes
def add(
    contact: str,
    text: str,
    categories: tuple[str, ...],
    metadata: dict[str, Any] | None,
    session: str | None,
    event_start: datetime | None,
    event_end: datetime | None,
    new_id: str | None,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Adds a memory of CONTACT that says TEXT; "-" reads the text from stdin.

    \b
    The database is made if it is absent. A text that begins with a hyphen stands
    after "--". A TIME is ISO 8601, in UTC where it has no offset, or "now".
    \b
    Examples:
      versionchain add ada "Prefers tea" --db agent.db
      versionchain add ada "Met Grace" --event-start 2026-01-04 --db agent.db
      versionchain add ada - --category note --db agent.db < note.txt
    \b
    JSON: {"revision", "version": with every field}
    """
    said: dict[str, Any] = {
        "categories": categories,
        "metadata": metadata,
        "session_id": session,
        "event_start": event_start,
        "event_end": event_end,
        "id": new_id,
    }
    text = content(text)
    made_file = not db.exists()
    if made_file:
        # Rehearsed first, so that what may not come in makes no file.
        rehearsal = MemoryStore(tenant=tenant, actor=actor)
        with one_change(rehearsal, reason) as change:
            change.add(contact, text, **said)
    with MemoryStore.open(db, tenant=tenant, actor=actor) as store:
        with one_change(store, reason) as change:
            version = change.add(contact, text, **said)
        name = short(store, version.id)
    if as_json:
        output.emit({"revision": version.revision, "version": output.version(version)})
        return
    if made_file:
        console().print(f"Made the database {db}.", style="dim", soft_wrap=True)
    _say(f"Added v1 {name} of {one_line(contact)} as revision {version.revision}.", version.id)


def _say(what: str, id: str) -> None:
    # The id is whole: what is short now may mean several after the next change.
    said = f"{what} Take it back: versionchain delete {id}"
    console().print(said, style="bold", soft_wrap=True)


@click.command(short_help="A new version of a memory.")
@click.argument("id", metavar="ID", shell_complete=complete_id)
@click.argument("text")
@fields
@click.option(
    "--clear",
    "cleared",
    multiple=True,
    type=click.Choice(list(_CLEARED)),
    metavar="FIELD",
    help="Leave empty: categories, metadata, session, event-start, event-end.",
)
@writes
def update(
    id: str,
    text: str,
    categories: tuple[str, ...],
    metadata: dict[str, Any] | None,
    session: str | None,
    event_start: datetime | None,
    event_end: datetime | None,
    new_id: str | None,
    cleared: tuple[str, ...],
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Writes a new version of a memory that says TEXT; "-" reads it from stdin.

    \b
    ID, or its beginning, is the memory's latest version: the one that you have
    read. If it is the latest no more, nothing is written, and the exit code is
    4. A memory's own ID stands for whichever version is the latest now.
    \b
    The fields that you don't name stay as they are in the version before;
    --category and --metadata replace all of theirs, --clear leaves one empty.
    \b
    Examples:
      versionchain update 7f3a91c0 "Lives in Kiel" --db agent.db
      versionchain update 7f3a91c0 "Lives in Kiel" --clear session --db agent.db
    \b
    JSON: {"revision", "replaced_id", "version": with every field}
    """
    given = {
        "categories": list(categories) or None,
        "metadata": metadata,
        "session_id": session,
        "event_start": event_start,
        "event_end": event_end,
    }
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for option in cleared:
        field = _CLEARED[option]
        if given[field] is not None:
            raise click.UsageError(f"{option} is to be cleared and has a value: which one?")
        said[field] = None
    text = content(text)
    with open_existing(db, tenant, actor) as store:
        token, _ = find_token(store, id)
        version = _revised(store, token, text, {**said, "id": new_id}, reason)
        names = [short(store, each.id) for each in (version, token)]
    if as_json:
        _emit(version, {"replaced_id": token.id})
        return
    _say(
        f"Updated as revision {version.revision}: "
        f"v{version.number} {names[0]} follows v{token.number} {names[1]}.",
        version.id,
    )


def _emit(version: MemoryVersion, facts: output.Json) -> None:
    output.emit({"revision": version.revision, **facts, "version": output.version(version)})


def _revised(
    store: MemoryStore,
    token: MemoryVersion,
    text: str,
    said: dict[str, Any],
    reason: str | None,
) -> MemoryVersion:
    """The new latest version after `token`.

    Raises:
        Failure: `token` is the latest no more; it says which one is.
    """
    try:
        with one_change(store, reason) as change:
            return change.update(token.id, text, **said)
    except StaleVersionError as error:
        raise _stale(store, token, error.latest_id) from None


def _stale(store: MemoryStore, token: MemoryVersion, latest_id: str) -> Failure:
    chain = store.history(latest_id, include_deleted=True)
    number = next(each.number for each in chain if each.id == latest_id)
    latest = short(store, latest_id)
    return Failure(
        Exit.CONFLICT,
        StaleVersionError.__name__,
        f"v{token.number} {short(store, token.id)} is stale: the latest version is v{number} "
        f"{latest}. Nothing was written. Read it: versionchain log {latest}",
        stale_id=token.id,
        latest_id=latest_id,
    )


@click.command(short_help="Write an older version anew.")
@click.argument("id", metavar="ID", shell_complete=complete_id)
@click.option(
    "--if-latest",
    "expected",
    metavar="ID",
    help="Only if this version, or its beginning, is the latest still.",
)
@writes
def revert(
    id: str,
    expected: str | None,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Writes a new version with the text and all fields of the older version ID.

    \b
    Nothing is deleted: the versions between stay in the chain. If the memory
    gets another latest version meanwhile, nothing is written, and the exit code
    is 4. Where ID is the latest already, nothing changes. A deleted version
    comes back with restore.
    \b
    Examples:
      versionchain revert 0c2fd511 --db agent.db
      versionchain revert 0c2fd511 --if-latest 7f3a91c0 --db agent.db
    \b
    JSON: {"revision", "reverted_to", "replaced_id", "version": with every
    field}; revision is null where ID is the latest already.
    """
    with open_existing(db, tenant, actor) as store:
        older, chain = find_version(store, id)
        latest = latest_of(chain)
        if expected is not None:
            token, _ = find_version(store, expected)
            if token.id != latest.id:
                raise _mistaken(store, token, chain, latest)
        facts = {"reverted_to": older.id, "replaced_id": latest.id}
        if older.id == latest.id:
            _unchanged(store, latest, facts, as_json=as_json)
            return
        said = {
            "categories": older.categories,
            "metadata": older.metadata,
            "session_id": older.session_id,
            "event_start": older.event_start,
            "event_end": older.event_end,
        }
        version = _revised(store, latest, older.content, said, reason)
        names = [short(store, each.id) for each in (version, latest, older)]
    if as_json:
        _emit(version, facts)
        return
    _say(
        f"Reverted as revision {version.revision}: v{version.number} {names[0]} says what "
        f"v{older.number} {names[2]} said, after v{latest.number} {names[1]}.",
        version.id,
    )


def _mistaken(
    store: MemoryStore, token: MemoryVersion, chain: Sequence[MemoryVersion], latest: MemoryVersion
) -> Failure:
    """Why what was named as the latest version is not."""
    if token.chain_id == chain[0].chain_id:
        return _stale(store, token, latest.id)
    return Failure(
        Exit.INVALID,
        "InvalidInputError",
        f"--if-latest: {short(store, token.id)} is a version of another memory.",
        field="if_latest",
    )


def _unchanged(
    store: MemoryStore, latest: MemoryVersion, facts: output.Json, *, as_json: bool
) -> None:
    if as_json:
        output.emit({"revision": None, **facts, "version": output.version(latest)})
        return
    name = f"v{latest.number} {short(store, latest.id)}"
    console().print(f"{name} is the latest already: nothing was changed.", style="bold")
