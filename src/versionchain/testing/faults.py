"""A backend that fails when it is told to.

May live here: a wrapper that counts what is asked of a backend and raises at the n-th.
May not be known here: any backend.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, cast

from ..backends.base import Backend, Reader, Writer
from ..errors import StorageError


class FaultyBackend:
    """Passes everything on to a backend, but fails one step.

    A step is a call of a reader or writer, a begin, or the end of a block: there a failure means
    that the commit did not happen. Sweep `fail_at` from 1 until a run takes no fault, and you have
    failed a call at its every step.

    Args:
        backend: what does the work.
        fail_at: the step to fail, from 1; None fails none.
        error: makes what is raised there.

    Attributes:
        steps: how many steps were taken.
        failed: the name of the step that failed, or None.

    Example:
        >>> from versionchain import MemoryStore, StorageError
        >>> from versionchain.backends.memory import MemoryBackend
        >>> backend = FaultyBackend(MemoryBackend(), fail_at=2)
        >>> store = MemoryStore(backend)
        >>> try:
        ...     store.add("ada", "Prefers tea")
        ... except StorageError:
        ...     print(backend.failed)
        newest
        >>> store.count("ada").versions, store.verify().ok
        (0, True)
    """

    def __init__(
        self,
        backend: Backend,
        fail_at: int | None = None,
        error: Callable[[], BaseException] = lambda: StorageError("planted"),
    ) -> None:
        self._backend = backend
        self._error = error
        self.fail_at = fail_at
        self.steps = 0
        self.failed: str | None = None

    @contextmanager
    def read(self, tenant: str, at: int | None = None) -> Iterator[Reader]:
        """See `backends.base.Backend`."""
        self._step("read")
        with self._backend.read(tenant, at) as reader:
            yield cast("Reader", _Counted(reader, self._step))

    @contextmanager
    def write(self, tenant: str) -> Iterator[Writer]:
        """See `backends.base.Backend`."""
        self._step("write")
        with self._backend.write(tenant) as writer:
            yield cast("Writer", _Counted(writer, self._step))
            self._step("commit")

    def backup(self, path: Path) -> None:
        """See `backends.base.Backend`."""
        self._step("backup")
        self._backend.backup(path)

    def purge(self) -> None:
        """See `backends.base.Backend`."""
        self._step("purge")
        self._backend.purge()

    def close(self) -> None:
        """Closes the backend; it is no step."""
        self._backend.close()

    def _step(self, name: str) -> None:
        self.steps += 1
        if self.steps == self.fail_at:
            self.failed = name
            raise self._error()


class _Counted:
    """A reader or writer whose every call is a step."""

    def __init__(self, inner: Any, step: Callable[[str], None]) -> None:
        self._inner = inner
        self._step = step

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        @wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            self._step(name)
            return method(*args, **kwargs)

        return call
