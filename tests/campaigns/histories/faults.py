"""What is planted to see that the campaign finds it.

May live here: mistakes that a store with many callers could have. May not be known here: how they
are found.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import versionchain.backends.memory.backend as memory
import versionchain.calls.write as write
from versionchain import MemoryStore
from versionchain.backends.asof import AsOfReader
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.memory.reader import NowReader
from versionchain.backends.sqlite import SQLiteBackend
from versionchain.backends.sqlite.known import Answers, Known

from ..campaign import Fault
from ..planting import changed, instead


def _stale(real: Any) -> Any:
    """Every fifth read misses the last revision."""
    reads = 0

    @contextmanager
    def read(self: Any, tenant: str, at: int | None = None) -> Iterator[Any]:
        nonlocal reads
        reads += 1
        with real(self, tenant, at) as reader:
            newest = reader.newest()[0]
            late = at is None and newest > 1 and reads % 5 == 0
            yield AsOfReader(reader, newest - 1) if late else reader

    return read


def _remembered(real: Any) -> Any:
    """A process goes on reading from the snapshot that it took, for three milliseconds."""
    taken: dict[str, tuple[float, int]] = {}

    @contextmanager
    def read(self: Any, tenant: str, at: int | None = None) -> Iterator[Any]:
        with real(self, tenant, at) as reader:
            when, newest = taken.get(tenant, (0.0, 0))
            if time.monotonic() - when > 0.003:
                newest = reader.newest()[0]
                taken[tenant] = (time.monotonic(), newest)
            yield reader if at is not None else AsOfReader(reader, newest)

    return read


def _checked_too_early(real: Any) -> Any:
    """An update compares its token before it is the writer, and sets after."""

    def update(self: Any, version_id: str, content: str, **given: Any) -> Any:
        if not isinstance(self, MemoryStore):
            return real(self, version_id, content, **given)
        found = self.get(version_id)
        if found.next_id is not None:
            return real(self, version_id, content, **given)
        time.sleep(0.0003)
        with self.transaction() as tx:
            return real(tx, tx.latest(found.chain_id).id, content, **given)

    return update


class _LateBlock:
    """A block that becomes the writer at its first write: what it read may have changed by then."""

    def __init__(self, store: MemoryStore, stack: ExitStack, real: Any) -> None:
        self._store = store
        self._stack = stack
        self._real = real
        self._tx: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._tx is None and name in ("update", "delete"):
            self._tx = self._stack.enter_context(self._real(self._store))
        return getattr(self._tx or self._store, name)


def _reads_outside(real: Any) -> Any:
    """A block's reads do not belong to its transaction."""

    @contextmanager
    def transaction(self: Any, *, reason: str | None = None) -> Iterator[Any]:
        with ExitStack() as stack:
            yield _LateBlock(self, stack, real)

    return transaction


def _token_ignored(real: Any) -> Any:
    """An update is never stale: it follows whatever the latest is."""

    def find(reader: Any, version_id: str, contact_id: str | None) -> Any:
        found = real(reader, version_id, contact_id)
        return reader.head(found.chain_id)

    return find


def _uncounted(self: Known, tenant: str, connection: Any) -> Answers:
    """Tells again what it has read, whoever has committed since."""
    del connection
    return self._tenants.setdefault(tenant, Answers())


def _nothing_forgotten(self: Known, tenant: str, contacts: Any) -> Known:
    """Keeps what its own commit changed."""
    del tenant, contacts
    return self


@contextmanager
def _stale_read() -> Iterator[None]:
    with (
        changed(SQLiteBackend, "read", _stale)(),
        changed(MemoryBackend, "read", _stale)(),
    ):
        yield


FAULTS: Final[dict[str, Fault]] = {
    "a stale read": _stale_read,
    "a snapshot kept for too long by a process": changed(SQLiteBackend, "read", _remembered),
    "a lost update: the token is ignored": changed(write, "find_version", _token_ignored),
    "a lost update: the token is compared too early": changed(
        MemoryStore, "update", _checked_too_early
    ),
    "write skew: a block reads outside of its transaction": changed(
        MemoryStore, "transaction", _reads_outside
    ),
    "what was read is told again after another's commit": instead(Known, "of", _uncounted),
    "what was read is told again after the own commit": instead(
        Known, "without", _nothing_forgotten
    ),
    "a dirty read": changed(memory, "PastReader", lambda _: lambda state, at: NowReader(state)),
}
