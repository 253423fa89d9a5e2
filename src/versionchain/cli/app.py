"""The group of commands, and how every error of theirs ends the program.

May live here: the group, and the way from an error to one line and an exit code.
May not be known here: what a command does.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from .. import __version__
from ..errors import MemoryStoreError
from .at import at
from .change import delete, restore
from .completion import completion
from .diffing import diff
from .erasing import erase_contact, erase_deleted
from .exits import EPILOG, Exit, Failure, failure, report
from .ingest import ingest
from .linking import connect, connections, disconnect
from .look import contacts, list_memories, log, verify
from .pruning import prune, prune_contact
from .removing import delete_contact, delete_memory
from .revisions import revisions
from .serve import serve
from .show import show
from .stats import stats
from .tour import tour
from .transfer import backup, export, import_
from .writing import add, revert, update


class App(click.Group):
    """A group whose errors are one line, or with --json one document, and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs a command line; ends the program unless `standalone_mode` is off."""
        given = list(sys.argv[1:] if args is None else args)
        name = prog_name if prog_name not in (None, "cli") else "versionchain"
        _never_fail_to_encode()

        def run() -> Any:
            return super(App, self).main(given, name, complete_var, standalone_mode=False, **extra)

        return _ended(run, as_json="--json" in given) if standalone_mode else run()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which one meets them."""
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; a reader who goes away is told apart from other failures."""
        with _heard():
            result = super().invoke(ctx)
            sys.stdout.flush()
        return result

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Reads the command line, which may be a wish for help; a reader may go away there too."""
        with _heard():
            return super().make_context(*args, **options)


def _ended(run: Any, *, as_json: bool) -> NoReturn:
    try:
        code = run()
    except (Failure, click.ClickException, click.Abort, MemoryStoreError, OSError) as error:
        failed = failure(error)
        report(failed, as_json=as_json)
        sys.exit(failed.code)
    sys.exit(code if isinstance(code, int) else Exit.OK)


@contextmanager
def _heard() -> Iterator[None]:
    """Ends the program with a code of its own where nobody reads stdout any more."""
    try:
        yield
    except BrokenPipeError:
        # What is still buffered must have somewhere to go, or the exit itself would fail.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        raise click.exceptions.Exit(Exit.PIPE) from None


def _never_fail_to_encode() -> None:
    """Lets a stream show what its encoding lacks as an escape, instead of failing half-way."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


@click.group(
    cls=App,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="versionchain", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Memories as chains of versions, any of which can be taken back.

    \b
    Begin with the tour: it needs no file.
      versionchain tour
    \b
    Then with facts of your own:
      versionchain ingest facts.jsonl --db agent.db
      versionchain contacts --db agent.db
      versionchain list ada --db agent.db
      versionchain log 7f3a91c0 --db agent.db
      versionchain delete 7f3a91c0 --db agent.db
      versionchain restore 6 --db agent.db
      versionchain verify --db agent.db

    An id may be typed by its first characters, as many as no other id has.
    The option --db may come from the environment, as VERSIONCHAIN_DB.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in (
    *(tour, ingest, contacts, list_memories, log, show, diff, at, revisions, stats),
    *(add, update, revert, delete, delete_memory, delete_contact, prune, prune_contact),
    *(connect, disconnect, connections, erase_contact, erase_deleted),
    *(restore, verify, export, import_, backup, serve, completion),
):
    cli.add_command(_command)


def main() -> NoReturn:
    """The program `versionchain`: runs its command line and exits.

    Example:
        >>> try:
        ...     cli.main(["--version"])
        ... except SystemExit as end:
        ...     print(end.code)
        versionchain 0.1.0
        0
    """
    cli.main()
    raise AssertionError  # pragma: no cover
