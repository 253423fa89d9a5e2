"""Mutation testing of the pure core and the validation: does a test see every wrong change?

A mutant that no test sees is a finding, unless `survivors` names it with the reason why it changes
nothing that anybody could see. Tools for this exist; none of them runs a seeded share of the
mutants within seconds, as the default suite needs it.

May live here: which modules, who judges each, how many at a time. May not be known here: what is
changed in a module.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from ..campaign import Campaign, Run
from ..planting import instead
from .changes import SOURCE, Mutant, mutants
from .survivors import SURVIVORS

ROOT: Final = Path(__file__).parents[3]

CORE: Final = (
    "audit",
    "chain",
    "connections",
    "cursor",
    "diff",
    "errors",
    "facts",
    "filters",
    "ids",
    "model",
    "validation",
    "work",
)

LATE: Final = ["tests/contract/test_memory_contract.py", "tests/test_transfer.py"]
"""What judges whatever its own tests let pass: slower, and of every module."""

SECONDS: Final = 60.0
"""Of CPU time, after which a mutant hangs."""


class Judge:
    """A process that says whether a mutant is killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("zygote.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def outcome(self, mutant: Mutant) -> int:
        """0 where every test passes on this mutant; below 0 where one hangs."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        path = SOURCE / f"{mutant.module}.py"
        job = {
            "module": mutant.module,
            "path": str(path),
            "source": mutant.source,
            "tests": tests_of(mutant.module),
            "seconds": SECONDS,
        }
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


def tests_of(module: str) -> list[list[str]]:
    """What judges a module, the quickest first."""
    own = ROOT / "tests" / f"test_{module}.py"
    first = [str(own)] if own.exists() else []
    return [[*first, "--doctest-modules", str(SOURCE / f"{module}.py")], LATE]


@contextmanager
def judges(many: int) -> Iterator[SimpleQueue[Judge]]:
    """Some judges, to be taken and put back."""
    free: SimpleQueue[Judge] = SimpleQueue()
    for _ in range(many):
        free.put(Judge())
    try:
        yield free
    finally:
        for _ in range(many):
            free.get().close()


def run(run: Run) -> None:
    """Judges mutants of all modules, in an order that follows from the seed."""
    every = [mutant for module in CORE for mutant in mutants(module)]
    run.random.shuffle(every)
    chosen = every[: int(min(run.limit, len(every)))]
    known = set(SURVIVORS)
    many = min(os.cpu_count() or 1, len(chosen))

    def one(mutant: Mutant) -> None:
        if not run.elapsed() < run.seconds:
            return
        judge = free.get()
        try:
            outcome = judge.outcome(mutant)
        finally:
            free.put(judge)
        run.count("mutants")
        if outcome:
            run.count("killed")
            run.count("killed by time", outcome < 0)
        elif str(mutant) in known:
            run.count("survived with a reason")
        else:
            run.found(f"survived: {mutant}")

    with judges(many) as free, ThreadPoolExecutor(many) as threads:
        list(threads.map(one, chosen))


def unchanged(module: str) -> Mutant:
    """A module as it is, called a mutant."""
    return Mutant(module, "", "", (SOURCE / f"{module}.py").read_text(encoding="utf-8"))


CAMPAIGN: Final = Campaign(
    name="mutation",
    goal={"mutants": 900, "killed": 810},
    promise="The tests of the pure core and of the validation see a wrong change of the code",
    run=run,
    faults={
        "tests that look elsewhere": instead(
            sys.modules[__name__], "tests_of", lambda _: [["tests/test_public_face.py"]]
        ),
        "a mutant that is none": instead(
            sys.modules[__name__], "mutants", lambda module: [unchanged(module)]
        ),
    },
    share=1,
    patience=2,
)
