"""Facts as lines of JSON: what a line may say, and which id it gets.

May live here: from bytes to facts with ids. Pure: no store, no screen, no file.
May not be known here: whether a fact is known already, or what becomes of it.

A line is one JSON object: `contact_id` and `content`, and perhaps `key`, `categories`, `metadata`,
`session_id`, `event_start`, `event_end`; null is as if it were left out. Lines of one contact with
one key are versions of one memory; each says all of its version, and inherits nothing. A line
without a key is a memory of its own. Blank lines count as lines, and are nothing else.

The id is a UUIDv5 of the contact, the key, the ordinal and the line. The ordinal counts the equal
lines before, so two equal lines are two facts; and a line that is put in, taken out or mended
changes the id of no other line. "Equal" looks at what a line says, not at how it is written.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID, uuid5

from attrs import evolve, frozen

from .. import validation
from ..errors import InvalidInputError
from ..model import NewMemory
from .output import moment

NAMESPACE: Final = UUID("3b1c6c0e-5a54-5d0c-9a6d-0d6f3a1f7c52")
_FIELDS: Final = frozenset(
    {
        *("contact_id", "content", "key", "categories", "metadata"),
        *("session_id", "event_start", "event_end"),
    }
)


class BadLineError(ValueError):
    """A line that is no fact.

    Args:
        number: the line's number, from 1.
        problem: what is wrong with it, without its text.
    """

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(number, problem)
        self.number = number
        self.problem = problem


@frozen
class Fact:
    """One line, checked.

    Attributes:
        line: its number in the file.
        key: what makes it a version of the same memory as other lines, or None.
        said: the rest, with the id of its version.
    """

    line: int
    key: str | None
    said: NewMemory

    @property
    def id(self) -> str:
        """The id of its version. O(1)."""
        return str(self.said.id)


def read(lines: Iterable[bytes]) -> Iterator[Fact | BadLineError]:
    """The facts of a file, in its order; what is none comes as a BadLineError, not raised.

    Remembers 16 bytes of each distinct line, and a number.

    Example:
        >>> found = list(read([b'{"contact_id": "ada", "content": "Prefers tea"}', b'{"a": 1}']))
        >>> found[0].said.content, found[1].problem
        ('Prefers tea', "line has an unknown field 'a'")
    """
    seen: Counter[bytes] = Counter()
    for number, raw in enumerate(lines, 1):
        try:
            fields = parsed(raw, first=number == 1)
            if fields is None:
                continue
            key, said, canonical = checked(fields)
        except InvalidInputError as error:
            yield BadLineError(number, f"{error.field} {error.problem}")
            continue
        digest = blake2b(_name(key, said, 0, canonical).encode(), digest_size=16).digest()
        id = str(uuid5(NAMESPACE, _name(key, said, seen[digest], canonical)))
        seen[digest] += 1
        yield Fact(number, key, evolve(said, id=id))


def parsed(raw: bytes, *, first: bool = False) -> dict[str, Any] | None:
    """A line's JSON object; None for a blank line. A file's first line may have a mark (BOM).

    Raises:
        InvalidInputError: it is not one JSON object of known fields.
    """
    try:
        text = raw.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError:
        raise _no("is not UTF-8") from None
    if not text.strip():
        return None
    try:
        value = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise _no(f"is not JSON: {error.msg} (column {error.colno})") from None
    except InvalidInputError:
        raise
    except (RecursionError, ValueError):
        raise _no("is nested too deep, or has too long a number") from None
    if type(value) is not dict:
        raise _no("is not a JSON object")
    if unknown := sorted(value.keys() - _FIELDS):
        raise _no(f"has an unknown field {unknown[0]!r}")
    return value


def _no(problem: str) -> InvalidInputError:
    return InvalidInputError("line", problem)


def _no_number(said: str) -> Any:
    raise _no(f"has {said}, which is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _no("has a field twice")
    return found


def checked(fields: dict[str, Any]) -> tuple[str | None, NewMemory, list[Any]]:
    """A line's key, what it says, and that in the one form that its id is made from.

    Raises:
        InvalidInputError: a field may not come in.
    """
    for needed in ("contact_id", "content"):
        if fields.get(needed) is None:
            raise InvalidInputError(needed, "is missing")
    start, end = (_moment(name, fields.get(name)) for name in ("event_start", "event_end"))
    said = NewMemory(
        contact_id=validation.text("contact_id", fields["contact_id"]),
        content=fields["content"],
        categories=fields.get("categories"),
        metadata=fields.get("metadata"),
        session_id=fields.get("session_id"),
        event_start=start,
        event_end=end,
    )
    draft = validation.draft(
        said.content,
        categories=said.categories,
        metadata=said.metadata,
        session_id=said.session_id,
        event_start=start,
        event_end=end,
        most_bytes=validation.MAX_CONTENT_BYTES,
    )
    key = validation.optional_text("key", fields.get("key"))
    canonical = [said.content, draft.categories, draft.metadata_json, said.session_id]
    return key, said, [*canonical, moment(start), moment(end)]


def _moment(field: str, value: object) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = None
    if found is None or found.utcoffset() is None:
        raise InvalidInputError(
            field, "must be a time in ISO 8601 with an offset, such as 2026-01-04T10:00:00Z"
        )
    return found


def _name(key: str | None, said: NewMemory, ordinal: int, canonical: list[Any]) -> str:
    return json.dumps([said.contact_id, key, ordinal, canonical], separators=(",", ":"))
