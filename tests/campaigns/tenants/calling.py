"""One call among others and alone, and what must hold after it.

May live here: making the call on both sides, and comparing. May not be known here: which calls
there are.
"""

import inspect
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final

from versionchain import MemoryStore, MemoryStoreError, Snapshot
from versionchain.testing.looking import everything, plain

from .values import COVERED, LISTINGS, Call, given, newest_of
from .world import CONTACTS, FAMILY, Side, World, dumped, lonely, mark

READS: Final = frozenset({*COVERED["view"], "revisions", "at", "verify", "tenant", "actor", "dump"})


class _Undo(Exception):  # noqa: N818  # it stands for a caller's own error
    """Leaves a block that is to be undone."""


class Checker:
    """Makes calls in a world and says what must not be."""

    def __init__(self, world: World, random: Random, folder: Path) -> None:
        self._world = world
        self._random = random
        self._folder = folder
        self._before = self._others()
        self._looked = self._everything()
        self._given = ""
        self.changes = 0
        self.refused = 0

    def first_look(self) -> Iterator[str]:
        """Each has what it has where nobody is beside it."""
        for tenant, handle in self._world.together.handles.items():
            if dumped(handle) != lonely(tenant):
                yield f"{tenant!r} has not what it has alone"

    def check(self, call: Call, number: int) -> Iterator[str]:
        """Makes one call on both sides. Yields what must not be."""
        world, random = self._world, self._random
        arguments = given(world, call, random)
        if call.name == "after":
            whose = _cursor_owner(world, call, random)
            arguments["after"] = self._cursor(call, whose, arguments)
        how = random.random()
        special = getattr(self, f"_{call.method}", self._plain)
        shown = []
        for side in world.sides():
            side.source.begin(f"call/{number}", 3600 * (1 + number))
            kind, answer = special(call, side, arguments, how)
            shown.append((kind, answer))
        (kind, answer), (_, alone) = shown
        self.refused += kind == "error"
        if shown[0] != shown[1]:
            yield f"among others {answer!r}, alone {alone!r}, given {arguments!r}"
        yield from self._marks(answer, arguments)
        if call.name == "after" and call.whose == "their" and kind != "error":
            yield "another tenant's cursor served"
        if call.method not in READS:
            self.changes += 1
            yield from self._unchanged()

    def last_look(self) -> Iterator[str]:
        """Everything that the others can read is as it was; the twin's dump is the tenant's."""
        if self._everything() != self._looked:
            yield "another tenant reads something else than before"
        mine, alone = (dumped(side.root) for side in self._world.sides())
        if mine != alone:
            yield "the tenant's dump is not that of its double alone"
        for tenant in self._world.tenants:
            if not self._world.together.handles[tenant].verify().ok:
                yield f"verify() of {tenant!r} is not ok"

    # How a call is made.

    def _plain(self, call: Call, side: Side, arguments: dict[str, Any], how: float) -> Any:
        """On the handle that the call names."""
        if call.handle == "store":
            return outcome(lambda: answer_of(side.root, call.method, arguments))
        if call.handle == "view":
            revision = int(how * (newest_of(side.root) + 1))
            return outcome(lambda: answer_of(side.root.at(revision), call.method, arguments))
        found: Any = None
        with suppress(_Undo), side.root.transaction() as tx:
            found = outcome(lambda: answer_of(tx, call.method, arguments))
            if how < 0.5:
                raise _Undo
        return found

    def _for_tenant(self, call: Call, side: Side, arguments: dict[str, Any], how: float) -> Any:
        """A new handle is its tenant's, and nobody else's: compared with the one that is known."""
        handle = side.root.for_tenant(**arguments)
        known = side.handles.get(handle.tenant)
        whose = handle.tenant == arguments["tenant"]
        if side is self._world.alone and handle.tenant != self._world.own:
            return "answer", (whose, True)
        holds = dumped(handle) == (EMPTY if known is None else dumped(known))
        return "answer", (whose, holds)

    def _open(self, call: Call, side: Side, arguments: dict[str, Any], how: float) -> Any:
        """The file opened once more, for a tenant."""
        if side.kind == "memory":
            return "answer", None
        tenant = arguments["tenant"]
        with MemoryStore.open(side.file, tenant=tenant) as again:
            known = side.handles.get(tenant)
            if side is self._world.alone and tenant != self._world.own:
                return "answer", True
            return "answer", dumped(again) == (EMPTY if known is None else dumped(known))

    def _close(self, call: Call, side: Side, arguments: dict[str, Any], how: float) -> Any:
        """Closing another handle leaves everybody's open."""
        side.root.for_tenant(FAMILY[0]).close()
        return "answer", [handle.count("ada") is not None for handle in side.handles.values()][:1]

    def _transaction(self, call: Call, side: Side, arguments: dict[str, Any], how: float) -> Any:
        """A block reads its own tenant alone, and so does everybody else meanwhile."""

        def block() -> Any:
            with side.root.transaction(**arguments) as tx:
                tx.add("ada", f"{mark(self._world.own)}in a block")
                return plain(everything(tx, CONTACTS))

        return outcome(block)

    def _dump(self, call: Call, side: Side, arguments: dict[str, Any], how: float) -> Any:
        """To a file."""
        path = self._folder / "dump.jsonl"
        counts = side.root.dump(path)
        text = path.read_bytes().decode()
        path.unlink()
        return "answer", (plain(counts), text)

    def _load(self, call: Call, side: Side, arguments: dict[str, Any], how: float) -> Any:
        """What the tenant dumped: refused by itself, taken by one that nobody has heard of."""
        whole = dumped(side.root)
        refused = outcome(lambda: side.root.load(io.BytesIO(whole)))
        fresh = side.root.for_tenant(f"{self._world.own}{len(side.handles)}")
        side.handles[fresh.tenant] = fresh
        taken = outcome(lambda: fresh.load(io.BytesIO(whole)))
        return "answer", (refused, taken, dumped(fresh) == whole)

    def _backup(self, call: Call, side: Side, arguments: dict[str, Any], how: float) -> Any:
        """A copy of the file has every tenant, each with its own."""
        path = self._folder / "copy.db"
        made = outcome(lambda: side.root.backup(path))
        if made[0] == "error":
            return made
        with MemoryStore.open(path) as copy:
            same = [
                dumped(copy.for_tenant(tenant)) == dumped(handle)
                for tenant, handle in side.handles.items()
            ]
        for each in self._folder.glob("copy.db*"):
            each.unlink()
        return "answer", all(same)

    # Cursors.

    def _cursor(self, call: Call, whose: str | None, arguments: dict[str, Any]) -> str | None:
        """A cursor of the same listing, as that tenant was given it."""
        if whose is None:
            return None
        arguments.pop("after", None)
        arguments["limit"] = 1
        if "contact_id" in arguments:
            arguments["contact_id"] = "ada"
        for name in ("categories", "session_id", "metadata", "status", "since"):
            arguments.pop(name, None)
        assert call.method in LISTINGS, f"{call}: not covered"
        handle: Any = self._world.together.handles[whose]
        if call.handle == "view":
            # The newest that both have, so that the query is the same.
            handle = handle.at(newest_of(handle))
        cursor: str | None = getattr(handle, call.method)(**arguments).next_cursor
        return cursor

    # What must hold.

    def _marks(self, answer: Any, arguments: dict[str, Any]) -> Iterator[str]:
        self._given += repr(arguments)  # another's contact, too: it may have been written since
        for tenant in self._world.others:
            if mark(tenant) in repr(answer) and mark(tenant) not in self._given:
                yield f"the answer holds a mark of {tenant!r}: {answer!r}"

    def _unchanged(self) -> Iterator[str]:
        now = self._others()
        for tenant, before in self._before.items():
            if now[tenant] != before:
                yield f"it changed what {tenant!r} has"
        self._before = now

    def _others(self) -> dict[str, bytes]:
        handles = self._world.together.handles
        return {tenant: dumped(handles[tenant]) for tenant in self._world.others}

    def _everything(self) -> list[Any]:
        handles = self._world.together.handles
        return [everything(handles[tenant], CONTACTS) for tenant in self._world.others]


EMPTY: Final = dumped(MemoryStore())


def _cursor_owner(world: World, call: Call, random: Random) -> str | None:
    if call.whose == "none":
        return None
    return world.own if call.whose == "own" else random.choice(world.others)


def answer_of(handle: Any, method: str, arguments: dict[str, Any]) -> Any:
    """What a method or a property answers; of a view, everything that it shows."""
    found = getattr(handle, method)
    answer = found(**arguments) if inspect.ismethod(found) else found
    return everything(answer, CONTACTS) if isinstance(answer, Snapshot) else answer


def outcome(call: Callable[[], Any]) -> tuple[str, Any]:
    """What a call answers, or how it refuses: the error with everything that it says."""
    try:
        return "answer", plain(call())
    except MemoryStoreError as error:
        said = (
            type(error).__name__,
            str(error),
            repr(error),
            error.args,
            sorted(vars(error).items()),
        )
        return "error", (*said, error.__cause__)
