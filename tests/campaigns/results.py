"""What the recorded runs counted, and the README's table of it.

May live here: the results file and its table. May not be known here: how a campaign works.

A run that found something stays in the file. It counts for nothing, and nor does any earlier run
of its campaign: what it found was there then too.
"""

import json
import os
import platform
import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from .campaign import Campaign, Run

FILE: Final = Path(__file__).with_name("results.jsonl")
README: Final = Path(__file__).parents[2] / "README.md"
BEGIN: Final = "<!-- promises: made by `python -m tests.campaigns table` -->"
END: Final = "<!-- end of promises -->"


def record(name: str, run: Run) -> None:
    """Appends a line for a run."""
    line = {
        "campaign": name,
        "seed": run.seed,
        "seconds": round(run.elapsed()),
        "counts": dict(sorted(run.counts.items())),
        "findings": [_short(finding) for finding in run.findings],
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _short(finding: str) -> str:
    """A finding without the middle of its traceback, which names the machine's folders."""
    first, *_, last = [line for line in finding.splitlines() if line.strip()] * 2
    return first if first == last else f"{first} … {last}"


def recorded() -> list[dict[str, Any]]:
    """Every line of the file, oldest first."""
    if not FILE.exists():
        return []
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def totals(name: str, lines: Iterable[dict[str, Any]]) -> Counter[str]:
    """What a campaign's runs counted since the last that found something, each seed once."""
    by_seed: dict[int, dict[str, int]] = {}
    for line in lines:
        if line["campaign"] == name:
            if line["findings"]:
                by_seed.clear()
            else:
                by_seed[line["seed"]] = line["counts"]
    total: Counter[str] = Counter()
    for counts in by_seed.values():
        total.update(counts)
    return total


def table(campaigns: Iterable[Campaign]) -> str:
    """The README's table: what holds, the figure, the command."""
    lines = recorded()
    rows = ["| what holds | tried | command |", "|---|---|---|"]
    for campaign in campaigns:
        total = totals(campaign.name, lines)
        tried = ", ".join(_tried(name, total[name], goal) for name, goal in campaign.goal.items())
        command = f"`python -m tests.campaigns {campaign.name}`"
        rows.append(f"| {campaign.promise} | {tried} | {command} |")
    return "\n".join(rows)


def _tried(name: str, number: int, goal: int) -> str:
    return f"{number:,} {name}" if number >= goal else f"{number:,} of {goal:,} {name}"


def in_readme(rows: str) -> str:
    """The README's text with this table in its place."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{rows}\n{END}{after}"
