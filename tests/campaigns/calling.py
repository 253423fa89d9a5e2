"""Random calls on a store, each told before and after, so that a model can follow.

May live here: which call is made, with which clock and ids, and what is told of it.
May not be known here: where the store is, what befalls a call, or what must be there afterwards.

The revision's actor names the operation that made it, and nothing else has that name.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from attrs import evolve, frozen

from versionchain import (
    ErasureIncompleteError,
    MemoryStore,
    MemoryStoreError,
    StorageError,
    TransactionError,
)
from versionchain.testing.machine.recipes import CONTACTS, Recipe
from versionchain.testing.repeatable import Ids

from .machine import Pools, repicked

START: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)

READS: Final = ("get", "latest", "history", "connections", "count", "find_ids")
"""The calls of a block that change nothing."""

CROWD: Final = 40
"""With more living versions than this, much is erased: small stores are quick to compare."""


class Abort(Exception):  # noqa: N818  # it stands for a caller's own error
    """What leaves a block that is to be undone."""


@frozen
class Op:
    """One call, or one block of calls.

    Attributes:
        actor: who makes it; no other has the same.
        now: what the clock says throughout.
        seed: where its ids come from, each call of a block from one more.
        calls: what is called.
        block: whether it is a block.
        kept: whether the block ends well.
    """

    actor: str
    now: datetime
    seed: int
    calls: tuple[Recipe, ...]
    block: bool = False
    kept: bool = True

    def __str__(self) -> str:
        return f"{self.actor} {'+'.join(call.name for call in self.calls)}"

    def ids(self, number: int) -> Ids:
        """The ids that one of the calls is given."""
        return Ids(self.seed + number)


@frozen
class Returned:
    """That the last operation came back.

    Attributes:
        changed: whether its answer says that it made a revision; None: it does not say.
    """

    changed: bool | None


class Caller:
    """Makes operations.

    Args:
        name: a number that no other caller of the same store has.
        random: where its chances come from.
        calls: what to choose from.
        held: what there is in the store, to pick from.
        tell: hears what is going to be done, and that it came back.

    Attributes:
        options: what the store must be opened with.
    """

    def __init__(
        self,
        name: int,
        random: Random,
        calls: Pools,
        held: dict[str, list[Any]],
        tell: Callable[[Op | Returned], None],
    ) -> None:
        self.name = name
        self.held = held
        self.tell = tell
        self._random = random
        self._calls = calls
        self._now = START
        self._ids = Ids()
        self.options: dict[str, Any] = {"clock": lambda: self._now, "ids": lambda: self._ids()}

    def chosen(self, number: int) -> Op:
        """An operation; another for each number."""
        random = self._random
        calls, block = [random.choice(self._calls.writes)], random.random() < 0.08
        if block:
            calls = random.choice(self._calls.blocks)
        elif random.random() < (0.5 if len(self.held["living"]) > CROWD else 0.02):
            calls = [self._erasing()]
        # Clocks go back, too.
        seconds = self.name * 60 + number + random.choice((0, 0, 0, -90))
        return Op(
            f"{self.name}.{number}",
            START + timedelta(seconds=seconds),
            self.name * 1_000_000 + number * 100,
            tuple(self._filled(call) for call in calls),
            block,
            not block or random.random() < 0.8,
        )

    def make(self, store: MemoryStore, op: Op) -> None:
        """Makes it, and tells so."""
        self.tell(op)
        self._now = op.now
        handle = store.for_tenant(store.tenant, actor=op.actor)
        try:
            changed = self._block(handle, op) if op.block else self._call(handle, op, 0)
        except ErasureIncompleteError:
            changed = None
        except (StorageError, TransactionError):
            raise
        except (MemoryStoreError, Abort):
            changed = False
        self.tell(Returned(changed))

    def _erasing(self) -> Recipe:
        self.held["living"] = self.held["living"][CROWD // 2 :]
        if self._random.random() < 0.5:
            return Recipe("erase_contact", (self._random.choice(CONTACTS),), {})
        return Recipe("erase_deleted", (), {"before": START + timedelta(days=1)})

    def _filled(self, call: Recipe) -> Recipe:
        call = repicked(call, self._random).filled(self.held)
        if call.name == "connect":  # another metadata each time, so that each makes a revision
            return evolve(call, given={**call.given, "metadata": {"n": self._random.random()}})
        return call

    def _block(self, store: MemoryStore, op: Op) -> bool:
        changed = False
        with store.transaction() as tx:
            for number in range(len(op.calls)):
                try:
                    changed = self._call(tx, op, number) or changed
                except (StorageError, TransactionError):
                    raise
                except MemoryStoreError:
                    continue
            if not op.kept:
                raise Abort
        return changed

    def _call(self, handle: Any, op: Op, number: int) -> bool:
        call, self._ids = op.calls[number], op.ids(number)
        answer = getattr(handle, call.name)(*call.args, **call.given)
        if call.name in ("add", "update"):
            for kind in ("latest", "living", "any"):
                self.held[kind].append(answer.id)
        elif getattr(answer, "cuts", ()) and answer.revision:
            self.held["mark"].append(answer.revision)
        return call.name not in READS and _changed(answer)


def _changed(answer: Any) -> bool:
    """Whether a write call's answer says that it made a revision."""
    if isinstance(answer, Sequence):
        return bool(answer)
    return getattr(answer, "revision", None) is not None
