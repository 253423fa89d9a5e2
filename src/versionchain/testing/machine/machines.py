"""Two Hypothesis state machines: a backend against the model, and two backends side by side.

May live here: the steps of a run, and when the two sides are compared.
May not be known here: a rule of the store. Only the other side knows what the right answer is.
"""

from abc import abstractmethod
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ...backends.base import Backend
from ...errors import TransactionError
from ..looking import difference, plain
from .recipes import (
    CONTACTS,
    TENANTS,
    Pick,
    Recipe,
    blocks,
    cuts,
    growth,
    held,
    links,
    listings,
    reads,
)
from .sides import ModelSide, StoreSide


class Difference(AssertionError):  # noqa: N818  # it is what a run finds, not what goes wrong
    """The two sides differ, or an invariant does not hold."""


class Tally:
    """What was truly run.

    Attributes:
        steps: the machine's steps.
        calls: the calls whose answers were compared, those in blocks too.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.calls = 0


_tenants = st.sampled_from((TENANTS[0], *TENANTS))  # most of the time at home


class TwoSidedMachine(RuleBasedStateMachine):
    """Makes the same calls on two sides, and compares every answer and then everything.

    Attributes:
        tally: where its steps are counted.
        reopens: whether its backends can be closed and opened again.
    """

    tally: ClassVar[Tally] = Tally()
    reopens: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = self.make_sides()
        self._changed = set(TENANTS)
        self._steps = 0
        self._pages: list[tuple[str, Recipe, Any, Any]] = []

    @abstractmethod
    def make_sides(self) -> tuple[StoreSide, Any]:
        """The side that is looked at, and the one that it must be equal to."""

    @abstractmethod
    def make_backend(self) -> Backend:
        """An empty backend, for one run; the machine closes it."""

    @staticmethod
    def compared(answer: Any) -> Any:
        """An answer in the form in which both sides must be equal."""
        return answer

    def teardown(self) -> None:
        """Looks back on every third revision, then closes the sides."""
        try:
            for tenant in TENANTS:
                for revision in range(0, self._newest(tenant) + 1, 3):
                    self._same_past(tenant, revision)
        finally:
            self.first.close()
            if isinstance(self.second, StoreSide):
                self.second.close()

    @initialize(lengths=st.lists(st.integers(1, 5), max_size=4))
    def plant(self, lengths: list[int]) -> None:
        """Some memories of some length to begin with, so that there is something to cut."""
        self._step()
        for contact_id, length in zip(CONTACTS, lengths, strict=False):
            made = self._same_call(TENANTS[0], Recipe("add", (contact_id, "v1"), {}))
            for number in range(2, length + 1):
                recipe = Recipe("update", (made.id, f"v{number}"), {})
                made = self._same_call(TENANTS[0], recipe)

    @rule(recipe=growth(), tenant=_tenants)
    def grow(self, recipe: Recipe, tenant: str) -> None:
        """A memory is made or revised."""
        self._write(tenant, recipe)

    @rule(recipe=cuts(), tenant=_tenants)
    def cut(self, recipe: Recipe, tenant: str) -> None:
        """Something is deleted or brought back."""
        self._write(tenant, recipe)

    @rule(recipe=links(), tenant=_tenants)
    def link(self, recipe: Recipe, tenant: str) -> None:
        """Two memories are connected or disconnected."""
        self._write(tenant, recipe)

    @rule(recipe=growth() | cuts() | links(), tenant=_tenants)
    def change(self, recipe: Recipe, tenant: str) -> None:
        """Any of these."""
        self._write(tenant, recipe)

    def _write(self, tenant: str, recipe: Recipe) -> None:
        self._step()
        self._changed.add(tenant)
        self._same_call(tenant, recipe.filled(held(self.second.everything(tenant))))

    @rule(recipe=reads(), tenant=_tenants, of=_tenants)
    def read(self, recipe: Recipe, tenant: str, of: str) -> None:
        """A read of an id, which may be another tenant's."""
        self._step()
        self._same_call(tenant, recipe.filled(held(self.second.everything(of))))

    @rule(
        recipes=blocks(), tenant=_tenants, keep=st.booleans(), reason=st.sampled_from([None, "?"])
    )
    def block(self, recipes: list[Recipe], tenant: str, keep: bool, reason: str | None) -> None:
        """A block of calls that is kept or undone; until then nobody else sees any of it."""
        self._step()
        self._changed.add(tenant)
        before = self.first.everything(tenant)
        self.first.begin(tenant, reason)
        self.second.begin(tenant, reason)
        for recipe in recipes:
            self._same_call(tenant, recipe.filled(held(self.second.inside())))
            self._same(self.first.inside(), self.second.inside())
            self._same(self.first.everything(tenant), before)
        for store in self.first.stores.values():
            try:
                store.add("ada", "In a block, but not of it")
            except TransactionError:
                continue
            raise Difference("a second writer in one thread was not refused")
        self.first.end(keep=keep)
        self.second.end(keep=keep)

    @rule(
        recipe=listings(),
        tenant=_tenants,
        limit=st.integers(1, 3),
        turned=st.none() | st.integers(0, 9),
    )
    def page(self, recipe: Recipe, tenant: str, limit: int, turned: int | None) -> None:
        """A page: a listing's first, or a later one of another, whatever happened since."""
        self._step()
        if turned is None or not self._pages:
            recipe = recipe.filled(held(self.second.everything(tenant)))
            self._same_page(tenant, recipe, limit, None, None)
            return
        tenant, recipe, *cursors = self._pages.pop(turned % len(self._pages))
        self._same_page(tenant, recipe, limit, *cursors)

    @rule(
        seconds=st.sampled_from([-5, -1, 2, 30]),
        pick=st.none() | st.builds(Pick, st.just("any"), st.integers(0, 60)),
        tenant=_tenants,
    )
    def shift(self, seconds: int, pick: Pick | None, tenant: str) -> None:
        """The clock jumps, perhaps back; the id source may be about to give a taken id."""
        self._step()
        again = [] if pick is None else [pick.of(held(self.second.everything(tenant)))]
        for side in self._stores():
            side.clock.move(timedelta(seconds=seconds))
            side.ids.push(*again)

    @rule(pick=st.integers(0, 60), tenant=_tenants)
    def look_back(self, pick: int, tenant: str) -> None:
        """What there was after an older revision."""
        self._step()
        self._same_past(tenant, pick % (self._newest(tenant) + 1))

    @precondition(lambda self: self.reopens)
    @rule()
    def reopen(self) -> None:
        """The backend is closed and opened again."""
        self._step()
        for side in self._stores():
            side.close()
            side.take(self.open_again(side.backend))

    def open_again(self, backend: Backend) -> Backend:
        """A new backend on the same storage as this closed one; where `reopens` is True."""
        raise NotImplementedError

    @invariant()
    def same_everything(self) -> None:
        """Whatever a changed tenant's handle reads is the same, and every invariant holds."""
        for tenant in sorted(self._changed):
            self._same(self.first.everything(tenant), self.second.everything(tenant))
            report = self.first.stores[tenant].verify()
            if not report.ok:
                raise Difference(report.violations)
        # The other tenants too, every now and then: a write to one must not reach another.
        self._changed = set(TENANTS) if len(self._changed) == 1 and self._fresh() else set()

    def _fresh(self) -> bool:
        return self._steps % 4 == 0  # this run's own: what a run does may follow from nothing else

    def _step(self) -> None:
        self._steps += 1
        self.tally.steps += 1

    def _stores(self) -> list[StoreSide]:
        return [side for side in (self.first, self.second) if isinstance(side, StoreSide)]

    def _newest(self, tenant: str) -> int:
        return len(self.second.everything(tenant)["revisions"])

    def _same(self, answer: Any, expected: Any) -> None:
        if self.compared(answer) != self.compared(expected):
            raise Difference(difference(plain(answer), plain(expected)))

    def _same_call(self, tenant: str, recipe: Recipe) -> Any:
        self.tally.calls += 1
        answer = self.first.call(tenant, recipe)
        self._same(answer, self.second.call(tenant, recipe))
        return answer

    def _same_page(self, tenant: str, recipe: Recipe, limit: int, *cursors: Any) -> None:
        self.tally.calls += 1
        pages = [
            side.call(tenant, Recipe(recipe.name, recipe.args, {**recipe.given, **more}))
            for side, after in zip((self.first, self.second), cursors, strict=True)
            for more in [{"limit": limit, "after": after}]
        ]
        ends = [page.next_cursor is None for page in pages]
        self._same(*((page.items, end) for page, end in zip(pages, ends, strict=True)))
        if not ends[0]:
            self._pages.append((tenant, recipe, *(page.next_cursor for page in pages)))

    def _same_past(self, tenant: str, revision: int) -> None:
        self._same(self.first.as_of(tenant, revision), self.second.as_of(tenant, revision))


class StoreMachine(TwoSidedMachine):
    """Runs every call of a store against a naive model, and compares everything after each step.

    Subclass it, make a backend, and give pytest its `TestCase`. A backend that can be opened
    again says so with `reopens = True` and `open_again`.

    Example:
        >>> from versionchain.backends.memory import MemoryBackend
        >>> class MyMachine(StoreMachine):
        ...     def make_backend(self):
        ...         return MemoryBackend()
        >>> TestMyBackend = MyMachine.TestCase
    """

    def make_sides(self) -> tuple[StoreSide, ModelSide]:
        """The backend, and the model."""
        side = StoreSide(self.make_backend())
        return side, ModelSide(side)

    @staticmethod
    def compared(answer: Any) -> Any:
        """The model's answers are no records, so both become plain values."""
        return plain(answer)


class DifferentialMachine(TwoSidedMachine):
    """Runs two backends side by side: every answer and every stored fact is equal.

    Subclass it and make both. They get clocks and id sources that give the same.
    """

    @abstractmethod
    def make_other_backend(self) -> Backend:
        """An empty backend of the other kind."""

    def make_sides(self) -> tuple[StoreSide, StoreSide]:
        """The two backends."""
        return StoreSide(self.make_backend()), StoreSide(self.make_other_backend())

    @invariant()
    def same_facts(self) -> None:
        """What the two have stored is the same, ordinals and past deletions too."""
        for tenant in TENANTS:
            self._same(self.first.facts(tenant), self.second.facts(tenant))
