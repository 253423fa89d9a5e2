"""What a connection has read, and may tell again as long as nobody has changed the file.

May live here: keeping answers, and finding out whether they hold. May not be known here: how an
answer is found.

SQLite counts, for each connection, the commits of all others, of other processes too (`PRAGMA
data_version`). So before an answer is told again the count is read, and where it is another, all
is forgotten. What a connection commits itself it does not count: its writer takes the answers away
before it begins, and puts those back that its commit left true. To read the count takes 1.7 µs,
and to find an answer 10 and more (R1, R2, L1).
"""

import sqlite3
from collections.abc import Iterable
from typing import Any, Final

from ...model import MemoryVersion
from .faults import run

_MOST: Final = 10_000
"""How many records a connection keeps at most; one more, and it begins anew."""


class Answers:
    """What was read of one tenant, by what was asked for.

    Attributes:
        versions: records by id.
        heads: latest versions by an id that names their memory.
        histories: the living versions of memories, likewise.
        pages: first pages by contact, limit, and the revision that they are as of, or None.
    """

    __slots__ = ("by_contact", "heads", "histories", "pages", "versions")

    def __init__(self) -> None:
        self.versions: dict[object, MemoryVersion] = {}
        self.heads: dict[object, MemoryVersion] = {}
        self.histories: dict[object, tuple[MemoryVersion, ...]] = {}
        self.pages: dict[object, tuple[MemoryVersion, ...]] = {}
        self.by_contact: dict[str, list[tuple[dict[Any, Any], object]]] = {}


class Known:
    """What one connection has read, of every tenant."""

    __slots__ = ("_commits", "_records", "_tenants")

    def __init__(self) -> None:
        self._commits = -1
        self._records = 0
        self._tenants: dict[str, Answers] = {}

    def of(self, tenant: str, connection: sqlite3.Connection) -> Answers:
        """What holds still of a tenant; empty where another connection committed since. O(1).

        What the connection reads after this is of the same state, or of a later one, which the
        next call finds out.
        """
        (commits,) = run(connection, "PRAGMA data_version").fetchone()
        if commits != self._commits:
            self.clear()
            self._commits = commits
        answers = self._tenants.get(tenant)
        if answers is None:
            answers = self._tenants[tenant] = Answers()
        return answers

    def keep(
        self, answers: Answers, kind: str, key: object, found: object, contact_id: str
    ) -> None:
        """Keeps an answer, which holds until the contact changes. O(1)."""
        self._records += len(found) if isinstance(found, tuple) else 1
        if self._records > _MOST:
            self.clear()
        else:
            held = getattr(answers, kind)
            held[key] = found
            answers.by_contact.setdefault(contact_id, []).append((held, key))

    def clear(self) -> None:
        """Forgets everything. O(1)."""
        self._tenants = {}
        self._records = 0

    def without(self, tenant: str, contacts: Iterable[str]) -> "Known":
        """Itself, without what it knew of some contacts. O(that)."""
        answers = self._tenants.get(tenant)
        if answers is not None:
            for contact_id in contacts:
                for held, key in answers.by_contact.pop(contact_id, ()):
                    held.pop(key, None)
        return self


class Link(sqlite3.Connection):
    """A connection, with what it has read."""

    known: Known

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.known = Known()
