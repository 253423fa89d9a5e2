"""The figures of the README, drawn from kept results.

May live here: bars, curves, colours. May not be known here: how anything was measured.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from . import report
from .runs import AGAIN, GROUPS, NOW

TITLES: Final = {
    "none": "in memory",
    "normal": "on disk, durability NORMAL",
    "full": "on disk, durability FULL",
}
_OURS: Final = "#1f6feb"
_FLOOR: Final = "#8b949e"
_STYLE: Final[dict[str, Any]] = {
    "svg.hashsalt": "versionchain",
    "svg.fonttype": "none",
    "font.size": 9,
}


def bars(results: dict[str, Any], folder: Path) -> list[Path]:
    """A figure a durability: how fast everybody is beside the library, 1 being as fast.

    Args:
        results: what `run` kept.
        folder: where the SVG files go.

    Returns:
        The files.
    """
    rows = [row for row in results["rows"] if row["subject"] not in (AGAIN, NOW)]
    files = []
    for durability in GROUPS:
        group = [row for row in rows if row["durability"] == durability]
        others = list(dict.fromkeys(row["subject"] for row in group if row["ratio"] is not None))
        if not others:
            continue
        works = list(dict.fromkeys(work_of(row) for row in group))
        heights = {
            (row["subject"], work_of(row)): 1 / row["ratio"]["value"]
            for row in group
            if row["ratio"] is not None
        }
        files.append(folder / f"bars-{durability}.svg")
        _draw_bars(TITLES[durability], works, others, heights, results["machine"], files[-1])
    return files


def work_of(row: dict[str, Any]) -> str:
    """What a row was about, with its size where there are several. O(1)."""
    return f"{row['workload']} {row['size']:,}" if row["size"] else str(row["workload"])


def _draw_bars(
    title: str,
    works: Sequence[str],
    others: Sequence[str],
    heights: dict[tuple[str, str], float],
    machine: dict[str, Any],
    file: Path,
) -> None:
    figure, axes = _figure(9.0, 4.2)
    width = 0.8 / len(others)
    colours = iter(_colours(len(others)))
    for number, other in enumerate(others):
        places = [
            (index - 0.4 + (number + 0.5) * width, heights[other, work])
            for index, work in enumerate(works)
            if (other, work) in heights
        ]
        colour = _FLOOR if other == "floor" else next(colours)
        # From 1 on, upwards or downwards: a logarithmic axis has no zero to stand on.
        axes.bar(
            [place for place, _ in places],
            [height - 1 for _, height in places],
            width,
            bottom=1,
            label=other,
            color=colour,
        )
    axes.axhline(1, color=_OURS, label="versionchain")
    axes.set_yscale("log")
    axes.set_xticks(range(len(works)), works, rotation=30, ha="right")
    axes.set_ylabel("speed, versionchain = 1 (higher is faster)")
    axes.set_title(f"Beside the floor and the peers, {title}\n{report.described(machine)}")
    figure.legend(fontsize=7, ncols=5, loc="outside lower center")
    _save(figure, file)


def curves(results: dict[str, Any], folder: Path) -> list[Path]:
    """A figure a durability and kind of growth: the library's time by size.

    Args:
        results: what `growth` kept.
        folder: where the SVG files go.

    Returns:
        The files.
    """
    files = []
    points = results["points"]
    for over in ("memories", "versions"):
        for durability in GROUPS:
            chosen = [
                point
                for point in points
                if (point["over"], point["durability"]) == (over, durability)
            ]
            if chosen:
                files.append(folder / f"growth-{over}-{durability}.svg")
                _draw_curves(chosen, over, durability, results["machine"], files[-1])
    return files


def _draw_curves(
    points: Sequence[dict[str, Any]],
    over: str,
    durability: str,
    machine: dict[str, Any],
    file: Path,
) -> None:
    figure, axes = _figure(7.0, 4.2)
    operations = list(dict.fromkeys(point["operation"] for point in points))
    for operation, colour in zip(operations, _colours(len(operations)), strict=True):
        for kind, line in (("library", "-"), ("floor", ":")):
            curve = [
                (point["size"], point["seconds"]["value"] * 1e6)
                for point in points
                if (point["operation"], point["kind"]) == (operation, kind)
            ]
            label = operation if kind == "library" else None
            axes.plot(*zip(*curve, strict=True), line, marker=".", color=colour, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    place = "memories in the store" if over == "memories" else "versions in the chain"
    axes.set_xlabel(f"{place} (dotted: the floor)")
    axes.set_ylabel("µs an operation")
    axes.set_title(f"Growth, {TITLES[durability]}\n{report.described(machine)}")
    figure.legend(fontsize=7, loc="outside right center")
    _save(figure, file)


def _figure(width: float, height: float) -> tuple[Any, Any]:
    try:
        mpl: Any = import_module("matplotlib")
    except ImportError:
        raise ImportError("Drawing needs: pip install 'versionchain[bench]'") from None
    mpl.use("svg")
    mpl.rcParams.update(_STYLE)
    figure, axes = import_module("matplotlib.pyplot").subplots(
        figsize=(width, height), layout="constrained"
    )
    return figure, axes


def _colours(count: int) -> list[Any]:
    colours = import_module("matplotlib").colormaps["tab10" if count <= 10 else "tab20"]
    return [colours(number % 20) for number in range(count)]


def _save(figure: Any, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})
    import_module("matplotlib.pyplot").close(figure)
