"""Tenants that look alike, beside each other: nobody is let in.

Every public method of a store, a block and an older state, found by looking, is called with ids,
contacts, cursors, revisions and tenants of the tenant's own, of another, of nobody, and of all of
them at once. Six tenants live in one backend; their names differ by case, by how an accent is
written, by a blank, by a wildcard. One of them lives alone in another backend too, where it makes
the same calls. So:

- whatever it answers, or refuses with, must be what its double alone answers, to the letter: there
  another tenant's id is one that nobody has;
- no answer may hold a mark of another tenant's, and no cursor of another's may serve;
- whatever it writes, the others' dumps stay as they were, byte for byte.

How long an answer takes is not looked at.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from ..campaign import Campaign, Run
from ..public import HANDLES, methods, missing
from .calling import Checker
from .faults import FAULTS
from .values import COVERED, KNOWN, WHOSE, Call
from .world import world

OPTIONS: Final = frozenset({"path", "durability", "busy_timeout", "clock", "ids", "actor"})
"""Of `open`, beside the tenant."""

BATCH: Final = 40
"""Calls in one world: then its data has been eaten up."""


def calls() -> Iterator[Call]:
    """Every call of a sweep: each parameter through all that it may be of."""
    for handle in HANDLES:
        for method, parameters in methods(handle).items():
            swept = [name for name in parameters if name in WHOSE and not _new_id(method, name)]
            for name in swept:
                for whose in WHOSE[name]:
                    yield Call(handle, method, parameters, name, whose)
            if not swept:
                yield Call(handle, method, parameters)


def _new_id(method: str, name: str) -> bool:
    """An id that a call gives to what it makes is swept too, but through those that are taken."""
    return method == "open" and name != "tenant"


def uncovered() -> list[str]:
    """What is new and not swept over yet."""
    found = []
    for handle in HANDLES:
        there = methods(handle)
        found += missing(there, COVERED[handle], f"{handle}:")
        found += missing(COVERED[handle], there, f"{handle}, is gone:")
        for method, parameters in there.items():
            known = (*KNOWN, *OPTIONS, "max_content_bytes") if method == "open" else KNOWN
            found += missing(parameters, known, f"{handle}.{method}:")
    return found


def run(run: Run) -> None:
    """Sweeps, in batches, each in a world of its own, on one backend after the other."""
    for finding in uncovered():
        run.found(finding)
    sweep = list(calls())
    waiting: list[tuple[str, Call]] = []
    batch = 0
    while run.more():
        if not waiting:
            waiting = [(kind, call) for kind in ("memory", "sqlite") for call in sweep]
            run.random.shuffle(waiting)
        batch += 1
        random = Random(f"{run.seed}/{batch}")
        kind = waiting[-1][0]
        chosen = [each for each in waiting if each[0] == kind][-BATCH:]
        waiting = [each for each in waiting if each not in chosen]
        replay = f"seed {run.seed}, batch {batch}"
        try:
            _batch(run, kind, [call for _, call in chosen], random, replay)
        except Exception as error:  # noqa: BLE001  # whatever it is, it should not have been
            run.found(f"{replay}, {kind}: {error!r}")
        if not waiting:
            run.count("sweeps")


def _batch(run: Run, kind: str, chosen: list[Call], random: Random, replay: str) -> None:
    here = world(kind, run.folder, random)
    try:
        checker = Checker(here, random, run.folder)
        for finding in checker.first_look():
            run.found(f"{replay}, {kind}, at the beginning: {finding}")
        for number, call in enumerate(chosen, 1):
            if not run.more():
                break
            for finding in checker.check(call, number):
                run.found(f"{replay}, call {number}, {kind}, {call}: {finding}")
            run.count("calls")
        for finding in checker.last_look():
            run.found(f"{replay}, {kind}, at the end: {finding}")
        run.count("changes", checker.changes)
        run.count("refused", checker.refused)
    finally:
        here.close()


CAMPAIGN: Final = Campaign(
    name="tenants",
    goal={"calls": 20_000, "sweeps": 8},
    promise=(
        "A tenant reads, changes and learns nothing of another's, however alike their names and ids"
    ),
    run=run,
    faults=FAULTS,
    share=200,
    patience=800,
)
