"""How time grows with the store and with the chain: flat or logarithmic, as curves.

May live here: single operations in stores and chains of rising size. May not be known here: what
should be reached, or how curves are drawn.

Each store is filled once, and all operations are timed in it one after another; what is timed is
the same number of operations at every size.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import frozen

from .data import Data
from .subjects import Subject
from .timing import Middle, Task, interleave, middle
from .workloads import A_CONTACT, GROUP, load, revise

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
LENGTHS: Final = (10, 100, 1_000, 10_000, 100_000)
ROUNDS: Final = 8
_A_ROUND: Final = 25
_SHORT: Final = 10
_BASE: Final = 10_000


@frozen
class Point:
    """One point of a curve.

    Attributes:
        over: "memories": size counts what the store has; "versions": what the chain has.
        operation: the workload's id, or what was done in the chain.
        subject: its name.
        kind: library or floor.
        durability: at which.
        size: how many.
        seconds: what one operation took.
    """

    over: str
    operation: str
    subject: str
    kind: str
    durability: str
    size: int
    seconds: Middle


def run(
    subjects: Sequence[Subject],
    *,
    sizes: Sequence[int] = SIZES,
    lengths: Sequence[int] = LENGTHS,
    seed: int = 1,
    folder: Path | None = None,
    say: Callable[[Point], None] = lambda _: None,
) -> list[Point]:
    """Times single operations at each size and length. O(the sizes) to fill the stores.

    Args:
        subjects: who is measured.
        sizes: how many memories the stores have.
        lengths: how many versions the chains have.
        seed: where the data's chances come from.
        folder: on which disk the files lie; None: the system's temporary one.
        say: told of each point as it is there.
    """
    points = []
    plans = [("memories", size) for size in sizes] + [("versions", size) for size in lengths]
    for over, size in plans:
        operations = in_store if over == "memories" else in_chain
        for subject in subjects:
            with TemporaryDirectory(dir=folder, prefix="bench") as home:
                opened = subject.open(Path(home) / "store.db")
                for operation, rounds in operations(opened, size, seed):
                    (seconds,) = interleave([rounds])
                    point = Point(
                        over,
                        operation,
                        subject.name,
                        subject.kind,
                        subject.durability,
                        size,
                        middle(seconds),
                    )
                    say(point)
                    points.append(point)
                opened.close()
    return points


Timed = Iterator[tuple[str, Iterator[Task]]]


def in_store(opened: Any, size: int, seed: int) -> Timed:
    """Each workload's operation in a store of so many memories. O(size) before the first."""
    data = Data(seed, size // A_CONTACT)
    random = data.random
    ids: list[str] = []
    then = 0
    while len(ids) < size:
        records = load(opened, data.memories(min(GROUP, size - len(ids))))
        then = records[-1].revision
        ids += [record.id for record in records]
    wanted = 2 * _A_ROUND * ROUNDS
    chains = revise(opened, random.sample(ids, min(wanted, size)), 4, data)
    firsts = [chain[0] for chain in chains]
    yield "R1", _each(opened.latest, lambda: random.choice(ids))
    yield "R2", _each(opened.history, lambda: random.choice(firsts))
    yield "L1", _each(opened.memories, lambda: random.choice(data.contacts))
    past = opened.at(then)
    yield "S1", _each(past.memories, lambda: random.choice(data.contacts), many=5)
    yield "W1", _each(lambda memory: opened.add(memory.contact_id, memory.content), data.memory)
    yield "WB", _groups(opened, data)
    lasts = iter([chain[-1] for chain in chains])
    yield "W2", _each(lambda id: opened.update(id, "moved"), lambda: next(lasts, None))
    middles = iter([chain[2] for chain in chains])
    yield "D1", _each(opened.delete, lambda: next(middles, None))
    yield "D2", _previous(opened, data)
    people = [f"ada-{number}" for number in range(ROUNDS + 1)]
    for person in people:
        load(opened, data.memories(A_CONTACT, person))
    gone: list[int] = []
    coming = iter(people)
    yield (
        "D3",
        _each(
            lambda person: gone.append(opened.delete_contact(person).revision),
            lambda: next(coming),
            many=1,
        ),
    )
    yield "RS", _each(opened.restore, gone.pop, many=1)


def in_chain(opened: Any, length: int, seed: int) -> Timed:
    """Single operations in one chain of so many versions. O(length) before the first."""
    data = Data(seed, 1)
    (first,) = load(opened, data.memories(1))
    (chain,) = revise(opened, [first.id], length - 1, data)
    many = max(1, min(_A_ROUND, length // 2 // (ROUNDS + 1)))
    yield "latest", _each(opened.latest, lambda: data.random.choice(chain))
    middle_ids = chain[length // 4 :][: many * (ROUNDS + 1)]
    coming = iter(middle_ids)
    gone: list[int] = []
    yield (
        "delete one",
        _each(lambda id: gone.append(opened.delete(id).revision), lambda: next(coming, None), many),
    )
    yield "restore one", _each(opened.restore, lambda: gone.pop() if gone else None, many)
    latest = [opened.latest(chain[0]).id]

    def update(_: object) -> None:
        latest[0] = opened.update(latest[0], "moved").id

    yield "update", _each(update, lambda: "")


def _each(call: Callable[[Any], Any], give: Callable[[], Any], many: int = _A_ROUND) -> Any:
    """Rounds of a call, each on what is given for it before; they end where nothing is."""
    for _ in range(ROUNDS + 1):
        values = [value for _ in range(many) if (value := give()) is not None]
        if not values:
            return

        def run(values: list[Any] = values) -> None:
            for value in values:
                call(value)

        yield Task(run, len(values))


def _groups(opened: Any, data: Data) -> Iterator[Task]:
    for _ in range(ROUNDS + 1):
        group = data.memories(GROUP)
        yield Task(lambda group=group: opened.add_many(group), GROUP)  # type: ignore[misc]


def _previous(opened: Any, data: Data) -> Iterator[Task]:
    """Deletions with all before, in chains of ten."""
    for _ in range(ROUNDS + 1):
        ids = [record.id for record in load(opened, data.memories(_A_ROUND))]
        wanted = [chain[-2] for chain in revise(opened, ids, _SHORT - 1, data)]

        def run(wanted: list[str] = wanted) -> None:
            for id in wanted:
                opened.delete(id, delete_previous_versions=True)

        yield Task(run, len(wanted))


def factors(points: Sequence[Point], over: str = "memories") -> list[tuple[str, str, int, float]]:
    """What the library's time grows by, up to the largest size.

    Args:
        points: those of a run.
        over: which growth: of the store, from 10,000 on where that was measured, or of the chain,
            from the shortest on.

    Returns:
        The operation, the durability, the size that it grows from, and the factor, for each curve
        of two points or more.
    """
    curves: dict[tuple[str, str], dict[int, float]] = {}
    for point in points:
        if point.kind == "library" and point.over == over:
            curve = curves.setdefault((point.operation, point.durability), {})
            curve[point.size] = point.seconds.value
    found = []
    for (operation, durability), curve in curves.items():
        known = over == "memories" and _BASE in curve and max(curve) > _BASE
        base = _BASE if known else min(curve)
        if max(curve) > base:
            found.append((operation, durability, base, curve[max(curve)] / curve[base]))
    return found
