"""From the store's records to Callers.ai's memories. Pure: no store, no clock, no request.

May live here: how a version is shown, and what stands in for what a version lacks.
May not be known here: HTTP, and where the records come from.

Where the documents are silent, these are the assumptions:

- `updatedAt` is when the row last changed as it stands: deleted, else superseded, else created.
- A deleted memory has no `previousMemoryId`: it is in no chain any more.
- A memory that came into the store by another way has the beginning of its text for a `name`.
"""

from datetime import UTC, datetime
from typing import Any, Final

from ...model import MemoryVersion, Status
from .ids import to_hex
from .shapes import Memory, WireStatus

_NAME: Final = 200
_WIRE: Final[dict[Status, WireStatus]] = {
    Status.CURRENT: "ACTUAL",
    Status.SUPERSEDED: "OUTDATED",
    Status.DELETED: "DELETED",
}
STATUS_OF: Final[dict[str, Status]] = {wire: status for status, wire in _WIRE.items()}


def memory(version: MemoryVersion) -> Memory:
    """A version as the service shows it. O(its size)."""
    facts = version.metadata
    return Memory(
        id=to_hex(version.id),
        name=_text(facts.get("name")) or version.content[:_NAME],
        text=version.content,
        status=_WIRE[version.status],
        phoneNumber=_text(facts.get("phoneNumber")),
        campaignId=_text(facts.get("campaignId")),
        contactId=version.contact_id,
        previousMemoryId=None if version.previous_id is None else to_hex(version.previous_id),
        createdAt=moment(version.created_at),
        updatedAt=moment(version.deleted_at or version.superseded_at or version.created_at),
    )


def moment(when: datetime) -> str:
    """A time as JavaScript writes it: UTC, to the millisecond. O(1).

    Example:
        >>> moment(datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC))
        '2026-01-01T12:00:00.123Z'
    """
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
