"""The JSON of every answer: one document a command, ids whole, times in ISO 8601.

May live here: records as JSON objects, and writing them out.
May not be known here: any command, anything for the eye.

What is written is ASCII, so that no terminal and no encoding can make anything else of it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from ..model import Deletion, MemoryVersion, Report, Restoration, Revision

Json = dict[str, Any]


def emit(document: Mapping[str, Any]) -> None:
    """Writes the command's one document to stdout."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def moment(value: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC, or null.

    Example:
        >>> moment(datetime(2026, 1, 4, 9, 30, tzinfo=UTC))
        '2026-01-04T09:30:00Z'
    """
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def version(of: MemoryVersion) -> Json:
    """A version, every field of it."""
    return {
        "id": of.id,
        "chain_id": of.chain_id,
        "contact_id": of.contact_id,
        "number": of.number,
        "status": of.status.value,
        "content": of.content,
        "categories": list(of.categories),
        "metadata": of.metadata,
        "session_id": of.session_id,
        "event_start": moment(of.event_start),
        "event_end": moment(of.event_end),
        "created_at": moment(of.created_at),
        "revision": of.revision,
        "previous_id": of.previous_id,
        "next_id": of.next_id,
        "superseded_at": moment(of.superseded_at),
        "deleted_at": moment(of.deleted_at),
        "deleted_revision": of.deleted_revision,
    }


def deletion(of: Deletion) -> Json:
    """What a deletion did, or would do: then its revision is null."""
    return _plain(of)


def restoration(of: Restoration) -> Json:
    """What a restore brought back."""
    return _plain(of)


def revision(of: Revision) -> Json:
    """A revision, a line of the audit log."""
    return _plain(of)


def report(of: Report) -> Json:
    """What `verify` found."""
    return {"ok": of.ok, **_plain(of)}


def page(items: Sequence[Any], next_cursor: str | None) -> Json:
    """A listing: its items, and where it goes on; null on the last page."""
    return {"items": list(items), "next_cursor": next_cursor}


def _plain(record: attrs.AttrsInstance) -> Json:
    def put(_: Any, __: Any, value: Any) -> Any:
        return moment(value) if isinstance(value, datetime) else value

    return attrs.asdict(record, value_serializer=put)
