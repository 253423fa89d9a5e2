"""Schedules, one after another, and their judgement.

May live here: what a seed chooses, and what must hold at the end. May not be known here: how
control is passed.

Few switches find most races, so a seed chooses one to three. A third of the schedules leaves the
call that begins at one of its own opcodes, the other at one of its own, and so on, since a short
call is seldom met otherwise; in the rest a switch is anywhere in the two, one after the other, or
soon after a lock was let go, since there another gets in. The judge is a run without any switch:
the two answers and the structures in the end must be those of one of the two orders, and there
`verify()` holds.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pickle import dumps, loads
from random import Random
from typing import Any, Final
from unittest.mock import patch

from attrs import frozen

from versionchain import MemoryStore
from versionchain.backends import lock
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.memory import backend as memory
from versionchain.testing.repeatable import Clock, Ids

from ..campaign import Campaign, Run
from .faults import FAULTS
from .pairs import PAIRS, Held, prepare
from .scheduler import Scheduler, threading_of

EACH: Final = 10_000
"""Schedules of each pair that a whole campaign tries."""

REPLAYED: Final = 100
"""One in so many is run again, and must come to the same."""

SOON: Final = (1, 2, 3, 4, 5, 8, 12, 20, 30)
"""So many opcodes after a lock was let go are soon after."""


@frozen
class Outcome:
    """What a run of two calls came to."""

    answers: tuple[Any, ...]
    states: dict[str, Any]


@frozen
class Chance:
    """What a seed chooses: which call begins, and the opcodes before which control passes."""

    first: int
    points: list[int]


class Table:
    """Where two calls meet: the prepared store, laid anew for each run."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        backend = MemoryBackend()
        self.held: Held = prepare(backend)
        self._kept = dumps(backend._states)
        self._serial: dict[str, tuple[Outcome, Outcome]] = {}
        self._lengths: dict[str, tuple[int, int]] = {}
        self._releases: dict[str, list[int]] = {}

    def close(self) -> None:
        """Ends the other thread."""
        self.scheduler.close()

    def chance(self, pair: str, seed: str) -> Chance:
        """What a seed chooses for a pair."""
        random = Random(seed)
        self.serial(pair)
        first, switches = random.randrange(2), random.choice((1, 1, 2, 2, 3))
        if random.random() < 0.33:
            return Chance(first, self._within(random, pair, first, switches))
        return Chance(first, self._anywhere(random, pair, switches))

    def _within(self, random: Random, pair: str, first: int, switches: int) -> list[int]:
        """Each call in turn is left at an opcode of its own."""
        lengths, made, points = self._lengths[pair], [0, 0], [0]
        for switch in range(switches):
            me = (first + switch) % 2
            further = random.randint(1, max(1, lengths[me] - made[me]))
            made[me] += further
            points.append(points[-1] + further)
        return points[1:]

    def _anywhere(self, random: Random, pair: str, switches: int) -> list[int]:
        """At opcodes of the two calls one after the other, half of them where a lock was let go."""
        points = set()
        for _ in range(switches):
            if random.random() < 0.5:
                points.add(random.randint(1, sum(self._lengths[pair])))
            else:
                points.add(random.choice(self._releases[pair]) + random.choice(SOON))
        return sorted(points)

    def serial(self, pair: str) -> tuple[Outcome, Outcome]:
        """What the pair comes to in either order, with no switch."""
        if pair not in self._serial:
            for _ in range(2):  # once more, since what the library remembers costs once
                both = tuple(self.made(pair, Chance(first, []), whole=True) for first in (0, 1))
                after, end = self.scheduler.ends[1], self.scheduler.opcodes
                self._lengths[pair] = (end - after, after)
                self._releases[pair] = self.scheduler.releases or [0]
            self._serial[pair] = (both[0], both[1])
        return self._serial[pair]

    def made(self, pair: str, chance: Chance, *, whole: bool = False) -> Outcome:
        """Runs a pair as a seed chose."""
        scheduler = self.scheduler
        backend = MemoryBackend()
        backend._states.clear()
        backend._states.update(loads(self._kept))
        sources = (Ids(11), Ids(12))
        store = MemoryStore(
            backend, actor="tester", clock=Clock(), ids=lambda: sources[scheduler.turn]()
        )
        one, other = PAIRS[pair]
        tasks = (lambda: one(store, self.held), lambda: other(store, self.held))
        answers = scheduler.run(tasks, chance.first, chance.points, whole=whole)
        return Outcome(tuple(map(_comparable, answers)), backend._states)


def _comparable(answer: Any) -> Any:
    if isinstance(answer, BaseException):
        return type(answer).__name__, str(answer)
    return answer


@contextmanager
def table() -> Iterator[Table]:
    """A table whose stores have locks that know whose turn it is."""
    with ExitStack() as stack:
        laid = Table()
        stack.callback(laid.close)
        for module in (lock, memory):
            stack.enter_context(patch.object(module, "threading", threading_of(laid.scheduler)))
        yield laid


def trouble(outcome: Outcome, serial: tuple[Outcome, Outcome]) -> str | None:
    """What is wrong with an outcome."""
    for state in outcome.states.values():
        if state.pending is not None:
            return "something is pending"
        ranks = [contact.ranks for contact in state.contacts.values()]
        if any(list(listing) != sorted(listing) for listing in (state.contacts, *ranks)):
            return "a listing is out of order"
    if outcome in serial:
        return None
    for order in serial:
        if outcome.answers == order.answers:
            return f"the answers are right, the store is not: {outcome.states}"
    return f"the answers are of neither order: {outcome.answers}"


def run(run: Run) -> None:
    """Schedules of every pair in turn, each from a seed of its own."""
    with table() as laid:
        number = 0
        for pair in PAIRS:
            sound = _unsound(laid, pair)
            run.expect(sound is None, f"{pair}, no switch: {sound}")
        while run.more():
            for pair in PAIRS:
                seed = f"{run.seed}/{pair}/{number}"
                outcome = laid.made(pair, laid.chance(pair, seed))
                switches = laid.scheduler.switches
                wrong = trouble(outcome, laid.serial(pair))
                run.expect(wrong is None, f"{pair}, seed {seed!r}: {wrong}")
                run.count("schedules")
                run.count("switches", switches)
                if number % REPLAYED == 0:
                    again = laid.made(pair, laid.chance(pair, seed))
                    same = (again, laid.scheduler.switches) == (outcome, switches)
                    run.expect(same, f"{pair}, seed {seed!r}: another outcome in a second run")
                    run.count("replays")
                if not run.more():
                    return
            number += 1


def _unsound(laid: Table, pair: str) -> str | None:
    """What is wrong with a pair without any switch."""
    for order in laid.serial(pair):
        backend = MemoryBackend()
        backend._states.update(order.states)
        report = MemoryStore(backend).verify()
        if not report.ok:
            return str(report.violations)
    return None


CAMPAIGN: Final = Campaign(
    name="schedules",
    goal={"schedules": len(PAIRS) * EACH},
    promise=(
        "Two calls at once come out as one after the other, wherever a thread is interrupted, in "
        "memory"
    ),
    run=run,
    faults=FAULTS,
    share=300,
    patience=20_000,
)
