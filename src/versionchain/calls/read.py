"""The calls that read.

May live here: get, latest, history, the listings, count, connections.
May not be known here: which state is read (the newest, an older one, a transaction's own).
"""

from typing import Any, cast
from uuid import UUID

from .. import cursor, validation
from ..errors import NotFoundError
from ..filters import Filter
from ..model import (
    Connection,
    Count,
    MemoryVersion,
    Page,
    Position,
    Status,
    position,
)
from . import paging
from .base import MEMORY, Reading, find_latest, find_version

_ANYTHING = Filter()


class ReadCalls(Reading):
    """What can be read of a tenant's memories. No call here changes anything."""

    def get(self, version_id: str | UUID, *, contact_id: str | None = None) -> MemoryVersion:
        """One version, with the place that it has in its chain.

        Args:
            version_id: the version's id; it is not deleted.
            contact_id: a guard: the contact that it must be of.

        Raises:
            NotFoundError: no such version here.
            InvalidInputError: an argument may not come in.

        Cost: O(log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn")
            >>> second = store.update(first.id, "Lives in Kiel")
            >>> first = store.get(first.id)
            >>> first.status.name, first.next_id == second.id
            ('SUPERSEDED', True)
        """
        glance = self._glance
        if glance is not None and contact_id is None:
            found = glance.version(version_id)
            if found is not None:
                return found
        version_id = validation.identifier("version_id", version_id)
        contact_id = validation.optional_text("contact_id", contact_id)
        return self._ask(lambda reader: find_version(reader, version_id, contact_id))

    def latest(self, id: str | UUID, *, contact_id: str | None = None) -> MemoryVersion:
        """The latest version of a memory.

        Args:
            id: the memory's `chain_id`, or the id of any of its versions that is not deleted.
            contact_id: a guard: the contact that it must be of.

        Raises:
            NotFoundError: no such memory here, or it ended.
            InvalidInputError: an argument may not come in.

        Cost: O(log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn")
            >>> second = store.update(first.id, "Lives in Kiel")
            >>> store.latest(first.id) == store.latest(first.chain_id) == second
            True
        """
        glance = self._glance
        if glance is not None and contact_id is None:
            found = glance.head(id)
            if found is not None:
                return found
        id = validation.identifier("id", id)
        contact_id = validation.optional_text("contact_id", contact_id)
        return self._ask(lambda reader: find_latest(reader, id, contact_id))

    def history(
        self,
        id: str | UUID,
        *,
        include_deleted: bool = False,
        contact_id: str | None = None,
    ) -> tuple[MemoryVersion, ...]:
        """A memory's versions, oldest first.

        Args:
            id: the memory's `chain_id`, or the id of any of its versions that is not deleted; with
                the deleted ones, any version's id serves.
            include_deleted: whether the deleted ones are among them; they are in no link.
            contact_id: a guard: the contact that it must be of.

        Raises:
            NotFoundError: no such memory here; or it ended, and the deleted were not asked for.
            InvalidInputError: an argument may not come in.

        Cost: O(versions that come back + log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn")
            >>> second = store.update(first.id, "Lives in Kiel")
            >>> _ = store.delete(second.id)
            >>> [v.content for v in store.history(first.id)]
            ['Lives in Bonn']
            >>> [v.status.name for v in store.history(first.id, include_deleted=True)]
            ['CURRENT', 'DELETED']
        """
        glance = self._glance
        if glance is not None and contact_id is None and include_deleted is False:
            found = glance.history(id)
            if found is not None:
                return found
        id = validation.identifier("id", id)
        include_deleted = validation.flag("include_deleted", include_deleted)
        contact_id = validation.optional_text("contact_id", contact_id)
        versions = self._ask(lambda reader: reader.history(id, include_deleted=include_deleted))
        if not versions or contact_id not in (None, versions[0].contact_id):
            raise NotFoundError(MEMORY, id)
        return tuple(versions)

    def memories(
        self,
        contact_id: str,
        *,
        categories: list[str] | tuple[str, ...] | None = None,
        session_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> Page[MemoryVersion]:
        """A contact's memories, each as its latest version, the newest first.

        Args:
            contact_id: whose. One never seen has an empty page.
            categories: only memories with any of these, so with none given none; None: all.
            session_id: only memories of this session; None: all.
            metadata: only memories whose metadata holds these top-level keys with equal values,
                typed as JSON: True is not 1, null is not absent, 1 and 1.0 are equal.
            limit: how many a page holds, 1 to 1000.
            after: the `next_cursor` of the page before.

        Raises:
            InvalidInputError: an argument may not come in, or the cursor is of another listing.

        Cost: O(limit · log n), and O(what a filter passes over).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> _ = store.add("ada", "Prefers tea", categories=["taste"])
            >>> _ = store.add("ada", "Lives in Bonn", categories=["place"])
            >>> [m.content for m in store.memories("ada").items]
            ['Lives in Bonn', 'Prefers tea']
            >>> [m.content for m in store.memories("ada", categories=["taste"]).items]
            ['Prefers tea']
        """
        whole = categories is None and session_id is None and metadata is None
        if whole and after is None and type(limit) is int and 0 < limit <= validation.MAX_LIMIT:
            pages = self._pages
            glanced = pages and pages.memories(contact_id, limit + 1, at=self._as_of())
            if glanced and len(glanced) <= limit:
                return Page(tuple(glanced), None)
        contact_id = validation.text("contact_id", contact_id)
        labels = None if categories is None else frozenset(validation.categories(categories))
        session_id = validation.optional_text("session_id", session_id)
        keys = None if metadata is None else validation.metadata(metadata)
        limit = validation.limit(limit)
        sought = None if labels is None else sorted(labels)
        query = ("memories", self._as_of(), contact_id, sought, session_id, keys)
        start = self._position(query, after)
        if whole:
            found = self._ask(
                lambda reader: reader.memories(contact_id, before=start, limit=limit + 1)
            )
            kept, at = paging.first(found, position, limit)
        else:
            with self._reading() as reader:
                kept, at = paging.fill(
                    lambda before, size: reader.memories(contact_id, before=before, limit=size),
                    start,
                    position,
                    Filter(labels, session_id, metadata).keeps,
                    limit,
                )
        return paging.page(self._settings.tenant, query, kept, at)

    def versions(
        self,
        contact_id: str,
        *,
        status: Status | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> Page[MemoryVersion]:
        """A contact's versions, of all its memories, in the order in which they were written.

        Args:
            contact_id: whose. One never seen has an empty page.
            status: only versions that stand so; None: all but the deleted.
            limit: how many a page holds, 1 to 1000.
            after: the `next_cursor` of the page before.

        Raises:
            InvalidInputError: an argument may not come in, or the cursor is of another listing.

        Cost: O(limit · log n), and O(what the status passes over).

        Example:
            >>> from versionchain import MemoryStore, Status
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn")
            >>> _ = store.update(first.id, "Lives in Kiel")
            >>> [v.content for v in store.versions("ada", status=Status.SUPERSEDED).items]
            ['Lives in Bonn']
        """
        contact_id = validation.text("contact_id", contact_id)
        status = validation.status(status)
        limit = validation.limit(limit)
        query = ("versions", self._as_of(), contact_id, status)
        start = self._position(query, after)
        deleted = status is Status.DELETED
        with self._reading() as reader:
            kept, at = paging.fill(
                lambda since, size: reader.versions(
                    contact_id, deleted=deleted, after=since, limit=size
                ),
                start,
                position,
                (_ANYTHING if deleted else Filter(status=status)).keeps,
                limit,
            )
        return paging.page(self._settings.tenant, query, kept, at)

    def contacts(self, *, limit: int = 100, after: str | None = None) -> Page[str]:
        """The contacts that have a version that is not deleted, in order of their ids.

        Args:
            limit: how many a page holds, 1 to 1000.
            after: the `next_cursor` of the page before.

        Raises:
            InvalidInputError: an argument may not come in, or the cursor is of another listing.

        Cost: O(limit · log n), and O(contacts with nothing left that lie between).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> _ = store.add("grace", "Likes ships"), store.add("ada", "Prefers tea")
            >>> store.contacts().items
            ('ada', 'grace')
        """
        limit = validation.limit(limit)
        query = ("contacts", self._as_of())
        start = None if after is None else self._decode(query, after)
        last = None if start is None else cast("str", start[0])
        found = self._ask(lambda reader: reader.contacts(after=last, limit=limit + 1))
        kept, at = paging.first(found, lambda id: (id,), limit)
        return paging.page(self._settings.tenant, query, kept, at)

    def count(self, contact_id: str) -> Count:
        """What a contact has; zeros for one never seen.

        Args:
            contact_id: whose.

        Raises:
            InvalidInputError: the argument may not come in.

        Cost: O(the contact's versions) at worst.

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> _ = store.delete(store.add("ada", "Prefers tea").id)
            >>> store.count("ada")
            Count(memories=0, versions=0, deleted=1)
        """
        contact_id = validation.text("contact_id", contact_id)
        return self._ask(lambda reader: reader.count(contact_id))

    def connections(
        self, id: str | UUID, *, kind: str | None = None, contact_id: str | None = None
    ) -> tuple[Connection, ...]:
        """The connections from and to a memory, in order of source, target and kind.

        Those to a memory that ended are hidden, and come back with it.

        Args:
            id: the memory's `chain_id`, or the id of any of its versions that is not deleted.
            kind: only connections of this kind; None: all.
            contact_id: a guard: the contact that the memory must be of.

        Raises:
            NotFoundError: no such memory here, or it ended.
            InvalidInputError: an argument may not come in.

        Cost: O(its connections · log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> tea = store.add("ada", "Prefers tea")
            >>> cup = store.add("ada", "Owns a blue cup")
            >>> _ = store.connect(tea.id, cup.id, kind="drinks from")
            >>> [c.kind for c in store.connections(cup.id)]
            ['drinks from']
        """
        id = validation.identifier("id", id)
        kind = validation.optional_text("kind", kind)
        contact_id = validation.optional_text("contact_id", contact_id)
        with self._reading() as reader:
            memory = find_latest(reader, id, contact_id)
            found = reader.connections(memory.chain_id)
        return tuple(each for each in found if kind is None or each.kind == kind)

    def find_ids(self, prefix: str, *, limit: int = 10) -> tuple[str, ...]:
        """The ids of versions and chains that begin with `prefix`, deleted ones too, in order.

        For people who type the first characters of an id.

        Args:
            prefix: 1 to 36 characters.
            limit: how many come back at most, 1 to 1000.

        Raises:
            InvalidInputError: an argument may not come in.

        Cost: O(limit · log n) on a database, O(n) in memory.

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> id = store.add("ada", "Prefers tea").id
            >>> store.find_ids(id[:34], limit=2)[-1] == id
            True
        """
        prefix = validation.text("prefix", prefix, most=36)
        limit = validation.limit(limit)
        return tuple(self._ask(lambda reader: reader.ids(prefix, limit=limit)))

    def _position(self, query: cursor.Query, after: str | None) -> Position | None:
        return None if after is None else cast("Position", tuple(self._decode(query, after)))

    def _decode(self, query: cursor.Query, after: str) -> list[int | str]:
        return cursor.decode(self._settings.tenant, query, after)
