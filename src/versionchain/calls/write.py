"""The calls that write memories and connect them.

May live here: add, add_many, update, connect, disconnect.
May not be known here: what a change does to a chain (`versionchain.chain` decides it).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from .. import chain, connections, validation
from ..chain import INHERIT, Draft, Inherit
from ..errors import InvalidInputError, NotFoundError, StaleVersionError
from ..model import Connection, MemoryVersion, NewMemory
from ..work import Work
from .base import Working, find_latest, find_version

Categories = list[str] | tuple[str, ...] | None
_Wanted = tuple[str, Draft, str | None]
"""A new memory: its contact, what it says, and the id that its version is to have, or None."""


class WriteCalls(Working):
    """What adds to a tenant's memories."""

    def add(
        self,
        contact_id: str,
        content: str,
        *,
        categories: Categories = (),
        metadata: dict[str, Any] | None = None,
        session_id: str | None = None,
        event_start: datetime | None = None,
        event_end: datetime | None = None,
        id: str | UUID | None = None,
    ) -> MemoryVersion:
        """A new memory, as its version number 1.

        Args:
            contact_id: whom it is about; your own string, 1 to 512 characters.
            content: the text, 1 byte to 1 MiB of UTF-8 (a setting).
            categories: labels of 1 to 512 characters; one given twice counts once.
            metadata: JSON values by string keys, 64 KiB as JSON and 32 deep at most.
            session_id: where it was learned, 1 to 512 characters.
            event_start: when what it tells of began; aware.
            event_end: when that ended; aware, and not before the start.
            id: the version's id; None takes one from the id source.

        Returns:
            The version as it stands.

        Raises:
            DuplicateIdError: a version or chain of this tenant has the id; nothing changed.
            InvalidInputError: an argument may not come in; nothing changed.

        Cost: O(log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> memory = MemoryStore().add("ada", "Prefers tea", categories=["taste"])
            >>> memory.number, memory.status.name, memory.categories
            (1, 'CURRENT', ('taste',))
        """
        wanted = self._checked(
            contact_id, content, categories, metadata, session_id, event_start, event_end, id
        )
        with self._working("add") as work:
            return self._begin(work, [wanted])[0]

    def add_many(self, items: Iterable[NewMemory]) -> tuple[MemoryVersion, ...]:
        """New memories in one revision: all of them, or none.

        Args:
            items: `NewMemory` records; each is what one `add` takes.

        Returns:
            Their versions, in the same order; empty, and no revision, for no items.

        Raises:
            DuplicateIdError: an id is taken, or was given twice; nothing changed.
            InvalidInputError: an item may not come in, and its field says which
                ("items[3].content"); nothing changed.

        Cost: O(items · log n).

        Example:
            >>> from versionchain import MemoryStore, NewMemory
            >>> store = MemoryStore()
            >>> both = store.add_many([NewMemory("ada", "Prefers tea"), NewMemory("ada", "Sails")])
            >>> [memory.revision for memory in both]
            [1, 1]
        """
        wanted = []
        for i, item in enumerate(validation.new_memories(items)):
            try:
                wanted.append(
                    self._checked(
                        item.contact_id,
                        item.content,
                        item.categories,
                        item.metadata,
                        item.session_id,
                        item.event_start,
                        item.event_end,
                        item.id,
                    )
                )
            except InvalidInputError as error:
                raise InvalidInputError(f"items[{i}].{error.field}", error.problem) from None
        if not wanted:
            return ()
        with self._working("add_many") as work:
            return self._begin(work, wanted)

    def update(
        self,
        version_id: str | UUID,
        content: str,
        *,
        categories: Categories | Inherit = INHERIT,
        metadata: dict[str, Any] | None | Inherit = INHERIT,
        session_id: str | None | Inherit = INHERIT,
        event_start: datetime | None | Inherit = INHERIT,
        event_end: datetime | None | Inherit = INHERIT,
        id: str | UUID | None = None,
        contact_id: str | None = None,
    ) -> MemoryVersion:
        """A new version of a memory; the one before stays readable.

        What is left out is inherited, None clears it, and metadata is replaced whole. Equal content
        makes a version too.

        Args:
            version_id: the memory's latest version: the token that shows what you revise. Where
                somebody else revised it meanwhile, nothing is overwritten.
            content: the new text, 1 byte to 1 MiB of UTF-8 (a setting).
            categories: as for `add`.
            metadata: as for `add`.
            session_id: as for `add`.
            event_start: as for `add`.
            event_end: as for `add`.
            id: the new version's id; None takes one from the id source.
            contact_id: a guard: the contact that the memory must be of.

        Returns:
            The new latest version.

        Raises:
            NotFoundError: no such version here; nothing changed.
            StaleVersionError: it is not the latest; `latest_id` is. Nothing changed.
            DuplicateIdError: the id is taken; nothing changed.
            InvalidInputError: an argument may not come in; nothing changed.

        Cost: O(log n), however long the chain.

        Example:
            >>> from versionchain import MemoryStore, StaleVersionError
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn", session_id="monday")
            >>> second = store.update(first.id, "Lives in Kiel")
            >>> second.number, second.session_id
            (2, 'monday')
            >>> try:
            ...     store.update(first.id, "Lives in Rome")
            ... except StaleVersionError as error:
            ...     print(error.latest_id == second.id)
            True
        """
        version_id = validation.identifier("version_id", version_id)
        edit = validation.edit(
            content,
            categories=categories,
            metadata=metadata,
            session_id=session_id,
            event_start=event_start,
            event_end=event_end,
            most_bytes=self._settings.max_content_bytes,
        )
        wanted = validation.optional_identifier("id", id)
        contact_id = validation.optional_text("contact_id", contact_id)
        with self._working("update") as work:
            latest = find_version(work.reader, version_id, contact_id)
            said = chain.inherit(edit, latest)
            validation.in_order(said)
            if latest.next_id is not None:
                raise StaleVersionError(find_latest(work.reader, version_id, None).id)
            new_id = wanted or self._settings.new_ids(1)[0]
            return work.go_on(said, id=new_id, latest=latest)

    def connect(
        self,
        source_id: str | UUID,
        target_id: str | UUID,
        *,
        kind: str = "related",
        metadata: dict[str, Any] | None = None,
        contact_id: str | None = None,
    ) -> Connection:
        """A directed link from one memory to another.

        It hangs on the chains: it survives every deletion that leaves both a latest version. Where
        it is there already, the same metadata changes nothing and other metadata replaces it.

        Args:
            source_id: the `chain_id` of a memory, or the id of any version of it that is not
                deleted.
            target_id: likewise; of another memory.
            kind: what the link means, 1 to 512 characters.
            metadata: as for `add`.
            contact_id: a guard: the contact that both memories must be of.

        Returns:
            The connection as it stands.

        Raises:
            NotFoundError: one of the memories is not here; nothing changed.
            InvalidInputError: an argument may not come in, or both are one memory; nothing changed.

        Source: recallrai-delete-memory, "Connections on latest version are
        preserved/transferred appropriately". Cost: O(log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> tea, cup = store.add("ada", "Prefers tea"), store.add("ada", "Owns a blue cup")
            >>> store.connect(tea.id, cup.id, kind="drinks from").target_id == cup.chain_id
            True
        """
        source_id = validation.identifier("source_id", source_id)
        target_id = validation.identifier("target_id", target_id)
        kind = validation.text("kind", kind)
        encoded = validation.metadata(metadata)
        contact_id = validation.optional_text("contact_id", contact_id)
        with self._working("connect") as work:
            source = find_latest(work.reader, source_id, contact_id)
            target = find_latest(work.reader, target_id, contact_id)
            validation.not_itself(source.chain_id, target.chain_id)
            existing = work.reader.connection(source.chain_id, target.chain_id, kind)
            if existing is not None and connections.same(existing, encoded):
                return existing
            wanted = Connection(
                source.chain_id,
                target.chain_id,
                kind,
                encoded,
                work.stamp.created_at,
                work.stamp.number,
            )
            change = connections.connect(existing, wanted)
            work.connect(change, (source.contact_id, target.contact_id))
            return wanted

    def disconnect(
        self,
        source_id: str | UUID,
        target_id: str | UUID,
        *,
        kind: str = "related",
        contact_id: str | None = None,
    ) -> Connection:
        """Takes a link away; as-of reads before still show it.

        Args:
            source_id: as for `connect`.
            target_id: as for `connect`.
            kind: as for `connect`.
            contact_id: a guard: the contact that both memories must be of.

        Returns:
            The connection as it was.

        Raises:
            NotFoundError: one of the memories or the connection is not here; nothing changed.
            InvalidInputError: an argument may not come in; nothing changed.

        Cost: O(log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> tea, cup = store.add("ada", "Prefers tea"), store.add("ada", "Owns a blue cup")
            >>> made = store.connect(tea.id, cup.id)
            >>> store.disconnect(tea.id, cup.id) == made, store.connections(tea.id)
            (True, ())
        """
        source_id = validation.identifier("source_id", source_id)
        target_id = validation.identifier("target_id", target_id)
        kind = validation.text("kind", kind)
        contact_id = validation.optional_text("contact_id", contact_id)
        with self._working("disconnect") as work:
            source = find_latest(work.reader, source_id, contact_id)
            target = find_latest(work.reader, target_id, contact_id)
            existing = work.reader.connection(source.chain_id, target.chain_id, kind)
            if existing is None:
                raise NotFoundError("connection", (source_id, target_id, kind))
            change = connections.disconnect(existing, work.stamp)
            work.connect(change, (source.contact_id, target.contact_id))
            return existing

    def _checked(
        self,
        contact_id: object,
        content: object,
        categories: object,
        metadata: object,
        session_id: object,
        event_start: object,
        event_end: object,
        id: object,
    ) -> _Wanted:
        """What one new memory is asked to be; the arguments are those of `add`."""
        whose = validation.text("contact_id", contact_id)
        draft = validation.draft(
            content,
            categories,
            metadata,
            session_id,
            event_start,
            event_end,
            self._settings.max_content_bytes,
        )
        return whose, draft, validation.optional_identifier("id", id)

    def _begin(self, work: Work, wanted: Sequence[_Wanted]) -> tuple[MemoryVersion, ...]:
        """New chains, each with its draft as its first version."""
        own = sum(id is None for _, _, id in wanted)
        fresh = iter(self._settings.new_ids(len(wanted) + own))
        return work.begin(
            [
                (contact_id, next(fresh), id or next(fresh), draft)
                for contact_id, draft, id in wanted
            ]
        )
