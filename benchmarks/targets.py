"""What is to be reached, as data, and whether it was.

May live here: the targets and the judge. May not be known here: how anything was measured.

A ratio is the other's time over the library's: 0.6 of a floor says that the library takes at most
1 / 0.6 as long; 3 of a peer says that it takes at most a third.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from .runs import AGAIN, NOW, Row

_WRITES: Final = {"none": 0.60, "normal": 0.85, "full": 0.90}
_EACH: Final = {"none": 0.60, "normal": 0.80, "full": 0.80}
_MANY: Final = {"none": 0.50, "normal": 0.80, "full": 0.80}

FLOOR: Final[dict[str, dict[str, float]]] = {
    "W1": _WRITES,
    "W2": _WRITES,
    "WB": {"none": 0.60, "normal": 0.60, "full": 0.60},
    "R1": _EACH,
    "R2": _EACH,
    "L1": {"none": 0.50, "normal": 0.90, "full": 0.90},
    "D1": {"none": 0.60, "normal": 0.85, "full": 0.85},
    "D2": _MANY,
    "D3": _MANY,
    "RS": _MANY,
}
"""At least this ratio to the floor, by workload and durability."""

PAST: Final = 0.5
"""At least this ratio of a list as of an old revision to the same list now."""

PEERS: Final[tuple[tuple[str, str, str, float], ...]] = (
    ("L1", "langgraph", "memory", 10.0),
    ("R1", "langgraph", "sqlite", 3.0),
    ("R2", "eventsourcing", "sqlite", 4.0),
    ("R2", "diskcache", "", 5.0),
)
"""At least this ratio to a peer: the workload, a part of its name, its medium ("": any)."""

AHEAD: Final = 1.0
"""Every other ratio to a peer is above this."""

A_VERSION: Final = 1.2
"""At most this many times the time a version, where a deletion takes more of them."""

MEMORY_BYTES: Final = 1.5
"""At most this many times the floor's bytes a version in memory."""
FILE_BYTES: Final = 1.3
"""At most this many times the floor's file."""
GROWTH: Final = {"none": 1.5, "normal": 2.0, "full": 2.0}
"""At most this many times the time of the small size (10k), at the large one (1M)."""
IMPORT_SECONDS: Final = 0.060
"""The package is imported in less."""


@frozen
class Verdict:
    """Whether one target was reached.

    Attributes:
        what: what was measured.
        durability: at which; "" where that has no meaning.
        against: whom it is held against.
        value: what was found.
        wanted: what was to be reached, in words: "≥ 0.60".
        reached: whether it was.
    """

    what: str
    durability: str
    against: str
    value: float
    wanted: str
    reached: bool


def at_least(what: str, durability: str, against: str, value: float, bound: float) -> Verdict:
    """Judges what should be large. O(1)."""
    return Verdict(what, durability, against, value, f"≥ {bound:.2f}", value >= bound)


def at_most(what: str, durability: str, against: str, value: float, bound: float) -> Verdict:
    """Judges what should be small. O(1)."""
    return Verdict(what, durability, against, value, f"≤ {bound:.2f}", value <= bound)


def judge(rows: Sequence[Row]) -> list[Verdict]:
    """What a run reached, by the medians of its ratios; nothing is said of what it left out."""
    verdicts: list[Verdict] = []
    for row in rows:
        if row.ratio is None or row.subject == AGAIN:
            continue
        bound = bound_of(row)
        if bound is None:
            continue
        value = row.ratio.value
        what = f"{row.workload} {row.size:,}" if row.size else row.workload
        if row.kind == "peer" and bound == AHEAD:
            ahead = Verdict(what, row.durability, row.subject, value, "> 1.00", value > AHEAD)
            verdicts.append(ahead)
        else:
            verdicts.append(at_least(what, row.durability, row.subject, value, bound))
    return verdicts


def judge_lengths(rows: Sequence[Row]) -> list[Verdict]:
    """Whether D2 takes the same at every length of chain, but for the versions that go."""
    curves: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        if row.workload == "D2" and row.ratio is None and row.size:
            curve = curves.setdefault((row.workload, row.durability), {})
            curve[row.size] = row.seconds.value / row.size
    return [
        at_most(
            f"{id} {max(curve):,}, a version",
            durability,
            f"{id} {min(curve):,}",
            curve[max(curve)] / curve[min(curve)],
            A_VERSION,
        )
        for (id, durability), curve in curves.items()
        if len(curve) > 1
    ]


def judge_growth(factors: Iterable[tuple[str, str, int, float]]) -> list[Verdict]:
    """Whether time grew no more than it may; see `growth.factors`."""
    return [
        at_most(operation, durability, f"its time at {base:,}", factor, GROWTH[durability])
        for operation, durability, base, factor in factors
    ]


def judge_footprint(
    ratios: Mapping[str, float], import_seconds: float, imported: Collection[str]
) -> list[Verdict]:
    """Whether the library is as small as it should be.

    Args:
        ratios: the library's bytes over the floor's, by what was measured.
        import_seconds: what its import took.
        imported: what it imported beside its base.
    """
    bounds = {"memory": MEMORY_BYTES, "file": FILE_BYTES}
    verdicts = [
        at_most(what, "", "floor", value, bounds[kind])
        for what, value in ratios.items()
        if (kind := what.split()[0]) in bounds
    ]
    quick = import_seconds < IMPORT_SECONDS
    verdicts.append(Verdict("import, ms", "", "bare start", import_seconds * 1e3, "< 60.00", quick))
    more = float(len(imported))
    verdicts.append(Verdict("extras imported", "", "base", more, "0", not imported))
    return verdicts


def bound_of(row: Row) -> float | None:
    """The least ratio that a row should show; None where nothing was asked. O(1)."""
    if row.subject == NOW:
        return PAST
    if row.kind == "floor":
        return FLOOR.get(row.workload, {}).get(row.durability)
    if row.kind == "peer":
        for workload, name, medium, bound in PEERS:
            named = name in row.subject.lower() and medium in ("", row.medium)
            if named and workload == row.workload:
                return bound
        return AHEAD
    return None
