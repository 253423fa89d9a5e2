"""The commands about connections: connect, disconnect, connections.

May live here: what each asks the store, and what is said after.
May not be known here: how a connection is drawn.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from ..errors import NotFoundError
from ..model import Connection, MemoryVersion
from ..store import MemoryStore
from . import output
from .change import latest_of
from .completion import complete_id
from .exits import Exit, Failure
from .inputs import typed_metadata
from .options import open_existing, reads, writes
from .screen import console, cut, many, one_line
from .shortids import find_memory, short
from .ties import Tie, tie_drawing
from .viewing import looking, newest
from .writing import one_change

_RELATED: Final = "related"
_LISTED: Final = 100

_kind = click.option(
    "--kind", default=_RELATED, show_default=True, metavar="NAME", help="What the link means."
)


@click.command(short_help="Connect a memory with another.")
@click.argument("source", metavar="SOURCE", shell_complete=complete_id)
@click.argument("target", metavar="TARGET", shell_complete=complete_id)
@_kind
@click.option("--metadata", type=typed_metadata, metavar="JSON", help="A JSON object.")
@writes
def connect(
    source: str,
    target: str,
    kind: str,
    metadata: dict[str, Any] | None,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Makes a directed link from the memory SOURCE to the memory TARGET.

    \b
    Each is named by its ID, by that of any of its versions that is not deleted,
    or by the beginning of one. The link hangs on the memories, not on versions.
    Where it is there already, the same metadata changes nothing and other
    metadata, also none, replaces it.
    \b
    Examples:
      versionchain connect 7f3a91c0 9d0e44b1 --db agent.db
      versionchain connect 7f3a91c0 9d0e44b1 --kind "drinks from" --db agent.db
    \b
    JSON: {"revision", "connection": {"source_id", "target_id", "kind",
    "metadata", "created_at", "revision"}}; the outer revision is null where
    nothing changed.
    """
    with open_existing(db, tenant, actor) as store:
        ends = [latest_of(find_memory(store, typed)).chain_id for typed in (source, target)]
        before = _found(store, ends, kind)
        with one_change(store, reason) as change:
            made = change.connect(ends[0], ends[1], kind=kind, metadata=metadata)
        names = [short(store, id) for id in ends]
    changed = made != before
    if as_json:
        revision = made.revision if changed else None
        output.emit({"revision": revision, "connection": document(made)})
        return
    link = _link(names, kind)
    if not changed:
        said = f"{link} is there already: nothing was changed."
    elif before is None:
        back = _command("disconnect", names, kind)
        said = f"Connected as revision {made.revision}: {link}. Take it back: {back}"
    else:
        back = _command("connect", names, kind, before)
        said = f"Replaced the metadata of {link}, as revision {made.revision}. Take it back: {back}"
    console().print(said, style="bold", soft_wrap=True)


def document(of: Connection) -> output.Json:
    """A connection as a JSON object."""
    return {
        "source_id": of.source_id,
        "target_id": of.target_id,
        "kind": of.kind,
        "metadata": of.metadata,
        "created_at": output.moment(of.created_at),
        "revision": of.revision,
    }


def _found(store: MemoryStore, ends: list[str], kind: str) -> Connection | None:
    """The connection between two memories, where there is one of that kind."""
    found = store.connections(ends[0], kind=kind)
    return next((c for c in found if [c.source_id, c.target_id] == ends), None)


def _link(names: list[str], kind: str) -> str:
    return f"{names[0]} to {names[1]}, {one_line(kind)}"


def _command(name: str, names: list[str], kind: str, of: Connection | None = None) -> str:
    """The command line that takes a change back, as a shell reads it."""
    words = ["versionchain", name, *names]
    words += ["--kind", kind] if kind != _RELATED else []
    words += ["--metadata", json.dumps(of.metadata)] if of is not None and of.metadata else []
    return one_line(shlex.join(words))


@click.command(short_help="Take a connection away.")
@click.argument("source", metavar="SOURCE", shell_complete=complete_id)
@click.argument("target", metavar="TARGET", shell_complete=complete_id)
@_kind
@writes
def disconnect(
    source: str,
    target: str,
    kind: str,
    db: Path,
    tenant: str,
    actor: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Takes the link from the memory SOURCE to the memory TARGET away.

    \b
    It asks nothing: the answer names the command that makes it again. What was
    read as of an earlier revision still shows it.
    \b
    Examples:
      versionchain disconnect 7f3a91c0 9d0e44b1 --db agent.db
      versionchain disconnect 7f3a91c0 9d0e44b1 --kind "drinks from" --db agent.db
    \b
    JSON: {"revision", "connection": as for connect, as it was}
    """
    with open_existing(db, tenant, actor) as store:
        ends = [latest_of(find_memory(store, typed)).chain_id for typed in (source, target)]
        names = [short(store, id) for id in ends]
        since = newest(store)
        try:
            with one_change(store, reason) as change:
                gone = change.disconnect(ends[0], ends[1], kind=kind)
        except NotFoundError:
            raise Failure(
                Exit.NOT_FOUND,
                "NotFoundError",
                f"There is no connection {_link(names, kind)}. "
                f"See: versionchain connections {names[0]}",
            ) from None
        revision = _own(store, since, actor, reason)
    if as_json:
        output.emit({"revision": revision, "connection": document(gone)})
        return
    back = _command("connect", names, kind, gone)
    said = f"Disconnected {_link(names, kind)} as revision {revision}. Take it back: {back}"
    console().print(said, style="bold", soft_wrap=True)


def _own(store: MemoryStore, since: int, actor: str | None, reason: str | None) -> int:
    """The revision that took the connection away: the library's answer says what it was before."""
    operation = "disconnect" if reason is None else "transaction"
    wanted = (operation, actor, reason)
    made = store.revisions(since=since, limit=1000).items
    return next(r.number for r in made if (r.operation, r.actor, r.reason) == wanted)


@click.command(short_help="What a memory is connected with.")
@click.argument("id", metavar="ID", shell_complete=complete_id)
@click.option("--kind", metavar="NAME", help="Only connections of this kind.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="How many at most; else 100, with --json all.",
)
@reads
def connections(
    id: str,
    kind: str | None,
    limit: int | None,
    db: Path,
    tenant: str,
    as_json: bool,
) -> None:
    """The connections of the memory that ID names, from it and to it.

    \b
    Each with the other memory's latest version. Connections with a memory that
    has ended are hidden, and come back with it.
    \b
    Examples:
      versionchain connections 7f3a91c0 --db agent.db
      versionchain connections 7f3a91c0 --kind related --limit 5 --db agent.db
    \b
    JSON: {"chain_id", "contact_id", "connections", "left_out",
    "items": [connection, as for connect, and "other": the latest version of the
    memory at its other end]}
    """
    with looking(db, tenant) as view:
        memory = latest_of(find_memory(view.reads, id))
        found = view.reads.connections(memory.chain_id, kind=kind)
        most = len(found) if as_json and limit is None else limit or _LISTED
        shown = [(c, view.reads.latest(_other(c, memory.chain_id))) for c in found[:most]]
        if as_json:
            view.emit(_listed(memory, found, shown))
            return
        name = view.name(memory.chain_id)
        ties = [
            Tie(
                leads=link.source_id == memory.chain_id,
                kind=link.kind,
                name=view.name(other.id),
                contact=other.contact_id,
                text=other.content,
                metadata=link.metadata_json,
            )
            for link, other in shown
        ]
        screen = view.begin()
    head = f"{one_line(memory.contact_id)}: memory {name}, {many(len(found), 'connection')}"
    screen.print(head, style="bold", soft_wrap=True)
    screen.print(cut(memory.content, screen.width), style="dim")
    if not ties:
        return
    screen.print()
    screen.print(tie_drawing(ties))
    if len(found) > len(ties):
        more = f"and {len(found) - len(ties):,} more: --limit {len(found)} shows all"
        screen.print(more, style="dim", soft_wrap=True)


def _listed(
    memory: MemoryVersion,
    found: Sequence[Connection],
    shown: Sequence[tuple[Connection, MemoryVersion]],
) -> output.Json:
    return {
        "chain_id": memory.chain_id,
        "contact_id": memory.contact_id,
        "connections": len(found),
        "left_out": len(found) - len(shown),
        "items": [{**document(link), "other": output.version(other)} for link, other in shown],
    }


def _other(link: Connection, chain_id: str) -> str:
    return link.target_id if link.source_id == chain_id else link.source_id
