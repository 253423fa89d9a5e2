"""How a command ends: its exit code, and the one line or the JSON that says what went wrong.

May live here: the codes, the error of the command line itself, and what each error means as both.
May not be known here: any command.

| code | meaning |
|---|---|
| 0 | it did what was asked |
| 1 | `verify` found that something does not hold |
| 2 | the command was not understood |
| 3 | not found: no such memory, version, contact or revision |
| 4 | a conflict: somebody was there first |
| 5 | input that may not come in, or an id that could mean several |
| 6 | the storage: no database there, busy, full, corrupt, of a newer version |
| 7 | you were asked, and said no |
| 130 | interrupted |
| 141 | whoever read the output went away |
"""

import json
import sys
from enum import IntEnum
from typing import Any, Final

import click
from rich.text import Text

from ..errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    StaleVersionError,
)
from .screen import error_console, one_line


class Exit(IntEnum):
    """The exit codes; the table above says what each means."""

    OK = 0
    VIOLATIONS = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    INVALID = 5
    STORAGE = 6
    DECLINED = 7
    INTERRUPTED = 130
    PIPE = 141


EPILOG: Final = """\b
Exit codes:
  0    done
  1    verify found that something does not hold
  2    the command was not understood
  3    not found: no such memory, version, contact or revision
  4    a conflict: somebody was there first
  5    input that may not come in, or an id that could mean several
  6    the storage: no database there, busy, full, corrupt, newer
  7    you were asked, and said no
  130  interrupted
  141  whoever read the output went away

With --json a command writes one JSON document to stdout. An error leaves stdout
empty and is a JSON document on stderr, with the same exit code:
{"error": {"type": "NotFoundError", "message": "..."}}
"""


class Failure(Exception):  # noqa: N818  (an outcome of the program, not only an error)
    """What the command line itself refuses, and every error once it is put for a person.

    Args:
        code: how the program ends.
        kind: the error's name in JSON.
        message: one line.
        facts: what else a program may want to know.

    Example:
        >>> Failure(Exit.NOT_FOUND, "NotFoundError", "No such contact here.").code.name
        'NOT_FOUND'
    """

    def __init__(self, code: Exit, kind: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.kind = kind
        self.message = message
        self.facts = facts


def failure(error: BaseException) -> Failure:
    """An error as the command line puts it.

    Example:
        >>> failure(InvalidInputError("limit", "must be an int")).code.name
        'INVALID'
    """
    if isinstance(error, Failure):
        return error
    if isinstance(error, click.ClickException):
        return Failure(Exit.USAGE, "UsageError", _usage(error))
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return Failure(Exit.INTERRUPTED, "Interrupted", "Interrupted.")
    kind = type(error).__name__
    if isinstance(error, NotFoundError):
        return Failure(
            Exit.NOT_FOUND,
            kind,
            f"There is no such {error.what} here: {error.id}. Check it, --db and --tenant.",
        )
    if isinstance(error, StaleVersionError):
        return Failure(Exit.CONFLICT, kind, str(error), latest_id=error.latest_id)
    if isinstance(error, InvalidInputError):
        return Failure(Exit.INVALID, kind, str(error), field=error.field)
    code = Exit.CONFLICT if isinstance(error, ConflictError) else Exit.STORAGE
    return Failure(code, kind, str(error))


def _usage(error: click.ClickException) -> str:
    said = error.format_message()
    said += "" if said.endswith((".", "?")) else "."
    context = getattr(error, "ctx", None)
    return f"{said} See: {context.command_path} --help" if context else said


def report(failed: Failure, *, as_json: bool) -> None:
    """Says on stderr what went wrong: one line, or one JSON document."""
    message = one_line(failed.message)
    if as_json:
        error = {"type": failed.kind, "message": message, **failed.facts}
        sys.stderr.write(json.dumps({"error": error}) + "\n")
        return
    line = Text.assemble(("versionchain: ", "bold red"), message)
    error_console().print(line, soft_wrap=True)
