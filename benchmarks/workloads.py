"""The workloads: what is prepared, and what is timed.

May live here: the operations and their data. May not be known here: who does them, or how time is
taken.

Each is a generator over one opened subject: what it does between two rounds is not timed, what it
yields is. The loops are written out, since a call through a tuple of arguments would cost as much
as the fastest calls that are timed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import evolve, frozen

from versionchain import NewMemory

from .data import Data
from .timing import Task

GROUP = 1000
A_CONTACT = 100


@frozen
class Case:
    """How much of a workload is done.

    Attributes:
        n: how many versions the store has when timing begins.
        operations: how many are timed, all rounds together.
        rounds: in how many rounds; the first one warms up.
        seed: where the data's chances come from.
        size: the length of a chain, or how much a contact has, where the workload has several.
        in_groups: whether the subject has `add_many`, to prepare with.
    """

    n: int
    operations: int
    rounds: int = 20
    seed: int = 1
    size: int = 0
    in_groups: bool = True

    def data(self, memories: int | None = None) -> Data:
        """Memories over contacts of 100 each. O(contacts)."""
        return Data(self.seed, (self.n if memories is None else memories) // A_CONTACT)

    def per_round(self) -> int:
        """Operations a round, at least one. O(1)."""
        return max(1, self.operations // self.rounds)

    def slices(self, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The values in as many slices as there are rounds. O(1) a slice."""
        step = max(1, len(values) // self.rounds)
        for start in range(0, step * self.rounds, step):
            if part := values[start : start + step]:
                yield part


Rounds = Iterator[Task]


@frozen
class Workload:
    """One kind of work.

    Attributes:
        id: its short name, "W1".
        title: what it does.
        rounds: gives a subject's rounds.
        share: how many operations are timed for each version of the store: so many that writes to
            a file, as it is read for the README, meet a checkpoint in most of their rounds.
        sizes: for each of its sizes the part of n that it is; below 1 means just one size.
        few: whether an operation is so large that few rounds must do.
    """

    id: str
    title: str
    rounds: Callable[[Any, Case], Rounds]
    share: float = 1.0
    sizes: Callable[[int], tuple[int, ...]] = lambda _: (0,)
    few: bool = False


@contextmanager
def _block(opened: Any) -> Iterator[Any]:
    """Where preparing goes: one transaction, if the subject has them."""
    if hasattr(opened, "transaction"):
        with opened.transaction() as block:
            yield block
    else:
        yield opened


def load(opened: Any, memories: list[NewMemory], *, in_groups: bool = True) -> list[Any]:
    """Adds memories as fast as the subject can; their records, in order. O(memories)."""
    if in_groups:
        return [
            record
            for start in range(0, len(memories), GROUP)
            for record in opened.add_many(memories[start : start + GROUP])
        ]
    with _block(opened) as block:
        return [_add(block, memory) for memory in memories]


def revise(opened: Any, ids: Sequence[str], times: int, data: Data) -> list[list[str]]:
    """Updates each memory so many times; for each the ids of its versions. O(ids · times)."""
    chains = [[id] for id in ids]
    with _block(opened) as block:
        for _ in range(times):
            for chain in chains:
                chain.append(block.update(chain[-1], data.content()).id)
    return chains


def _add(opened: Any, memory: NewMemory) -> Any:
    return opened.add(
        memory.contact_id,
        memory.content,
        categories=memory.categories,
        metadata=memory.metadata,
        session_id=memory.session_id,
    )


def _loaded(opened: Any, case: Case, memories: int, data: Data) -> list[str]:
    records = load(opened, data.memories(memories), in_groups=case.in_groups)
    return [record.id for record in records]


def _add_rounds(opened: Any, case: Case) -> Rounds:
    data, add = case.data(), opened.add
    for _ in range(case.rounds):
        memories = [
            (each.contact_id, each.content, each.categories, each.metadata, each.session_id)
            for each in data.memories(case.per_round())
        ]

        def run(memories: list[Any] = memories) -> None:
            for contact_id, content, labels, metadata, session_id in memories:
                add(
                    contact_id,
                    content,
                    categories=labels,
                    metadata=metadata,
                    session_id=session_id,
                )

        yield Task(run, len(memories))


def _update_rounds(opened: Any, case: Case) -> Rounds:
    data, update = case.data(), opened.update
    ids = _loaded(opened, case, case.n, data)
    data.random.shuffle(ids)
    for part in case.slices(ids[: case.operations]):
        wanted = [(id, data.content()) for id in part]

        def run(wanted: list[tuple[str, str]] = wanted) -> None:
            for id, content in wanted:
                update(id, content)

        yield Task(run, len(wanted))


def _group_rounds(opened: Any, case: Case) -> Rounds:
    data, add_many = case.data(), opened.add_many
    for _ in range(case.rounds):
        group = data.memories(min(GROUP, case.n))
        yield Task(lambda group=group: add_many(group), len(group))  # type: ignore[misc]


def _latest_rounds(opened: Any, case: Case) -> Rounds:
    data = case.data()
    ids = _loaded(opened, case, case.n // 2, data)
    ids = [id for chain in revise(opened, ids, 1, data) for id in chain]
    yield from read_rounds(opened.latest, ids, case, data)


def _history_rounds(opened: Any, case: Case) -> Rounds:
    data = case.data()
    chains = revise(opened, _loaded(opened, case, max(1, case.n // 5), data), 4, data)
    yield from read_rounds(opened.history, [chain[0] for chain in chains], case, data)


def read_rounds(read: Callable[[str], Any], ids: list[str], case: Case, data: Data) -> Rounds:
    """Rounds that read by ids at random."""
    for _ in range(case.rounds):
        wanted = data.random.choices(ids, k=case.per_round())

        def run(wanted: list[str] = wanted) -> None:
            for id in wanted:
                read(id)

        yield Task(run, len(wanted))


def _list_rounds(opened: Any, case: Case) -> Rounds:
    data = case.data()
    _loaded(opened, case, case.n, data)
    yield from read_rounds(opened.memories, data.contacts, case, data)


def _past_rounds(opened: Any, case: Case) -> Rounds:
    data = case.data(case.n // 2)
    records = load(opened, data.memories(case.n // 2), in_groups=case.in_groups)
    then = records[-1].revision
    revise(opened, [record.id for record in records], 1, data)

    def read(contact_id: str) -> Any:
        return opened.at(then).memories(contact_id, limit=A_CONTACT)

    yield from read_rounds(read, data.contacts, case, data)


def _delete_rounds(opened: Any, case: Case) -> Rounds:
    data, delete = case.data(), opened.delete
    chains = revise(opened, _loaded(opened, case, max(case.rounds, case.n // 5), data), 4, data)
    middle = [id for chain in chains for id in chain[1:-1]]
    data.random.shuffle(middle)
    for part in case.slices(middle[: max(case.rounds, case.operations)]):

        def run(wanted: Sequence[str] = part) -> None:
            for id in wanted:
                delete(id)

        yield Task(run, len(part))


def _delete_previous_rounds(opened: Any, case: Case) -> Rounds:
    data, delete = case.data(), opened.delete
    a_round = max(1, case.operations // case.size // case.rounds)
    for _ in range(case.rounds):
        ids = _loaded(opened, case, a_round, data)
        wanted = [chain[-2] for chain in revise(opened, ids, case.size - 1, data)]

        def run(wanted: list[str] = wanted) -> None:
            for id in wanted:
                delete(id, delete_previous_versions=True)

        yield Task(run, len(wanted))


def _delete_contact_rounds(opened: Any, case: Case) -> Rounds:
    data, delete_contact = case.data(), opened.delete_contact
    for number in range(case.rounds):
        contact_id = _contact(opened, case, data, number)
        yield Task(lambda contact_id=contact_id: delete_contact(contact_id), 1)  # type: ignore[misc]


def _restore_rounds(opened: Any, case: Case) -> Rounds:
    data, restore = case.data(), opened.restore
    for number in range(case.rounds):
        gone = opened.delete_contact(_contact(opened, case, data, number)).revision
        yield Task(lambda gone=gone: restore(gone), 1)  # type: ignore[misc]


def _contact(opened: Any, case: Case, data: Data, number: int) -> str:
    """A new contact with as many memories as the case says."""
    contact_id = f"ada-{number}"
    load(opened, data.memories(case.size, contact_id), in_groups=case.in_groups)
    return contact_id


def _mixed_rounds(opened: Any, case: Case) -> Rounds:
    """Of 100 operations, 90 read, 9 revise, and 1 takes back a revision."""
    data = case.data()
    latest, update, delete = opened.latest, opened.update, opened.delete
    chains = [[id] for id in _loaded(opened, case, case.n, data)]
    revised: list[int] = []
    for _ in range(case.rounds):
        script = []
        for chance in data.random.choices((0, 1, 2), (90, 9, 1), k=case.per_round()):
            which = data.random.randrange(len(chains))
            if chance == 2 and revised:
                script.append((2, revised.pop(), ""))
            elif chance:
                revised.append(which)
                script.append((1, which, data.content()))
            else:
                script.append((0, which, ""))

        def run(script: list[tuple[int, int, str]] = script) -> None:
            for kind, which, content in script:
                chain = chains[which]
                if not kind:
                    latest(chain[0])
                elif kind == 1:
                    chain.append(update(chain[-1], content).id)
                else:
                    delete(chain.pop())

        yield Task(run, len(script))


def _short_and_long(n: int) -> tuple[int, ...]:
    return (10, n) if n > 10 else (max(2, n),)


def _small_and_large(n: int) -> tuple[int, ...]:
    return tuple(sorted({max(1, n // 10), n}))


WORKLOADS = {
    each.id: each
    for each in (
        Workload("W1", "add", _add_rounds),
        Workload("W2", "update", _update_rounds),
        Workload("WB", "add_many, groups of 1,000, a memory", _group_rounds),
        Workload("R1", "latest by id at random", _latest_rounds, 2.0),
        Workload("R2", "history of 5 versions", _history_rounds, 2.0),
        Workload("L1", "list 100 memories of a contact", _list_rounds, 0.05),
        Workload("S1", "list 100 as of an old revision", _past_rounds, 0.05),
        Workload("D1", "delete a middle version", _delete_rounds, 0.6),
        Workload("D2", "delete with previous", _delete_previous_rounds, 1.0, _short_and_long, True),
        Workload(
            "D3", "soft-delete a contact", _delete_contact_rounds, 1.0, _small_and_large, True
        ),
        Workload("RS", "restore a contact", _restore_rounds, 1.0, _small_and_large, True),
        Workload("M1", "90 % read, 9 % update, 1 % delete", _mixed_rounds, 4.0),
    )
}
"""Every workload, by its id."""


def with_size(case: Case, size: int) -> Case:
    """The case at another size. O(1)."""
    return evolve(case, size=size)
