"""A block of calls that is one revision.

May live here: the handle that a `with store.transaction() as tx` gives, and its place in time and
thread. May not be known here: how a backend commits.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .backends.asof import AsOfReader
from .backends.base import Reader, Writer
from .calls import AllCalls, Settings
from .errors import InvalidInputError, TransactionError
from .work import Work


class Transaction(AllCalls):
    """The calls of a store, all in one revision: made by `MemoryStore.transaction`.

    It sees what it wrote; nobody else does until the block has ended. A call that raises undoes
    itself alone, and the block may go on; an exception that leaves the block undoes all of it.
    """

    def __init__(self, settings: Settings, writer: Writer, work: Work) -> None:
        self._settings = settings
        self._writer = writer
        self._work = work
        self._thread = (os.getpid(), threading.get_ident())
        self._ended = False

    @contextmanager
    def _reading(self, at: int | None = None) -> Iterator[Reader]:
        self._check()
        yield self._writer if at is None else AsOfReader(self._writer, at)

    @contextmanager
    def _working(
        self, operation: str, reason: object = None, *, dry_run: bool = False
    ) -> Iterator[Work]:
        del operation  # the block's revision is one: "transaction"
        self._check()
        if reason is not None:
            raise InvalidInputError("reason", "must be given to the transaction, for all its calls")
        if dry_run:
            yield Work(self._writer, None, self._settings.clock)
            return
        mark = self._work.mark()
        try:
            with self._writer.savepoint():
                yield self._work
        except BaseException:
            self._work.back_to(mark)
            raise

    def _check(self) -> None:
        if self._ended:
            raise TransactionError("This transaction has ended. Open a new one.")
        if (os.getpid(), threading.get_ident()) != self._thread:
            raise TransactionError("This transaction belongs to another thread. Open one here.")

    def _end(self) -> None:
        self._ended = True
