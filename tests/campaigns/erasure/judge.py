"""What an erasure leaves, by the naive model.

May live here: a tenant's markers, and its older states less what was erased since. May not be known
here: the library, files, or bytes.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from versionchain.testing.answers import Fields, Row, deleted
from versionchain.testing.looking import everything, plain

from ..erasing_model import ErasingModel

_MARK: Final = re.compile("[a-zA-Z]{16}")


class Judge(ErasingModel):
    """A tenant."""

    @property
    def seen(self) -> set[str]:
        """Every contact that was written for and not erased."""
        return self._seen

    def living(self) -> list[Row]:
        """Every row that is not deleted."""
        return [row for row in self._rows if not deleted(row)]

    def deletions(self) -> list[int]:
        """Every revision that deleted something."""
        return sorted({start for row in self._rows for start, _ in row["deletions"]})

    def known(self) -> list[str]:
        """Whom there is something of to erase, those with the most first."""
        counted = Counter(row["contact_id"] for row in self._rows)
        return [contact for contact, _ in counted.most_common()]

    def times(self) -> list[datetime]:
        """When each revision was made."""
        return [revision.created_at for revision in self._log]

    def marks(self) -> set[str]:
        """Every marker that is in what the tenant holds."""
        return set(_MARK.findall(repr((self._rows, self._links, self._log, self._seen))))

    def everything(self, contacts: Iterable[str] = ()) -> Any:
        """All that can be read, about these contacts too."""
        return plain(everything(self, {*contacts, *self._seen}))

    def erase(self, name: str, given: Row, past: Iterable["Judge"]) -> Fields:
        """Erases, here and from what there was.

        Args:
            name: of the call.
            given: what it is called with.
            past: older states of this tenant.
        """
        before = self._held()
        answer: Fields = getattr(self, name)(**given)
        gone = before - self._held()
        for state in past:
            state._rows = [row for row in state._rows if row["id"] not in gone]
            state._links = [link for link in state._links if _key(link) not in gone]
            state._seen &= self._seen
            for revision in state._log:
                revision.contacts = [each for each in revision.contacts if each in self._seen]
        return answer

    def _held(self) -> set[Any]:
        return {row["id"] for row in self._rows} | {_key(link) for link in self._links}


def _key(link: Row) -> tuple[Any, ...]:
    """What tells one interval of a connection from all others."""
    return (link["source_id"], link["target_id"], link["kind"], link["revision"])
