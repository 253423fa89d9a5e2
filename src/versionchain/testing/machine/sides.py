"""What a machine compares: a store, or the model, behind one face.

May live here: how each makes a call, holds a block, and looks back.
May not be known here: which calls are made, or that there is another side.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from attrs import evolve

from ...backends.base import Backend
from ...errors import MemoryStoreError
from ...facts import ChainFacts, ConnectionFacts
from ...store import MemoryStore
from ...transaction import Transaction
from ..answers import Refused
from ..looking import everything, named
from ..model import Model
from ..repeatable import Clock, Ids
from .recipes import CONTACTS, TENANTS, Recipe


class Abort(Exception):  # noqa: N818  # it stands for a caller's own error
    """What leaves a block that is to be undone."""


class StoreSide:
    """A store on a backend, with a clock and ids of its own.

    Args:
        backend: where.

    Attributes:
        clock: its clock.
        ids: its id source.
        before: what the clock said when the last call was made.
        minted: the ids that the last call took from the source.
    """

    def __init__(self, backend: Backend) -> None:
        self.clock = Clock()
        self.ids = Ids()
        self.before = self.clock.now
        self.minted: list[str] = []
        self._block: AbstractContextManager[Transaction] | None = None
        self._tx: Transaction | None = None
        self.take(backend)

    def take(self, backend: Backend) -> None:
        """Goes on with this backend: the same one, opened again."""
        self.backend = backend
        home, away = TENANTS
        self.store = MemoryStore(
            backend, tenant=home, actor="machine", clock=self.clock, ids=self.ids
        )
        self.stores = {home: self.store, away: self.store.for_tenant(away, actor="visitor")}

    def call(self, tenant: str, recipe: Recipe) -> Any:
        """The call's answer, or what it was refused with; in the open block, if there is one."""
        self.before, mark = self.clock.now, len(self.ids.given)
        handle: Any = self.stores[tenant] if self._tx is None else self._tx
        try:
            return getattr(handle, recipe.name)(*recipe.args, **recipe.given)
        except MemoryStoreError as error:
            return named(error)
        finally:
            self.minted = self.ids.given[mark:]

    def begin(self, tenant: str, reason: str | None) -> None:
        """Opens a block."""
        self._block = self.stores[tenant].transaction(reason=reason)
        self._tx = self._block.__enter__()

    def end(self, *, keep: bool) -> None:
        """Ends the block, which keeps what it did or undoes it."""
        if self._block is None:
            return
        block, self._block, self._tx = self._block, None, None
        error = None if keep else Abort()
        block.__exit__(None if keep else Abort, error, None)

    def inside(self) -> dict[str, Any]:
        """Everything that the open block reads."""
        return everything(self._tx, CONTACTS)

    def everything(self, tenant: str) -> dict[str, Any]:
        """Everything that the tenant's handle reads."""
        return everything(self.stores[tenant], CONTACTS)

    def as_of(self, tenant: str, revision: int) -> dict[str, Any]:
        """Everything that there was after a revision, but for the log."""
        return everything(self.stores[tenant].at(revision), CONTACTS)

    def facts(self, tenant: str) -> tuple[list[ChainFacts], list[ConnectionFacts]]:
        """Every stored fact; links are none, and say nothing there."""
        with self.backend.read(tenant) as reader:
            return list(map(_unlinked, reader.chains())), list(reader.links())

    def close(self) -> None:
        """Undoes an open block, and closes the store."""
        try:
            self.end(keep=False)
        finally:
            self.store.close()


def _unlinked(chain: ChainFacts) -> ChainFacts:
    bare = [
        evolve(
            facts, version=evolve(facts.version, previous_id=None, next_id=None, superseded_at=None)
        )
        for facts in chain.versions
    ]
    return evolve(chain, versions=tuple(bare))


class ModelSide:
    """The model, told at each call what the store's clock and ids said.

    Args:
        leader: the store's side; its calls are made first.
        keep: asked after each change whether what there is now is to be kept for `as_of`.
    """

    def __init__(self, leader: StoreSide, keep: Callable[[], bool] = lambda: True) -> None:
        self._leader = leader
        self._keep = keep
        home, away = TENANTS
        now = leader.clock.now
        self._models = {home: Model(now, "machine"), away: Model(now, "visitor")}
        self._tenant = home
        self._reason: str | None = None
        self._draft: Model | None = None
        self._past: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in TENANTS}
        for tenant in TENANTS:
            self._remember(tenant)

    def call(self, tenant: str, recipe: Recipe) -> Any:
        """The call's answer, or what it is refused with."""
        model = self._draft or self._models[tenant]
        model.now, model.minted = self._leader.before, list(self._leader.minted)
        try:
            return getattr(model, recipe.name)(*recipe.args, **recipe.given)
        except Refused as refused:
            return named(refused)
        finally:
            if self._draft is None:
                self._remember(tenant)

    def begin(self, tenant: str, reason: str | None) -> None:
        """Opens a block."""
        self._tenant, self._reason = tenant, reason
        self._draft = self._models[tenant].begin()

    def end(self, *, keep: bool) -> None:
        """Ends the block, which keeps what it did or undoes it."""
        draft, self._draft = self._draft, None
        if keep and draft is not None:
            self._models[self._tenant].commit(draft, self._reason)
            self._remember(self._tenant)

    def inside(self) -> dict[str, Any]:
        """Everything that the open block reads."""
        return everything(self._draft, CONTACTS)

    def everything(self, tenant: str) -> dict[str, Any]:
        """Everything that the tenant's model answers."""
        return everything(self._models[tenant], CONTACTS)

    def as_of(self, tenant: str, revision: int) -> dict[str, Any]:
        """Everything that the model answered when this revision was the newest, but for the log."""
        return self._past[tenant][revision]

    def kept(self, tenant: str) -> list[int]:
        """The revisions that `as_of` knows."""
        return sorted(self._past[tenant])

    def _remember(self, tenant: str) -> None:
        if not self._keep():
            return
        seen = self.everything(tenant)
        self._past[tenant].setdefault(len(seen["revisions"]), {**seen, "revisions": []})
