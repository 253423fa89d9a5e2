"""What is planted in the library, to see it found.

May live here: faults that only two calls at once can show; each is right for one alone. May not be
known here: how they are found.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from versionchain import StaleVersionError, validation
from versionchain.backends.asof import AsOfReader
from versionchain.backends.lock import WriterLock
from versionchain.backends.memory.backend import MemoryBackend
from versionchain.backends.memory.glance import Glance
from versionchain.backends.memory.reader import NowReader
from versionchain.backends.memory.state import State
from versionchain.backends.memory.writer import MemoryWriter
from versionchain.calls.base import find_latest, find_version
from versionchain.calls.read import ReadCalls
from versionchain.calls.write import WriteCalls
from versionchain.chain import INHERIT, inherit

from ..planting import changed, instead


@contextmanager
def _held(self: WriterLock) -> Iterator[None]:
    """Holds nothing."""
    del self
    yield


@contextmanager
def _read(self: MemoryBackend, tenant: str, at: int | None = None) -> Iterator[Any]:
    """Holds nothing."""
    state = self._states.get(tenant) or State()
    past = state.pending if at is None else at
    yield NowReader(state) if past is None else AsOfReader(NowReader(state), past)


def _update(self: Any, version_id: str, content: str) -> Any:
    """Compares the token, and only then waits for its turn."""
    with self._reading() as reader:
        if find_version(reader, version_id, None).next_id is not None:
            raise StaleVersionError(find_latest(reader, version_id, None).id)
    names = ("categories", "metadata", "session_id", "event_start", "event_end")
    edit = validation.edit(content, most_bytes=99, **dict.fromkeys(names, INHERIT))
    with self._working("update") as work:
        latest = find_latest(work.reader, version_id, None)
        return work.go_on(inherit(edit, latest), id=self._settings.new_ids(1)[0], latest=latest)


def _commit(self: MemoryWriter) -> None:
    """Shows the change first, and its revision after."""
    with self._access:
        self._began.pending = None
    with self._access:
        if self._recorded is not None:
            self._log(self._began, self._recorded)
        self._journal.forget()


def _pend(self: MemoryWriter, state: State) -> None:
    """Tells no reader that what it finds is not committed."""
    del self, state


def _uncounted(self: MemoryWriter, state: State) -> None:
    """Tells those that come that something is pending, and not those that are looking."""
    if state.pending is None:
        self._journal.set(state, "pending", len(state.revisions))


def _unlocked(self: Glance, contact_id: str, limit: int, *, at: int | None = None) -> Any:
    """Looks, whoever is writing."""
    if at is not None:
        return None
    contact = self._state.contacts.get(contact_id)
    return None if contact is None else contact.newest(None, limit)


def _twice(real: Any) -> Any:
    """Asks the store twice for what it looks through, which is gone once it is closed."""

    def history(self: Any, id: str, **given: Any) -> Any:
        found = None
        if self._glance is not None and not given:
            found = self._glance.history(id)
        return real(self, id, **given) if found is None else found

    return history


FAULTS: Final = {
    "writers don't wait for each other": instead(WriterLock, "held", _held),
    "a reader doesn't wait for a change that is half done": instead(MemoryBackend, "read", _read),
    "the token is compared before the lock is held": instead(WriteCalls, "update", _update),
    "a commit shows itself in two steps": instead(MemoryWriter, "commit", _commit),
    "a reader sees an open block": instead(MemoryWriter, "_pend", _pend),
    "a look that has begun sees what a writer does": instead(MemoryWriter, "_pend", _uncounted),
    "a look meets a close": changed(ReadCalls, "history", _twice),
    "a look sees an open block": instead(Glance, "memories", _unlocked),
}
