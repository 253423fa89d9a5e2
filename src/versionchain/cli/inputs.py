"""What a person types as a memory's fields: text, times, JSON, categories.

May live here: the options of the commands that write fields, and from what was typed to values.
May not be known here: any single command, any store.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Final, TypeVar

import click

from ..validation import MAX_CONTENT_BYTES
from .exits import Exit, Failure
from .viewing import typed_moment

F = TypeVar("F", bound=Callable[..., Any])


def typed_time(value: str) -> datetime:
    """A time in ISO 8601, or "now"; one without an offset is in UTC, as all that are shown.

    Raises:
        BadParameter: it is none.

    Example:
        >>> typed_time("2026-01-04").isoformat()
        '2026-01-04T00:00:00+00:00'
    """
    if value == "now":
        return datetime.now(UTC)
    try:
        found = typed_moment(value)
    except click.BadParameter:
        found = 0
    if not isinstance(found, int):
        return found
    raise click.BadParameter(f"{value!r} is not a time such as 2026-01-04T10:00:00Z, or now")


def typed_metadata(value: str) -> dict[str, Any]:
    """A JSON object; what it may hold is the library's to say.

    Raises:
        BadParameter: it is none.

    Example:
        >>> typed_metadata('{"source": "mail"}')
        {'source': 'mail'}
    """
    try:
        found = json.loads(value, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"not JSON: {error.msg} (column {error.colno})") from None
    except (RecursionError, ValueError):
        raise click.BadParameter("nested too deep, or with too long a number") from None
    if not isinstance(found, dict):
        raise click.BadParameter('not a JSON object, such as {"source": "mail"}')
    return found


def _no_number(said: str) -> Any:
    raise click.BadParameter(f"{said} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise click.BadParameter("a field is there twice")
    return found


_FIELDS: Final = (
    click.option(
        "--category",
        "categories",
        multiple=True,
        metavar="NAME",
        help="A category; given again, one more.",
    ),
    click.option("--metadata", type=typed_metadata, metavar="JSON", help="A JSON object."),
    click.option("--session", metavar="ID", help="The session where it was learned."),
    click.option(
        "--event-start", type=typed_time, metavar="TIME", help="When what it tells of began."
    ),
    click.option("--event-end", type=typed_time, metavar="TIME", help="When that ended."),
)
_new_id = click.option("--id", "new_id", metavar="UUID", help="The new version's id.")


def fields(command: F) -> F:
    """The options of a command that writes a version: its fields and its id."""
    made: F = reduce(lambda made, option: option(made), reversed((*_FIELDS, _new_id)), command)
    return made


def content(typed: str) -> str:
    """The text that was typed; for "-" all of stdin, without the line end that it ends with.

    Raises:
        Failure: stdin is not UTF-8.
    """
    if typed != "-":
        return typed
    most = MAX_CONTENT_BYTES + 8  # with a mark (BOM), a line end, and what shows it is too long
    raw = sys.stdin.buffer.read(most)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if len(raw) == most:
            return raw.decode("utf-8", "replace")  # cut within a character; refused for its size
        raise Failure(Exit.INVALID, "InvalidInputError", "stdin is not UTF-8.") from None
    return text.removesuffix("\n").removesuffix("\r")
