"""What a campaign is, and one run of it.

May live here: the seed, the limits, the counts, the findings. May not be known here: any store.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from attrs import Factory, define, field, frozen

Fault = Callable[[], AbstractContextManager[None]]
"""Plants something wrong for as long as a block lasts."""


@define
class Run:
    """One run of a campaign: where its chances come from, when it ends, what it counted and found.

    Attributes:
        seed: gives `random`; the same seed and limit give the same run, but for what the operating
            system decides (where a signal lands, which thread goes first).
        folder: an empty folder, which goes with the run.
        seconds: no new unit is begun after so many.
        limit: no new unit is begun after so many of the campaign's unit.
        unit: what is counted for `limit`.
        counts: what was done.
        findings: what must not be, in words that tell how to see it again. The first ends the run.
        tell: is told of each finding when it comes.
    """

    seed: int
    folder: Path
    unit: str
    seconds: float = float("inf")
    limit: float = float("inf")
    counts: Counter[str] = Factory(Counter)
    findings: list[str] = Factory(list)
    tell: Callable[[str], object] = str
    random: Random = field(init=False)
    _start: float = field(init=False, factory=time.monotonic)

    def __attrs_post_init__(self) -> None:
        """Seeds the chances."""
        self.random = Random(self.seed)

    def more(self) -> bool:
        """Whether another unit is to be begun."""
        return (
            not self.findings
            and self.counts[self.unit] < self.limit
            and self.elapsed() < self.seconds
        )

    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    def count(self, name: str, number: int = 1) -> None:
        """Adds to a count."""
        self.counts[name] += number

    def found(self, what: str) -> None:
        """Something that must not be. The run ends after this unit."""
        self.findings.append(what)
        self.tell(what)

    def expect(self, holds: bool, what: str) -> None:
        """Finds `what` where it does not hold."""
        if not holds:
            self.found(what)


@frozen
class Campaign:
    """A way to try to break a store.

    Attributes:
        name: of its command.
        unit: what one try is called; the first of `goal`, and what `--count` limits.
        goal: what a whole campaign counts at least, over all its recorded runs.
        promise: what holds, one sentence for the README's table.
        run: does it.
        faults: what is planted to see it caught: a name, and what plants it in this process. Each
            must make `run` find something within `patience` units.
        share: how many units the default suite runs, in at most a few seconds.
        patience: how many units a planted fault may take to be found.
    """

    name: str
    goal: Mapping[str, int]
    promise: str
    run: Callable[[Run], None]
    faults: Mapping[str, Fault] = Factory(dict)
    share: int = 10
    patience: int = 100

    @property
    def unit(self) -> str:
        """What one try is called."""
        return next(iter(self.goal))

    def go(
        self,
        seed: int,
        *,
        seconds: float = float("inf"),
        limit: float = float("inf"),
        tell: Callable[[str], object] = str,
    ) -> Run:
        """Makes a run, and gives back what it counted and found."""
        with TemporaryDirectory() as folder:
            run = Run(seed, Path(folder), self.unit, seconds, limit, tell=tell)
            self.run(run)
        return run
