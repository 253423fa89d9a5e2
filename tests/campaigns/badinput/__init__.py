"""Bad input: each refused by the documented error, nothing written, nothing repeated.

Every parameter of every public method of a store, a block and an older state, of `MemoryStore`
itself, `open` and `NewMemory`, found by looking, is given values that may not come in, all else
being right. Cursors are cut, altered and given to other listings; dumps are altered line by line
and byte by byte, and loaded. Each input goes to the backend in memory and to the one on a file:

- both raise the documented error, the very class, with the same text;
- the dumps of two tenants stay as they were, byte for byte, revisions and all;
- nothing of the input is in the message, the error's facts or its traceback: but for the id, the
  contact or the kind that a NotFoundError says was asked for.

An iterable of records that raises is the caller's own: its own error comes out. Cursors carry no
secret: one that somebody signs anew, for the same tenant and query, is no altered one.
"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any, Final

from versionchain import InvalidInputError, MemoryStore
from versionchain.chain import INHERIT

from ..campaign import Campaign, Run
from . import values
from .asking import Both, asked, defaults, judged, right, told, wrong
from .calls import Target, rule, targets, uncovered
from .cursors import cursors
from .faults import FAULTS
from .loads import Loads
from .values import NOON, Bad

FREE: Final = tuple(f"00000000-0000-4000-8000-00000000000{n}" for n in range(4))
"""Ids that nothing has."""

BATCH: Final = 400
"""Inputs for one pair of stores."""


def bad_values(target: Target, random: Random, both: Both) -> list[Bad]:
    """What a parameter may not be, None among it where that means nothing there."""
    _, method, name = target
    default = defaults(target)
    found = [bad for bad in rule(target)(random) if bad[0] is not None]
    if default not in (None, INHERIT, ()):
        found.append((None, InvalidInputError))
    if method in ("add", "NewMemory") and name in _INHERITED:
        found.append((INHERIT, InvalidInputError))
    if name in ("target", "path") and method != "open":
        there = both.file.with_name("there")
        there.touch()
        found.append((str(there), InvalidInputError))
    if name == "event_end" and method == "update":
        found.append((NOON - timedelta(microseconds=1), InvalidInputError))
    return found


_INHERITED: Final = ("categories", "metadata", "session_id", "event_start", "event_end")


def run(run: Run) -> None:
    """Inputs of every sort; every parameter gets its turn."""
    for finding in uncovered():
        run.found(finding)
    every = targets()
    turn: list[Target] = []
    batch = 0
    while run.more():
        batch += 1
        random = Random(f"{run.seed}/{batch}")
        both = Both(run.folder)
        try:
            _controls(run, both)
            loads = Loads(both, random)
            for number in range(1, BATCH + 1):
                if not run.more():
                    break
                if not turn:
                    turn = random.sample(every, len(every))
                sort = random.choices(["value", "cursor", "load", "source"], [60, 10, 27, 3])[0]
                target = turn.pop() if sort == "value" else None
                found = list(_input(sort, target, both, loads, random))
                for finding in found:
                    run.found(f"seed {run.seed}, batch {batch}, input {number}, {finding}")
                run.count("inputs")
                if found:
                    break
                run.count({"value": "values", "source": "sources"}.get(sort, f"{sort}s"))
            run.count("taken loads", loads.taken)
        finally:
            both.close()


def _input(
    sort: str, target: Target | None, both: Both, loads: Loads, random: Random
) -> Iterator[str]:
    if target is not None:
        value, wanted = random.choice(bad_values(target, random, both))
        for finding in wrong(both, target, value, wanted):
            yield f"{' '.join(target)} of {_named(value)}: {finding}"
    elif sort == "cursor":
        yield from cursors(both, random)
    elif sort == "load":
        yield from loads.altered()
    else:
        yield from _sources(both, random)


def _sources(both: Both, random: Random) -> Iterator[str]:
    """A clock or an id source that answers with what is none."""
    of = random.choice(["clock", "ids"])
    pool = values.moment(random) if of == "clock" else values.new_id(random)
    value, wanted = random.choice([*pool, (None, InvalidInputError)])
    call = random.choice(["add", "delete", "update"] if of == "clock" else ["add", "update"])
    answers = []
    for store in both.stores:
        given: dict[str, Any] = {of: lambda: value}
        if of == "clock":
            given["ids"] = iter(FREE).__next__
        broken = MemoryStore(store._backend, **given)
        answers.append(asked(broken, ("store", call, ""), right(both, call)))
    for finding in judged(answers, wanted):
        yield f"{of} that gives {_named(value)}, {call}: {finding}"
    if not both.unchanged():
        yield f"{of} that gives {_named(value)}, {call}: something was written"


def _controls(run: Run, both: Both) -> None:
    """With right arguments alone every call is taken: else its refusals would say nothing."""
    for target in dict.fromkeys((*target[:2], "") for target in targets()):
        handle, method, _ = target
        if handle == "store" and method not in ("open", "load", "backup", "dump", "transaction"):
            continue  # in a block they are undone
        if method in ("load", "backup", "dump"):
            continue  # `loads` takes right ones
        for store in both.stores[method == "open" :]:
            answer = _undone(store, target, right(both, method))
            if answer:
                run.found(f"{' '.join(target)} with right arguments: {answer}")


def _undone(store: MemoryStore, target: Target, arguments: dict[str, Any]) -> str:
    handle, method, _ = target
    if handle != "block":
        if handle == "made" or method in ("open", "transaction"):
            return ""
        answer = asked(store, target, arguments)
        return answer.said
    said = []

    def block() -> None:
        with store.transaction() as tx:
            said.append(told(lambda: getattr(tx, method)(**arguments)).said)
            raise KeyError

    told(block)
    return "".join(said)


def _named(value: object) -> str:
    """What a value is, without asking it."""
    kind = type(value)
    if kind in (str, bytes, int, float, bool, list, tuple, dict, type(None)):
        try:
            return f"{kind.__name__} {ascii(value)[:100]}"
        except (RuntimeError, RecursionError, ValueError):
            pass
    return kind.__name__


CAMPAIGN: Final = Campaign(
    name="badinput",
    goal={"inputs": 10_000},
    promise=(
        "Bad input of any kind is refused by the documented error, alike on every backend; nothing"
        " is written, and no message repeats it"
    ),
    run=run,
    faults=FAULTS,
    share=400,
    patience=1200,
)
