"""Kills a process at a random moment while it changes a file, again and again, and looks.

A child makes random calls on a SQLite file and writes each down before and after; sometimes two
do. SIGKILL comes after a random number of calls and a random part of the next: in a commit, a
checkpoint, an opening, a recovery. Then the file must pass `verify` and hold what an independent
model makes of the log: everything acknowledged, and of the calls under way each whole or not at
all. Every other time only a copy is looked at, so that the next child recovers the file itself.

May live here: who is killed when. May not be known here: what a call does, or what must be there.
"""

import time
from pathlib import Path
from random import Random
from typing import Final

from versionchain import MemoryStore
from versionchain.store import Durability

from ..campaign import Campaign, Run
from ..forks import Child, forked
from ..judging import Judge, Wrong
from ..machine import Pools, pools
from .child import Orders, Victim
from .faults import FAULTS

ROUNDS: Final = 20
"""How often a file is written and its writers killed, before there is a new one."""

CALLS: Final = 125
"""How many calls a child makes at most before its time comes."""


class Life:
    """The life of one file."""

    def __init__(self, run: Run, number: int, calls: Pools) -> None:
        self._run = run
        self._random = Random(f"{run.seed}/{number}")
        self._folder = run.folder / str(number)
        self._folder.mkdir()
        self._path = self._folder / "kills.db"
        self._durability: Durability = "full" if number % 2 else "normal"
        self._calls = calls
        self._judge = Judge()
        self._children = 0

    def round(self) -> None:
        """One or two writers, at least one of them killed, and a look at what they left."""
        random = self._random
        both = random.random() < 0.2
        orders = [self._orders(stops=False)]
        if both:
            orders.append(self._orders(stops=random.random() < 0.5))
        pairs = [(each, self._started(each)) for each in orders]
        # Killed in the order of their moments, which the calls make and not the clock.
        for each, child in sorted(pairs, key=lambda pair: pair[0].after):
            self._ended(each, child)
        for each in orders:
            self._judge.hear(each.read())
        self._look()
        for each in orders:
            each.log.unlink(missing_ok=True)

    def close(self) -> None:
        """Adds up what was seen, and takes the file away."""
        judge, run = self._judge, self._run
        run.count("acknowledged", judge.acknowledged)
        run.count("under way, found whole", judge.unsaid)
        run.count("under way, found undone", judge.undone)
        for file in self._folder.iterdir():
            file.unlink()
        self._folder.rmdir()

    def _orders(self, *, stops: bool) -> Orders:
        self._children += 1
        name = self._children
        after = 0 if self._random.random() < 0.08 else self._random.randint(1, CALLS)
        seed = f"{self._random.random()}"
        log = self._folder / f"log-{name}"
        return Orders(name, self._path, self._durability, seed, after, stops, log)

    def _started(self, orders: Orders) -> Child:
        held = self._judge.held
        return forked(lambda pipe: Victim(orders, self._calls, held, pipe).live())

    def _ended(self, orders: Orders, child: Child) -> None:
        child.listen()
        if not orders.stops:
            # An opening takes longer than a call; half of a call's moments are early in it.
            time.sleep(self._random.random() ** 2 * (0.006 if orders.after == 0 else 0.003))
            child.kill()
            self._run.count("kills")
            self._run.count(f"kills, {self._durability}")
        said = child.end().lstrip("!")
        self._run.expect(
            child.fine if orders.stops else child.killed, f"{self._where}: a child failed: {said}"
        )

    def _look(self) -> None:
        path = self._path
        if copied := path.exists() and self._random.random() < 0.5:
            path = self._copied()
        try:
            with MemoryStore.open(path, durability=self._durability) as store:
                self._judge.check(store)
        except Wrong as wrong:
            self._run.found(f"{self._where}: {wrong}")
        self._run.count("looks")
        for file in self._folder.glob(f"{path.name}*") if copied else ():
            file.unlink()

    def _copied(self) -> Path:
        """A copy of the file and its log; without the shared memory, so that it is recovered."""
        copy = self._folder / "copy.db"
        for end in ("", "-wal"):
            source = Path(f"{self._path}{end}")
            if source.exists():
                Path(f"{copy}{end}").write_bytes(source.read_bytes())
        return copy

    @property
    def _where(self) -> str:
        return f"seed {self._run.seed}, {self._folder.name}: child {self._children}"


def run(run: Run) -> None:
    """Lives, one after another."""
    calls = pools(run.seed, 40 if run.limit < 1000 else 400)
    rounds = min(ROUNDS, run.limit // 2)  # so that a short run, too, has both durabilities
    lives = 0
    while run.more():
        lives += 1
        life = Life(run, lives, calls)
        rest = rounds
        while rest > 0 and run.more():
            life.round()
            rest -= 1
        life.close()


CAMPAIGN: Final = Campaign(
    name="kills",
    goal={"kills": 10_000, "acknowledged": 250_000},
    promise=(
        "A process killed at any moment (SIGKILL) loses nothing that was acknowledged, leaves "
        "nothing in part, and the file opens, under FULL and NORMAL"
    ),
    run=run,
    faults=FAULTS,
    share=10,
    patience=60,
)
