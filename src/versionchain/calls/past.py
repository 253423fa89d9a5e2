"""The calls that look back.

May live here: the log of revisions, and the view of the store as it was after one.
May not be known here: how a backend answers for an older state.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeVar, cast

from .. import cursor, validation
from ..backends.base import Glance, Reader
from ..errors import NotFoundError
from ..model import Page, Revision
from . import paging
from .base import Reading, Settings
from .read import ReadCalls

T = TypeVar("T")


class Snapshot(ReadCalls):
    """A tenant's memories as they were after one revision: made by `at`. It can't be written to."""

    def __init__(self, settings: Settings, revision: int, source: Reading) -> None:
        self._settings = settings
        self._revision = revision
        self._source = source

    @property
    def revision(self) -> int:
        """The number of the revision that it looks from; 0 is the empty store. O(1)."""
        return self._revision

    def __repr__(self) -> str:
        return f"<Snapshot tenant={self._settings.tenant!r} revision={self._revision}>"

    def _reading(self, at: int | None = None) -> AbstractContextManager[Reader]:
        return self._source._reading(self._revision if at is None else at)

    def _ask(self, question: Callable[[Reader], T], at: int | None = None) -> T:
        return self._source._ask(question, self._revision if at is None else at)

    @property
    def _pages(self) -> Glance | None:
        return self._source._glance

    def _as_of(self) -> int:
        return self._revision


class PastCalls(Reading):
    """What can be asked of a tenant's past."""

    def at(self, revision: int | datetime) -> Snapshot:
        """The store as it was: a read-only view that later changes leave as it is.

        Deletions that were restored since are seen in it, and what was made since is not. What was
        erased since is gone from it too.

        Args:
            revision: a revision's number, 0 for the empty store; or an aware datetime, which means
                the last revision at or before it.

        Returns:
            The view. It stays good as long as the handle that gave it.

        Raises:
            NotFoundError: the number is above the newest revision's.
            InvalidInputError: the argument may not come in.

        Cost: O(log n); a read of the view costs O(the versions of the chains that it looks at).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn")
            >>> _ = store.update(first.id, "Lives in Kiel")
            >>> store.at(1).latest(first.id).content, store.latest(first.id).content
            ('Lives in Bonn', 'Lives in Kiel')
        """
        if isinstance(revision, datetime):
            moment = validation.moment("revision", revision)
            with self._reading() as reader:
                number = last_until(reader, moment)
        else:
            number = validation.integer("revision", revision, 0)
            if number > self._ask(_newest):
                raise NotFoundError("revision", number)
        return Snapshot(self._settings, number, self)

    def revisions(
        self,
        *,
        since: int = 0,
        contact_id: str | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> Page[Revision]:
        """The committed changes above a revision, oldest first: an audit log and a change feed.

        Numbers rise by one without a gap, so whoever remembers the last number that it saw misses
        none. The revision of a block is listed once the block has ended.

        Args:
            since: a revision's number; 0 begins with the first.
            contact_id: only revisions that touched this contact; None: all.
            limit: how many a page holds, 1 to 1000.
            after: the `next_cursor` of the page before.

        Raises:
            InvalidInputError: an argument may not come in, or the cursor is of another listing.

        Cost: O(limit · log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore(actor="importer")
            >>> tea = store.add("ada", "Prefers tea")
            >>> _ = store.delete(tea.id, reason="asked to")
            >>> [(r.number, r.operation, r.reason) for r in store.revisions().items]
            [(1, 'add', None), (2, 'delete', 'asked to')]
        """
        since = validation.integer("since", since, 0)
        contact_id = validation.optional_text("contact_id", contact_id)
        limit = validation.limit(limit)
        tenant, query = self._settings.tenant, ("revisions", since, contact_id)
        start = since if after is None else cast("int", cursor.decode(tenant, query, after)[0])
        with self._reading() as reader:
            last = reader.newest()[0]
            found = (
                []
                if start >= last
                else reader.revisions(since=start, contact_id=contact_id, limit=limit + 1)
            )
        more = len(found) > limit
        del found[limit:]
        return paging.page(tenant, query, found, [found[-1].number] if more else None)


def _newest(reader: Reader) -> int:
    return reader.newest()[0]


def last_before(reader: Reader, moment: datetime) -> int:
    """The number of the last revision before a time; 0 where there is none. O(log n) reads."""
    return last_until(reader, moment, bisect_left)


def last_until(reader: Reader, moment: datetime, bisect: Callable[..., int] = bisect_right) -> int:
    """The number of the last revision at or before a time; 0 before the first. O(log n) reads."""

    def time_of(number: int) -> datetime:
        return reader.revisions(since=number - 1, contact_id=None, limit=1)[0].created_at

    return bisect(range(1, reader.newest()[0] + 1), moment, key=time_of)
