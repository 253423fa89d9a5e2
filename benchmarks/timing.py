"""How time is taken, and what is said of it.

May live here: the clock, the order of rounds, medians, spreads, ratios. May not be known here: what
is timed.

The subjects of one workload take turns, round by round, in one process: A B C, B C A, C A B. So
what the machine does beside it falls on all of them, and a ratio is taken within each round. The
first round warms up and counts for nothing. What a round needs is prepared before its clock starts,
and the garbage collector waits until all rounds are over.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Final

from attrs import frozen

CLOCKS: Final = {"wall": perf_counter, "cpu": process_time}
"""The second leaves out what other programs took, and every wait for the disk."""


@frozen
class Task:
    """One round of one subject, prepared.

    Attributes:
        run: what the clock is held over.
        operations: how many that is.
    """

    run: Callable[[], object]
    operations: int


@frozen
class Middle:
    """A median with its spread.

    Attributes:
        low: the lower quartile.
        value: the median.
        high: the upper quartile.
    """

    low: float
    value: float
    high: float


def interleave(
    subjects: Sequence[Iterator[Task]], clock: Callable[[], float] = perf_counter
) -> list[list[float]]:
    """Runs the rounds of all subjects in turns, until one has no more.

    Args:
        subjects: each gives its rounds one by one, prepared.
        clock: gives seconds.

    Returns:
        For each subject the seconds an operation took in each round, without the first round.
    """
    taken: list[list[float]] = [[] for _ in subjects]
    gc.collect()
    gc.disable()
    try:
        number = 0
        while True:
            for turn in range(len(subjects)):
                which = (number + turn) % len(subjects)
                task = next(subjects[which], None)
                if task is None:
                    complete = min(map(len, taken))
                    return [each[1:complete] for each in taken]
                run = task.run
                start = clock()
                run()
                taken[which].append((clock() - start) / task.operations)
            number += 1
    finally:
        gc.enable()


def middle(values: Sequence[float]) -> Middle:
    """The median and the quartiles. O(n log n)."""
    if len(values) < 2:
        return Middle(values[0], values[0], values[0])
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Middle(low, median(values), high)


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> Middle:
    """How many times as long they took as we did, round by round: above 1, we are faster.

    Args:
        theirs: seconds an operation, by round.
        ours: likewise, of the same rounds.
    """
    return middle([their / our for their, our in zip(theirs, ours, strict=True)])
