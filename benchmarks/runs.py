"""Running the workloads on the subjects, those of equal durability in turns.

May live here: who is compared with whom, and what one comparison found. May not be known here: a
workload's operations, or what should be reached.
"""

import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from attrs import evolve, frozen

from .subjects import Durability, Subject
from .timing import Middle, interleave, middle, ratio
from .workloads import WORKLOADS, Case, Workload, with_size

AGAIN: Final = "versionchain, again"
NOW: Final = "versionchain, the same list now"
READS: Final = frozenset({"R1", "R2", "L1", "S1"})
GROUPS: Final[tuple[Durability, ...]] = ("none", "normal", "full")
FEW: Final = 5
# A synced write takes as long as a hundred of the others, and varies less.
FULL_SHARE: Final = 5


@frozen
class Row:
    """What one subject took for one workload.

    Attributes:
        workload: its id.
        size: which of its sizes; 0 where it has one.
        subject: its name.
        kind: library, floor or peer.
        medium: where it keeps what it is given.
        durability: with whom it was compared.
        release: the measured package and its version.
        rounds: how many were timed.
        seconds: what one operation took.
        ratio: how many times as long as the library in the same rounds; None for itself.
    """

    workload: str
    size: int
    subject: str
    kind: str
    medium: str
    durability: str
    release: str
    rounds: int
    seconds: Middle
    ratio: Middle | None


def machine() -> dict[str, str | int | float]:
    """What the measurements hang on: the processor, the system, the versions, and the load now."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else -1.0,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def run(
    subjects: Sequence[Subject],
    ids: Iterable[str],
    *,
    n: int,
    rounds: int,
    seed: int,
    folder: Path | None = None,
    clock: Callable[[], float] = perf_counter,
    say: Callable[[Row], None] = lambda _: None,
) -> list[Row]:
    """Runs workloads, at each durability for itself.

    Args:
        subjects: who takes part; the library must, to be compared with.
        ids: which workloads, in this order.
        n: how many versions the stores have.
        rounds: how many are timed; fewer for operations that take long.
        seed: where the data's chances come from.
        folder: on which disk the files lie; None: the system's temporary one.
        clock: gives seconds.
        say: told of each row as it is there.
    """
    rows = []
    for id in ids:
        workload = WORKLOADS[id]
        for durability in GROUPS:
            group = [each for each in subjects if each.group == durability]
            group = [each for each in group if id in each.workloads]
            for size in workload.sizes(n) if group else ():
                case = with_size(_case(workload, durability, n, rounds, seed), size)
                found = compare(workload, _with_controls(workload, group), case, folder, clock)
                for row in found:
                    say(row)
                rows += found
    return rows


def _case(workload: Workload, durability: Durability, n: int, rounds: int, seed: int) -> Case:
    operations = int(n * workload.share)
    if durability == "full" and workload.id not in READS:
        operations //= FULL_SHARE
    return Case(
        n=n,
        operations=max(1, operations),
        rounds=1 + (min(rounds, FEW) if workload.few else rounds),
        seed=seed,
    )


def _with_controls(workload: Workload, group: list[Subject]) -> list[Subject]:
    """The group, with the library once more under another name, and what S1 is held against."""
    ours = next((each for each in group if each.kind == "library"), None)
    if ours is None:
        return group
    opening = ours.open
    now = [evolve(ours, name=NOW, open=lambda path: _Now(opening(path)))]
    return [*group, evolve(ours, name=AGAIN), *(now if workload.id == "S1" else ())]


class _Now:
    """A store that looks at the newest state whenever it is asked for an old one."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)

    def at(self, revision: int) -> Any:  # noqa: ARG002  # the store's own name
        """The store as it is now."""
        return self._opened


def compare(
    workload: Workload,
    subjects: Sequence[Subject],
    case: Case,
    folder: Path | None = None,
    clock: Callable[[], float] = perf_counter,
) -> list[Row]:
    """Runs one workload on subjects of one durability, in turns. A row each."""
    with TemporaryDirectory(dir=folder, prefix="bench") as home:
        opened: list[Any] = []
        runs = []
        try:
            for number, subject in enumerate(subjects):
                place = Path(home) / str(number)
                place.mkdir()
                store = subject.open(place / "store.db")
                opened.append(store)
                grouped = evolve(case, in_groups="WB" in subject.workloads)
                runs.append(workload.rounds(store, grouped))
            taken = interleave(runs, clock)
        finally:
            for store in opened:
                store.close()
    ours = next((i for i, each in enumerate(subjects) if each.kind == "library"), None)
    return [
        Row(
            workload=workload.id,
            size=case.size,
            subject=subject.name,
            kind=subject.kind,
            medium=subject.medium,
            durability=subject.durability,
            release=subject.release,
            rounds=len(taken[i]),
            seconds=middle(taken[i]),
            ratio=None if ours in (None, i) else ratio(taken[i], taken[ours or 0]),
        )
        for i, subject in enumerate(subjects)
    ]


def progress(row: Row) -> None:
    """A word on stderr for a row, so that a long run is seen to go on."""
    print(f"{row.workload} {row.durability} {row.subject}", file=sys.stderr)
