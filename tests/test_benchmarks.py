"""The benchmarks measure what they say: equal answers, right arithmetic, a fair judge."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve
from benchmarks import footprint, growth, parts, plot, readme, report, runs, targets, timing
from benchmarks.__main__ import RESULTS, main
from benchmarks.data import Data
from benchmarks.subjects import ALL, Subject, own
from benchmarks.timing import Middle, Task
from benchmarks.workloads import WORKLOADS, Case
from click.testing import CliRunner

from versionchain import MemoryStore, chain

FLOORS = [each for each in own() if each.kind == "floor"]
NAMES = [f"{each.name}-{each.durability}" for each in own()]


def story(opened: Any, seed: int) -> Iterator[object]:
    """A story of everything that is measured; each step gives what is to be seen after it."""
    random = Random(seed)
    data = Data(seed, 3)
    chains: list[list[str]] = []
    marks: list[int] = []

    def seen() -> object:
        newest = marks[-1] if marks else 0
        return [
            [_plain(opened.memories(contact, limit=100).items) for contact in known],
            [
                _plain(opened.at(random.randint(0, newest)).memories(c, limit=9).items)
                for c in known
            ],
            [_plain(opened.history(chain[0])) for chain in chains if chain],
            [_plain([opened.latest(chain[-1])]) for chain in chains if chain],
        ]

    known: list[str] = []
    gone: list[tuple[int, dict[int, list[str]]]] = []
    first = opened.add_many(data.memories(12))
    chains += [[record.id] for record in first]
    known += dict.fromkeys(record.contact_id for record in first)
    marks.append(first[0].revision)
    for _ in range(60):
        kind = random.choice("auuuuddpcrr")
        alive = [index for index, chain in enumerate(chains) if chain]
        index = random.choice(alive) if alive else 0
        if kind == "a" or not alive:
            memory = data.memory()
            record = opened.add(
                memory.contact_id,
                memory.content,
                categories=memory.categories,
                metadata=memory.metadata,
                session_id=memory.session_id,
            )
            chains.append([record.id])
            marks.append(record.revision)
        elif kind == "u":
            record = opened.update(chains[index][-1], data.content())
            chains[index].append(record.id)
            marks.append(record.revision)
        elif kind in "dp":
            which = random.randrange(len(chains[index]))
            first_gone = 0 if kind == "p" else which
            before = chains[index].copy()
            id = chains[index][which]
            done = opened.delete(id, delete_previous_versions=kind == "p")
            del chains[index][first_gone : which + 1]
            gone.append((done.revision, {index: before}))
            marks.append(done.revision)
        elif kind == "c":
            contact = opened.latest(chains[index][0]).contact_id
            theirs = [i for i in alive if opened.latest(chains[i][0]).contact_id == contact]
            taken = {i: chains[i].copy() for i in theirs}
            done = opened.delete_contact(contact)
            for i in theirs:
                chains[i].clear()
            gone.append((done.revision, taken))
            marks.append(done.revision)
        elif gone:
            # The newest first, so that what a restoration makes of a chain is known here too.
            revision, before_them = gone.pop()
            marks.append(opened.restore(revision).revision)
            for i, before in before_them.items():
                later = [id for id in chains[i] if id not in before]
                chains[i] = before + later
        yield seen()


def _plain(records: Any) -> list[tuple[object, ...]]:
    return [
        (
            each.contact_id,
            each.number,
            each.content,
            each.categories,
            each.metadata,
            each.session_id,
            each.revision,
        )
        for each in records
    ]


@pytest.mark.parametrize("floor", FLOORS, ids=lambda each: each.durability)
@pytest.mark.parametrize("seed", range(8))
def test_a_floor_answers_as_the_library(floor: Subject, seed: int, tmp_path: Path) -> None:
    """Contents, order, older states, deletions and restorations are the same after every step."""
    store, other = MemoryStore(), floor.open(tmp_path / "store.db")
    for step, (ours, theirs) in enumerate(zip(story(store, seed), story(other, seed), strict=True)):
        assert ours == theirs, step
    other.close()


@pytest.mark.parametrize("subject", own(), ids=NAMES)
def test_no_subject_shares_the_callers_objects(subject: Subject, tmp_path: Path) -> None:
    """What the caller changes afterwards changes nothing that is stored, in either direction."""
    opened = subject.open(tmp_path / "store.db")
    metadata: dict[str, Any] = {"key": "tea", "seen": [1, {"deep": 2}]}
    record = opened.add("ada", "Prefers tea", metadata=metadata)
    metadata["seen"][1]["deep"] = 3
    record.metadata["seen"].clear()
    assert opened.latest(record.id).metadata == {"key": "tea", "seen": [1, {"deep": 2}]}
    opened.close()


@pytest.mark.parametrize("floor", FLOORS, ids=lambda each: each.durability)
def test_a_floor_knows_no_deleted_id(floor: Subject, tmp_path: Path) -> None:
    """What was deleted is found by none of its ids, and numbers never come again."""
    opened = floor.open(tmp_path / "store.db")
    first = opened.add("ada", "Lives in Bonn")
    second = opened.update(first.id, "Lives in Kiel")
    opened.delete(second.id)
    assert [each.number for each in opened.history(first.chain_id)] == [1]
    assert opened.update(first.id, "Lives in Rome").number == 3
    opened.delete_contact("ada")
    for read in (opened.latest, opened.history):
        for id in (first.id, second.id):
            with pytest.raises((LookupError, TypeError)):
                assert not read(id)
                raise LookupError
    opened.close()


@pytest.mark.parametrize("id", WORKLOADS)
def test_every_workload_runs_on_the_library_and_the_floors(id: str, tmp_path: Path) -> None:
    """Each gives a row for everybody, with controls, a time above zero and a ratio."""
    rows = runs.run(own(), [id], n=40, rounds=2, seed=1, folder=tmp_path)
    sizes = len(WORKLOADS[id].sizes(40))
    controls = 2 if id == "S1" else 1
    assert len(rows) == sizes * 3 * (2 + controls)
    assert all(row.seconds.value > 0 and row.rounds == 2 for row in rows)
    assert sum(row.ratio is None for row in rows) == sizes * 3
    assert list(tmp_path.iterdir()) == []


def test_a_subject_without_groups_is_filled_one_by_one(tmp_path: Path) -> None:
    """A peer that has no add_many is prepared with add."""

    class Single:
        def __init__(self) -> None:
            store = MemoryStore()
            self.add, self.memories, self.close = store.add, store.memories, store.close

    peer = Subject("Single", "peer", "memory", "none", frozenset({"L1"}), lambda _: Single(), "1")
    library = own()[0]
    rows = runs.compare(WORKLOADS["L1"], [library, peer], Case(40, 4, 2), tmp_path)
    assert [row.subject for row in rows] == ["versionchain", "Single"]


def test_subjects_take_turns_and_the_first_round_counts_for_nothing() -> None:
    """Rounds go A B, B A, A B; each is prepared before it is timed."""
    told: list[str] = []

    def subject(name: str) -> Iterator[Task]:
        for number in range(3):
            told.append(f"prepare {name}{number}")
            yield Task(lambda number=number: told.append(f"run {name}{number}"), 1)  # type: ignore[misc]

    taken = timing.interleave([subject("a"), subject("b")])
    assert [len(each) for each in taken] == [2, 2]
    assert [each for each in told if each.startswith("run")] == [
        f"run {each}" for each in ("a0", "b0", "b1", "a1", "a2", "b2")
    ]
    assert told.index("prepare b1") == told.index("run b1") - 1


def test_medians_and_ratios() -> None:
    """The median, its quartiles, and a ratio taken within each round."""
    assert timing.middle([1, 2, 3, 4, 100]) == Middle(2, 3, 4)
    assert timing.middle([7]) == Middle(7, 7, 7)
    # The machine was twice as slow in the second round, for both.
    assert timing.ratio([3, 6, 3], [1, 2, 1]) == Middle(3, 3, 3)
    assert timing.ratio([1, 2, 4], [1, 2, 4]).value == 1
    with pytest.raises(ValueError, match="zip"):
        timing.ratio([1], [1, 2])


def row(workload: str, subject: str, kind: str, durability: str, value: float) -> runs.Row:
    medium = "memory" if durability == "none" else "sqlite"
    one = Middle(1, 1, 1)
    ratio = Middle(value, value, value)
    return runs.Row(workload, 0, subject, kind, medium, durability, "1", 3, one, ratio)


@pytest.mark.parametrize(
    ("which", "bound"),
    [
        (row("W1", "floor", "floor", "none", 1), 0.60),
        (row("W1", "floor", "floor", "full", 1), 0.90),
        (row("L1", "floor", "floor", "normal", 1), 0.90),
        (row("RS", "floor", "floor", "none", 1), 0.50),
        (row("S1", runs.NOW, "library", "none", 1), 0.50),
        (row("S1", "floor", "floor", "none", 1), None),
        (row("M1", "floor", "floor", "none", 1), None),
        (row("W1", runs.AGAIN, "library", "none", 1), None),
        (row("L1", "LangGraph InMemoryStore", "peer", "none", 1), 10),
        (row("R1", "LangGraph SqliteStore", "peer", "full", 1), 3),
        (row("R2", "eventsourcing SQLite", "peer", "normal", 1), 4),
        (row("R2", "eventsourcing POPO", "peer", "none", 1), 1),
        (row("R2", "diskcache", "peer", "normal", 1), 5),
        (row("D1", "ZODB FileStorage", "peer", "full", 1), 1),
    ],
)
def test_what_is_wanted_of_whom(which: runs.Row, bound: float | None) -> None:
    """The table "to reach", as data."""
    assert targets.bound_of(which) == bound


def test_the_judge() -> None:
    """At the bound a target is reached; a peer must be beaten, not met."""
    rows = [
        row("W1", "floor", "floor", "none", 0.60),
        row("W1", "floor", "floor", "normal", 0.849),
        row("D1", "ZODB FileStorage", "peer", "full", 1.0),
        row("D1", "ZODB FileStorage", "peer", "full", 1.1),
        row("W1", runs.AGAIN, "library", "none", 0.1),
    ]
    assert [each.reached for each in targets.judge(rows)] == [True, False, False, True]
    short, long = row("D2", "versionchain", "library", "none", 1), Middle(5, 5, 5)
    lengths = [evolve(short, size=1, ratio=None), evolve(short, size=4, ratio=None, seconds=long)]
    (flat,) = targets.judge_lengths(lengths)
    assert (flat.value, flat.reached) == (1.25, False)
    grown = targets.judge_growth([("R1", "none", 10, 1.5), ("R1", "normal", 10, 2.1)])
    assert [each.reached for each in grown] == [True, False]
    small = targets.judge_footprint({"memory a version, rss": 1.6, "file a version": 1.0}, 0.05, ())
    assert [each.reached for each in small] == [False, True, True, True]
    large = targets.judge_footprint({}, 0.07, {"click"})
    assert [each.reached for each in large] == [False, False]


def test_growth_of_stores_and_chains(tmp_path: Path) -> None:
    """Every operation has a point at every size, and its factor is the last over the first."""
    subjects = [each for each in own() if each.durability == "none"]
    points = growth.run(subjects, sizes=(100, 200), lengths=(40,), folder=tmp_path)
    operations = {each.operation for each in points if each.over == "memories"}
    assert operations == ALL - {"M1"}
    assert len(points) == 2 * (2 * len(operations) + 4)
    found = {operation: factor for operation, _, _, factor in growth.factors(points)}
    at = {(p.operation, p.size): p.seconds.value for p in points if p.kind == "library"}
    assert found["R1"] == at["R1", 200] / at["R1", 100]
    assert growth.factors(points, "versions") == []


def test_footprint_in_memory_and_on_disk(tmp_path: Path) -> None:
    """Bytes a version are above what its text takes, in this process too."""
    for kind in ("library", "floor"):
        taken = footprint.in_memory(kind, 1000, 1, "tracemalloc")
        assert taken is not None
        assert taken > 100
        folder = tmp_path / kind
        folder.mkdir()
        assert footprint.on_disk(kind, 400, 1, str(folder)) > 100
        (folder / "log").mkdir()
        assert footprint.logged(kind, 400, 1, str(folder / "log")) > 4096
    figures = [
        footprint.Figure("file a version", "library", "normal", 300, "bytes"),
        footprint.Figure("file a version", "floor", "normal", 200, "bytes"),
        footprint.Figure("import", "library", "", 0.05, "seconds"),
    ]
    assert footprint.ratios(figures) == {"file a version": 1.5}
    assert "300 bytes" in report.figures(figures)
    assert "50.0 ms" in report.figures(figures)


def test_a_cold_file_is_opened(tmp_path: Path) -> None:
    """A file of the size asked for is made, opened and read."""
    for kind in ("library", "floor"):
        folder = tmp_path / kind
        folder.mkdir()
        first = footprint.fill(kind, 1_000_000, 1, str(folder))
        assert (folder / "store.db").stat().st_size >= 1_000_000
        took = footprint.cold(kind, str(folder), first)
        assert 0 < took["cold open"] < took["cold open and first read"]


def test_the_import_brings_no_extra() -> None:
    """Importing the package imports its base and the standard library."""
    assert footprint.imported() == set()


def test_a_part_has_its_own_time_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the parts inside take is theirs; a block's two ends are its own, what it holds not."""
    now = 0

    def takes(nanoseconds: int) -> None:
        nonlocal now
        now += nanoseconds

    monkeypatch.setattr(parts, "perf_counter_ns", lambda: now)
    clock = parts._Clock()
    inner = clock.timed("inner", lambda: takes(5))

    @contextmanager
    def held() -> Iterator[str]:
        takes(7)
        inner()
        yield "held"
        takes(11)

    def outer() -> None:
        takes(1)
        with clock.block("turn", held)() as found:
            assert found == "held"
            takes(2)
            inner()

    clock.timed("outer", outer)()
    takes(100)
    assert clock.own == {"outer": 3, "inner": 10, "turn": 18}
    assert clock.calls == {"outer": 1, "inner": 2, "turn": 3}
    assert clock.inside == {"outer": 4, "turn": 1}


def test_a_workload_is_taken_apart(tmp_path: Path) -> None:
    """Its parts and the calls between are all of it, and afterwards the library is as it was."""
    before, titles = (chain.append, MemoryStore._working), report.TITLES.values()
    found = parts.run(own(), ["W1", "D1"], n=100, rounds=2, folder=tmp_path)
    assert (chain.append, MemoryStore._working) == before
    for id in ("W1", "D1"):
        for durability in ("none", "normal", "full"):
            its = {
                each.part: each.seconds
                for each in found
                if (each.workload, each.durability) == (id, durability)
            }
            assert (parts.STATEMENTS in its) is (durability != "none")
            assert its[parts.FLOOR] > 0
            whole = sum(its.values()) - its[parts.TOTAL] - its[parts.FLOOR]
            assert whole >= its[parts.TOTAL] * 0.999
    assert report.parts(found)[0] == [
        "part",
        *(f"{id} {at}" for id in ("W1", "D1") for at in titles),
    ]
    assert list(tmp_path.iterdir()) == []


def test_units() -> None:
    """Three figures and the unit that fits."""
    assert [report.time(each) for each in (2, 0.0123, 4.31e-6, 8e-8)] == [
        "2.00 s",
        "12.3 ms",
        "4.31 µs",
        "80.0 ns",
    ]
    assert [report.size(each) for each in (12, 1234, 5e6, 2e9)] == [
        "12 bytes",
        "1.23 kB",
        "5.00 MB",
        "2.00 GB",
    ]


def test_the_command_runs_keeps_and_refuses(tmp_path: Path) -> None:
    """A run prints a table and keeps it; an unknown workload is named."""
    kept = tmp_path / "run.json"
    command = ["run", "--only", "r1,W1", "--quick", "-n", "40", "--subject", "floor"]
    done = CliRunner().invoke(main, [*command, "--json", str(kept)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "targets reached" in done.output
    results = report.kept(kept)
    assert {each["workload"] for each in results["rows"]} == {"R1", "W1"}
    assert str(Path.home()) not in kept.read_text(encoding="utf-8")
    refused = CliRunner().invoke(main, ["run", "--only", "X9"])
    assert refused.exit_code == 2
    assert "no workload X9" in refused.output


def test_the_figures_are_drawn(tmp_path: Path) -> None:
    """Bars and curves come out of kept results, the same bytes each time."""
    one = Middle(1e-6, 2e-6, 3e-6)
    ours = evolve(row("R1", "versionchain", "library", "none", 1), ratio=None)
    rows = [ours, row("R1", "floor", "floor", "none", 0.7), row("R1", "a peer", "peer", "none", 3)]
    points = [
        growth.Point(over, "R1", "versionchain", "library", "none", size, one)
        for over in ("memories", "versions")
        for size in (10, 100)
    ]
    file = tmp_path / "all.json"
    report.keep(file, machine=runs.machine(), rows=rows, points=points)
    results = report.kept(file)
    drawn = plot.bars(results, tmp_path) + plot.curves(results, tmp_path)
    names = ["bars-none.svg", "growth-memories-none.svg", "growth-versions-none.svg"]
    assert [each.name for each in drawn] == names
    first = drawn[0].read_bytes()
    plot.bars(results, tmp_path)
    assert drawn[0].read_bytes() == first


def test_the_readme_shows_what_was_measured() -> None:
    """Its figures are made from the results that lie beside the benchmarks, and from no others."""
    text = readme.README.read_text(encoding="utf-8")
    assert readme.in_readme(readme.figures(RESULTS)) == text


def test_what_the_readme_shows_of_a_row() -> None:
    """The library's time, the floor's ratio, and the ratio of the peer that comes nearest."""
    half = timing.Middle(0.5, 0.5, 0.5)

    def row(subject: str, kind: str, ratio: float | None, durability: str = "none") -> Any:
        middle = None if ratio is None else {"value": ratio}
        own = {"workload": "W1", "size": 0, "subject": subject, "kind": kind}
        return {**own, "durability": durability, "seconds": {"value": half.value}, "ratio": middle}

    rows = [
        row("versionchain", "library", None),
        row("floor", "floor", 0.25),
        row("one", "peer", 3.0),
        row("other", "peer", 2.0),
        row("versionchain, again", "library", 0.1),
        row("versionchain", "library", None, "normal"),
        row("versionchain", "library", None, "full"),
    ]
    floors = readme._table(rows, readme._beside_the_floor).splitlines()
    assert floors == [
        "| work | in memory | NORMAL | FULL |",
        "| --- | --- | --- | --- |",
        "| W1: add | 500 ms, 0.25 | 500 ms | 500 ms |",
    ]
    assert readme._table(rows, readme._nearest).splitlines()[-1] == "| W1: add | other 2.00 |  |  |"
