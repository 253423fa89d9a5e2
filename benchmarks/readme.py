"""The README's figures, made from kept results and never by hand.

May live here: which figures the README shows, and where. May not be known here: how anything was
measured.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from . import report
from .plot import work_of
from .runs import AGAIN, GROUPS, NOW

README: Final = Path(__file__).parents[1] / "README.md"
BEGIN: Final = "<!-- begin: python -m benchmarks readme -->"
END: Final = "<!-- end: python -m benchmarks readme -->"
_TITLES: Final = {"none": "in memory", "normal": "NORMAL", "full": "FULL"}
_OWN: Final = "versionchain"
_READ: Final = (
    "Each is a median, with how many times as long the floor takes, and the peer that comes"
    " nearest: above 1, versionchain is faster."
)


def in_readme(shown: str) -> str:
    """The README's text with these figures in their place. O(its size)."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{shown}\n{END}{after}"


def figures(results: Path) -> str:
    """All that the README shows of the results in a folder. O(their size)."""
    run, growth, footprint = (
        report.kept(results / f"{name}.json") for name in ("run", "growth", "footprint")
    )
    parts = [
        f"{report.described(run['machine'])}; {run['n']:,} versions, {run['rounds']} rounds.",
        _works(run["rows"]),
        _READ,
        _rest("Growth", growth["verdicts"]),
        _rest("Size", footprint["verdicts"]),
    ]
    return "\n\n".join(parts)


def _works(rows: Sequence[dict[str, Any]]) -> str:
    heads = ["| work | " + " | ".join(f"{_TITLES[each]}" for each in GROUPS) + " |"]
    heads.append("|---" * (1 + len(GROUPS)) + "|")
    lines = []
    for work in dict.fromkeys(work_of(row) for row in rows):
        its = [row for row in rows if work_of(row) == work]
        cells = [_cell([row for row in its if row["durability"] == each]) for each in GROUPS]
        lines.append(f"| {work} | " + " | ".join(cells) + " |")
    return "\n".join([*heads, *lines])


def _cell(rows: Sequence[dict[str, Any]]) -> str:
    """What the library took, and beside it the floor's ratio and the nearest peer's."""
    own = next(row for row in rows if row["subject"] == _OWN)
    others = [
        row for row in rows if row["ratio"] is not None and row["subject"] not in (AGAIN, NOW)
    ]
    said = [report.time(own["seconds"]["value"])]
    said += [f"floor {row['ratio']['value']:.2f}" for row in others if row["kind"] == "floor"]
    peers = [row for row in others if row["kind"] == "peer"]
    if peers:
        nearest = min(peers, key=lambda row: float(row["ratio"]["value"]))
        said.append(f"{nearest['subject']} {nearest['ratio']['value']:.2f}")
    return ", ".join(said)


def _rest(title: str, verdicts: Sequence[dict[str, Any]]) -> str:
    told = [
        f"{each['what']}{' ' + _TITLES[each['durability']] if each['durability'] else ''}"
        f" {each['value']:.2f} ({each['wanted']})"
        for each in verdicts
    ]
    return f"{title}: {', '.join(told)}."
