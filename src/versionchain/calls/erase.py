"""The calls that erase for good.

May live here: erase_contact, erase_deleted. May not be known here: where bytes lie.

Erasing is another thing than deleting: nothing brings back what it took. It is committed first, so
that no read sees it any more; then the backend sees to the bytes.
"""

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime

from .. import validation
from ..errors import NotFoundError
from ..model import Erasure
from ..work import Work
from .base import CONTACT, Working
from .past import last_before


class EraseCalls(Working):
    """What takes memories away for good. It is no part of a block."""

    def erase_contact(
        self, contact_id: str, *, reason: str | None = None, dry_run: bool = False
    ) -> Erasure:
        """Erases a contact: it was never seen.

        Its versions, deleted ones too, its connections with their metadata, and of the revisions
        that touched it the contact's id and the reason go. Number, time, operation, actor and
        counts of those revisions stay. The file is written anew, so that the erased text, metadata,
        categories and session ids are nowhere in it. Backups that were made before keep them.

        Args:
            contact_id: whose.
            reason: why, for the audit log, 1 to 4,096 characters; it stays, so name nobody in it.
            dry_run: whether to say what would go and change nothing.

        Returns:
            What went; `revision` is None on a dry run, and where a call before had committed the
            erasure and this one finished it.

        Raises:
            NotFoundError: the contact was never seen. Nothing changed.
            ErasureIncompleteError: it is committed and no read sees it, but bytes may remain, since
                a reader held them: call again.
            InvalidInputError: an argument may not come in. Nothing changed.

        Cost: O(its versions); in a file O(the file), which is written anew.

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> _ = store.add("ada", "Prefers tea")
            >>> store.erase_contact("ada").count
            1
            >>> [r.operation for r in store.revisions().items], store.revisions().items[0].contacts
            (['add', 'erase_contact'], ())
        """
        contact_id = validation.text("contact_id", contact_id)
        dry_run = validation.flag("dry_run", dry_run)

        def erase(work: Work) -> Erasure | None:
            if not work.reader.seen(contact_id):
                return None
            has = work.reader.count(contact_id)
            count = has.versions + has.deleted
            return work.erase(count, (), lambda writer: writer.erase_contact(contact_id))

        erasure = self._erase("erase_contact", reason, erase, dry_run=dry_run)
        if erasure is None:
            raise NotFoundError(CONTACT, contact_id)
        return erasure

    def erase_deleted(
        self, *, before: datetime, reason: str | None = None, dry_run: bool = False
    ) -> Erasure:
        """Erases what was deleted before a time and is deleted still.

        Versions marked deleted, memories of which nothing is left, with their connections, and
        connections, or metadata of theirs, that had ended by then. The highest number of a memory
        that lives is kept, so that none comes again. The log stays, with its reasons.

        Args:
            before: only what was deleted earlier than this; aware.
            reason: why, for the audit log, 1 to 4,096 characters.
            dry_run: whether to say what would go and change nothing.

        Returns:
            What went; `revision` is None on a dry run, and where nothing was there to erase.

        Raises:
            ErasureIncompleteError: as for `erase_contact`.
            InvalidInputError: an argument may not come in. Nothing changed.

        Cost: O(contacts + what goes); in a file O(the file), which is written anew.

        Example:
            >>> from datetime import UTC, datetime
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> _ = store.delete(store.add("ada", "Prefers tea").id)
            >>> store.erase_deleted(before=datetime(2999, 1, 1, tzinfo=UTC)).count
            1
        """
        before = validation.moment("before", before)
        dry_run = validation.flag("dry_run", dry_run)

        def erase(work: Work) -> Erasure | None:
            last = last_before(work.reader, before)
            marked = work.reader.marked_until(last)
            ended = (link.until is not None and link.until <= last for link in work.reader.links())
            if not marked and not any(ended):
                return None
            count = sum(marked.values())
            return work.erase(count, marked, lambda writer: writer.erase_marked(last))

        erasure = self._erase("erase_deleted", reason, erase, dry_run=dry_run)
        return erasure or Erasure(None, 0)

    def _erase(
        self,
        operation: str,
        reason: str | None,
        erase: Callable[[Work], Erasure | None],
        *,
        dry_run: bool,
    ) -> Erasure | None:
        """Erases and sees to the bytes; None where nothing was there, now or before."""
        with self._working(operation, reason, dry_run=dry_run) as work:
            due = work.reader.purge_due()
            erasure = erase(work)
        if dry_run or (erasure is None and not due):
            return erasure
        self._purge()
        return erasure or Erasure(None, 0)

    @abstractmethod
    def _purge(self) -> None:
        """Makes the bytes of what was erased unfindable."""
