"""What was found, as a table to read and as JSON to keep.

May live here: columns, units, the results file. May not be known here: how anything was measured.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from attrs import asdict

from .footprint import Figure
from .growth import Point
from .parts import PARTS, Part
from .runs import Row
from .targets import Verdict, bound_of
from .timing import Middle

TITLES: Final = {"none": "in memory", "normal": "NORMAL", "full": "FULL"}
"""What a durability is called."""


def time(seconds: float) -> str:
    """A duration with three figures and its unit: "4.31 µs". O(1)."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{_three(seconds * factor)} {unit}"
    return f"{_three(seconds * 1e9)} ns"


def size(count: float) -> str:
    """A number of bytes with its unit. O(1)."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{_three(count / factor)} {unit}"
    return f"{count:.0f} bytes"


def _three(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(middle: Middle) -> str:
    """The interquartile range in parts of the median. O(1)."""
    half = (middle.high - middle.low) / 2 / middle.value if middle.value else 0.0
    return f"±{half:.0%}"


def lines(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """A table in plain text, its columns as wide as they must be. O(cells)."""
    every = [heads, *cells]
    widths = [max(len(row[i]) for row in every) for i in range(len(heads))]
    shown = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in every]
    return "\n".join([shown[0], "  ".join("-" * width for width in widths), *shown[1:]])


def described(machine: dict[str, Any]) -> str:
    """One line on the machine. O(1)."""
    return (
        f"Python {machine['python']}, SQLite {machine['sqlite']}, {machine['system']},"
        f" {machine['processor']}, {machine['cores']} cores, load {machine['load']}"
    )


def table(rows: Sequence[Row]) -> str:
    """A run's table: what each subject took, and its ratio to the library. O(rows)."""
    heads = (
        "workload",
        "subject",
        "medium",
        "durability",
        "an operation",
        "spread",
        "ratio",
        "wanted",
        "",
    )
    return lines(heads, [_cells(row) for row in rows])


def parts(found: Sequence[Part]) -> list[list[str]]:
    """A line a part, a column a workload and durability, under a line of heads. O(parts)."""
    works = list(dict.fromkeys((each.workload, each.durability) for each in found))
    took = {(each.workload, each.durability, each.part): time(each.seconds) for each in found}
    names = [each for each in PARTS if any((*work, each) in took for work in works)]
    heads = ["part", *(f"{id} {TITLES[durability]}" for id, durability in works)]
    return [heads, *([name, *(took.get((*work, name), "") for work in works)] for name in names)]


def _cells(row: Row) -> tuple[str, ...]:
    what = f"{row.workload} {row.size:,}" if row.size else row.workload
    who = (what, row.subject, row.medium, row.durability)
    took = (*who, time(row.seconds.value), spread(row.seconds))
    if row.ratio is None:
        return (*took, "", "", "")
    bound = bound_of(row)
    if bound is None:
        return (*took, f"{row.ratio.value:.2f}", "", "")
    reached = "reached" if row.ratio.value >= bound else "short"
    return (*took, f"{row.ratio.value:.2f}", f"{bound:.2f}", reached)


def verdicts(found: Sequence[Verdict]) -> str:
    """Whether each target was reached. O(verdicts)."""
    heads = ("what", "durability", "against", "found", "wanted", "")
    return lines(
        heads,
        [
            (
                each.what,
                each.durability,
                each.against,
                f"{each.value:.2f}",
                each.wanted,
                "reached" if each.reached else "short",
            )
            for each in found
        ],
    )


def curves(points: Sequence[Point]) -> str:
    """The points of growth, a line a curve. O(points)."""
    found: dict[tuple[str, ...], list[str]] = {}
    for point in points:
        curve = (point.over, point.operation, point.durability, point.subject)
        took = f"{point.size:,}: {time(point.seconds.value)}"
        found.setdefault(curve, []).append(took)
    heads = ("over", "operation", "durability", "subject", "an operation, by size")
    return lines(heads, [(*curve, ", ".join(took)) for curve, took in found.items()])


def figures(found: Sequence[Figure]) -> str:
    """The figures of a footprint. O(figures)."""
    heads = ("what", "subject", "durability", "found")
    shown = {"bytes": size, "seconds": time}
    return lines(
        heads,
        [
            (each.what, each.subject, each.durability, shown[each.unit](each.value))
            for each in found
        ],
    )


def keep(file: Path, **parts: Any) -> None:
    """Writes results as JSON; records become objects. O(parts)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    plain = {
        name: [asdict(each) for each in part] if isinstance(part, list) else part
        for name, part in parts.items()
    }
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def kept(file: Path) -> dict[str, Any]:
    """What `keep` wrote. O(its size)."""
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read
