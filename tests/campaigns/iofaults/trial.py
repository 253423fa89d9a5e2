"""One call on a disk that fails once, or from then on, and what must hold afterwards.

Whatever comes out of the call, the store is what it was before or what the call makes of it, and
which of the two follows from what came out:

- it answered, as it would have in memory: what the call makes of it;
- ErasureIncompleteError: the same, but bytes may remain, and calling again takes them;
- CommitUnknownError: one of the two;
- any other StorageError: what it was before.

That is looked at three times: in a copy of the files as they lay when the call ended, as if the
process had died then; through the handle, once the disk works again, where a further change must
succeed; and in the files, closed and opened again.

May live here: the trial of one point. May not be known here: which points there are.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from attrs import Factory, define, evolve, frozen

from versionchain import (
    CommitUnknownError,
    CorruptStoreError,
    ErasureIncompleteError,
    MemoryStore,
    Report,
    SchemaVersionError,
    StorageError,
    StoreClosedError,
    TransactionError,
)

from .. import rows
from ..vfs import checkpoints_every, watched
from .cases import BACKUP, Case, block_of
from .disk import Disk, Point
from .scene import FILE, TENANTS, Scene, State, opened, state_of, twin

EMPTY: Final = state_of(MemoryStore())
UNTRUE: Final = (CorruptStoreError, SchemaVersionError, StoreClosedError)
"""What no failing disk is."""


class Wrong(Exception):  # noqa: N818  # it is what a run finds
    """Something that must not be."""


@frozen
class Expected:
    """What a call makes of a store in memory."""

    before: State
    after: State
    answer: Any


def expected(scene: Scene, case: Case, start: str) -> Expected:
    """What is to come of a case on a sound disk."""
    before = scene.state if scene.starts[start].files else EMPTY
    if case.kind not in ("call", "block"):
        answer = before if case.kind == "open" else None
        return Expected(before, before, answer)
    store = twin(before)
    answer = case.call(store, scene.held)
    return Expected(before, state_of(store), answer)


def _more(store: MemoryStore, number: int) -> None:
    """A further change, the same whatever came before."""
    settings: Any = store._settings
    settings.clock.now = datetime(2027, number, 1, tzinfo=UTC)
    settings.ids._next.clear()
    settings.ids.push(*(str(UUID(int=4 * number + place, version=4)) for place in (1, 2)))
    store.add("more", f"More {number}")


@cache
def _with_more(state: State, number: int) -> State:
    store = twin(state)
    _more(store, number)
    return state_of(store)


@define
class Trial:
    """A case at a point, in an empty folder.

    Attributes:
        error: what the call raised, or None.
        killed: what the files held when the call ended.
        disk: the disk, with the calls that were made of it.
    """

    scene: Scene
    case: Case
    start: str
    expected: Expected
    folder: Path
    point: Point | None
    disk: Disk = Factory(lambda self: Disk(self.point), takes_self=True)
    error: Exception | None = None
    killed: State | None = None
    _store: MemoryStore | None = None
    _may_be: tuple[State, ...] = ()

    def go(self) -> None:
        """Makes the call, and looks at what came of it.

        Raises:
            Wrong: something must not be.
        """
        start = self.scene.starts[self.start]
        path = start.put(self.folder)
        with watched(self.disk), checkpoints_every(start.every):
            try:
                self._call(path)
                self._look_at_copy()
                if self._store is not None and self.case.kind != "close":
                    self._go_on(self._store)
            finally:
                self.disk.armed = False
                if self._store is not None:
                    self._store.close()
        self._same(path, self._may_be, "opened again")

    def _call(self, path: Path) -> None:
        if self.case.kind != "open":
            self._store = opened(path)
        with self._failing():
            try:
                if self._store is None:
                    self._store = opened(path)
                answer = self._made(self._store)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is judged
                self.error = error
        self._may_be = self._allowed()
        if self.error is None and answer != self.expected.answer and not self._named_it(answer):
            raise Wrong("it answered something else")

    def _made(self, store: MemoryStore) -> Any:
        if self.case.kind != "block":
            return self.case.call(store, self.scene.held)
        done: list[bool] = []
        try:
            block_of(store, self.scene.held, done)
        finally:
            copy = twin(self.expected.before)
            block_of(copy, self.scene.held, [], done + [False] * 5)
            self.expected = evolve(self.expected, after=state_of(copy))
        return None

    def _named_it(self, answer: Any) -> bool:
        """Whether verify() says that pages could not be read: that is what it is for."""
        return isinstance(answer, Report) and not answer.ok and self.disk.failed is not None

    @contextmanager
    def _failing(self) -> Iterator[None]:
        self.disk.armed = True
        try:
            yield
        finally:
            self.disk.armed = False

    def _allowed(self) -> tuple[State, ...]:
        before, after = self.expected.before, self.expected.after
        error = self.error
        if error is None:
            return (after,)
        if isinstance(error, ErasureIncompleteError) and self.case.erases:
            return (after,)
        if isinstance(error, CommitUnknownError):
            return (before, after)
        if isinstance(error, TransactionError) and self.case.kind == "block":
            return (before,)
        if isinstance(error, StorageError) and not isinstance(error, UNTRUE):
            return (before,)
        raise Wrong(f"it raised {type(error).__name__}: {error}")

    def _look_at_copy(self) -> None:
        copy = self.folder / "copy"
        copy.mkdir()
        for file in self.folder.glob(f"{FILE}*"):
            if not file.name.endswith(("-shm", "-gate", "-lock")):
                shutil.copyfile(file, copy / file.name)
        if self.error is None:
            self._nothing_of_erased(copy)
        self.killed = self._same(copy / FILE, self._may_be, "as if killed")
        if self.case.kind == "backup":
            backup = self.folder / BACKUP
            left = sorted(file.name for file in self.folder.glob(f"{BACKUP}*"))
            if self.error is None:
                self._same(backup, self._may_be, "the backup")
            elif left:
                raise Wrong(f"a failed backup left {left}")

    def _go_on(self, store: MemoryStore) -> None:
        if self.point is not None and self.point.sticky:
            with self._failing():
                self._try_more(store)
        if isinstance(self.error, ErasureIncompleteError):
            self._sound("calling again", lambda: self.case.call(store, self.scene.held))
        self._nothing_of_erased(self.folder)
        held = self._sound("reading", lambda: state_of(store))
        if held not in self._may_be:
            raise Wrong(f"the handle: {self._named(held)}")
        self._sound("writing", lambda: _more(store, 2))
        self._may_be = (_with_more(held, 2),)

    def _try_more(self, store: MemoryStore) -> None:
        """A change while the disk still fails: it, too, is there or not as it says."""
        more = tuple(_with_more(state, 1) for state in self._may_be)
        try:
            _more(store, 1)
        except CommitUnknownError:
            self._may_be += more
        except StorageError as error:
            if isinstance(error, UNTRUE):
                raise Wrong(f"a further change raised {type(error).__name__}") from None
        except Exception as error:  # noqa: BLE001  # whatever it is, it is wrong
            raise Wrong(f"a further change raised {type(error).__name__}: {error}") from None
        else:
            self._may_be = more

    def _sound(self, what: str, does: Any) -> Any:
        try:
            return does()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is wrong
            raise Wrong(f"{what} afterwards raised {type(error).__name__}: {error}") from None

    def _nothing_of_erased(self, folder: Path) -> None:
        """Where the erasure did not say that it failed, no byte may be left."""
        erased = self.case.erases
        if erased is None or self._may_be != (self.expected.after,):
            return
        for file in folder.glob(f"{FILE}*"):
            if erased in file.read_bytes():
                raise Wrong(f"an erased text is in {file.name}")

    def _same(self, path: Path, allowed: tuple[State, ...], where: str) -> State:
        try:
            with opened(path) as store:
                held = self._verified(store, path, where)
        except (StorageError, sqlite3.Error) as error:
            raise Wrong(f"{where}: {type(error).__name__}: {error}") from None
        if held not in allowed:
            raise Wrong(f"{where}: {self._named(held)}")
        return held

    def _verified(self, store: MemoryStore, path: Path, where: str) -> State:
        known = self.scene.verified
        pages, all_rows = rows.read(path)
        if pages != "ok":
            raise Wrong(f"{where}: integrity_check: {pages}")
        if all_rows not in known:
            for tenant in TENANTS:
                report = store.for_tenant(tenant).verify()
                if not report.ok:
                    raise Wrong(f"{where}: verify: {report.violations[:3]}")
            known[all_rows] = state_of(store)
        return known[all_rows]

    def _named(self, held: State) -> str:
        came = "it answered" if self.error is None else f"it raised {type(self.error).__name__}"
        if held == self.expected.before:
            return f"{came}, and the store is as before"
        if held == self.expected.after:
            return f"{came}, and the store is as after"
        return f"{came}, and the store is neither as before nor as after"
