"""The command that looks from a moment of the past: the screens of `look`, as they were.

May live here: its group. May not be known here: what a screen shows, how the past is read.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

import click

from .linking import connections
from .look import contacts, list_memories, log
from .show import show
from .viewing import Moment, look_from, typed_moment


@click.group(short_help="Look from a moment of the past.", subcommand_metavar="COMMAND ...")
@click.argument("moment", type=typed_moment, metavar="REVISION|TIME")
@click.pass_context
def at(context: click.Context, moment: Moment) -> None:
    """Shows how it was after REVISION, or at TIME, on the same screens.

    \b
    A banner says that it is the past. What was deleted since is there, what was
    written or restored since is not, and what was erased is gone from the past
    too. Revision 0 is before the first.
    \b
    TIME is in ISO 8601, in UTC unless it has an offset; what it leaves out is
    zero, so a date means its first moment. It means the last revision at or
    before it: revisions shows their times whole.
    \b
    Examples:
      versionchain at 6 list ada --db agent.db
      versionchain at 2026-01-04T10:00:00Z log 7f3a91c0 --db agent.db
    \b
    JSON: the command's own document, with "at": {"revision", "created_at"}
    first; the "version_ids" of a log are those that each revision had deleted.
    """
    look_from(context, moment)


for _command in (list_memories, contacts, log, show, connections):
    at.add_command(_command)
