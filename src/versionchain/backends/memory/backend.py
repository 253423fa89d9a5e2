"""Memories in the process: tenants, snapshots, and one writer at a time.

May live here: locks, and who reads and writes when. May not be known here: what is written.

A writer changes the structures in place and keeps a journal to take it back. Until it ends, other
readers look as of the last committed revision, to which nothing pending belongs; so there is one
copy of everything, and a long block keeps nobody waiting who only reads.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ... import validation
from ...errors import StorageError, StoreClosedError
from ..base import Reader, Writer
from ..lock import WriterLock
from .glance import Glance
from .journal import Journal
from .past import PastReader
from .reader import NowReader
from .state import State
from .writer import MemoryWriter

T = TypeVar("T")


class MemoryBackend:
    """Keeps everything in dicts and sorted dicts; closing it forgets all.

    Args:
        busy_timeout: how long a writer waits for another, in seconds.

    Raises:
        InvalidInputError: the argument may not come in.

    Example:
        >>> from versionchain import MemoryStore
        >>> MemoryStore(MemoryBackend()).add("ada", "Prefers tea").number
        1
    """

    def __init__(self, *, busy_timeout: float = 30.0) -> None:
        self._states: dict[str, State] = {}
        self._writing = WriterLock(validation.seconds("busy_timeout", busy_timeout))
        self._access = threading.RLock()  # held for a reader's block, and for each single change
        self._journal = Journal()  # of the one writer
        self._closed = False

    @contextmanager
    def read(self, tenant: str, at: int | None = None) -> Iterator[Reader]:
        """A snapshot of a tenant; see `base.Backend.read`."""
        with self._access:
            yield self._reader(tenant, at)

    def ask(self, tenant: str, question: Callable[[Reader], T], *, at: int | None = None) -> T:
        """One answer; see `base.Ask`."""
        with self._access:
            return question(self._reader(tenant, at))

    def glance(self, tenant: str) -> Glance:
        """Answers without a lock; see `base.Glance`."""
        return Glance(State(pending=0) if self._closed else self._state_of(tenant))

    def _state_of(self, tenant: str) -> State:
        """The tenant's structures, which are one object for as long as the backend is open."""
        return self._states.get(tenant) or self._states.setdefault(tenant, State())

    def _reader(self, tenant: str, at: int | None) -> Reader:
        if self._closed:
            raise StoreClosedError
        self._journal.settle()
        state = self._states.get(tenant) or State()
        past = state.pending if at is None else at
        return NowReader(state) if past is None else PastReader(state, past)

    @contextmanager
    def write(self, tenant: str) -> Iterator[Writer]:
        """The one writer; see `base.Backend.write`."""
        with self._writing.held():
            if self._closed:
                raise StoreClosedError
            writer = MemoryWriter(self._state_of(tenant), self._access, self._journal)
            if self._journal.mark():
                with self._access:
                    self._journal.undo()  # what one left whose own rolling back was interrupted
            try:
                yield writer
                writer.commit()
            except BaseException:
                self._journal.undoing_to = 0
                writer.roll_back()
                raise

    def backup(self, path: Path) -> None:
        """Refused: there is no file; see `base.Backend.backup`."""
        del path
        raise StorageError("A store in memory has no file to copy: dump() it.")

    def purge(self) -> None:
        """Nothing: what was dropped is gone; see `base.Backend.purge`."""

    def close(self) -> None:
        """Waits for the writer and forgets everything; see `base.Backend.close`."""
        if self._closed:
            return
        with self._writing.held(), self._access:
            self._closed = True
            for state in self._states.values():
                state.pending = 0  # for good, so that nobody glances at it
            self._states.clear()
