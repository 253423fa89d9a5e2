"""Concurrent histories, recorded and checked for an order that explains them.

Three or four clients make 32 calls on one store at once: threads on a store in memory, threads on a
SQLite file, processes on one file. Each call is written down with when it began and when its answer
was there. Then an order is sought, consistent with those times, in which a model that knows nothing
of threads gives every answer: for each chain by itself, and for the whole store, with its blocks
that read two chains and write one, its listings, counts and revisions.

What is found is told with the history, which `check.parsed` reads again. The operating system chose
who went first, so the seed gives the same clients again, not the same history.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Final

from versionchain import MemoryStore

from ..campaign import Campaign, Run
from .check import check, written
from .faults import FAULTS
from .model import first
from .recording import OPERATIONS, Job, Workers, by_threads, prepared

_KINDS: Final = {
    ("threads", "memory"): 8,
    ("threads", "normal"): 4,
    ("threads", "full"): 1,
    ("processes", "normal"): 6,
    ("processes", "full"): 1,
}
_EACH_FILE: Final = 100
"""Histories in one file, each a tenant's."""


@contextmanager
def _hasty() -> Iterator[None]:
    """Makes threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class _Stores:
    """Where histories are made: memory, or a file of each durability, now and then a new one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, tuple[MemoryStore, Path]] = {}
        self._used = {"normal": 0, "full": 0}

    def store(self, where: str) -> tuple[MemoryStore, Path | None]:
        """A store for one more history, and its file."""
        if where == "memory":
            return MemoryStore(), None
        if self._used[where] % _EACH_FILE == 0:
            self._close(where)
            path = self._folder / f"{where}-{self._used[where]}.db"
            self._open[where] = (MemoryStore.open(path, durability=where), path)
        self._used[where] += 1
        return self._open[where]

    def close(self) -> None:
        """Closes what is open."""
        for where in list(self._open):
            self._close(where)

    def _close(self, where: str) -> None:
        if where in self._open:
            store, path = self._open.pop(where)
            store.close()
            # A worker may have it open still; it will not touch it again.
            for file in self._folder.glob(f"{path.name}*"):
                file.unlink()


def _one(run: Run, workers: Workers, stores: _Stores, who: str, where: str) -> None:
    """Records a history and checks it."""
    seed = f"{run.seed}/{run.counts['histories'] + 1}"
    random = Random(seed)
    clients, chains = random.choice((3, 4, 4)), random.choice((2, 2, 3))
    store, path = stores.store(where)
    ids = prepared(store.for_tenant(seed), chains)
    start = time.monotonic_ns() + 1_000_000
    jobs = [
        Job(f"{seed}/{number}", number, len(range(number, OPERATIONS, clients)), seed, ids, start)
        for number in range(clients)
    ]
    try:
        if who == "threads":
            history = by_threads(store, jobs)
        else:
            history = workers.history([job._replace(path=path, durability=where) for job in jobs])
    except Exception as error:  # noqa: BLE001  # none may come out of a client
        run.found(f"history {seed}, {who}, {where}: {error!r}")
        return
    verdict, about = check(history, first(chains))
    run.count("histories")
    run.count("operations", len(history))
    run.count("states", verdict.states)
    run.count(f"of {who}, {where}")
    run.count("undecided", verdict.holds is None)
    if not verdict.holds:
        said = "is explained by no order" if verdict.holds is False else "is too long to check"
        run.found(f"history {seed}, {who}, {where}: {about} {said}\n{written(history)}")


def run(run: Run) -> None:
    """Histories, one after another."""
    with closing(Workers(4)) as workers, closing(_Stores(run.folder)) as stores, _hasty():
        while run.more():
            ((who, where),) = run.random.choices(list(_KINDS), list(_KINDS.values()))
            _one(run, workers, stores, who, where)


CAMPAIGN: Final = Campaign(
    name="histories",
    goal={"histories": 10_000, "operations": 320_000},
    promise=(
        "Threads and processes that share a store see its changes in one order, "
        "each block as one step"
    ),
    run=run,
    faults=FAULTS,
    share=80,
    patience=400,
)
