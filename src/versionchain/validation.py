"""What may come in.

May live here: the only functions that say no to a value. Each takes the parameter's name and the
value, and returns it in the one form that the rest of the library uses.
May not be known here: what is stored. All of it runs before anything is written, the same for
every backend, and no message quotes the value.
"""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring as _quote
from typing import Any, Final, TypeGuard, TypeVar
from uuid import UUID

from .chain import INHERIT, Draft, Edit, Inherit
from .errors import InvalidInputError
from .model import NewMemory, Status

T = TypeVar("T")

MAX_CONTENT_BYTES: Final = 1 << 20
MAX_METADATA_BYTES: Final = 64 << 10
MAX_METADATA_DEPTH: Final = 32
MAX_NAME: Final = 512
MAX_REASON: Final = 4096
MAX_LIMIT: Final = 1000
MAX_INTEGER: Final = (1 << 63) - 1
_INT64: Final = 1 << 63
_TOO_LONG: Final = f"must be at most {MAX_METADATA_BYTES:,} bytes of JSON"
_CANONICAL: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_CONSTANTS: Final = {None: "null", True: "true", False: "false"}


def text(field: str, value: object, most: int = MAX_NAME) -> str:
    """A string that is not blank, storable everywhere, and of at most `most` characters. O(n)."""
    if _plain(value, most):
        return value
    if type(value) is not str:
        raise InvalidInputError(field, f"must be a str, not {type(value).__name__}")
    if len(value) > most:
        raise InvalidInputError(field, f"must be at most {most:,} characters, not {len(value):,}")
    if not value or value.isspace():
        raise InvalidInputError(field, "must not be empty or blank")
    _check_storable(field, value)
    return value


def optional_text(field: str, value: object, most: int = MAX_NAME) -> str | None:
    """A `text`, or None. O(n)."""
    return None if value is None else text(field, value, most)


def content(value: object, most_bytes: int) -> str:
    """A memory's text of at most `most_bytes` of UTF-8. O(n)."""
    said = text("content", value, MAX_INTEGER)
    if not fits(said, most_bytes):
        size = len(said.encode())
        raise InvalidInputError("content", f"must be at most {most_bytes:,} bytes, not {size:,}")
    return said


def fits(said: str, most_bytes: int) -> bool:
    """Whether a text is of at most so many bytes of UTF-8. O(1) where it is far from it."""
    return len(said) * 4 <= most_bytes or len(said.encode()) <= most_bytes


def categories(value: object) -> tuple[str, ...]:
    """Labels in the order given, each once; None is none. O(n)."""
    if value is None:
        return ()
    if type(value) is not list and type(value) is not tuple:
        raise InvalidInputError(
            "categories", f"must be a list or tuple of strings, not {type(value).__name__}"
        )
    for i, label in enumerate(value):
        if not _plain(label, MAX_NAME):
            text(f"categories[{i}]", label)
    return tuple(dict.fromkeys(value))


def metadata(value: object) -> str:
    """A dict of JSON values as canonical JSON text; None is {}.

    Sorted keys, no blanks, non-ASCII as it is; a tuple becomes a list. O(n log n).

    Example:
        >>> metadata({"b": (1, 2.0), "a": None})
        '{"a":null,"b":[1,2.0]}'
    """
    if value is None:
        return "{}"
    if type(value) is not dict:
        raise InvalidInputError("metadata", f"must be a dict, not {type(value).__name__}")
    if not value:
        return "{}"
    encoded = _json(value, MAX_METADATA_DEPTH, MAX_METADATA_BYTES - 1)
    if not fits(encoded, MAX_METADATA_BYTES):
        raise InvalidInputError("metadata", _TOO_LONG)
    return encoded


def _json(container: Any, deep: int, room: int) -> str:
    """A dict, list or tuple as canonical JSON; refuses what JSON or a storage has no place for.

    Checked and written in one walk: two thirds of what `json` takes after a walk (W1, WB). Each
    value is written as `json` does it.

    Args:
        container: the value.
        deep: how deep it may nest, itself included.
        room: how many characters it may take but for one bracket. So one that is shared is not
            repeated for ever, and what contains itself comes to an end.

    Cost: O(n log n), and no more than fits.
    """
    if not deep:
        raise InvalidInputError("metadata", f"must nest at most {MAX_METADATA_DEPTH} deep")
    keyed = type(container) is dict
    if keyed:
        _check_keys(container, room)
    parts = []
    for item in sorted(container) if keyed else container:
        value = container[item] if keyed else item
        kind = type(value)
        if kind is str:
            if len(value) > room:
                break
            _check_storable("metadata", value)
            part = _quote(value)
        elif kind is int and -_INT64 <= value < _INT64:
            part = repr(value)
        elif kind is dict or kind is list or kind is tuple:
            part = _json(value, deep - 1, room)
        else:
            part = _constant(value)
        if keyed:
            part = f"{_quote(item)}:{part}"
        room -= len(part) + 1  # the comma, or the other bracket
        if room < 0:
            break
        parts.append(part)
    else:
        inside = ",".join(parts)
        return f"{{{inside}}}" if keyed else f"[{inside}]"
    raise InvalidInputError("metadata", _TOO_LONG)


def _check_keys(value: dict[Any, Any], room: int) -> None:
    for key in value:
        if type(key) is not str:
            raise InvalidInputError(
                "metadata", f"must have string keys alone, not {type(key).__name__}"
            )
        room -= len(key)
        if room < 0:
            raise InvalidInputError("metadata", _TOO_LONG)
        _check_storable("metadata", key)


def _constant(value: Any) -> str:
    kind = type(value)
    if value is None or kind is bool:
        return _CONSTANTS[value]
    if kind is int:
        raise InvalidInputError("metadata", "must hold no integer beyond 64 bits")
    if kind is not float:
        raise InvalidInputError("metadata", f"must hold JSON values alone, not {kind.__name__}")
    if not math.isfinite(value):
        raise InvalidInputError("metadata", "must hold no NaN and no infinity")
    return repr(value)


def identifier(field: str, value: object) -> str:
    """A UUID as canonical text: lower case, with hyphens. O(1)."""
    if type(value) is str and _CANONICAL(value):
        return value
    if isinstance(value, UUID):
        return UUID.__str__(value)
    raise InvalidInputError(field, "must be a uuid.UUID or its canonical text")


def optional_identifier(field: str, value: object) -> str | None:
    """An `identifier`, or None. O(1)."""
    return None if value is None else identifier(field, value)


def moment(field: str, value: object) -> datetime:
    """An aware datetime, in UTC. O(1)."""
    if type(value) is datetime and value.tzinfo is UTC and not value.fold:
        return value
    if not isinstance(value, datetime):
        raise InvalidInputError(field, f"must be a datetime, not {type(value).__name__}")
    try:
        utc = None if value.utcoffset() is None else value.astimezone(UTC)
    except OverflowError:
        raise InvalidInputError(field, "must lie in the years 1 to 9999 in UTC") from None
    except (TypeError, ValueError, NotImplementedError):
        raise InvalidInputError(field, "must have a tzinfo that gives an offset") from None
    if utc is None:
        raise InvalidInputError(field, "must be an aware datetime: give it a tzinfo")
    return datetime.combine(utc.date(), utc.time().replace(fold=0), UTC)


def optional_moment(field: str, value: object) -> datetime | None:
    """A `moment`, or None. O(1)."""
    return None if value is None else moment(field, value)


def edit(
    said: object,
    *,
    categories: object,
    metadata: object,
    session_id: object,
    event_start: object,
    event_end: object,
    most_bytes: int,
) -> Edit:
    """What an update says; INHERIT passes. O(its size)."""
    found = Edit(
        content(said, most_bytes),
        INHERIT if categories is INHERIT else _categories(categories),
        INHERIT if metadata is INHERIT else _metadata(metadata),
        INHERIT if session_id is INHERIT else optional_text("session_id", session_id),
        INHERIT if event_start is INHERIT else optional_moment("event_start", event_start),
        INHERIT if event_end is INHERIT else optional_moment("event_end", event_end),
    )
    in_order(found)
    return found


def draft(
    said: object,
    categories: object,
    metadata: object,
    session_id: object,
    event_start: object,
    event_end: object,
    most_bytes: int,
) -> Draft:
    """What a new memory is going to say, which has nothing to inherit. O(its size)."""
    found = Draft(
        content(said, most_bytes),
        _categories(categories),
        _metadata(metadata),
        None if session_id is None else text("session_id", session_id),
        None if event_start is None else moment("event_start", event_start),
        None if event_end is None else moment("event_end", event_end),
    )
    if event_end is not None:
        in_order(found)
    return found


_categories, _metadata = categories, metadata


def in_order(said: Draft | Edit) -> None:
    """Refuses an event that ends before it starts, as far as both are known. O(1)."""
    start, end = said.event_start, said.event_end
    if isinstance(start, Inherit) or isinstance(end, Inherit) or start is None or end is None:
        return
    if end < start:
        raise InvalidInputError("event_end", "must not be before event_start")


def new_memories(items: object) -> Sequence[NewMemory]:
    """The records of an `add_many`. O(n)."""
    if not isinstance(items, Iterable):
        raise InvalidInputError("items", "must be an iterable of NewMemory records")
    listed: list[NewMemory] = list(items)
    for i, item in enumerate(listed):
        if type(item) is not NewMemory:
            raise InvalidInputError(
                f"items[{i}]", f"must be a NewMemory, not {type(item).__name__}"
            )
    return listed


def flag(field: str, value: object) -> bool:
    """True or False, nothing that only counts as one. O(1)."""
    if type(value) is not bool:
        raise InvalidInputError(field, f"must be True or False, not {type(value).__name__}")
    return value


def integer(field: str, value: object, least: int, most: int | None = None) -> int:
    """An int (True is none) of at least `least`. O(1)."""
    wanted = f"from {least} to {most}" if most is not None else f"of at least {least}"
    if type(value) is not int or value < least or (most is not None and value > most):
        raise InvalidInputError(field, f"must be an int {wanted}")
    return value


def function(field: str, value: T) -> T:
    """What can be called; what it answers is checked when it does. O(1)."""
    if not callable(value):
        raise InvalidInputError(field, f"must be callable, not {type(value).__name__}")
    return value


def seconds(field: str, value: object) -> float:
    """A number of seconds, from none to a day. O(1)."""
    if type(value) not in (int, float) or not 0 <= value <= 86_400:  # type: ignore[operator]
        raise InvalidInputError(field, "must be a number of seconds from 0 to 86,400")
    return float(value)  # type: ignore[arg-type]


def limit(value: object) -> int:
    """How many items a page holds. O(1)."""
    return integer("limit", value, 1, MAX_LIMIT)


def revision(field: str, value: object) -> int:
    """An int that could be a revision's number; whether it is one, the store knows. O(1)."""
    if type(value) is not int:
        raise InvalidInputError(field, f"must be an int, not {type(value).__name__}")
    return value


def status(value: object) -> Status | None:
    """A Status, or None. O(1)."""
    if value is not None and type(value) is not Status:
        raise InvalidInputError("status", "must be a Status or None")
    return value


def not_itself(source_chain: str, target_chain: str) -> None:
    """Refuses a connection of a memory to itself. O(1)."""
    if source_chain == target_chain:
        raise InvalidInputError("target_id", "must be of another memory than source_id")


def _plain(value: object, most: int) -> TypeGuard[str]:
    """Whether a value is a text that nobody refuses, as most are; others are looked at closely.

    It takes a third of what the single checks do (W1).
    """
    return (
        type(value) is str
        and value.isascii()
        and 0 < len(value) <= most
        and not value.isspace()
        and "\0" not in value
    )


def _check_storable(field: str, value: str) -> None:
    if "\0" in value:
        raise InvalidInputError(field, "must hold no NUL character")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidInputError(field, "must hold no lone surrogate") from None
