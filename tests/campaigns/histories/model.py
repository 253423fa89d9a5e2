"""A tenant with one contact and a few chains, as a pure function from a state and calls to answers.

May live here: what a call answers and leaves, in tuples, so that a state can be looked up in a set.
May not be known here: the library, times, clients, or that anything happens at once.

A call is a step: what it is called, which chain it is about, and its arguments. Versions go by the
number that their client gave them, which is the last part of their id.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

Step = tuple[Any, ...]
Answer = Any

NOT_FOUND: Final = ("NotFoundError",)
WRITES: Final = frozenset({"update", "delete", "delete_memory", "restore"})
"""Steps whose answer begins with their revision, or with None where they changed nothing."""


class Version(NamedTuple):
    """A version: its place, and the revision that deleted it, or 0."""

    name: int
    number: int
    revision: int
    ordinal: int
    mark: int = 0


Chain = tuple[Version, ...]


class State(NamedTuple):
    """The newest revision, and every chain with its versions by number."""

    revision: int
    chains: tuple[Chain, ...]


class Draft(NamedTuple):
    """What a block has made so far: its revision's number, how many it wrote, whether any."""

    number: int
    written: int
    changed: bool
    chains: tuple[Chain, ...]


START: Final = 3
"""How many versions each chain has when a history starts."""


def first(chains: int) -> State:
    """Where every history starts: so many chains, written one after another in one revision."""
    return State(
        1,
        tuple(
            tuple(
                Version(START * chain + place, place + 1, 1, START * chain + place)
                for place in range(START)
            )
            for chain in range(chains)
        ),
    )


def after(
    state: State, steps: Sequence[Step], *, kept: bool, stamp: int = 0
) -> tuple[State, list[Answer]]:
    """What a call, or a block of calls, leaves and answers.

    Args:
        state: before it.
        steps: the calls.
        kept: whether the block was kept, or undone at its end.
        stamp: the revision's number where the state does not tell it, since it holds one chain of
            several; 0: the next one.
    """
    draft = Draft(max(state.revision + 1, stamp), 0, False, state.chains)
    answers = []
    for step in steps:
        draft, answer = _STEPS[step[0]](draft, *step[1:])
        answers.append(answer)
    if kept and draft.changed:
        state = State(draft.number, draft.chains)
    return state, answers


def _living(draft: Draft, chain: int) -> list[Version]:
    return [version for version in draft.chains[chain] if not version.mark]


def _shown(version: Version, living: list[Version]) -> Answer:
    """A version with the names of its neighbours."""
    links: list[int | None] = [None, None]
    if version in living:
        names = [None, *(each.name for each in living), None]
        place = names.index(version.name)
        links = [names[place - 1], names[place + 1]]
    return (version.name, version.number, version.revision, *links, version.mark or None)


def _latest(draft: Draft, chain: int, by: int | None) -> tuple[Draft, Answer]:
    living = _living(draft, chain)
    if not living or by not in (None, *(version.name for version in living)):
        return draft, NOT_FOUND
    return draft, _shown(living[-1], living)


def _get(draft: Draft, chain: int, name: int) -> tuple[Draft, Answer]:
    living = _living(draft, chain)
    found = [_shown(version, living) for version in living if version.name == name]
    return draft, found[0] if found else NOT_FOUND


def _history(draft: Draft, chain: int, whole: bool) -> tuple[Draft, Answer]:
    living = _living(draft, chain)
    chosen = draft.chains[chain] if whole else living
    return draft, tuple(_shown(version, living) for version in chosen) or NOT_FOUND


def _listed(draft: Draft, chain: int) -> tuple[Draft, Answer]:
    """What of a chain the contact's listing holds."""
    living = _living(draft, chain)
    return draft, (chain, *living[-1][:3]) if living else None


def _memories(draft: Draft) -> tuple[Draft, Answer]:
    numbers = range(len(draft.chains))
    heads = [(chain, _living(draft, chain)[-1]) for chain in numbers if _living(draft, chain)]
    heads.sort(key=lambda head: (head[1].revision, head[1].ordinal), reverse=True)
    return draft, tuple((chain, *version[:3]) for chain, version in heads)


def _count(draft: Draft) -> tuple[Draft, Answer]:
    living = [_living(draft, chain) for chain in range(len(draft.chains))]
    versions = sum(map(len, living))
    return draft, (sum(map(bool, living)), versions, sum(map(len, draft.chains)) - versions)


def _revisions(draft: Draft, since: int) -> tuple[Draft, Answer]:
    return draft, tuple(range(since + 1, draft.number))


def _update(draft: Draft, chain: int, expected: int, name: int) -> tuple[Draft, Answer]:
    living = _living(draft, chain)
    if expected not in [version.name for version in living]:
        return draft, NOT_FOUND
    if living[-1].name != expected:
        return draft, ("StaleVersionError", living[-1].name)
    versions = draft.chains[chain]
    new = Version(name, versions[-1].number + 1, draft.number, draft.written)
    draft = _changed(draft, chain, (*versions, new))._replace(written=draft.written + 1)
    return draft, (draft.number, new.number, expected)


def _delete(
    draft: Draft, chain: int, name: int, previous: bool, expected: int | None
) -> tuple[Draft, Answer]:
    living = _living(draft, chain)
    places = [place for place, version in enumerate(living) if version.name == name]
    if not places:
        return draft, NOT_FOUND
    first = 0 if previous else places[0]
    return _cut(draft, chain, first, places[0], expected)


def _delete_memory(draft: Draft, chain: int, expected: int | None) -> tuple[Draft, Answer]:
    last = len(_living(draft, chain)) - 1
    return (draft, NOT_FOUND) if last < 0 else _cut(draft, chain, 0, last, expected)


def _cut(
    draft: Draft, chain: int, first: int, last: int, expected: int | None
) -> tuple[Draft, Answer]:
    """Deletes the living versions from place `first` to `last`."""
    living = _living(draft, chain)
    if expected is not None and living[-1].name != expected:
        return draft, ("StaleVersionError", living[-1].name)
    left, gone, right = living[:first], living[first : last + 1], living[last + 1 :]
    outcomes = {
        (True, True): "RELINKED",
        (True, False): "RESURRECTED",
        (False, True): "ORPHANED",
        (False, False): "ENDED",
    }
    versions = tuple(
        version._replace(mark=draft.number) if version in gone else version
        for version in draft.chains[chain]
    )
    draft = _changed(draft, chain, versions)
    outcome = outcomes[bool(left), bool(right)]
    beside = (left[-1].name if left else None, right[0].name if right else None)
    latest = [*left, *right][-1].name if left or right else None
    return draft, (draft.number, len(gone), int(outcome == "ENDED"), outcome, *beside, latest)


def _restore(draft: Draft, chain: int, revision: int) -> tuple[Draft, Answer]:
    if revision >= draft.number:
        return draft, NOT_FOUND
    back = [version for version in draft.chains[chain] if version.mark == revision]
    if not back:
        return draft, (None, 0, 0)
    revived = not _living(draft, chain)
    versions = tuple(
        version._replace(mark=0) if version in back else version for version in draft.chains[chain]
    )
    return _changed(draft, chain, versions), (draft.number, len(back), int(revived))


def _changed(draft: Draft, chain: int, versions: Chain) -> Draft:
    chains = (*draft.chains[:chain], versions, *draft.chains[chain + 1 :])
    return draft._replace(changed=True, chains=chains)


_STEPS: Final[dict[str, Any]] = {
    "latest": _latest,
    "get": _get,
    "history": _history,
    "listed": _listed,
    "memories": _memories,
    "count": _count,
    "revisions": _revisions,
    "update": _update,
    "delete": _delete,
    "delete_memory": _delete_memory,
    "restore": _restore,
}
