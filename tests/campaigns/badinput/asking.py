"""A bad value given to a call on both backends, and what must hold afterwards.

May live here: two stores with the same in them, and the comparison. May not be known here: which
value is bad, and why.
"""

import hashlib
import inspect
import io
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from attrs import evolve, frozen

from versionchain import MemoryStore, MemoryStoreError, NewMemory, NotFoundError
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.sqlite import SQLiteBackend

from ..public import HANDLES
from .calls import MADE, OTHER, RIGHT, SECOND, Target
from .values import MARK, NOON, TAKEN

TENANTS: Final = ("default", "another")


class _Ids:
    """The same ids for the same number of calls."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> UUID:
        self.given += 1
        digest = hashlib.blake2b(str(self.given).encode(), digest_size=16).digest()
        return UUID(bytes=digest, version=4)


@frozen
class Told:
    """What a call said: its error, as everybody would see it, or that it did not raise."""

    kind: type[BaseException] | None
    said: str = ""
    facts: str = ""
    traced: str = ""


class Both:
    """A store in memory and one in a file, with the same in them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "both.db"
        self.stores: list[MemoryStore] = []
        for backend in (MemoryBackend(), SQLiteBackend(self.file, durability="normal")):
            store = MemoryStore(backend, clock=_clock(), ids=_Ids())
            _fill(store)
            _fill(store.for_tenant(TENANTS[1]))
            self.stores.append(store)
        self._before = self.dumps()

    def dumps(self) -> list[bytes]:
        """Both tenants of both stores."""
        return [dumped(store.for_tenant(tenant)) for store in self.stores for tenant in TENANTS]

    def unchanged(self) -> bool:
        """Whether nothing was written, in either tenant of either store, nor any file made."""
        names = {self.file.name + end for end in ("", "-wal", "-shm", "-lock", "-gate")}
        made = {each.name for each in self.file.parent.iterdir()} - names - {"there"}
        return self.dumps() == self._before and not made

    def close(self) -> None:
        """Closes both and takes the file away."""
        for store in self.stores:
            store.close()
        for each in self.file.parent.glob(f"{self.file.name}*"):
            each.unlink()


def _clock() -> Callable[[], datetime]:
    seconds = iter(range(1 << 20))
    return lambda: NOON + timedelta(seconds=next(seconds))


def _fill(store: MemoryStore) -> None:
    said: dict[str, Any] = {"metadata": {"k": f"{MARK} m"}, "categories": [f"{MARK} c"]}
    said |= {"session_id": f"{MARK} s", "event_start": NOON}
    first = store.add("ada", f"{MARK} one", id=TAKEN, **said)
    store.update(first.id, f"{MARK} two", id=SECOND)
    store.add("ada", f"{MARK} other", id=OTHER)
    store.connect(TAKEN, OTHER, metadata={"k": MARK})
    store.add("grace", f"{MARK} stays", **said)
    gone = store.add("grace", f"{MARK} gone", **said)
    store.delete(gone.id, reason=f"{MARK} why")


def dumped(store: MemoryStore) -> bytes:
    """A tenant's dump."""
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue()


def told(call: Callable[[], Any]) -> Told:
    """What a call says."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  # a raw one is a finding
        said, traced = str(error), "".join(traceback.format_exception(error))
        return Told(type(error), said, _facts(error), traced)
    return Told(None)


def _facts(error: Exception) -> str:
    try:
        return repr((error, error.args, vars(error)))
    except ValueError:  # Python writes no int of so many digits
        return ""


def asked(store: MemoryStore, target: Target, arguments: dict[str, Any]) -> Told:
    """What a call of a handle of a store says to these arguments."""
    handle, method, _ = target
    if handle == "made":
        return _made(store, method, arguments)
    if method == "transaction":
        return told(lambda: store.transaction(**arguments).__enter__())
    if method == "load":
        store = store.for_tenant("empty")
    if handle == "store":
        return told(lambda: getattr(store, method)(**arguments))
    if handle == "view":
        return told(lambda: getattr(store.at(6), method)(**arguments))
    with store.transaction() as tx:
        return told(lambda: getattr(tx, method)(**arguments))


def _made(store: MemoryStore, kind: str, arguments: dict[str, Any]) -> Told:
    if kind == "NewMemory":
        records = [NewMemory("ada", f"{MARK} before"), NewMemory(**arguments)]
        return told(lambda: store.add_many(records))
    return told(lambda: MADE[kind](**arguments))


def right(both: Both, method: str) -> dict[str, Any]:
    """Arguments for a call that would be right."""
    given = dict(RIGHT[method])
    if method in ("dump", "backup"):
        given["target" if method == "dump" else "path"] = both.file.with_name("copy")
    elif method == "load":
        given["source"] = io.BytesIO()
    elif method == "open":
        given["path"] = both.file
    return given


def defaults(target: Target) -> Any:
    """What the parameter is where it is left out; `inspect.Parameter.empty` where it can't be."""
    handle, method, name = target
    call: Any = MADE[method] if handle == "made" else getattr(HANDLES[handle], method)
    return inspect.signature(call).parameters[name].default


def wrong(both: Both, target: Target, value: Any, wanted: type[MemoryStoreError]) -> Iterator[str]:
    """Gives both a bad value. Yields what must not be."""
    _, method, name = target
    answers = []
    for store in both.stores[method == "open" :]:
        arguments = right(both, method) | {name: value}
        answers.append(asked(store, target, arguments))
    yield from judged(answers, wanted, alike=method != "backup")
    if not both.unchanged():
        yield "something was written"


def judged(
    answers: list[Told], wanted: type[BaseException], *, alike: bool = True
) -> Iterator[str]:
    """What is wrong with what both said."""
    for answer in answers:
        if answer.kind is not wanted:
            yield f"{answer.kind} is not {wanted.__name__}: {answer.said[:200]!r}"
        if MARK in answer.said or MARK in answer.traced:
            yield f"the message repeats the input: {answer.said[:200]!r}"
        elif answer.kind is not NotFoundError and MARK in answer.facts:
            yield f"the error holds the input: {answer.facts[:200]!r}"
        elif not answer.said.endswith((".", "]")):
            yield f"the message is no sentence: {answer.said[:200]!r}"
    if alike and len({(answer.kind, answer.said) for answer in answers}) > 1:
        yield f"the backends differ: {[evolve(answer, traced='') for answer in answers]!r}"
