"""Whether calls that overlapped could have been made one after another.

May live here: the search for an order, and what of a history concerns one chain. May not be known
here: what a call means (`model`), or how a history came to be.

A history is linearizable where some order of its calls gives every answer, and no call comes before
one that had ended when it began. The search tries each call that may come next (Wing and Gong), and
gives up a state that it has seen with the same calls done (Lowe). With at most four clients few
calls may come next, so it is short; it is bounded all the same.
"""

import ast
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from .model import WRITES, Answer, State, Step, after

MOST: Final = 200_000
"""States to explore before the search is given up: hundreds of times what a history takes."""


class Operation(NamedTuple):
    """A call, or a block of calls, by one client.

    Attributes:
        client: who.
        start: when it began, by a clock that all clients share.
        end: when its answer was there.
        kept: whether a block was kept, or undone at its end.
        steps: each call with its answer.
        stamp: the number of its revision, where the state does not tell it; see `model.after`.
    """

    client: int
    start: int
    end: int
    kept: bool
    steps: tuple[tuple[Step, Answer], ...]
    stamp: int = 0


History = Sequence[Operation]


class Verdict(NamedTuple):
    """What the search says: whether there is an order (None: given up), and what it looked at."""

    holds: bool | None
    states: int


def linearizable(history: History, start: State, most: int = MOST) -> Verdict:
    """Whether some order of the calls gives every answer. O(states), `most` at the most."""
    operations = sorted(history, key=lambda operation: operation.start)
    everything = (1 << len(operations)) - 1
    seen: set[tuple[int, State]] = {(0, start)}
    stack = [(0, start)]
    while stack:
        done, state = stack.pop()
        if done == everything:
            return Verdict(True, len(seen))
        if len(seen) > most:
            return Verdict(None, len(seen))
        for place in _next(operations, done):
            operation = operations[place]
            left, answers = after(
                state,
                [step for step, _ in operation.steps],
                kept=operation.kept,
                stamp=operation.stamp,
            )
            reached = (done | 1 << place, left)
            if answers == [answer for _, answer in operation.steps] and reached not in seen:
                seen.add(reached)
                stack.append(reached)
    return Verdict(False, len(seen))


def _next(operations: Sequence[Operation], done: int) -> list[int]:
    """The calls that may come next: those that began before any that is not done had ended."""
    left = [place for place in range(len(operations)) if not done >> place & 1]
    first_end = min(operations[place].end for place in left)
    return [place for place in left if operations[place].start <= first_end]


def about(history: History, chain: int) -> list[Operation]:
    """What of a history concerns one chain; a listing is a read of each."""
    projected = []
    for operation in history:
        steps = [found for pair in operation.steps for found in _of_chain(*pair, chain)]
        if steps:
            stamp = next(filter(None, map(_revision, operation.steps)), 0)
            projected.append(operation._replace(steps=tuple(steps), stamp=stamp))
    return projected


def _of_chain(step: Step, answer: Answer, chain: int) -> Iterable[tuple[Step, Answer]]:
    if step[0] == "memories":
        entry = next((entry for entry in answer if entry[0] == chain), None)
        return [(("listed", chain), entry)]
    if step[0] in ("count", "revisions") or step[1] != chain:
        return []
    return [(step, answer)]


def _revision(pair: tuple[Step, Answer]) -> int:
    """The revision that a write said it made, or 0."""
    (kind, *_), answer = pair
    return answer[0] if kind in WRITES and isinstance(answer[0], int) else 0


def check(history: History, start: State, most: int = MOST) -> tuple[Verdict, str]:
    """Looks at each chain by itself, then at all of them together.

    Returns:
        The first verdict that is no yes, else a yes, with all states; and what it is about.
    """
    states = 0
    parts = [(f"chain {chain}", about(history, chain)) for chain in range(len(start.chains))]
    for name, part in [*parts, ("the whole store", history)]:
        verdict = linearizable(part, start, most)
        states += verdict.states
        if not verdict.holds:
            return Verdict(verdict.holds, states), name
    return Verdict(True, states), ""


def written(history: History) -> str:
    """A history as text, a call a line, times from its start. `parsed` reads it."""
    begin = min(operation.start for operation in history)
    rows = (
        (each.client, each.start - begin, each.end - begin, each.kept, each.steps)
        for each in sorted(history, key=lambda operation: operation.start)
    )
    return "\n".join(f"{row}," for row in rows)


def parsed(text: str) -> list[Operation]:
    """The history that a text says, so that a finding can be checked again."""
    return [Operation(*row) for row in ast.literal_eval(f"[{text.strip()}]")]
