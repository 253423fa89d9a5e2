"""The command that serves the fakes and the page.

May live here: its options, and the store that it serves. May not be known here: any request; and
the extra `server`, which is imported when the command runs.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

from pathlib import Path
from typing import Any

import click

from ..store import MemoryStore
from .exits import Exit, Failure

_LOOPBACK = "127.0.0.1"


@click.command(short_help="Serve the fakes, and a page to look inside.")
@click.option(
    "--db",
    envvar="VERSIONCHAIN_DB",
    show_envvar=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The database, a SQLite file, made if it is absent.",
)
@click.option("--memory", is_flag=True, help="Keep everything in memory, until it ends.")
@click.option("--tenant", default="default", show_default=True, metavar="NAME", help="Shown first.")
@click.option("--host", default=_LOOPBACK, show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8800, show_default=True, help="0: a free one."
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="A name beside localhost that the page answers to.",
)
@click.option(
    "--recallr-key",
    "recallr_keys",
    multiple=True,
    metavar="KEY=PROJECT",
    help="A RecallrAI key and a project that it opens.",
)
@click.option(
    "--callers-key",
    "callers_keys",
    multiple=True,
    metavar="KEY=ORGANIZATION",
    help="A Callers.ai key and its organization.",
)
def serve(
    db: Path | None,
    memory: bool,
    tenant: str,
    host: str,
    port: int,
    allowed_hosts: tuple[str, ...],
    recallr_keys: tuple[str, ...],
    callers_keys: tuple[str, ...],
) -> None:
    """Serves fakes of RecallrAI and Callers.ai, and a page to look inside, until interrupted.

    \b
    RecallrAI's paths begin with /api/v1, Callers.ai's with /contacts and
    /memories, what seeds and resets them with /_fake; the page is at /. Without
    keys of your own, "rai_test" and "callers_test" open the tenant itself.
    \b
    There is no password on the page or the seeding: this machine alone reaches
    them, unless --host says otherwise.
    \b
    Examples:
      versionchain serve --db agent.db --port 8800
      versionchain serve --memory --port 0 --recallr-key rai_mine=shop
    """
    if memory == (db is not None):
        raise click.UsageError("give --db PATH or --memory, one of them")
    try:
        from .. import server
    except ImportError as error:
        raise Failure(Exit.USAGE, "ImportError", str(error)) from None
    clock = server.ShiftedClock()
    given: dict[str, Any] = {"tenant": tenant, "clock": clock}
    with MemoryStore(**given) if db is None else MemoryStore.open(db, **given) as store:
        app = server.create_app(
            store,
            recallr_keys=_projects(recallr_keys),
            callers_keys=dict(map(_pair, callers_keys)) or None,
            clock=clock,
            inspector=True,
            allowed_hosts=allowed_hosts,
        )
        server.serve(app, host=host, port=port)


def _projects(given: tuple[str, ...]) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] = {}
    for key, project in map(_pair, given):
        found.setdefault(key, []).append(project)
    return found or None


def _pair(given: str) -> tuple[str, str]:
    key, equals, value = given.partition("=")
    if not (key and equals and value):
        raise click.UsageError("a key is given as KEY=NAME")
    return key, value
