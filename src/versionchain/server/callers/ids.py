"""The ids of Callers.ai, 24 hexadecimal digits, and the store's, UUIDs, in both directions.

May live here: that translation. Nothing here keeps a table. May not be known here: requests.

96 bits fit into a version 8 UUID (RFC 9562, section 5.8), which leaves 122 to its maker: 48 before
the version, 12 between version and variant, 36 after the variant, and then 26 zeros, by which the
UUIDs of this module are told from others. A memory that came into the store by another way may have
another kind of UUID; it is shown by its first 24 digits, and found by them as a prefix.
"""

import re
from contextlib import suppress
from typing import Final
from uuid import UUID

from ... import InvalidInputError, MemoryStore, NotFoundError

_HEX: Final = re.compile(r"[0-9a-f]{24}")
_VERSION: Final = 8
_VARIANT: Final = 0b10
_FILL: Final = 26


def is_hex(id: object) -> bool:
    """Whether this is an id of the service: 24 digits, in lower or upper case. O(1)."""
    return isinstance(id, str) and _HEX.fullmatch(id.lower()) is not None


def to_uuid(id: str) -> UUID:
    """The UUID that stands for an id of the service. O(1).

    Raises:
        InvalidInputError: it is not 24 hexadecimal digits.

    Example:
        >>> str(to_uuid("0123456789abcdef01234567"))
        '01234567-89ab-8cde-bc04-8d159c000000'
    """
    if not is_hex(id):
        raise InvalidInputError("id", "must be 24 hexadecimal digits")
    bits = int(id, 16)
    high, middle, low = bits >> 48, bits >> 36 & 0xFFF, bits & (1 << 36) - 1
    return UUID(int=high << 80 | _VERSION << 76 | middle << 64 | _VARIANT << 62 | low << _FILL)


def to_hex(id: str | UUID) -> str:
    """The id of the service that stands for a UUID; what `to_uuid` made comes back. O(1).

    Example:
        >>> to_hex("01234567-89ab-8cde-bc04-8d159c000000")
        '0123456789abcdef01234567'
    """
    uuid = id if isinstance(id, UUID) else UUID(id)
    if not is_ours(uuid):
        return uuid.hex[:24]
    return shortened(uuid)


def shortened(id: str | UUID) -> str:
    """Any UUID as an id of the service: less version, variant and the last 26 bits. O(1).

    Two version 7 UUIDs of one maker keep their order and stay apart.
    """
    bits = (id if isinstance(id, UUID) else UUID(id)).int
    high, middle = bits >> 80, bits >> 64 & 0xFFF
    low = bits >> _FILL & (1 << 36) - 1
    return f"{high << 48 | middle << 36 | low:024x}"


def is_ours(uuid: UUID) -> bool:
    """Whether `to_uuid` made it. O(1)."""
    bits = uuid.int
    return (
        bits >> 76 & 0xF == _VERSION and bits >> 62 & 0b11 == _VARIANT and not bits & (1 << 26) - 1
    )


def find(memories: MemoryStore, id: str) -> str | None:
    """The id of the version that is not deleted and has this wire id, or None.

    Raises:
        InvalidInputError: it is not 24 hexadecimal digits.

    Cost: O(log n), for a UUID of another kind O(n) in memory.
    """
    try:
        return memories.get(to_uuid(id)).id
    except NotFoundError:
        pass
    text = id.lower()
    prefix = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    for other in memories.find_ids(prefix):
        with suppress(NotFoundError):
            if not is_ours(UUID(other)):
                return memories.get(other).id
    return None
