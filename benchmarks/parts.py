"""Where a write's time goes, part by part.

May live here: which functions are which part, and how a part's time is told from that of what it
calls. May not be known here: the workloads.

Two stores take turns with the floor: one is the library as it is, in the other the functions of the
parts are timed. A part has its own time alone, without that of the parts inside it, and less what
the timing costs, as far as that can be told. What no part has are the calls between them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter_ns
from typing import Any, Final
from unittest.mock import patch

from attrs import frozen

from versionchain import MemoryStore, chain, validation
from versionchain.backends.lock import WriterLock
from versionchain.backends.memory.backend import MemoryBackend
from versionchain.backends.memory.writer import MemoryWriter
from versionchain.backends.sqlite import backend, reader, writer
from versionchain.backends.sqlite.backend import SQLiteBackend
from versionchain.backends.sqlite.turns import Turns
from versionchain.backends.sqlite.writer import SQLiteWriter
from versionchain.calls.base import Settings
from versionchain.calls.write import WriteCalls
from versionchain.work import Work

from .subjects import Subject
from .timing import Task, interleave
from .workloads import WORKLOADS, Case, Rounds

CHECKS: Final = "checks of the arguments"
IDS: Final = "new ids"
TURN: Final = "the turn to write"
RULES: Final = "rules and records"
CHANGE: Final = "the change"
STATEMENTS: Final = "SQL statements"
COMMIT: Final = "commit"
BETWEEN: Final = "calls between them"
TOTAL: Final = "all of it"
FLOOR: Final = "the floor"
SHOWN: Final = ("W1", "W2", "D1")
"""The workloads that are taken apart where none is named."""

_FUNCTIONS: Final[dict[str, Sequence[tuple[Any, str]]]] = {
    CHECKS: (
        (WriteCalls, "_checked"),
        (validation, "edit"),
        (validation, "identifier"),
        (validation, "optional_text"),
    ),
    IDS: ((Settings, "new_ids"),),
    RULES: ((chain, "append"), (chain, "inherit"), (chain, "cut"), (Work, "record")),
    CHANGE: ((MemoryWriter, "apply"), (SQLiteWriter, "apply")),
    STATEMENTS: (
        (reader, "first_row"),
        (reader, "all_rows"),
        (writer, "run"),
        (writer, "run_many"),
        (backend, "run"),
    ),
    COMMIT: ((MemoryWriter, "commit"), (SQLiteWriter, "commit")),
}
PARTS: Final = (*_FUNCTIONS, TURN, BETWEEN, TOTAL, FLOOR)
"""Every part, in the order of a table."""

_BLOCKS: Final = (
    (MemoryStore, "_working"),
    (MemoryBackend, "write"),
    (SQLiteBackend, "write"),
    (WriterLock, "held"),
    (Turns, "held"),
)


@frozen
class Part:
    """What one part of a workload's operation takes.

    Attributes:
        workload: its id.
        durability: at which.
        part: its name.
        seconds: of an operation, the median of the rounds.
    """

    workload: str
    durability: str
    part: str
    seconds: float


class _Clock:
    """Whose time it is: the innermost part's that has begun and not ended."""

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.inside: Counter[str] = Counter()
        self._open: list[str] = []
        self._since = 0

    def begin(self, part: str) -> None:
        now = perf_counter_ns()
        if self._open:
            self.own[self._open[-1]] += now - self._since
            self.inside[self._open[-1]] += 1
        self._open.append(part)
        self.calls[part] += 1
        self._since = perf_counter_ns()

    def end(self) -> None:
        now = perf_counter_ns()
        self.own[self._open.pop()] += now - self._since
        self._since = perf_counter_ns()

    def timed(self, part: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """The function, as a part."""

        def call(*args: Any, **given: Any) -> Any:
            self.begin(part)
            try:
                return real(*args, **given)
            finally:
                self.end()

        return call

    def block(self, part: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """The context manager, whose making and two ends are a part."""
        made = self.timed(part, real)
        return lambda *args, **given: _Block(self, part, made(*args, **given))


class _Block:
    """A context manager whose two ends are a part."""

    def __init__(self, clock: _Clock, part: str, held: AbstractContextManager[Any]) -> None:
        self.__enter = clock.timed(part, held.__enter__)
        self.__exit = clock.timed(part, held.__exit__)

    def __enter__(self) -> Any:
        return self.__enter()

    def __exit__(self, *raised: Any) -> Any:
        return self.__exit(*raised)


def run(
    subjects: Sequence[Subject],
    ids: Sequence[str] = SHOWN,
    *,
    n: int,
    rounds: int,
    seed: int = 1,
    folder: Path | None = None,
) -> list[Part]:
    """Takes workloads apart, at each durability.

    Args:
        subjects: the library and its floors.
        ids: the workloads.
        n: how many versions the stores have.
        rounds: how many rounds are timed.
        seed: where the data's chances come from.
        folder: on which disk the files lie; None: the system's temporary one.
    """
    found = []
    for id in ids:
        for durability in dict.fromkeys(each.durability for each in subjects):
            both = [each for each in subjects if each.durability == durability]
            with TemporaryDirectory(dir=folder, prefix="bench") as home:
                parts = _apart(
                    id, both, Case(n=n, operations=n, rounds=rounds + 1, seed=seed), home
                )
            found += [Part(id, durability, part, seconds) for part, seconds in parts.items()]
    return found


def _apart(id: str, subjects: Sequence[Subject], case: Case, home: str) -> Mapping[str, float]:
    library = next(each for each in subjects if each.kind == "library")
    floor = next(each for each in subjects if each.kind == "floor")
    opened = []
    for i, subject in enumerate((library, library, floor)):
        where = Path(home) / str(i)
        where.mkdir()
        opened.append(subject.open(where / "store.db"))
    clocks: list[tuple[_Clock, int]] = []
    plain, apart, under = (WORKLOADS[id].rounds(each, case) for each in opened)
    whole, _, floors = interleave([plain, _timed(apart, clocks), under])
    for each in opened:
        each.close()
    begun, ended = _cost()
    titles = PARTS[: PARTS.index(BETWEEN)]
    parts = {
        title: median(_own(title, *clock, begun, ended) for clock in clocks[1:]) for title in titles
    }
    total = median(whole)
    between = max(0.0, total - sum(parts.values()))
    rest = {BETWEEN: between, TOTAL: total, FLOOR: median(floors)}
    return {title: seconds for title, seconds in parts.items() if seconds > 0} | rest


def _own(title: str, clock: _Clock, operations: int, inner: float, outer: float) -> float:
    """A part's own seconds of an operation, less what it cost to time it and the parts inside."""
    if not clock.calls[title]:
        return 0.0
    timing = clock.calls[title] * inner + clock.inside[title] * outer
    return max(0.0, (clock.own[title] - timing) / operations / 1e9)


def _timed(rounds: Rounds, clocks: list[tuple[_Clock, int]]) -> Rounds:
    """Rounds in which the parts are timed; each adds its clock."""
    for task in rounds:

        def run(task: Task = task) -> None:
            clock = _Clock()
            with _planted(clock):
                task.run()
            clocks.append((clock, task.operations))

        yield Task(run, task.operations)


@contextmanager
def _planted(clock: _Clock) -> Iterator[None]:
    with ExitStack() as stack:
        for part, functions in _FUNCTIONS.items():
            for owner, name in functions:
                timed = clock.timed(part, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, timed))
        for owner, name in _BLOCKS:
            block = clock.block(TURN, getattr(owner, name))
            stack.enter_context(patch.object(owner, name, block))
        yield


def _cost(calls: int = 20_000) -> tuple[float, float]:
    """Nanoseconds that timing a call adds to its part, and to the part around it."""
    clock = _Clock()
    nothing = clock.timed("inside", lambda: None)

    def around() -> None:
        for _ in range(calls):
            nothing()

    clock.timed("around", around)()
    return clock.own["inside"] / calls, clock.own["around"] / calls
