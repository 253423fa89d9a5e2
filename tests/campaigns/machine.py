"""Random calls on the backend in memory, on a SQLite file and on the model, side by side.

The machine that is shipped shrinks what it finds; it looks at everything after each step, and is
slow. This one makes the same calls by the million: every answer is compared on all three sides,
everything else after every few steps, with the dumps of both backends, older states, files opened
again, and blocks that are kept or undone.

May live here: which call is made when, and when the sides are compared. May not be known here: what
a call does.
"""

import functools
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import evolve, frozen
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from versionchain import MemoryStore, facts
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.memory import writer as memory_writer
from versionchain.backends.sqlite import SQLiteBackend, writer
from versionchain.calls import delete
from versionchain.testing.looking import difference, plain
from versionchain.testing.machine import recipes
from versionchain.testing.machine.recipes import TENANTS, Pick, Recipe
from versionchain.testing.machine.sides import ModelSide, StoreSide

from .campaign import Campaign, Run
from .planting import instead

STEPS: Final = 150
"""In the life of a store: the model answers by walking over all that there is."""

LOOK: Final = 30
"""Everything is compared after so many steps, and what there is to pick from is read again."""


class Differs(Exception):  # noqa: N818  # it is what a run finds
    """Two sides differ."""


@frozen
class Pools:
    """Calls to choose from, drawn once: Hypothesis is too slow to draw each."""

    writes: list[Recipe]
    reads: list[Recipe]
    listings: list[Recipe]
    blocks: list[list[Recipe]]


@functools.cache
def pools(number: int, size: int) -> Pools:
    """Calls of every kind that the machine has; the same for the same number and size."""

    def drawn(strategy: st.SearchStrategy[Any], many: int) -> list[Any]:
        found: list[Any] = []

        @seed(number)
        @settings(
            max_examples=1 + many // 10,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(strategy, min_size=10, max_size=10))
        def draw(those: list[Any]) -> None:
            found.extend(those)

        draw()
        return found

    return Pools(
        drawn(recipes.growth(), 2 * size) + drawn(recipes.cuts() | recipes.links(), 2 * size),
        drawn(recipes.reads(), size),
        drawn(recipes.listings(), size),
        drawn(recipes.blocks(), size),
    )


def repicked(recipe: Recipe, random: Random) -> Recipe:
    """The same call about other things; the two ends of one connection stay together."""
    turn = random.randrange(1000)

    def again(value: Any) -> Any:
        return Pick(value.kind, value.index + turn) if isinstance(value, Pick) else value

    changed = {key: again(value) for key, value in recipe.given.items()}
    return evolve(recipe, args=tuple(map(again, recipe.args)), given=changed)


class Life:
    """The life of one store on three sides."""

    def __init__(self, file: Path, random: Random, calls: Pools, run: Run) -> None:
        self._file = file
        self._random = random
        self._calls = calls
        self._run = run
        self.memory = StoreSide(MemoryBackend())
        self.sqlite = StoreSide(self._opened())
        self.model = ModelSide(self.memory, keep=lambda: random.random() < 0.03)
        self._held = {tenant: recipes.held(self.memory.everything(tenant)) for tenant in TENANTS}
        self._steps: dict[Callable[[], None], int] = {
            self._write: 60,
            self._read: 20,
            self._list: 10,
            self._block: 5,
            self._shift: 3,
            self._reopen: 1,
        }

    def live(self) -> None:
        """Its steps, and a last look."""
        steps = self._random.choices(list(self._steps), list(self._steps.values()), k=STEPS)
        for number, step in enumerate(steps, 1):
            self._tenant = self._random.choice((TENANTS[0], *TENANTS))
            step()
            self._run.count("steps")
            if number % LOOK == 0:
                self._look()
        for tenant in TENANTS:
            for revision in self.model.kept(tenant):
                self._past(tenant, revision)

    def close(self) -> None:
        """Closes both backends."""
        self.memory.close()
        self.sqlite.close()

    def _opened(self) -> SQLiteBackend:
        return SQLiteBackend(self._file, durability="normal")

    def _chosen(self, those: list[Recipe]) -> Recipe:
        return repicked(self._random.choice(those), self._random)

    def _write(self) -> None:
        answer = self._call(self._chosen(self._calls.writes))
        if hasattr(answer, "previous_id"):
            held = self._held[self._tenant]
            for kind in ("latest", "living", "any"):
                held[kind].append(answer.id)

    def _read(self) -> None:
        self._call(self._chosen(self._calls.reads))

    def _list(self) -> None:
        self._call(evolve_given(self._chosen(self._calls.listings), limit=1000))

    def _block(self) -> None:
        sides = (self.memory, self.sqlite, self.model)
        keep = self._random.random() < 0.7
        for side in sides:
            side.begin(self._tenant, None)
        for recipe in self._random.choice(self._calls.blocks):
            self._call(repicked(recipe, self._random))
        self._same(*(side.inside() for side in sides))
        for side in sides:
            side.end(keep=keep)

    def _shift(self) -> None:
        by = timedelta(seconds=self._random.choice((-5, -1, 2, 30)))
        many = self._random.choice((0, 1))
        taken = self._random.choices(self._held[self._tenant]["any"], k=many)
        for side in (self.memory, self.sqlite):
            side.clock.move(by)
            side.ids.push(*taken)

    def _reopen(self) -> None:
        self.sqlite.close()
        self.sqlite.take(self._opened())
        self._run.count("reopened")

    def _call(self, recipe: Recipe) -> Any:
        filled = recipe.filled(self._held[self._tenant])
        answers = [
            side.call(self._tenant, filled) for side in (self.memory, self.sqlite, self.model)
        ]
        self._same(*answers, about=filled.name)
        return answers[0]

    def _look(self) -> None:
        for tenant in TENANTS:
            sides = (self.memory, self.sqlite, self.model)
            seen = [side.everything(tenant) for side in sides]
            self._same(*seen, about="everything")
            self._held[tenant] = recipes.held(seen[0])
            stores = [side.stores[tenant] for side in (self.memory, self.sqlite)]
            self._same(*map(dumped, stores), about="dump")
            for store in stores:
                report = store.verify()
                self._check(report.ok, f"verify: {report.violations}")
        if kept := self.model.kept(self._tenant):
            self._past(self._tenant, self._random.choice(kept))
        self._run.count("looks")

    def _past(self, tenant: str, revision: int) -> None:
        sides = (self.memory, self.sqlite, self.model)
        self._same(*(side.as_of(tenant, revision) for side in sides), about=f"at {revision}")
        self._run.count("older states")

    def _same(self, first: Any, *others: Any, about: str = "block") -> None:
        shown = plain(first)
        for other in others:
            # Two backends give equal records; the model's answers are no records.
            if first != other and shown != plain(other):
                raise Differs(f"{about}: {difference(shown, plain(other))}")

    @staticmethod
    def _check(holds: bool, what: str) -> None:
        if not holds:
            raise Differs(what)


def evolve_given(recipe: Recipe, **more: Any) -> Recipe:
    """The same call with more keywords."""
    return evolve(recipe, given={**recipe.given, **more})


def dumped(store: MemoryStore) -> str:
    """A tenant's dump."""
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue().decode()


def run(run: Run) -> None:
    """Lives, one after another."""
    calls = pools(run.seed, 20 if run.limit < 10_000 else 1500)
    lives = 0
    while run.more():
        lives += 1
        life = Life(run.folder / f"{lives}.db", Random(f"{run.seed}/{lives}"), calls, run)
        try:
            life.live()
        except Exception as error:  # noqa: BLE001  # whatever came out, no side may raise it
            run.found(f"seed {run.seed}, life {lives}: {type(error).__name__}: {error}")
        finally:
            life.close()
        for file in run.folder.iterdir():
            file.unlink()
        run.count("lives")


CAMPAIGN: Final = Campaign(
    name="machine",
    goal={"steps": 1_000_000, "looks": 30_000, "older states": 45_000, "reopened": 5_000},
    promise=(
        "The backend in memory and the one on SQLite answer alike, and as an independent model does"
    ),
    run=run,
    faults={
        "a range on SQLite that ends one too early": instead(
            writer, "_MARK", writer._MARK.replace("BETWEEN ? AND ?", "BETWEEN ? AND ? - 1")
        ),
        "a latest in memory that is left where it was": instead(
            memory_writer, "lead", lambda *_: None
        ),
        "older states that show what was deleted": instead(facts, "mark_at", lambda *_: None),
        "expected_latest ignored": instead(delete, "expect_latest", lambda *_: None),
    },
    share=150,
    patience=1500,
)
