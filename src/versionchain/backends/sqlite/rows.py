"""Rows and records.

May live here: how a record becomes columns, and columns a record. May not be known here: which
rows are asked for.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ...chain import Node
from ...errors import CorruptStoreError
from ...model import Connection, MemoryVersion, Revision, RevisionCounts

Row = Sequence[Any]

_VERSION_TYPES: Final = (str, str, str, str, int, int, int, int)
_DECODE: Final = json.JSONDecoder().raw_decode  # json.loads takes four times as long (L1)
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode
_MALFORMED: Final = (ValueError, TypeError, OverflowError, RecursionError)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# Aliases: v a version, c its chain, k its contact.
VERSION_COLUMNS: Final = (
    "v.id, c.chain_id, k.contact_id, v.number, v.content, v.categories, v.metadata, v.session_id,"
    " v.event_start, v.event_end, v.created_at, v.revision, v.ordinal, v.deleted, v.deleted_at"
)
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
    """Microseconds since 1970 as a time. O(1)."""
    try:
        return _EPOCH + timedelta(microseconds=value)
    except _MALFORMED:
        raise CorruptStoreError("The file holds a time that is none.") from None


def optional_micros(value: datetime | None) -> int | None:
    """As `micros`, or None. O(1)."""
    return None if value is None else micros(value)


def optional_moment(value: int | None) -> datetime | None:
    """As `moment`, or None. O(1)."""
    return None if value is None else moment(value)


def version(
    row: Row,
    previous_id: str | None = None,
    next_id: str | None = None,
    superseded_at: int | None = None,
) -> MemoryVersion:
    """A row of VERSION_COLUMNS as a record between its neighbours. O(1)."""
    (
        id, chain_id, contact_id, number, content, categories, metadata, session_id,
        event_start, event_end, created_at, revision, ordinal, deleted, deleted_at,
    ) = row  # fmt: skip
    try:
        if (
            type(id),
            type(chain_id),
            type(contact_id),
            type(content),
            type(number),
            type(revision),
            type(ordinal),
            type(deleted),
        ) != _VERSION_TYPES or not (session_id is None or type(session_id) is str):
            raise TypeError
        return MemoryVersion(
            id,
            chain_id,
            contact_id,
            number,
            content,
            () if categories == "[]" else _labels(categories),
            metadata if metadata == "{}" else _object(metadata),
            session_id,
            optional_moment(event_start),
            optional_moment(event_end),
            moment(created_at),
            revision,
            previous_id,
            next_id,
            optional_moment(superseded_at),
            optional_moment(deleted_at),
            deleted or None,
            ordinal,
        )
    except _MALFORMED:
        raise CorruptStoreError("The file holds a row that is no version.") from None


def placed(row: Row) -> MemoryVersion:
    """A row of VERSION_COLUMNS followed by the previous id, the next id and its time. O(1)."""
    return version(row[:-3], *row[-3:])


def columns(version: MemoryVersion) -> tuple[object, ...]:
    """A version's own columns, from `id` to `deleted_at`. O(1)."""
    return (
        version.id,
        version.content,
        _ENCODE(version.categories) if version.categories else "[]",
        version.metadata_json,
        version.session_id,
        optional_micros(version.event_start),
        optional_micros(version.event_end),
        micros(version.created_at),
        version.revision,
        optional_micros(version.deleted_at),
    )


def node(row: Row) -> Node:
    """A row of NODE_COLUMNS. O(1)."""
    id, number, created_at, revision, ordinal = row
    try:
        _require((str, int, int, int), id, number, revision, ordinal)
        return Node(id, number, moment(created_at), revision, ordinal)
    except _MALFORMED:
        raise CorruptStoreError("The file holds a row that is no version.") from None


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
    found, end = _DECODE(encoded)
    if type(found) is not list or end != len(encoded):
        raise TypeError
    for each in found:
        if type(each) is not str:
            raise TypeError
    return tuple(found)


def _object(encoded: str) -> str:
    """A JSON object's text, as it is."""
    if encoded != "{}":
        found, end = _DECODE(encoded)
        if type(found) is not dict or end != len(encoded):
            raise TypeError
    return encoded
