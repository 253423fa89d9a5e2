"""Eight processes that write one file at once, at FULL.

Each adds memories and revises: one of its own, and some that all share, by the id of the latest
version that it read; where another was faster it reads again. One shared memory is a counter. What
each process was told that it did is compared with what the file holds: every text is there once,
and the counter's versions are the numbers from 0 up, as many as there were increments.

A whole run also asks for fairness: the slowest process makes at least half as many calls as the
fastest, and no call takes half a second. A short run only counts that: it is for a machine that
does other things, too.

May live here: the writers, and what they did. May not be known here: how turns are taken.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest.mock import patch

from versionchain import MemoryStore, MemoryVersion, StaleVersionError
from versionchain.backends.sqlite import backend
from versionchain.backends.sqlite.turns import Turns
from versionchain.testing.looking import walk

from .campaign import Campaign, Run
from .forks import Child, forked

WRITERS: Final = 8
WHOLE: Final = 3.0
"""How long they write, in seconds."""

SHORT: Final = 0.5
"""The same in a short run."""

FEW: Final = 20
"""A run that is limited to fewer rounds than this is a short one."""

FAIR: Final = 0.5
"""The slowest process makes at least this part of the calls that the fastest makes."""

LONGEST: Final = 0.5
"""No call takes longer, in seconds."""

SHARED: Final = ("counter", "first", "second")


class Writer:
    """The life of one process.

    Args:
        path: the file.
        number: of the process.
        random: where its chances come from.
    """

    def __init__(self, path: Path, number: int, random: Random) -> None:
        self._store = MemoryStore.open(path, actor=f"writer {number}")
        self._name = f"writer {number}"
        self._random = random
        self._done: Counter[str] = Counter()
        self._times: list[float] = []

    def live(self, until: float) -> dict[str, Any]:
        """Writes until then; what it did, and how long each call took."""
        own = self._store.add(self._name, "own 0")
        while time.monotonic() < until:
            what = self._random.choice((*SHARED, "own", "added", "block"))
            text = f"{what} {self._done[what] + 1}"
            if what in SHARED:
                self._revise(what, text)
            elif what == "own":
                own = self._timed(lambda own=own, text=text: self._store.update(own.id, text))
            elif what == "added":
                self._timed(lambda text=text: self._store.add(self._name, text))
            else:
                self._timed(lambda text=text: self._block(text))
            self._done[what] += 1
        self._store.close()
        return {"done": self._done, "times": self._times}

    def _timed(self, call: Callable[[], Any]) -> Any:
        began = time.monotonic()
        try:
            return call()
        finally:
            self._times.append(time.monotonic() - began)

    def _revise(self, shared: str, text: str) -> None:
        """Revises a shared memory by the version that was read, until nobody was faster."""
        while True:
            latest: MemoryVersion = self._store.memories(shared).items[0]
            said = str(int(latest.content) + 1) if shared == "counter" else f"{self._name} {text}"
            try:
                self._timed(lambda id=latest.id, said=said: self._store.update(id, said))
            except StaleVersionError:
                self._done["stale"] += 1
            else:
                return

    def _block(self, text: str) -> None:
        with self._store.transaction() as tx:
            for part in "abc":
                tx.add(self._name, f"{text} {part}")


class Round:
    """One file, written by all."""

    def __init__(self, run: Run, number: int) -> None:
        self._run = run
        self._name = f"seed {run.seed}, round {number}"
        self._path = run.folder / f"{number}.db"
        self._whole = run.limit >= FEW

    def play(self) -> None:
        """Writes, looks at what is there, and at who had to wait."""
        with MemoryStore.open(self._path) as store:
            for shared in SHARED:
                store.add(shared, "0")
        until = time.monotonic() + (WHOLE if self._whole else SHORT) + 0.1
        children = [self._started(number, until) for number in range(WRITERS)]
        told = [child.end() for child in children]
        failed = [said for child, said in zip(children, told, strict=True) if not child.fine]
        for said in failed:
            self._expect(False, f"a writer failed: {said[-800:]}")
        if not failed:
            answers = [json.loads(said) for said in told]
            self._look([Counter(answer["done"]) for answer in answers])
            self._times([answer["times"] for answer in answers])
        for file in self._run.folder.glob(f"{self._path.name}*"):
            file.unlink()

    def _started(self, number: int, until: float) -> Child:
        seed = f"{self._run.seed}/{self._name}/{number}"

        def write(pipe: int) -> None:
            answer = json.dumps(Writer(self._path, number, Random(seed)).live(until)).encode()
            while answer:
                answer = answer[os.write(pipe, answer) :]

        return forked(write)

    def _look(self, done: list[Counter[str]]) -> None:
        """Compares the file with what the writers were told that they did."""
        with MemoryStore.open(self._path) as store:
            report = store.verify()
            self._expect(report.ok, f"verify: {report.violations[:3]}")
            count = sum(each["counter"] for each in done)
            self._same(store, "counter", [str(number) for number in range(count + 1)])
            for shared in SHARED[1:]:
                wanted = [
                    f"writer {number} {text}"
                    for number, each in enumerate(done)
                    for text in _texts(shared, each[shared])
                ]
                self._same(store, shared, ["0", *wanted], in_order=False)
            for number, each in enumerate(done):
                parts = [
                    f"{text} {part}" for text in _texts("block", each["block"]) for part in "abc"
                ]
                own = ["own 0", *_texts("own", each["own"])]
                added = _texts("added", each["added"])
                self._same(store, f"writer {number}", [*own, *added, *parts], in_order=False)
        self._run.count("updates of what all share", sum(d[s] for d in done for s in SHARED))
        self._run.count("stale, and read again", sum(each["stale"] for each in done))

    def _same(
        self, store: MemoryStore, contact: str, wanted: list[str], *, in_order: bool = True
    ) -> None:
        found = [version.content for version in walk(store.versions, contact)]
        if not in_order:
            found, wanted = sorted(found), sorted(wanted)
        lost, strange = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
        self._expect(found == wanted, f"{contact}: lost {[*lost][:9]}, nobody's {[*strange][:9]}")

    def _times(self, times: list[list[float]]) -> None:
        calls = [len(each) for each in times]
        longest = max((each for those in times for each in those), default=0.0)
        fair = min(calls) >= FAIR * max(calls)
        if self._whole:
            self._expect(fair, f"unfair: the writers made {sorted(calls)} calls")
            self._expect(longest < LONGEST, f"a call took {longest:.3f} s")
        self._run.count("calls", sum(calls))
        self._run.count("fair rounds", int(fair))
        for limit in (0.1, LONGEST):
            late = sum(each >= limit for those in times for each in those)
            self._run.count(f"calls of {limit} s or more", late)

    def _expect(self, holds: bool, what: str) -> None:
        self._run.expect(holds, f"{self._name}: {what}")


def _texts(what: str, many: int) -> list[str]:
    return [f"{what} {number}" for number in range(1, many + 1)]


def run(run: Run) -> None:
    """Rounds, one after another."""
    number = 0
    while run.more():
        number += 1
        Round(run, number).play()
        run.count("rounds")


@contextmanager
def _no_turns() -> Iterator[None]:
    """Nobody waits for a turn, and a writer begins as a reader."""
    real = backend.run

    @contextmanager
    def held(self: Turns) -> Iterator[None]:
        yield

    def other(connection: Any, sql: str, *values: Any) -> Any:
        return real(connection, "BEGIN" if sql == "BEGIN IMMEDIATE" else sql, *values)

    with patch.object(Turns, "held", held), patch.object(backend, "run", other):
        yield


@contextmanager
def _last_wins() -> Iterator[None]:
    """An update of a version that is not the latest revises the latest."""
    update = MemoryStore.update

    def other(self: MemoryStore, version_id: str, content: str) -> MemoryVersion:
        try:
            return update(self, version_id, content)
        except StaleVersionError as stale:
            return other(self, stale.latest_id, content)

    with patch.object(MemoryStore, "update", other):
        yield


@contextmanager
def _gives_up() -> Iterator[None]:
    """A turn that is not free at once is refused."""
    begin = Turns.__init__

    def other(self: Turns, path: Path, timeout: float) -> None:
        begin(self, path, 0.0)

    with patch.object(Turns, "__init__", other):
        yield


CAMPAIGN: Final = Campaign(
    name="contention",
    goal={"rounds": 30, "calls": 20_000},
    promise=(
        "Eight processes that write one file, synced at every commit, lose no update and are never "
        "told that it is busy; the slowest makes half of the fastest's calls or more, and no call "
        "takes half a second"
    ),
    run=run,
    faults={
        "no turns, and a lock that is taken late": _no_turns,
        "the last writer wins": _last_wins,
        "nobody waits for a turn": _gives_up,
    },
    share=2,
    patience=3,
)
