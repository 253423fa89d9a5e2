"""Clients that call one store at once, and write down what they were answered.

May live here: what a client chooses to do, how a step is made as a call, threads and processes.
May not be known here: which answers are right.

A client chooses by its own chances and by what it was answered, as callers do: the token of its
update is the latest version that it saw, which may be stale by then.
"""

import multiprocessing
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from versionchain import MemoryStore, NotFoundError, StaleVersionError

from .check import Operation
from .model import NOT_FOUND, START, WRITES, Answer, Step

CONTACT: Final = "ada"
OPERATIONS: Final = 32
PATIENCE: Final = 60.0
"""Seconds until a client is taken to hang."""

_CHOICES: Final = {
    "update": 30,
    "delete": 12,
    "delete_memory": 1,
    "restore": 12,
    "latest": 12,
    "get": 6,
    "history": 10,
    "memories": 8,
    "count": 3,
    "revisions": 3,
    "block": 16,
}


class Undone(Exception):  # noqa: N818  # it stands for a caller's own error
    """Leaves a block that is to be undone."""


def id_of(name: int) -> str:
    """The id of the version of that name."""
    return f"00000000-0000-4000-8000-{name:012x}"


def name_of(id: str | None) -> int | None:
    """The name that an id holds."""
    return None if id is None else int(id[-12:], 16)


def prepared(store: MemoryStore, chains: int) -> tuple[str, ...]:
    """Writes what a history starts from, and gives back the chains' ids; see `model.first`."""
    with store.transaction() as tx:
        ids = []
        for chain in range(chains):
            first, *later = (id_of(START * chain + place) for place in range(START))
            version = tx.add(CONTACT, "first", id=first)
            ids.append(version.chain_id)
            for id in later:
                version = tx.update(version.id, "revised", id=id)
    return tuple(ids)


class Steps:
    """Makes steps as calls on a handle, a store's or a block's, and answers as the model does."""

    def __init__(self, handle: Any, chains: tuple[str, ...]) -> None:
        self._handle = handle
        self._chains = chains

    def make(self, step: Step) -> Answer:
        """The answer to a step."""
        kind, *arguments = step
        try:
            return getattr(self, kind)(*arguments)
        except NotFoundError:
            return NOT_FOUND
        except StaleVersionError as error:
            return ("StaleVersionError", name_of(error.latest_id))

    @staticmethod
    def _shown(version: Any) -> Answer:
        links = map(name_of, (version.previous_id, version.next_id))
        place = (name_of(version.id), version.number, version.revision)
        return (*place, *links, version.deleted_revision)

    def latest(self, chain: int, by: int | None) -> Answer:
        id = self._chains[chain] if by is None else id_of(by)
        return self._shown(self._handle.latest(id))

    def get(self, chain: int, name: int) -> Answer:
        return self._shown(self._handle.get(id_of(name)))

    def history(self, chain: int, whole: bool) -> Answer:
        found = self._handle.history(self._chains[chain], include_deleted=whole)
        return tuple(map(self._shown, found))

    def memories(self) -> Answer:
        return tuple(
            (self._chains.index(each.chain_id), name_of(each.id), each.number, each.revision)
            for each in self._handle.memories(CONTACT).items
        )

    def count(self) -> Answer:
        count = self._handle.count(CONTACT)
        return (count.memories, count.versions, count.deleted)

    def revisions(self, since: int) -> Answer:
        found = self._handle.revisions(since=since, limit=1000).items
        return tuple(revision.number for revision in found)

    def update(self, chain: int, expected: int, name: int) -> Answer:
        version = self._handle.update(id_of(expected), "revised", id=id_of(name))
        return (version.revision, version.number, name_of(version.previous_id))

    def delete(self, chain: int, name: int, previous: bool, expected: int | None) -> Answer:
        given = {} if expected is None else {"expected_latest": id_of(expected)}
        return self._deletion(
            self._handle.delete(id_of(name), delete_previous_versions=previous, **given)
        )

    def delete_memory(self, chain: int, expected: int | None) -> Answer:
        given = {} if expected is None else {"expected_latest": id_of(expected)}
        return self._deletion(self._handle.delete_memory(self._chains[chain], **given))

    @staticmethod
    def _deletion(done: Any) -> Answer:
        (cut,) = done.cuts
        ids = map(name_of, (cut.left_id, cut.right_id, cut.latest_id))
        return (done.revision, done.count, done.memories, cut.outcome.name, *ids)

    def restore(self, chain: int, revision: int) -> Answer:
        done = self._handle.restore(revision)
        return (done.revision, done.count, done.memories)


class Client:
    """One of those that call at once.

    Args:
        store: what it calls.
        chains: the ids of the chains.
        number: which client, from 0; its versions are named after it.
        random: its chances.
    """

    def __init__(
        self, store: MemoryStore, chains: tuple[str, ...], number: int, random: Random
    ) -> None:
        self._store = store
        self._ids = chains
        self._number = number
        self._random = random
        self._names = 100 * (number + 1)
        # Last: the latest version and the newest deletion, as far as this client knows.
        self._seen = [list(range(START * n, START * (n + 1))) for n in range(len(chains))]
        self._deletions: list[list[int]] = [[] for _ in chains]
        self._newest = 0

    def act(self, times: int) -> list[Operation]:
        """Makes so many calls, and says what came back."""
        return [self._once() for _ in range(times)]

    def _once(self) -> Operation:
        self._pause(0.3)
        (kind,) = self._random.choices(list(_CHOICES), list(_CHOICES.values()))
        kept = True
        start = time.monotonic_ns()
        if kind == "block":
            kept, steps = self._block()
        else:
            step = self._step(kind, self._random.randrange(len(self._ids)))
            steps = [(step, Steps(self._store, self._ids).make(step))]
        end = time.monotonic_ns()
        for step, answer in steps:
            # What an undone block showed never was.
            if kept or step[0] not in WRITES:
                self._learn(step, answer)
        return Operation(self._number, start, end, kept, tuple(steps))

    def _block(self) -> tuple[bool, list[tuple[Step, Answer]]]:
        """Reads two chains, and writes one by what it read; sometimes the other too."""
        one, other = self._random.sample(range(len(self._ids)), 2)
        kept = self._random.random() < 0.75
        steps: list[tuple[Step, Answer]] = []
        with suppress(Undone), self._store.transaction() as tx:
            block = Steps(tx, self._ids)

            def make(step: Step) -> Answer:
                self._pause(0.4)
                answer = block.make(step)
                steps.append((step, answer))
                return answer

            mine = make(("latest", one, None))
            theirs = make(("latest", other, None))
            if NOT_FOUND not in (mine, theirs):
                self._write_both(make, (one, mine[0]), (other, theirs[0]))
            # What is undone lies open for longer, to be seen by whoever sees what he may not.
            self._pause(0.9, 0.0002 if kept else 0.002)
            if not kept:
                raise Undone
        return kept, steps

    def _write_both(
        self, make: Callable[[Step], Answer], one: tuple[int, int], other: tuple[int, int]
    ) -> None:
        chance = self._random.random()
        if chance < 0.1:
            return
        if chance < 0.7:
            make(("update", *one, self._name()))
        else:
            make(("delete", *one, False, None))
        if chance < 0.3:
            make(("update", *other, self._name()))
        if self._random.random() < 0.3:
            make(("memories",))

    def _step(self, kind: str, chain: int) -> Step:
        """A call of a kind about a chain."""
        random, known = self._random, self._seen[chain]
        latest, some = known[-1], random.choice(known)
        match kind:
            case "update":
                return (kind, chain, latest if random.random() < 0.9 else some, self._name())
            case "delete":
                expected = latest if random.random() < 0.2 else None
                return (kind, chain, random.choice((latest, some)), random.random() < 0.3, expected)
            case "delete_memory":
                return (kind, chain, random.choice((latest, None)))
            case "restore" if deletions := self._deletions[chain]:
                return (kind, chain, random.choice((deletions[-1], random.choice(deletions))))
            case "latest" | "restore":
                return ("latest", chain, random.choice((None, latest, some)))
            case "get":
                return (kind, chain, random.choice((latest, some)))
            case "history":
                return (kind, chain, random.random() < 0.3)
            case "revisions":
                return (kind, self._newest)
            case _:
                return (kind,)

    def _learn(self, step: Step, answer: Answer) -> None:
        """Takes tokens from an answer."""
        match step, answer:
            case ("update", chain, _, name), (int(), _, _):
                self._know(chain, name)
            case (_, chain, *_), ("StaleVersionError", name):
                self._know(chain, name)
            case ("latest" | "get", chain, _), (name, _, _, _, None, None):
                self._know(chain, name)
            case ("delete" | "delete_memory", chain, *_), (int(revision), *_, latest):
                self._deletions[chain].append(revision)
                if latest is not None:
                    self._know(chain, latest)
            case ("revisions", _), (*_, newest):
                self._newest = newest
            case _ if answer != NOT_FOUND:
                self._learn_many(step, answer)

    def _learn_many(self, step: Step, answer: Answer) -> None:
        match step:
            case ("history", chain, _):
                for name, *_, mark in answer:
                    self._know(chain, name)
                    if mark is not None:
                        self._deletions[chain].append(mark)
            case ("memories",):
                for chain, name, _, _ in answer:
                    self._know(chain, name)

    def _know(self, chain: int, name: int) -> None:
        known = self._seen[chain]
        if name in known:
            known.remove(name)
        known.append(name)

    def _name(self) -> int:
        self._names += 1
        return self._names

    def _pause(self, chance: float, most: float = 0.0002) -> None:
        if self._random.random() < chance:
            time.sleep(self._random.random() * most)


class Job(NamedTuple):
    """What one client of a history is to do.

    Attributes:
        seed: of its chances.
        number: which client.
        times: how many calls.
        tenant: where.
        chains: the chains' ids.
        start: when to begin, by the monotonic clock in nanoseconds.
        path: the store's file, for a client in another process.
        durability: how the file is opened.
    """

    seed: str
    number: int
    times: int
    tenant: str
    chains: tuple[str, ...]
    start: int
    path: Path | None = None
    durability: str = "normal"

    def done(self, store: MemoryStore) -> list[Operation]:
        """Does it."""
        handle = store.for_tenant(self.tenant)
        client = Client(handle, self.chains, self.number, Random(self.seed))
        time.sleep(max(0, self.start - time.monotonic_ns()) / 1e9)
        return client.act(self.times)


def by_threads(store: MemoryStore, jobs: list[Job]) -> list[Operation]:
    """A history whose clients are threads on one store. What one raises is raised."""
    done: list[list[Operation] | BaseException] = []

    def act(job: Job) -> None:
        try:
            done.append(job.done(store))
        except Exception as error:  # noqa: BLE001  # it is raised below
            done.append(error)

    threads = [threading.Thread(target=act, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        if thread.is_alive():
            raise TimeoutError("a client hangs")
    return _all(done)


class Workers:
    """Processes that are clients of many histories, forked from this one before any thread is."""

    def __init__(self, many: int) -> None:
        context = multiprocessing.get_context("fork")
        self._ends: list[Connection] = []
        self._processes = []
        with warnings.catch_warnings():
            # A runner of tests may have threads of its own; the children touch nothing of theirs.
            warnings.simplefilter("ignore", DeprecationWarning)
            for _ in range(many):
                mine, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs,), daemon=True)
                process.start()
                theirs.close()
                self._ends.append(mine)
                self._processes.append(process)

    def history(self, jobs: list[Job]) -> list[Operation]:
        """A history whose clients are processes on one file. What one raises is raised."""
        for end, job in zip(self._ends, jobs, strict=False):
            end.send(job)
        done = []
        for end, _ in zip(self._ends, jobs, strict=False):
            if not end.poll(PATIENCE):
                raise TimeoutError("a client hangs")
            done.append(end.recv())
        return _all(done)

    def close(self) -> None:
        """Ends the processes."""
        for end in self._ends:
            end.send(None)
        for process in self._processes:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()


def _serve(end: Connection) -> None:
    """The life of a worker; the store that it used last stays open."""
    store, opened = None, None
    while (job := end.recv()) is not None:
        try:
            if opened != (job.path, job.durability):
                if store is not None:
                    store.close()
                store = MemoryStore.open(job.path, durability=job.durability)
                opened = (job.path, job.durability)
            end.send(job.done(store))
        except Exception as error:  # noqa: BLE001  # the parent raises it
            end.send(RuntimeError(f"a client raised {error!r}"))
    if store is not None:
        store.close()


def _all(done: list[Any]) -> list[Operation]:
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return [operation for each in done for operation in each]
