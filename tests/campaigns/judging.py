"""What must be in a store after operations of which some came back.

May live here: the model's account of them, and how the store differs from it. May not be known
here: where the store is, or why an operation did not come back.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from versionchain import MemoryStore
from versionchain.testing.answers import Refused
from versionchain.testing.looking import difference, everything, plain
from versionchain.testing.machine.recipes import CONTACTS, held

from .calling import START, Op, Returned
from .erasing_model import ErasingModel


class Wrong(Exception):  # noqa: N818  # it is what a run finds
    """The store holds something else."""


class Judge:
    """The model of one store, told of operations and of what the store then holds.

    Attributes:
        held: what the store holds, to pick from.
        acknowledged: how many operations came back that changed something.
        unsaid: how many that did not come back were found whole.
        undone: how many that did not come back left nothing.
    """

    def __init__(self) -> None:
        self._model = ErasingModel(START)
        self._known = 0
        self._ops: dict[str, Op] = {}
        self._claims: dict[str, bool | None] = {}
        self.held: dict[str, list[Any]] = held(everything(self._model, CONTACTS))
        self.acknowledged = self.unsaid = self.undone = 0

    def hear(self, told: Iterable[Op | Returned]) -> None:
        """What one caller told, in order, all of it."""
        last = None
        for entry in told:
            if isinstance(entry, Op):
                last = entry
                self._ops[entry.actor] = entry
            elif last is not None:
                self._claims[last.actor] = entry.changed

    def check(self, store: MemoryStore) -> None:
        """Compares a store with what was heard since the last check.

        Raises:
            Wrong: an acknowledged operation is lost, one is there in part, or nobody asked for it.
        """
        ops, claims = self._ops, self._claims
        self._ops, self._claims = {}, {}
        report, seen = store.verify(), everything(store, CONTACTS)
        if not report.ok:
            raise Wrong(f"verify: {report.violations[:3]}")
        made = [revision.actor for revision in seen["revisions"][self._known :]]
        if lost := [str(ops[who]) for who, said in claims.items() if said and who not in made]:
            raise Wrong(f"acknowledged, and lost: {', '.join(lost)}")
        for actor in made:
            if actor not in ops:
                raise Wrong(f"a change that nobody asked for, or twice: {actor}")
            if claims.get(actor) is False or not ops[actor].kept:
                raise Wrong(f"refused, and there: {ops[actor]}")
            self._apply(ops.pop(actor))
        wanted, found = plain(everything(self._model, CONTACTS)), plain(seen)
        if wanted != found:
            raise Wrong(f"store against model: {difference(found, wanted)}"[:500])
        self._known = len(seen["revisions"])
        self.held = held(seen)
        self.acknowledged += sum(bool(changed) for changed in claims.values())
        self.unsaid += sum(actor not in claims for actor in made)
        self.undone += sum(actor not in claims for actor in ops)

    def _apply(self, op: Op) -> None:
        """Has the model do what a revision says was done."""
        model = self._model
        model.actor, model.now = op.actor, op.now
        if op.block:
            draft = model.begin()
            for number, call in enumerate(op.calls):
                draft.minted = _minted(op, number)
                with suppress(Refused):
                    getattr(draft, call.name)(*call.args, **call.given)
            model.commit(draft)
            return
        model.minted = _minted(op, 0)
        try:
            model.made(op.calls[0].name, *op.calls[0].args, **op.calls[0].given)
        except Refused as refused:
            raise Wrong(f"there, and the model refuses it: {op} {refused}") from None


def _minted(op: Op, number: int) -> list[str]:
    """The ids that a call was given, and more."""
    ids = op.ids(number)
    return [str(ids()) for _ in range(20)]
