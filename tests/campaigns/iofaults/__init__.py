"""I/O faults: every public call that writes, on a disk that fails at every call made of it.

A disk fails once or from then on, by an error, by one that comes after the thing was done, by being
full, or by taking half of a write. The store must say so with an error of its own, be as before or
as after and say truly which, go on when the disk does, and be sound when it is opened again.

A run of at least the goal sweeps over every point of every case, which no seed changes; a shorter
one tries a few points of each, which follow from its seed.

May live here: the sweep. May not be known here: what must hold at a point.
"""

import shutil
from pathlib import Path
from typing import Final

from attrs import Factory, define

from versionchain import CommitUnknownError

from ..campaign import Campaign, Run
from ..vfs import in_memory
from .cases import CASES, uncovered
from .disk import HOWS, Point
from .planted import FAULTS
from .scene import Scene, make
from .trial import Expected, Trial, Wrong, expected

GOAL: Final = 18_000
COMBINATIONS: Final = [(case, start) for case in CASES for start in case.starts]


@define
class Sweep:
    """A run over the points of every case.

    Attributes:
        run: counts and finds.
        folder: an empty one.
        scene: what cases begin with.
    """

    run: Run
    folder: Path
    scene: Scene
    _points: dict[int, list[Point]] = Factory(dict)
    _hoped: dict[int, Expected] = Factory(dict)

    def whole(self) -> None:
        """Every point of every case, as long as nothing is found and there is time."""
        for number in range(len(COMBINATIONS)):
            for point in self._points_of(number):
                if self.run.findings or self.run.elapsed() > self.run.seconds:
                    return
                self._try(number, point)
        for result in ("kept", "undone"):
            known = self.run.counts[f"CommitUnknownError, and it was {result}"]
            self.run.expect(known > 0, f"no CommitUnknownError where it was {result}")

    def few(self) -> None:
        """One point of each case, by chance."""
        for number in range(len(COMBINATIONS)):
            if not self.run.more():
                return
            points = self._points_of(number)
            if points and not self.run.findings:
                # Rather a late one: that is where a call commits.
                place = max(self.run.random.choices(range(len(points)), k=2))
                self._try(number, points[place])

    def _points_of(self, number: int) -> list[Point]:
        """Every point of a case: each call that a sound disk is asked, in each way it can fail."""
        if number not in self._points:
            self._hoped[number] = expected(self.scene, *COMBINATIONS[number])
            trial = self._tried(number, None)
            self._points[number] = [
                Point(index, how, sticky)
                for index, (kind, _) in enumerate(trial.disk.trace, 1)
                for how, kinds in HOWS.items()
                if kind in kinds
                for sticky in (False, True)
            ]
            if not self._points[number]:
                self.run.found(f"{self._called(number)}: no call of it can fail")
        return self._points[number]

    def _try(self, number: int, point: Point) -> None:
        trial = self._tried(number, point)
        self.run.count("points")
        self.run.count(trial.case.name)
        self.run.count(type(trial.error).__name__ if trial.error else "no error")
        if isinstance(trial.error, CommitUnknownError):
            kept = "kept" if trial.killed == trial.expected.after else "undone"
            self.run.count(f"CommitUnknownError, and it was {kept}")
            self.run.count(f"CommitUnknownError at a {trial.disk.failed}, {kept}")

    def _tried(self, number: int, point: Point | None) -> Trial:
        case, start = COMBINATIONS[number]
        trial = Trial(self.scene, case, start, self._hoped[number], self.folder, point)
        try:
            trial.go()
        except Wrong as wrong:
            at = f"{point} ({trial.disk.failed})" if point else "a sound disk"
            self.run.found(f"{self._called(number)}, {at}: {wrong}")
        _empty(self.folder)
        return trial

    @staticmethod
    def _called(number: int) -> str:
        case, start = COMBINATIONS[number]
        return f"case {CASES.index(case)}, {case.name} on {start}"


def run(run: Run) -> None:
    """Sweeps, one or more."""
    for name in uncovered():
        run.found(f"{name}: not covered")
    with in_memory(run.folder) as folder:
        scene = make(folder)
        _empty(folder)
        sweep = Sweep(run, folder, scene)
        while run.more():
            if run.limit >= GOAL:
                sweep.whole()
            else:
                sweep.few()


def _empty(folder: Path) -> None:
    for file in folder.iterdir():
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


CAMPAIGN: Final = Campaign(
    name="iofaults",
    goal={"points": GOAL},
    promise=(
        "Whatever I/O call fails, once or for good, by an error, a full disk or a short write: the "
        "store is as before or as after, says which, and goes on when the disk does"
    ),
    run=run,
    faults=FAULTS,
    share=80,
    patience=300,
)
