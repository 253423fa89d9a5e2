"""RecallrAI's users, as records that the store keeps.

May live here: making, finding, changing and deleting a user. May not be known here: HTTP.

A user's `custom_user_id` can be changed, and memories stay under the contact that they were written
for. So each user has a contact id for good: the first `custom_user_id`, or, where somebody had
that before, a UUID that follows from it and from how often it was used. A user of a new name finds
nobody else's memories.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from attrs import evolve, frozen

from ... import InvalidInputError, MemoryStore, MemoryVersion
from ..kept import everybody, record_of

_SPACE: Final = UUID("6f0b3b1e-7d0a-5c8e-9a53-3f1c5f6f2d10")


class UserExistsError(Exception):
    """There is a user with this id already.

    Attributes:
        user_id: the `custom_user_id`.
    """

    def __init__(self, user_id: str) -> None:
        super().__init__(user_id)
        self.user_id = user_id

    def __str__(self) -> str:
        return f"User with ID {self.user_id} already exists"


@frozen(hash=False)
class User:
    """A user as it was read.

    Attributes:
        user_id: the `custom_user_id` that it has now.
        contact_id: the contact that its memories are of, whatever it is called.
        metadata: the caller's own.
        merge_conflict_enabled: kept and shown; None inherits the project's setting.
        created_at: when it was made.
        last_active_at: when it was made or last changed. What moves it in the service is not
            documented: an assumption.
        record_id: the version of the record that this was read from.
    """

    user_id: str
    contact_id: str
    metadata: dict[str, Any]
    merge_conflict_enabled: bool | None
    created_at: datetime
    last_active_at: datetime
    record_id: str


def create(
    people: MemoryStore,
    user_id: str,
    metadata: dict[str, Any] | None = None,
    merge_conflict_enabled: bool | None = None,
) -> User:
    """A new user. O(log n).

    Raises:
        UserExistsError: there is one with this id.
        InvalidInputError: an argument may not come in. Nothing changed.
    """
    with people.transaction(reason="create user") as tx:
        if record_of(tx, user_id) is not None:
            raise UserExistsError(user_id)
        had = tx.count(user_id)
        used = had.versions + had.deleted
        contact_id = user_id if not used else str(uuid5(_SPACE, f"{used}/{user_id}"))
        facts = _facts(contact_id, metadata or {}, merge_conflict_enabled, None)
        return _user(tx.add(user_id, user_id, metadata=facts))


def find(people: MemoryStore, user_id: str) -> User | None:
    """The user with this id, or None: also for an id that no user can have. O(log n)."""
    record = record_of(people, user_id)
    return None if record is None else _user(record)


def listed(people: MemoryStore) -> list[User]:
    """All users, the oldest first. O(users)."""
    found = (find(people, user_id) for user_id in everybody(people))
    return sorted(
        (user for user in found if user is not None),
        key=lambda user: (user.created_at, user.user_id),
    )


def change(people: MemoryStore, user_id: str, changes: Mapping[str, Any]) -> User | None:
    """A user with other facts, or another id; None where there is no such user. O(log n).

    Args:
        people: the records.
        user_id: who.
        changes: any of `user_id`, `metadata` and `merge_conflict_enabled`, by their name in `User`.

    Raises:
        UserExistsError: somebody else has the new id.
        InvalidInputError: an argument may not come in. Nothing changed.
    """
    with people.transaction(reason="change user") as tx:
        record = record_of(tx, user_id)
        if record is None:
            return None
        old = _user(record)
        new = evolve(old, **changes)
        if new == old:
            return old
        facts = _facts(new.contact_id, new.metadata, new.merge_conflict_enabled, old.created_at)
        if new.user_id == user_id:
            return _user(tx.update(record.id, user_id, metadata=facts))
        if record_of(tx, new.user_id) is not None:
            raise UserExistsError(new.user_id)
        tx.delete_contact(user_id)
        return _user(tx.add(new.user_id, new.user_id, metadata=facts))


def delete(people: MemoryStore, memories: MemoryStore, user_id: str) -> bool:
    """Deletes a user and all its memories, softly; False where there is no such user.

    The memories go first: a user whose deletion broke off is still there to be deleted again.
    O(the user's versions).
    """
    user = find(people, user_id)
    if user is None:
        return False
    has = memories.count(user.contact_id)
    if has.versions:
        memories.delete_contact(user.contact_id, reason="user deleted")
    with people.transaction(reason="delete user") as tx:
        if record_of(tx, user_id) is None:
            return False
        tx.delete_contact(user_id)
    return True


def at_fault(error: InvalidInputError) -> str:
    """Which of a user's fields may not come in: "metadata" or "custom_user_id". O(1)."""
    return "metadata" if error.field.startswith("metadata") else "custom_user_id"


def _facts(
    contact_id: str,
    metadata: dict[str, Any],
    merge_conflict_enabled: bool | None,
    created_at: datetime | None,
) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "metadata": metadata,
        "merge_conflict_enabled": merge_conflict_enabled,
        "created_at": None if created_at is None else created_at.isoformat(),
    }


def _user(record: MemoryVersion) -> User:
    facts = record.metadata
    made = facts["created_at"]
    return User(
        user_id=record.contact_id,
        contact_id=facts["contact_id"],
        metadata=facts["metadata"],
        merge_conflict_enabled=facts["merge_conflict_enabled"],
        created_at=record.created_at if made is None else datetime.fromisoformat(made),
        last_active_at=record.created_at,
        record_id=record.id,
    )
