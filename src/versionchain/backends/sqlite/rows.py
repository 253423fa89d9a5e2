"""Rows and records.

May live here: how a record becomes columns, and columns a record. May not be known here: which
rows are asked for.
"""

import json
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring as _quote
from typing import Final

from ...chain import Node
from ...errors import CorruptStoreError
from ...model import Connection, MemoryVersion, Revision, RevisionCounts, position
from .faults import Row

_DECODE: Final = json.JSONDecoder().raw_decode  # json.loads takes four times as long (L1)
_MALFORMED: Final = (ValueError, TypeError, OverflowError, RecursionError)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FROM_SECONDS: Final = datetime.fromtimestamp
_EXACT: Final = 1 << 52
"""Microseconds, in the year 2112: so far a float of seconds tells them apart."""

# What a number of microseconds means, so that it is worked out once: a fifth off a listing and a
# history (L1, R2). Of texts nothing is remembered here, since an erasure must leave none of them.
_MOMENTS: Final[dict[int, datetime]] = {}
_MOST: Final = 10_000

LIVING_COLUMNS: Final = (
    "v.id, v.chain_id, v.contact_id, v.number, v.content, v.categories, v.metadata, v.session_id,"
    " v.event_start, v.event_end, v.created_at, v.revision, v.ordinal"
)
VERSION_COLUMNS: Final = f"{LIVING_COLUMNS}, NULL, NULL, NULL, v.deleted, v.deleted_at"
NODE_COLUMNS: Final = "v.id, v.number, v.created_at, v.revision, v.ordinal"
CONNECTION_COLUMNS: Final = "s.chain_id, t.chain_id, n.kind, n.metadata, n.created_at, n.revision"
REVISION_COLUMNS: Final = (
    "r.number, r.created_at, r.operation, r.actor, r.reason,"
    " r.added, r.deleted, r.restored, r.connected, r.disconnected, r.erased"
)


def micros(moment: datetime) -> int:
    """A time as microseconds since 1970. O(1)."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """Microseconds since 1970 as a time; remembered, since the same rows are read again. O(1)."""
    known = _MOMENTS.get(value)
    if known is not None:
        return known
    try:
        # A float is exact there, and takes half as long as adding a timedelta (L1).
        if 0 <= value < _EXACT:
            made = _FROM_SECONDS(value / 1e6, UTC)
        else:
            made = _EPOCH + timedelta(microseconds=value)
    except _MALFORMED:
        raise CorruptStoreError("The file holds a time that is none.") from None
    if len(_MOMENTS) >= _MOST:
        _MOMENTS.clear()
    _MOMENTS[value] = made
    return made


def optional_micros(value: datetime | None) -> int | None:
    """As `micros`, or None. O(1)."""
    return None if value is None else micros(value)


def version(
    id: str,
    chain_id: str,
    contact_id: str,
    number: int,
    content: str,
    categories: str,
    metadata: str,
    session_id: str | None,
    event_start: int | None,
    event_end: int | None,
    created_at: int,
    revision: int,
    ordinal: int,
    previous_id: str | None = None,
    next_id: str | None = None,
    superseded_at: int | None = None,
    deleted: int = 0,
    deleted_at: int | None = None,
) -> MemoryVersion:
    """A row of LIVING_COLUMNS and its neighbours, or of VERSION_COLUMNS: `version(*row)`. O(1).

    Raises:
        CorruptStoreError: a value is of another type than its column, or no JSON, or no time.
    """
    try:
        if (
            type(id) is not str
            or type(chain_id) is not str
            or type(contact_id) is not str
            or type(content) is not str
            or type(number) is not int
            or type(revision) is not int
            or type(ordinal) is not int
            or type(deleted) is not int
            or not (session_id is None or type(session_id) is str)
        ):
            raise TypeError
        written_at = _MOMENTS.get(created_at)
        return MemoryVersion(
            id,
            chain_id,
            contact_id,
            number,
            content,
            () if categories == "[]" else _labels(categories),
            metadata if metadata == "{}" else _object(metadata),
            session_id,
            None if event_start is None else moment(event_start),
            None if event_end is None else moment(event_end),
            moment(created_at) if written_at is None else written_at,
            revision,
            previous_id,
            next_id,
            None if superseded_at is None else moment(superseded_at),
            None if deleted_at is None else moment(deleted_at),
            deleted or None,
            ordinal,
        )
    except _MALFORMED:
        raise CorruptStoreError("The file holds a row that is no version.") from None


def columns(version: MemoryVersion, created_at: int) -> tuple[object, ...]:
    """A version's own columns, from `id` to `ordinal`; its time is given in microseconds. O(1)."""
    return (
        version.id,
        version.chain_id,
        version.contact_id,
        version.content,
        f"[{', '.join(map(_quote, version.categories))}]",
        version.metadata_json,
        version.session_id,
        None if version.event_start is None else micros(version.event_start),
        None if version.event_end is None else micros(version.event_end),
        created_at,
        *position(version),
    )


def node(id: str, number: int, created_at: int, revision: int, ordinal: int) -> Node:
    """A row of NODE_COLUMNS: `node(*row)`. O(1)."""
    if (
        type(id) is not str
        or type(number) is not int
        or type(revision) is not int
        or type(ordinal) is not int
    ):
        raise CorruptStoreError("The file holds a row that is no version.")
    return Node(id, number, moment(created_at), revision, ordinal)


def connection(row: Row) -> Connection:
    """A row of CONNECTION_COLUMNS. O(1)."""
    source_id, target_id, kind, metadata, created_at, revision = row
    try:
        _require((str, str, str, int), source_id, target_id, kind, revision)
        said = _object(metadata)
        return Connection(source_id, target_id, kind, said, moment(created_at), revision)
    except _MALFORMED:
        raise CorruptStoreError("The file holds a row that is no connection.") from None


def revision(row: Row) -> Revision:
    """A row of REVISION_COLUMNS, then its contacts as a JSON array in any order. O(those)."""
    number, created_at, operation, actor, reason, *counts, contacts = row
    try:
        _require((int, str, *[int] * len(counts)), number, operation, *counts)
        _require((str, str), actor or "", reason or "")
        return Revision(
            number,
            moment(created_at),
            operation,
            actor,
            reason,
            RevisionCounts(*counts),
            tuple(sorted(_labels(contacts))),
        )
    except _MALFORMED:
        raise CorruptStoreError("The file holds a row that is no revision.") from None


def text(value: object) -> str:
    """A column that holds an id or a name. O(1)."""
    if type(value) is not str:
        raise CorruptStoreError("The file holds a name that is no text.")
    return value


def number(value: object) -> int:
    """A column that holds a number. O(1)."""
    if type(value) is not int:
        raise CorruptStoreError("The file holds a number that is none.")
    return value


def _require(kinds: tuple[type, ...], *values: object) -> None:
    if tuple(map(type, values)) != kinds:
        raise TypeError


def _labels(encoded: str) -> tuple[str, ...]:
    """A JSON array of texts."""
    found, end = _DECODE(encoded)
    if type(found) is not list or end != len(encoded):
        raise TypeError
    for each in found:
        if type(each) is not str:
            raise TypeError
    return tuple(found)


def _object(encoded: str) -> str:
    """A JSON object's text, as it is."""
    found, end = _DECODE(encoded)
    if type(found) is not dict or end != len(encoded):
        raise TypeError
    return encoded
