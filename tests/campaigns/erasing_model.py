"""The naive model with the calls that erase.

May live here: SPEC's rules of erasing, in the simplest way. May not be known here: the library.
"""

from datetime import datetime
from typing import Any

from versionchain.testing.answers import Fields, Refused, Row
from versionchain.testing.model import Model, _writes


class ErasingModel(Model):
    """A model that also remembers what outlives erased versions.

    Attributes:
        _seen: the contacts that ever had a version and were not erased.
        _highest: the highest number that each chain ever used.
    """

    def __init__(self, now: datetime, actor: str | None = None) -> None:
        super().__init__(now, actor)
        self._seen: set[str] = set()
        self._highest: dict[str, int] = {}

    def made(self, name: str, *args: Any, **given: Any) -> None:
        """Makes a call of which it is known that it was made: nothing is kept to undo it."""
        given.pop("dry_run", None)
        getattr(type(self), name).__wrapped__(self, *args, **given)
        self._close(name, None)

    @_writes
    def erase_contact(self, contact_id: str) -> Fields:
        if contact_id not in self._seen:
            raise Refused("NotFoundError")
        gone = [row for row in self._rows if row["contact_id"] == contact_id]
        self._rows = [row for row in self._rows if row["contact_id"] != contact_id]
        self._seen.remove(contact_id)
        self._drop_links({row["chain_id"] for row in gone})
        for revision in self._log:
            if contact_id in revision.contacts:
                revision.contacts.remove(contact_id)
                revision.reason = None
        self._note("erased", len(gone))
        return Fields(revision=self._revision().number, count=len(gone))

    @_writes
    def erase_deleted(self, *, before: datetime) -> Fields:
        last = max((each.number for each in self._log if each.created_at < before), default=0)
        gone = [row for row in self._rows if _marked(row, last)]
        ended = [link for link in self._links if (link["until"] or last + 1) <= last]
        if not gone and not ended:
            return Fields(revision=None, count=0)
        self._rows = [row for row in self._rows if not _marked(row, last)]
        self._links = [link for link in self._links if link not in ended]
        left = {row["chain_id"] for row in self._rows}
        self._drop_links({row["chain_id"] for row in gone} - left)
        self._note("erased", len(gone), *(row["contact_id"] for row in gone))
        return Fields(revision=self._revision().number, count=len(gone))

    def _drop_links(self, chains: set[str]) -> None:
        kept = [k for k in self._links if not chains & {k["source_id"], k["target_id"]}]
        self._links = kept

    def _row(self, id: str, chain_id: str, contact_id: str, number: int, *said: Any) -> Row:
        number = max(number, self._highest.get(chain_id, 0) + 1)
        self._highest[chain_id] = number
        self._seen.add(contact_id)
        return super()._row(id, chain_id, contact_id, number, *said)

    def _memories_of_seen(self, contact_id: str) -> list[list[Row]]:
        if contact_id not in self._seen:
            raise Refused("NotFoundError")
        return self._memories(contact_id)


def _marked(row: Row, last: int) -> bool:
    return any(end is None and start <= last for start, end in row["deletions"])
