"""Every point, and what must hold after each.

May live here: which points there are, in what order, and the judgement. May not be known here: how
a call is made, or how an exception comes into it.
"""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from attrs import define, frozen

from versionchain import MemoryStore, StorageError
from versionchain.testing.faults import FaultyBackend
from versionchain.testing.looking import difference, everything, plain

from ..campaign import Campaign, Run
from .faults import FAULTS
from .places import PENDING, InFile, InMemory, Place
from .planting import KINDS, Interrupted, Lines, OutOfMemoryError
from .scenes import CONTACTS, TENANTS, Call, opened, scenes, uncovered

CAUGHT: Final = (Interrupted, OutOfMemoryError, StorageError)
LINE: Final = "line"
ERRORS: Final[dict[str, Callable[[], BaseException]]] = {
    "StorageError": lambda: StorageError("planted"),
    "KeyboardInterrupt": lambda: Interrupted("planted"),
    "MemoryError": lambda: OutOfMemoryError("planted"),
}
"""What is raised at a backend's call. Before a line it is the two that any line can raise."""


@frozen
class Point:
    """One place of one call: the n-th line, or the n-th call of the backend with an error."""

    place: str
    scene: str
    way: str
    n: int


@define
class Ground:
    """A scene on a place: how it looks before and after, and from which point on it is after."""

    place: Place
    call: Call
    before: Any
    after: Any
    lines: int
    steps: int
    last_undone: int = 0
    first_kept: float = float("inf")


class Broken(Exception):  # noqa: N818  # it is what a run finds
    """Something does not hold after a point."""


def look(backend: Any) -> dict[str, Any]:
    """All that there is: every answer about every contact of every tenant, and the dumps.

    Raises:
        Broken: a read fails.
    """
    seen = {}
    try:
        for tenant in TENANTS:
            store = MemoryStore(backend, tenant=tenant)
            file = io.BytesIO()
            store.dump(file)
            seen[tenant] = {"all": everything(store, CONTACTS), "dump": file.getvalue().decode()}
    except Exception as error:
        raise Broken(f"a read fails: {error!r}") from error
    return seen


class Sweep:
    """Tries points, and judges what each leaves behind."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._places: dict[str, Place] = {
            "memory": InMemory(),
            "sqlite": InFile(run.folder / "sqlite"),
        }
        self._scenes = scenes(CAUGHT)
        self._grounds: dict[tuple[str, str], Ground] = {}
        self._elsewhere = ThreadPoolExecutor(1)

    def close(self) -> None:
        """Ends the other thread."""
        self._elsewhere.shutdown()

    def points(self) -> list[Point]:
        """Every point there is. Each scene runs once to see how many it has."""
        found = []
        for place in self._places:
            for scene in self._scenes:
                ground = self._ground(place, scene)
                found += [Point(place, scene, LINE, n + 1) for n in range(ground.lines)]
                found += [
                    Point(place, scene, w, n + 1) for w in ERRORS for n in range(ground.steps)
                ]
        return found

    def few(self) -> Iterator[Point]:
        """Points at random, for ever: for a run that tries only some."""
        random = self._run.random
        while True:
            place, scene = random.choice([*self._places]), random.choice([*self._scenes])
            ground = self._ground(place, scene)
            if random.random() < 0.5:
                point = Point(place, scene, LINE, random.randint(1, ground.lines))
            else:
                way = random.choice([*ERRORS])
                point = Point(place, scene, way, random.randint(1, ground.steps))
            yield point

    def attempt(self, point: Point) -> None:
        """Tries a point.

        Raises:
            Broken: something does not hold afterwards.
        """
        ground = self._ground(point.place, point.scene)
        with ground.place.fresh() as backend:
            out, lines, committed = self._made(ground, point, backend)
            where = lines.where if lines else point.way
            seen = look(backend)
            if seen not in (ground.before, ground.after):
                raise Broken(f"{where}: {difference(plain(ground.before), plain(seen))}")
            # A block that went on past the exception may have either, and both are whole.
            if out is None and seen != ground.after and not point.scene.endswith("in a block"):
                raise Broken(f"{where}: it returned, and the change is not there")
            if out is not None and committed is False and seen != ground.before:
                raise Broken(f"{where}: it raised before the commit, and the change is there")
            self._run.count("kept" if seen == ground.after != ground.before else "undone")
            if lines and out is not None:
                self._in_order(ground, point.n, seen)
            left = ground.place.left(backend)
            if left != PENDING:
                self._verify(backend, where)
            if left is None:
                self._go_on(ground.place, backend, where)
            elif lines and lines.releasing and "lock" in left:
                self._run.count("locks left")
            elif left == PENDING and lines and point.scene == "undone block":
                self._run.count("rolled back by the next")
                self._go_on(ground.place, backend, where)
            else:
                raise Broken(f"{where}: {left} is left")

    @staticmethod
    def _verify(backend: Any, where: str | None) -> None:
        for tenant in TENANTS:
            report = MemoryStore(backend, tenant=tenant).verify()
            if not report.ok:
                raise Broken(f"{where}: verify: {report.violations[:3]}")

    @staticmethod
    def _in_order(ground: Ground, n: int, seen: Any) -> None:
        """There is one commit: what is raised before it is undone, what is raised after is kept."""
        if seen == ground.after:
            ground.first_kept = min(ground.first_kept, n)
        if seen == ground.before:
            ground.last_undone = max(ground.last_undone, n)
        if ground.before != ground.after and ground.last_undone > ground.first_kept:
            raise Broken(f"kept at {ground.first_kept}, and undone at {ground.last_undone}")

    def _made(
        self, ground: Ground, point: Point, backend: Any
    ) -> tuple[BaseException | None, Lines | None, bool | None]:
        """Makes the call with its fault: what came out, and whether it had been committed."""
        if point.way == LINE:
            lines = Lines(point.n)
            out = _outcome(
                lambda: lines.run(lambda: ground.call(opened(backend), ground.place.held))
            )
            self._expect_out(lines.error, out, point)
            return out, lines, None
        faulty = FaultyBackend(backend, point.n, ERRORS[point.way])
        out = _outcome(lambda: ground.call(opened(faulty), ground.place.held))
        if faulty.failed is None:
            raise Broken("no such point: a run is not like another")
        return out, None, faulty.failed == "purge"

    @staticmethod
    def _expect_out(planted: BaseException | None, out: BaseException | None, point: Point) -> None:
        if planted is None:
            raise Broken("no such point: a run is not like another")
        swallowed = out is None and not point.scene.endswith("in a block")
        # Where memory ran out inside SQLite's driver, the library says so in its own words.
        named = isinstance(planted, MemoryError) and getattr(out, "code", None) == "SQLITE_NOMEM"
        if swallowed or not (out in (None, planted) or named):
            raise Broken(f"{planted}: what came out is {out!r}")

    def _go_on(self, place: Place, backend: Any, where: str | None) -> None:
        """Others read and write at once: another backend on the file, another thread, this one."""
        others = place.others(backend)
        troubles = [
            ("another thread", self._elsewhere.submit(_write, others[0]).result(timeout=60)),
            ("the same thread", _write(others[-1])),
        ]
        for who, trouble in troubles:
            if trouble is not None:
                raise Broken(f"{where}: then {who}: {trouble}")
        for other in others[:-1]:
            other.close()

    def _ground(self, place: str, scene: str) -> Ground:
        key = (place, scene)
        if key not in self._grounds:
            self._grounds[key] = self._surveyed(self._places[place], self._scenes[scene])
        return self._grounds[key]

    @staticmethod
    def _surveyed(place: Place, call: Call) -> Ground:
        """Makes the call without a fault, twice: to count its calls of the backend, and lines."""
        with place.fresh() as backend:
            before = look(backend)
            faulty = FaultyBackend(backend)
            call(opened(faulty), place.held)
            after = look(backend)
        with place.fresh() as backend:
            lines = Lines()
            lines.run(lambda: call(opened(backend), place.held))
            if look(backend) != after:
                raise Broken("a run is not like another")
        return Ground(place, call, before, after, lines.count, faulty.steps)


def _write(backend: Any) -> str | None:
    """Writes, reads and verifies: what went wrong."""
    try:
        for tenant in TENANTS[:2]:
            store = MemoryStore(backend, tenant=tenant)
            made = store.add("ada", "Goes on")
            if store.get(made.id) != made:
                return "what was written is not read"
            report = store.verify()
            if not report.ok:
                return f"verify: {report.violations}"
    except Exception as error:  # noqa: BLE001  # none of any kind may come
        return repr(error)
    return None


def _outcome(call: Callable[[], object]) -> BaseException | None:
    try:
        call()
    except (*KINDS, Exception) as error:  # noqa: BLE001  # which it is, is judged
        return error.with_traceback(None)
    return None


def run(run: Run) -> None:
    """Tries every point in the order that the seed gives; some at random where few are wanted."""
    run.expect(not uncovered(), f"these calls are not covered: {sorted(uncovered())}")
    sweep = Sweep(run)
    try:
        if run.limit < 1000:
            points = sweep.few()
        else:
            every = sweep.points()
            run.random.shuffle(every)
            if run.limit >= GOAL:  # the sweep ends by itself
                run.limit = float("inf")
            points = iter(every)
        for point in points:
            if not run.more():
                return
            try:
                sweep.attempt(point)
            except Broken as broken:
                run.found(f"seed {run.seed}, {point}: {broken}")
            run.count("points")
        run.count("sweeps")
    except Broken as broken:
        run.found(f"seed {run.seed}, without any exception: {broken}")
    finally:
        sweep.close()


GOAL: Final = 41_000

CAMPAIGN: Final = Campaign(
    name="exceptions",
    goal={"points": GOAL, "sweeps": 1},
    promise=(
        "An exception at any line of a call that writes, or at any call of its backend, leaves the "
        "store as it was or as the call makes it, with no transaction open and no lock held but "
        "one whose letting go it came into"
    ),
    run=run,
    faults=FAULTS,
    share=60,
    patience=300,
)
