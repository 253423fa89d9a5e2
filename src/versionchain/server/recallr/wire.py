"""From the store's records to RecallrAI's items. Pure: no store, no clock, no request.

May live here: how a version is shown, and what stands in for what a version lacks.
May not be known here: HTTP, and where the records come from.

Where the documents are silent, these are the assumptions:

- A version without an event shows its `created_at` as both dates, since the client requires both;
  with one date alone, that one as both.
- `session_id` is "" on a version without a session, since it is a string and never null.
- `expiration_reason` is NEW_VERSION; the service's own words are an enum that is not published.
- `has_previous_versions` is what the client says of it: "If total_versions > 1", so also on the
  oldest version of several.
- Connections are shown on the latest version alone, once each, in both directions.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from ...model import MemoryVersion
from .shapes import ConnectedMemory, MemoryItem, PreviousVersion, UserFacts
from .users import User

EXPIRED: Final = "NEW_VERSION"


def item(
    chain: Sequence[MemoryVersion],
    at: int,
    *,
    previous: bool,
    connected: Iterable[MemoryVersion] | None,
) -> MemoryItem:
    """One version of a chain as the service shows it. O(versions).

    Args:
        chain: the versions that are not deleted, oldest first.
        at: which of them; its position on the wire is one more.
        previous: whether those before it are shown, the newest first.
        connected: the latest versions of the memories that it is connected with; None where they
            were not asked for.
    """
    version = chain[at]
    start, end = event(version)
    return MemoryItem(
        memory_id=version.id,
        categories=list(version.categories),
        content=version.content,
        event_date_start=start,
        event_date_end=end,
        created_at=version.created_at,
        version_number=at + 1,
        total_versions=len(chain),
        has_previous_versions=len(chain) > 1,
        previous_versions=_previous(chain, at) if previous else None,
        connected_memories=None if connected is None else _connected(connected),
        merge_conflict_in_progress=False,
        merge_conflict_id=None,
        expired_at=version.superseded_at,
        expiration_reason=None if version.superseded_at is None else EXPIRED,
        session_id=version.session_id or "",
    )


def event(version: MemoryVersion) -> tuple[datetime, datetime]:
    """When what a version tells of began and ended; never empty. O(1)."""
    start = version.event_start or version.event_end or version.created_at
    return start, version.event_end or start


def user_facts(user: User) -> UserFacts:
    """A user as the service shows it. O(1)."""
    return UserFacts(
        custom_user_id=user.user_id,
        metadata=user.metadata,
        merge_conflict_enabled=user.merge_conflict_enabled,
        created_at=user.created_at,
        last_active_at=user.last_active_at,
    )


def _previous(chain: Sequence[MemoryVersion], at: int) -> list[PreviousVersion]:
    return [
        PreviousVersion(
            memory_id=older.id,
            version_number=place + 1,
            content=older.content,
            event_date_start=event(older)[0],
            event_date_end=event(older)[1],
            created_at=older.created_at,
            expired_at=older.superseded_at or chain[place + 1].created_at,
            expiration_reason=EXPIRED,
        )
        for place, older in reversed(list(enumerate(chain[:at])))
    ]


def _connected(memories: Iterable[MemoryVersion]) -> list[ConnectedMemory]:
    once = {memory.id: memory.content for memory in memories}
    return [ConnectedMemory(memory_id=id, content=content) for id, content in once.items()]
