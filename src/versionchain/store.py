"""The store: the handle that everybody holds.

May live here: opening, closing, tenants, transactions, verification. The calls themselves are in
`versionchain.calls`. May not be known here: how any backend keeps what it is given.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeVar, cast
from uuid import UUID

from attrs import evolve

from . import validation
from .audit import audit
from .backends.base import Ask, Backend, Glance, Reader, Writer
from .calls import AllCalls, EraseCalls, Settings, TransferCalls
from .errors import InvalidInputError, StoreClosedError
from .ids import UUID7
from .model import Report
from .transaction import Transaction
from .work import Clock, Work

T = TypeVar("T")

Durability = Literal["full", "normal"]


def _now() -> datetime:
    return datetime.now(UTC)


def _in_memory() -> Backend:
    from .backends.memory import MemoryBackend  # each backend is imported where one is made

    return MemoryBackend()


def _backend(value: Backend) -> Backend:
    if not all(callable(getattr(value, name, None)) for name in ("read", "write", "close")):
        raise InvalidInputError("backend", "must be a backend; MemoryStore.open() takes a path")
    return value


class MemoryStore(AllCalls, EraseCalls, TransferCalls):
    """Keeps memories as version chains. A handle is bound to one tenant and serves any thread.

    Args:
        backend: where memories are kept; None keeps them in this process.
        tenant: whose memories, 1 to 512 characters.
        actor: who writes, for the audit log, 1 to 512 characters.
        clock: gives an aware datetime; asked once a revision.
        ids: gives a UUID; a new memory asks for its chain's first, then its version's.
        max_content_bytes: the longest content, in bytes of UTF-8.

    Raises:
        InvalidInputError: an argument may not come in.

    Example:
        >>> store = MemoryStore()
        >>> home = store.add("ada", "Lives in Bonn")
        >>> moved = store.update(home.id, "Lives in Kiel")
        >>> gone = store.delete(moved.id)
        >>> store.latest(home.id).content
        'Lives in Bonn'
        >>> store.restore(gone.revision).count
        1
    """

    def __init__(
        self,
        backend: Backend | None = None,
        *,
        tenant: str = "default",
        actor: str | None = None,
        clock: Clock = _now,
        ids: Callable[[], UUID | str] | None = None,
        max_content_bytes: int = validation.MAX_CONTENT_BYTES,
    ) -> None:
        self._settings = Settings(
            tenant=validation.text("tenant", tenant),
            actor=validation.optional_text("actor", actor),
            clock=validation.function("clock", clock),
            ids=UUID7() if ids is None else validation.function("ids", ids),
            max_content_bytes=validation.integer("max_content_bytes", max_content_bytes, 1),
        )
        self._backend = _in_memory() if backend is None else _backend(backend)
        self._ask_backend: Ask | None = getattr(self._backend, "ask", None)
        self._glance = self._glance_at()
        self._owns_backend = True
        self._closed = False

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        tenant: str = "default",
        actor: str | None = None,
        durability: Durability = "full",
        busy_timeout: float = 30.0,
        clock: Clock = _now,
        ids: Callable[[], UUID | str] | None = None,
        max_content_bytes: int = validation.MAX_CONTENT_BYTES,
    ) -> "MemoryStore":
        """A store in a file, made if it is absent.

        Args:
            path: the SQLite file; beside it lie its `-wal` and `-shm` while it is open, and the
                `-lock` and `-gate` by which processes take turns.
            tenant: whose memories, 1 to 512 characters.
            actor: who writes, for the audit log, 1 to 512 characters.
            durability: "full": what was acknowledged survives a power loss. "normal": a power loss
                may take the last acknowledged changes, never a part of one and never the file; a
                crash of the process takes nothing. Several times faster for small changes.
            busy_timeout: how long a writer waits for another, in seconds.
            clock: gives an aware datetime; asked once a revision.
            ids: gives a UUID.
            max_content_bytes: the longest content, in bytes of UTF-8.

        Returns:
            The store. Close it, or use it in a `with`.

        Raises:
            InvalidInputError: an argument may not come in; ":memory:" is one such.
            SchemaVersionError: a newer versionchain wrote the file; it is left as it was.
            CorruptStoreError: the file is damaged or not versionchain's; it is left as it was.
            StorageError: it can't be opened.

        Cost: O(1); a file of an older schema is migrated once, O(n).

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     with MemoryStore.open(f"{folder}/agent.db") as store:
            ...         _ = store.add("ada", "Prefers tea")
            ...     with MemoryStore.open(f"{folder}/agent.db") as store:
            ...         print(store.memories("ada").items[0].content)
            Prefers tea
        """
        # Imported here, so that a store in memory loads no database driver.
        from .backends.sqlite import SQLiteBackend

        backend = SQLiteBackend(path, durability=durability, busy_timeout=busy_timeout)
        try:
            return cls(
                backend,
                tenant=tenant,
                actor=actor,
                clock=clock,
                ids=ids,
                max_content_bytes=max_content_bytes,
            )
        except InvalidInputError:
            backend.close()
            raise

    @property
    def tenant(self) -> str:
        """The tenant that this handle is bound to. O(1)."""
        return self._settings.tenant

    @property
    def actor(self) -> str | None:
        """Who writes through this handle, for the audit log. O(1)."""
        return self._settings.actor

    def for_tenant(self, tenant: str, *, actor: str | None = None) -> "MemoryStore":
        """A handle on the same backend for another tenant.

        Args:
            tenant: whose memories, 1 to 512 characters.
            actor: who writes through it; None: the same as through this one.

        Returns:
            The handle. Closing it leaves the others open; closing the first closes all.

        Raises:
            InvalidInputError: an argument may not come in.
            StoreClosedError: this handle is closed.

        Cost: O(1).

        Example:
            >>> store = MemoryStore()
            >>> other = store.for_tenant("acme/eu")
            >>> _ = other.add("ada", "Prefers tea")
            >>> store.contacts().items, other.contacts().items
            ((), ('ada',))
        """
        self._check_open()
        handle = MemoryStore(self._backend)
        handle._settings = evolve(
            self._settings,
            tenant=validation.text("tenant", tenant),
            actor=validation.optional_text("actor", actor) or self.actor,
        )
        handle._glance = handle._glance_at()
        handle._owns_backend = False
        return handle

    @contextmanager
    def transaction(self, *, reason: str | None = None) -> Iterator[Transaction]:
        """A block whose calls are one revision, all or nothing.

        The calls on `tx` see what the block wrote; this store and everybody else see what was
        before until it ends. Other writers wait. A call that raises undoes itself alone; an
        exception that leaves the block undoes all. What was made and deleted inside was never
        visible.

        Args:
            reason: why, for the audit log, 1 to 4,096 characters; it stands for all the calls.

        Yields:
            The handle to call; bound to this thread and this block.

        Raises:
            TransactionError: this thread is in a block of the same backend already.
            StoreBusyError: another writer did not end in time.
            InvalidInputError: the reason may not come in.

        Cost: O(1) beyond its calls; one commit.

        Example:
            >>> store = MemoryStore()
            >>> with store.transaction(reason="moved") as tx:
            ...     home = tx.add("ada", "Lives in Bonn")
            ...     _ = tx.update(home.id, "Lives in Kiel")
            >>> [(r.number, r.operation, r.counts.added) for r in store.revisions().items]
            [(1, 'transaction', 2)]
        """
        why = validation.optional_text("reason", reason, validation.MAX_REASON)
        self._check_open()
        with self._backend.write(self.tenant) as writer:
            work = Work(writer, writer, self._settings.clock)
            block = Transaction(self._settings, writer, work)
            try:
                yield block
            finally:
                block._end()
            work.record("transaction", self.actor, why)

    def verify(self) -> Report:
        """Checks every invariant of the tenant, and the storage under it. It repairs nothing.

        Returns:
            What does not hold, by name, and how much was looked at.

        Raises:
            CorruptStoreError: the storage is too damaged to be read.

        Cost: O(n), and memory for one id each.

        Example:
            >>> store = MemoryStore()
            >>> _ = store.add("ada", "Prefers tea")
            >>> report = store.verify()
            >>> report.ok, report.counts.versions
            (True, 1)
        """
        with self._reading() as reader:
            return audit(reader)

    def close(self) -> None:
        """Closes the handle, and with the first one the backend; again: nothing.

        Raises:
            TransactionError: this thread is in a block of this store; it stays open.

        Cost: O(1).

        Example:
            >>> store = MemoryStore()
            >>> store.close()
            >>> store.count("ada")
            Traceback (most recent call last):
            versionchain.errors.StoreClosedError: This store is closed. Open it again with \
MemoryStore.open().
        """
        if self._owns_backend:
            self._backend.close()
        self._closed = True
        self._glance = None

    def __enter__(self) -> "MemoryStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<MemoryStore tenant={self.tenant!r} on {type(self._backend).__name__}, {state}>"

    def _check_open(self) -> None:
        if self._closed:
            raise StoreClosedError

    def _purge(self) -> None:
        self._backend.purge()

    def _back_up(self, path: Path) -> None:
        self._check_open()
        self._backend.backup(path)

    @contextmanager
    def _loading(self) -> Iterator[Writer]:
        self._check_open()
        with self._backend.write(self.tenant) as writer:
            yield writer

    @contextmanager
    def _reading(self, at: int | None = None) -> Iterator[Reader]:
        self._check_open()
        with self._backend.read(self.tenant, at) as reader:
            yield reader

    def _ask(self, question: Callable[[Reader], T], at: int | None = None) -> T:
        self._check_open()
        if self._ask_backend is None:
            return super()._ask(question, at)
        return self._ask_backend(self._settings.tenant, question, at=at)

    def _glance_at(self) -> Glance | None:
        """What the backend gives for this tenant, where it gives any."""
        glance = getattr(self._backend, "glance", None)
        return None if glance is None else cast("Glance", glance(self._settings.tenant))

    @contextmanager
    def _working(
        self, operation: str, reason: object = None, *, dry_run: bool = False
    ) -> Iterator[Work]:
        why = validation.optional_text("reason", reason, validation.MAX_REASON)
        self._check_open()
        if dry_run:
            with self._backend.read(self.tenant) as reader:
                yield Work(reader, None, self._settings.clock)
            return
        with self._backend.write(self.tenant) as writer:
            work = Work(writer, writer, self._settings.clock)
            yield work
            work.record(operation, self.actor, why)
