"""The contacts of Callers.ai, as records that the store keeps, and a memory's other fields.

May live here: making a contact known, whether one is, and writing a memory of one.
May not be known here: HTTP.
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from ... import DuplicateIdError, InvalidInputError, MemoryStore, MemoryVersion
from ..kept import record_of

_TRIES: Final = 1000


def create(people: MemoryStore, contact_id: str, phone_number: str | None = None) -> None:
    """Makes a contact known; a known one gets the number, where one is given. O(log n).

    Raises:
        InvalidInputError: an argument may not come in; nothing changed.
    """
    facts = {"phoneNumber": phone_number}
    with people.transaction(reason="create contact") as tx:
        record = record_of(tx, contact_id)
        if record is None:
            tx.add(contact_id, contact_id, metadata=facts)
        elif phone_number is not None:
            tx.update(record.id, contact_id, metadata=facts)


def is_known(memories: MemoryStore, people: MemoryStore, contact_id: str) -> bool:
    """Whether a contact was made known or has had a memory; False for what can be none's. O(log n).

    Issue: "A contact is known once it was created through the seeding interface or has had a
    memory."
    """
    try:
        has = memories.count(contact_id)
    except InvalidInputError:
        return False
    return has.versions + has.deleted > 0 or record_of(people, contact_id) is not None


def remember(
    memories: MemoryStore,
    people: MemoryStore,
    contact_id: str,
    name: str,
    text: str,
    *,
    new_id: Callable[[], UUID],
    phone_number: str | None = None,
    campaign_id: str | None = None,
) -> MemoryVersion:
    """A new memory of a contact. O(log n).

    `new_id` is asked again where an id is taken: a repeatable source begins anew on a file that
    it was used with before.

    Raises:
        DuplicateIdError: the id is taken, as were those before it.
        InvalidInputError: an argument may not come in. Nothing changed.
    """
    if phone_number is None:
        record = record_of(people, contact_id)
        phone_number = record.metadata["phoneNumber"] if record is not None else None
    metadata: dict[str, Any] = {
        "name": name,
        "phoneNumber": phone_number,
        "campaignId": campaign_id,
    }
    for _ in range(_TRIES):
        try:
            return memories.add(contact_id, text, metadata=metadata, id=new_id())
        except DuplicateIdError:
            continue
    return memories.add(contact_id, text, metadata=metadata, id=new_id())
