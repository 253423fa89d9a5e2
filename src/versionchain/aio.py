"""The store for async programs: the same methods, awaitable (extra `async`: anyio).

May live here: how a call gets to a thread and back. May not be known here: what any call does.

A call runs in a worker thread. It is not interrupted: one that is cancelled ends first, and what
it wrote stays. A block has one thread for its whole life; cancelled, it is rolled back.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

try:
    from anyio import CancelScope, CapacityLimiter
    from anyio.to_thread import run_sync
except ImportError as error:
    raise ImportError(
        "versionchain.aio needs anyio: python -m pip install 'versionchain[async]'"
    ) from error

from .calls import AllCalls, ReadCalls, Snapshot
from .store import MemoryStore

P = ParamSpec("P")
T = TypeVar("T")

Run = Callable[[Callable[[], Any]], Coroutine[Any, Any, Any]]


class _Handle:
    """A handle, and the way to the thread in which its calls run."""

    def __init__(self, handle: Any, run: Run) -> None:
        self._handle = handle
        self._run = run


def _awaitable(
    method: Callable[Concatenate[Any, P], T],
) -> Callable[Concatenate[_Handle, P], Coroutine[Any, Any, T]]:
    """The method, run in the handle's thread."""

    async def call(self: _Handle, /, *args: P.args, **kwargs: P.kwargs) -> T:
        done: T = await self._run(partial(method, self._handle, *args, **kwargs))
        return done

    call.__name__ = method.__name__
    call.__qualname__ = method.__qualname__
    call.__doc__ = f"Awaitable `MemoryStore.{method.__name__}`: see there."
    return call


class _AsyncReads(_Handle):
    get = _awaitable(ReadCalls.get)
    latest = _awaitable(ReadCalls.latest)
    history = _awaitable(ReadCalls.history)
    memories = _awaitable(ReadCalls.memories)
    versions = _awaitable(ReadCalls.versions)
    contacts = _awaitable(ReadCalls.contacts)
    count = _awaitable(ReadCalls.count)
    connections = _awaitable(ReadCalls.connections)
    find_ids = _awaitable(ReadCalls.find_ids)


class AsyncSnapshot(_AsyncReads):
    """A tenant's memories as they were after one revision: made by `at`."""

    _handle: Snapshot

    @property
    def revision(self) -> int:
        """The number of the revision that it looks from. O(1)."""
        return self._handle.revision


class _AsyncCalls(_AsyncReads):
    add = _awaitable(AllCalls.add)
    add_many = _awaitable(AllCalls.add_many)
    update = _awaitable(AllCalls.update)
    delete = _awaitable(AllCalls.delete)
    delete_memory = _awaitable(AllCalls.delete_memory)
    delete_contact = _awaitable(AllCalls.delete_contact)
    prune = _awaitable(AllCalls.prune)
    prune_contact = _awaitable(AllCalls.prune_contact)
    restore = _awaitable(AllCalls.restore)
    connect = _awaitable(AllCalls.connect)
    disconnect = _awaitable(AllCalls.disconnect)
    revisions = _awaitable(AllCalls.revisions)

    async def at(self, revision: int | datetime) -> AsyncSnapshot:
        """Awaitable `MemoryStore.at`: see there."""
        snapshot = await self._run(partial(AllCalls.at, self._handle, revision))
        return AsyncSnapshot(snapshot, self._run)


class AsyncTransaction(_AsyncCalls):
    """The calls of a store, all in one revision: made by `AsyncMemoryStore.transaction`."""


class AsyncMemoryStore(_AsyncCalls):
    """A `MemoryStore` whose methods are awaited, on asyncio and on trio.

    Args:
        store: the store; None keeps memories in this process.

    Example:
        >>> import asyncio
        >>> async def main():
        ...     async with AsyncMemoryStore() as store:
        ...         async with store.transaction() as tx:
        ...             bonn = await tx.add("ada", "Lives in Bonn")
        ...             await tx.update(bonn.id, "Lives in Kiel")
        ...         return (await store.latest(bonn.id)).content
        >>> asyncio.run(main())
        'Lives in Kiel'
    """

    _handle: MemoryStore

    def __init__(self, store: MemoryStore | None = None) -> None:
        super().__init__(MemoryStore() if store is None else store, run_sync)

    @classmethod
    async def open(cls, path: str | Path, **options: Any) -> "AsyncMemoryStore":
        """Awaitable `MemoryStore.open`: see there for the options."""
        return cls(await run_sync(partial(MemoryStore.open, path, **options)))

    erase_contact = _awaitable(MemoryStore.erase_contact)
    erase_deleted = _awaitable(MemoryStore.erase_deleted)
    dump = _awaitable(MemoryStore.dump)
    load = _awaitable(MemoryStore.load)
    backup = _awaitable(MemoryStore.backup)
    verify = _awaitable(MemoryStore.verify)
    close = _awaitable(MemoryStore.close)

    @property
    def tenant(self) -> str:
        """The tenant that this handle is bound to. O(1)."""
        return self._handle.tenant

    @property
    def actor(self) -> str | None:
        """Who writes through this handle, for the audit log. O(1)."""
        return self._handle.actor

    def for_tenant(self, tenant: str, *, actor: str | None = None) -> "AsyncMemoryStore":
        """As `MemoryStore.for_tenant`: nothing to wait for."""
        return AsyncMemoryStore(self._handle.for_tenant(tenant, actor=actor))

    @asynccontextmanager
    async def transaction(self, *, reason: str | None = None) -> AsyncIterator[AsyncTransaction]:
        """As `MemoryStore.transaction`; a block that is cancelled is rolled back.

        Args:
            reason: why, for the audit log; it stands for all the calls.

        Yields:
            The handle to call; bound to this block.
        """
        with ThreadPoolExecutor(1, "versionchain") as thread:
            limiter = CapacityLimiter(1)  # the block's own, or waiting writers could starve it

            async def run(call: Callable[[], Any]) -> Any:
                with CancelScope(shield=True):
                    return await run_sync(thread.submit(call).result, limiter=limiter)

            block = self._handle.transaction(reason=reason)
            inside = await run(block.__enter__)
            try:
                yield AsyncTransaction(inside, run)
            except BaseException as error:
                await run(partial(block.__exit__, type(error), error, error.__traceback__))
                raise
            await run(partial(block.__exit__, None, None, None))

    async def __aenter__(self) -> "AsyncMemoryStore":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with CancelScope(shield=True):
            await self.close()
