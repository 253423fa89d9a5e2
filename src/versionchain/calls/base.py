"""What every call stands on.

May live here: a handle's settings, how a call gets a reader or a piece of work, how it finds what
an id names. May not be known here: any single call.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar
from uuid import UUID

from attrs import frozen

from .. import validation
from ..backends.base import Glance, Reader
from ..errors import NotFoundError, StaleVersionError
from ..ids import UUID7
from ..model import MemoryVersion
from ..work import Clock, Work

T = TypeVar("T")

MEMORY = "memory or version"
CONTACT = "contact"


@frozen
class Settings:
    """What a handle was opened with.

    Attributes:
        tenant: whose memories it reads and writes.
        actor: who writes, for the audit log, or None.
        clock: gives an aware datetime; asked once a revision.
        ids: gives a UUID; a new memory asks for its chain's first, then its version's.
        max_content_bytes: the longest content, in bytes of UTF-8.
    """

    tenant: str
    actor: str | None
    clock: Clock
    ids: Callable[[], UUID | str]
    max_content_bytes: int

    def new_ids(self, count: int) -> list[str]:
        """Ids from the source. O(count)."""
        if type(self.ids) is UUID7:
            return self.ids.texts(count)
        return [validation.identifier("ids", self.ids()) for _ in range(count)]


class Reading(ABC):
    """How a call that reads reaches its tenant."""

    _settings: Settings
    _glance: Glance | None = None

    @property
    def _pages(self) -> Glance | None:
        """What may give a listing of the state of this handle."""
        return self._glance

    @abstractmethod
    def _reading(self, at: int | None = None) -> AbstractContextManager[Reader]:
        """One state to read from, for as long as the block lasts: the newest, or an older one."""

    def _ask(self, question: Callable[[Reader], T], at: int | None = None) -> T:
        """As `_reading`, for a question that asks the reader once."""
        with self._reading(at) as reader:
            return question(reader)

    def _as_of(self) -> int | None:
        """The revision that this handle looks from, where it is an older one; cursors hold it."""
        return None


class Working(Reading):
    """How a call that writes reaches its tenant."""

    @abstractmethod
    def _working(
        self, operation: str, reason: object = None, *, dry_run: bool = False
    ) -> AbstractContextManager[Work]:
        """A piece of work that is all there when the block ends, or not at all."""


def find_version(reader: Reader, version_id: str, contact_id: str | None) -> MemoryVersion:
    """The visible version with this id, guarded. O(log n).

    Raises:
        NotFoundError: there is none, or it is another contact's.
    """
    return guarded(reader.version(version_id), version_id, contact_id)


def find_latest(reader: Reader, id: str, contact_id: str | None) -> MemoryVersion:
    """The latest version of the memory that a chain's or a visible version's id names. O(log n).

    Raises:
        NotFoundError: there is none, or it is another contact's.
    """
    return guarded(reader.head(id), id, contact_id)


def guarded(found: MemoryVersion | None, id: str, contact_id: str | None) -> MemoryVersion:
    """What was found, where it is the named contact's. O(1).

    Raises:
        NotFoundError: nothing was, or it is another contact's.
    """
    if found is None or (contact_id is not None and found.contact_id != contact_id):
        raise NotFoundError(MEMORY, id)
    return found


def expect_latest(latest: MemoryVersion, expected: str | None) -> None:
    """Refuses to go on where the latest version is another than the caller saw. O(1).

    Raises:
        StaleVersionError: it is.
    """
    if expected is not None and latest.id != expected:
        raise StaleVersionError(latest.id)
