"""The calls that delete, and the one that brings back.

May live here: delete, delete_memory, delete_contact, prune, prune_contact, restore.
May not be known here: what a cut does to a chain (`versionchain.chain` decides it).
"""

from datetime import datetime
from uuid import UUID

from .. import chain, validation
from ..chain import Outline
from ..errors import InvalidInputError, NotFoundError
from ..model import Deletion, Restoration
from .base import CONTACT, Working, expect_latest, find_latest, find_version


class DeleteCalls(Working):
    """What marks versions deleted. Nothing here erases: `restore` takes any of it back."""

    def delete(
        self,
        version_id: str | UUID,
        *,
        delete_previous_versions: bool = False,
        expected_latest: str | UUID | None = None,
        contact_id: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> Deletion:
        """Deletes one version, or one with all before it, and joins what is left of the chain.

        | left of it | right of it | outcome |
        |---|---|---|
        | a version | a version | RELINKED: the right one follows the left one |
        | a version | nothing | RESURRECTED: the left one is the latest again |
        | nothing | a version | ORPHANED: the right one is the chain's new first |
        | nothing | nothing | ENDED: the memory is gone, its connections are hidden |

        Args:
            version_id: any version that is not deleted.
            delete_previous_versions: whether all before it go too.
            expected_latest: the version that must be the memory's latest; None: any may be.
            contact_id: a guard: the contact that the version must be of.
            reason: why, for the audit log, 1 to 4,096 characters.
            dry_run: whether to say what would happen and change nothing.

        Returns:
            What happened; `revision` is None on a dry run.

        Raises:
            NotFoundError: no such version here, or it is deleted already: a retry never takes
                the version that the first call resurrected. Nothing changed.
            StaleVersionError: another version is the latest. Nothing changed.
            InvalidInputError: an argument may not come in. Nothing changed.

        Source: recallrai-delete-memory, "Deletion Modes" and "Examples". Cost: O(log n), however
        long the chain and however many deleted versions lie between; with the versions before,
        O(those) in one range operation.

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn")
            >>> second = store.update(first.id, "Lives in Kiel")
            >>> cut = store.delete(second.id).cuts[0]
            >>> cut.outcome.name, cut.latest_id == first.id
            ('RESURRECTED', True)
        """
        version_id = validation.identifier("version_id", version_id)
        with_previous = validation.flag("delete_previous_versions", delete_previous_versions)
        expected = validation.optional_identifier("expected_latest", expected_latest)
        contact_id = validation.optional_text("contact_id", contact_id)
        dry_run = validation.flag("dry_run", dry_run)
        with self._working("delete", reason, dry_run=dry_run) as work:
            version = find_version(work.reader, version_id, contact_id)
            if expected is not None:
                expect_latest(find_latest(work.reader, version_id, contact_id), expected)
            first = 1 if with_previous else version.number
            return work.delete([chain.cut(work.reader.span(version, first=first))])

    def delete_memory(
        self,
        id: str | UUID,
        *,
        expected_latest: str | UUID | None = None,
        contact_id: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> Deletion:
        """Deletes a memory with all its versions.

        Args:
            id: its `chain_id`, or the id of any of its versions that is not deleted.
            expected_latest: the version that must be its latest; None: any may be.
            contact_id: a guard: the contact that it must be of.
            reason: why, for the audit log, 1 to 4,096 characters.
            dry_run: whether to say what would happen and change nothing.

        Returns:
            What happened: one cut, ENDED.

        Raises:
            NotFoundError: no such memory here, or it ended already. Nothing changed.
            StaleVersionError: another version is the latest. Nothing changed.
            InvalidInputError: an argument may not come in. Nothing changed.

        Cost: O(its versions).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn")
            >>> _ = store.update(first.id, "Lives in Kiel")
            >>> gone = store.delete_memory(first.chain_id)
            >>> gone.count, gone.memories
            (2, 1)
        """
        id = validation.identifier("id", id)
        expected = validation.optional_identifier("expected_latest", expected_latest)
        contact_id = validation.optional_text("contact_id", contact_id)
        dry_run = validation.flag("dry_run", dry_run)
        with self._working("delete_memory", reason, dry_run=dry_run) as work:
            latest = find_latest(work.reader, id, contact_id)
            expect_latest(latest, expected)
            return work.delete([chain.cut(work.reader.span(latest, first=1))])

    def delete_contact(
        self, contact_id: str, *, reason: str | None = None, dry_run: bool = False
    ) -> Deletion:
        """Marks all of a contact's memories deleted, in one revision. It resurrects nothing.

        Args:
            contact_id: whose.
            reason: why, for the audit log, 1 to 4,096 characters.
            dry_run: whether to say what would happen and change nothing.

        Returns:
            What happened: `count` is how many versions' flag this call changed. On a contact
            that has nothing left it is 0, and there is no revision.

        Raises:
            NotFoundError: the contact was never seen. Nothing changed.
            InvalidInputError: an argument may not come in. Nothing changed.

        Source: callers-delete-all-memories, "Soft deletes all memory items for the specified
        contact by marking their status as DELETED". Cost: O(the contact's versions).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> _ = store.add("ada", "Prefers tea"), store.add("ada", "Lives in Bonn")
            >>> store.delete_contact("ada").count, store.delete_contact("ada").count
            (2, 0)
        """
        contact_id = validation.text("contact_id", contact_id)
        dry_run = validation.flag("dry_run", dry_run)
        with self._working("delete_contact", reason, dry_run=dry_run) as work:
            whole = work.reader.spans(contact_id)
            if not whole and not work.reader.seen(contact_id):
                raise NotFoundError(CONTACT, contact_id)
            return work.delete([chain.cut(span) for span in whole])

    def prune(
        self,
        id: str | UUID,
        *,
        keep_last: int | None = None,
        before: datetime | None = None,
        contact_id: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> Deletion:
        """Deletes a memory's oldest versions, never its latest.

        Give at least one bound; with both, a version goes only where both allow it.

        Args:
            id: the memory's `chain_id`, or the id of any of its versions that is not deleted.
            keep_last: how many of the newest stay, at least 1.
            before: only versions that were superseded earlier than this; aware.
            contact_id: a guard: the contact that the memory must be of.
            reason: why, for the audit log, 1 to 4,096 characters.
            dry_run: whether to say what would happen and change nothing.

        Returns:
            What happened: one cut, ORPHANED; or none, and no revision, where nothing had to go.

        Raises:
            NotFoundError: no such memory here, or it ended. Nothing changed.
            InvalidInputError: an argument may not come in, or no bound did. Nothing changed.

        Cost: O(its versions).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> memory = store.add("ada", "Lives in Bonn")
            >>> memory = store.update(memory.id, "Lives in Kiel")
            >>> store.prune(memory.id, keep_last=1).count
            1
        """
        id = validation.identifier("id", id)
        bounds = _bounds(keep_last, before)
        contact_id = validation.optional_text("contact_id", contact_id)
        dry_run = validation.flag("dry_run", dry_run)
        with self._working("prune", reason, dry_run=dry_run) as work:
            memory = find_latest(work.reader, id, contact_id)
            return work.delete(_prunes([work.reader.outline(memory.chain_id)], *bounds))

    def prune_contact(
        self,
        contact_id: str,
        *,
        keep_last: int | None = None,
        before: datetime | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> Deletion:
        """Prunes each of a contact's memories, in one revision.

        Args:
            contact_id: whose.
            keep_last: as for `prune`, for each memory.
            before: as for `prune`.
            reason: why, for the audit log, 1 to 4,096 characters.
            dry_run: whether to say what would happen and change nothing.

        Returns:
            What happened: a cut for each memory that lost a version.

        Raises:
            NotFoundError: the contact was never seen. Nothing changed.
            InvalidInputError: an argument may not come in, or no bound did. Nothing changed.

        Cost: O(the contact's versions).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> for town in ("Bonn", "Rome"):
            ...     memory = store.add("ada", f"Was in {town}")
            ...     _ = store.update(memory.id, f"Was in {town} twice")
            >>> store.prune_contact("ada", keep_last=1).count
            2
        """
        contact_id = validation.text("contact_id", contact_id)
        bounds = _bounds(keep_last, before)
        dry_run = validation.flag("dry_run", dry_run)
        with self._working("prune_contact", reason, dry_run=dry_run) as work:
            if not work.reader.seen(contact_id):
                raise NotFoundError(CONTACT, contact_id)
            return work.delete(_prunes(work.reader.outlines(contact_id), *bounds))

    def restore(self, revision: int, *, reason: str | None = None) -> Restoration:
        """Brings back the versions whose current deletion is a revision, in their places.

        Links, latest versions and connections follow. What else that revision did stays.

        Args:
            revision: the number of the revision that deleted them (`Deletion.revision`).
            reason: why, for the audit log, 1 to 4,096 characters.

        Returns:
            What came back; count 0, and no revision, where nothing was left to restore.

        Raises:
            NotFoundError: there is no such revision. Nothing changed.
            InvalidInputError: an argument may not come in. Nothing changed.

        Cost: O(what comes back · log n).

        Example:
            >>> from versionchain import MemoryStore
            >>> store = MemoryStore()
            >>> first = store.add("ada", "Lives in Bonn")
            >>> second = store.update(first.id, "Lives in Kiel")
            >>> gone = store.delete(second.id)
            >>> store.restore(gone.revision).count
            1
            >>> store.latest(first.id).content
            'Lives in Kiel'
        """
        revision = validation.revision("revision", revision)
        with self._working("restore", reason) as work:
            if not 1 <= revision <= work.newest:
                raise NotFoundError("revision", revision)
            marked = [
                each
                for contact_id in work.contacts_of(revision)
                for each in work.reader.marked_by(revision, contact_id)
            ]
            return work.restore([chain.restore(each, revision, work.stamp) for each in marked])


def _bounds(keep_last: object, before: object) -> tuple[int | None, datetime | None]:
    if keep_last is None and before is None:
        raise InvalidInputError("keep_last", "or before must be given")
    return (
        None if keep_last is None else validation.integer("keep_last", keep_last, 1),
        validation.optional_moment("before", before),
    )


def _prunes(
    outlines: list[Outline], keep_last: int | None, before: datetime | None
) -> list[chain.Change]:
    spans = (
        (outline, taken)
        for outline in outlines
        if (taken := chain.prunable(outline, keep_last, before))
    )
    return [chain.cut(chain.oldest(outline, taken)) for outline, taken in spans]
