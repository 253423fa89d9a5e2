"""The README's figures, made from kept results and never by hand.

May live here: which figures the README shows, and where. May not be known here: how anything was
measured.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from . import report
from .parts import Part
from .plot import work_of
from .runs import GROUPS
from .workloads import WORKLOADS

README: Final = Path(__file__).parents[1] / "README.md"
BEGIN: Final = "<!-- begin: python -m benchmarks readme -->"
END: Final = "<!-- end: python -m benchmarks readme -->"
_OWN: Final = "versionchain"
_FLOORS: Final = (
    "What one operation takes, and how many times as long the floor takes: above 1, versionchain is"
    " faster."
)
_PEERS: Final = "The peer that is ahead, or comes nearest, and how many times as long it takes"

_PARTS: Final = "Where a write's time goes:"


def in_readme(shown: str) -> str:
    """The README's text with these figures in their place. O(its size)."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{shown}\n{END}{after}"


def figures(results: Path) -> str:
    """All that the README shows of the results in a folder. O(their size)."""
    run, peers, growth, footprint, parts = (
        report.kept(results / f"{name}.json")
        for name in ("run", "peers", "growth", "footprint", "parts")
    )
    apart = [Part(**each) for each in parts["parts"] if each["durability"] != "full"]
    machine, peer = report.described(run["machine"]), _scale(peers)
    shown = [
        f"{machine}; {_scale(run)}. {_FLOORS}",
        _table(run["rows"], _beside_the_floor),
        f"{_PEERS} ({peer}):",
        _table(peers["rows"], _nearest),
        _PARTS,
        _markdown(report.parts(apart)),
        _log(footprint["figures"]),
        _rest("Growth", growth["verdicts"]),
        _rest("Size", footprint["verdicts"]),
    ]
    return "\n\n".join(shown)


def _scale(results: dict[str, Any]) -> str:
    return f"{results['n']:,} versions, {results['rounds']} rounds"


def _table(rows: Sequence[dict[str, Any]], cell: Callable[[list[dict[str, Any]]], str]) -> str:
    """A line a workload, a column a durability."""
    heads = ["work", *(report.TITLES[each] for each in GROUPS)]
    lines = [heads]
    for work in dict.fromkeys(work_of(row) for row in rows):
        its = [row for row in rows if work_of(row) == work]
        cells = [cell([row for row in its if row["durability"] == each]) for each in GROUPS]
        lines.append([f"{work}: {WORKLOADS[work.split()[0]].title}", *cells])
    return _markdown(lines)


def _beside_the_floor(rows: list[dict[str, Any]]) -> str:
    took = [report.time(row["seconds"]["value"]) for row in rows if row["subject"] == _OWN]
    ratios = [f"{row['ratio']['value']:.2f}" for row in rows if row["kind"] == "floor"]
    return ", ".join(took + ratios)


def _nearest(rows: list[dict[str, Any]]) -> str:
    peers = [row for row in rows if row["kind"] == "peer"]
    if not peers:
        return ""
    nearest = min(peers, key=lambda row: float(row["ratio"]["value"]))
    return f"{nearest['subject']} {nearest['ratio']['value']:.2f}"


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    """Lines of cells as a table, the first of them its heads."""
    heads, *cells = lines
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *cells))


def _log(found: Sequence[dict[str, Any]]) -> str:
    """What an add writes to the log."""
    ours, floor = (
        report.size(each["value"])
        for kind in ("library", "floor")
        for each in found
        if (each["what"], each["subject"]) == ("log an add", kind)
    )
    return f"An add writes {ours} to a file's log, the floor's {floor}: whole pages of 4,120 bytes."


def _rest(title: str, verdicts: Sequence[dict[str, Any]]) -> str:
    told = [
        f"{each['what']}{' ' + report.TITLES[each['durability']] if each['durability'] else ''}"
        f" {each['value']:.2f} ({each['wanted']})"
        for each in verdicts
    ]
    return f"{title}: {', '.join(told)}."
