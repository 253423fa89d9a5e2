"""A store's life on a disk that writes down what was asked of it, beside the same life in memory.

May live here: which calls are made, and what is known after each. May not be known here: what a
power loss does.
"""

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import Factory, define

from versionchain import MemoryStore, MemoryStoreError, NewMemory, Status, StorageError
from versionchain.backends.memory import MemoryBackend
from versionchain.testing.repeatable import Clock, Ids

from ..vfs import checkpoints_every, watched
from .disk import Log

FILE: Final = "agent.db"
TENANTS: Final = ("default", "acme/eu")
CONTACTS: Final = ("ada", "grace", "edsger")
CALLS: Final = 60
FOREVER: Final = datetime(2999, 1, 1, tzinfo=UTC)

Act = Callable[[Any], Any]


class Differs(Exception):  # noqa: N818  # it is what a run finds
    """The file and the memory hold different things, with no power lost."""


def digest(store: MemoryStore) -> bytes:
    """All that a store holds, of both tenants, in a few bytes: of their dumps."""
    sum = hashlib.blake2b(digest_size=16)
    for tenant in TENANTS:
        file = io.BytesIO()
        store.for_tenant(tenant).dump(file)
        sum.update(file.getvalue())
    return sum.digest()


@define
class Recording:
    """What was recorded.

    Attributes:
        log: the calls on the disk.
        states: what the store held after each commit, as digests, to their numbers from 0.
        acknowledged: after how many entries of the log which state had been acknowledged.
        erased: after how many entries which texts were to be gone.
    """

    log: Log = Factory(Log)
    states: dict[bytes, int] = Factory(dict)
    acknowledged: list[tuple[int, int]] = Factory(list)
    erased: list[tuple[int, bytes]] = Factory(list)

    def reached(self, cut: int) -> int:
        """The last state that had been acknowledged by then."""
        return max((state for place, state in self.acknowledged if place <= cut), default=0)

    def gone(self, cut: int) -> list[bytes]:
        """The texts that were to be gone by then."""
        return [text for place, text in self.erased if place <= cut]


class Life:
    """One store's life, recorded: the same calls on a file and in memory.

    Args:
        path: where no file is yet.
        durability: of the file.
        every: how many pages of the log make a commit move it into the file.
        random: chooses the calls.
    """

    def __init__(self, path: Path, durability: Any, every: int, random: Random) -> None:
        self._path = path
        self._durability = durability
        self._every = every
        self._random = random
        self._clock, self._ids = Clock(), Ids()
        self._memory = MemoryStore(MemoryBackend(), clock=Clock(), ids=Ids())
        self._texts = 0
        self.recording = Recording(states={digest(self._memory): 0})

    def live(self) -> Recording:
        """Makes its calls."""
        with (
            watched(self.recording.log),
            checkpoints_every(self._every),
        ):
            store = self._opened()
            for _ in range(CALLS):
                if self._random.random() < 0.04:
                    store.close()
                    store = self._opened()
                else:
                    self._call(store)
            held = digest(store)
            store.close()
        if held != digest(self._memory):
            raise Differs
        return self.recording

    def _opened(self) -> MemoryStore:
        return MemoryStore.open(
            self._path, durability=self._durability, clock=self._clock, ids=self._ids
        )

    def _call(self, store: MemoryStore) -> None:
        tenant = self._random.choice((TENANTS[0], *TENANTS))
        twin = self._memory.for_tenant(tenant)
        act, erased = self._chosen(twin)
        act(store.for_tenant(tenant))
        recording = self.recording
        place = len(recording.log.entries)
        act(twin)
        state = recording.states.setdefault(digest(self._memory), len(recording.states))
        recording.acknowledged.append((place, state))
        recording.erased += [(place, text.encode()) for text in erased]

    def _chosen(self, twin: MemoryStore) -> tuple[Act, list[str]]:
        """A call, and the texts that it erases."""
        chance = self._random.random()
        if chance < 0.1:
            return self._erasure(twin)
        if chance < 0.25:
            acts = [self._act(twin) for _ in range(self._random.randint(1, 4))]
            return lambda store: _block(store, acts), []
        return self._act(twin), []

    def _erasure(self, twin: MemoryStore) -> tuple[Act, list[str]]:
        known = [id for id in CONTACTS if sum((twin.count(id).versions, twin.count(id).deleted))]
        if known and self._random.random() < 0.5:
            contact = self._random.choice(known)
            gone = [*_versions(twin, contact, None), *_versions(twin, contact, Status.DELETED)]
            return lambda store: store.erase_contact(contact), gone
        gone = [text for id in CONTACTS for text in _versions(twin, id, Status.DELETED)]
        return lambda store: store.erase_deleted(before=FOREVER), gone

    def _act(self, twin: MemoryStore) -> Act:
        """One call that changes something, and that is sure to be let in when it is made first."""
        random = self._random
        contact = random.choice(CONTACTS)
        latest = [each for id in CONTACTS for each in twin.memories(id).items]
        kind = random.choices(
            ("add", "many", "update", "delete", "memory", "contact", "prune", "restore", "tie"),
            (20, 8, 30, 15, 4, 1, 6, 6, 10),
        )[0]
        if kind == "many":
            items = [NewMemory(contact, self._text()) for _ in range(random.randint(2, 20))]
            return lambda store: store.add_many(items)
        if kind == "restore":
            marks = {each.deleted_revision for id in CONTACTS for each in _deleted(twin, id)}
            if marks:
                revision = random.choice(sorted(marks))
                return lambda store: store.restore(revision)
        if not latest or kind in ("add", "restore"):
            text = self._text()
            return lambda store: store.add(contact, text, metadata={"n": 1}, categories=["x"])
        return self._on_memory(kind, random.choice(latest), random.choice(latest))

    def _on_memory(self, kind: str, one: Any, other: Any) -> Act:
        text, previous = self._text(), self._random.random() < 0.3
        if kind == "delete":
            return lambda store: store.delete(one.id, delete_previous_versions=previous)
        if kind == "memory":
            return lambda store: store.delete_memory(one.chain_id)
        if kind == "contact":
            return lambda store: store.delete_contact(one.contact_id)
        if kind == "prune":
            return lambda store: store.prune(one.chain_id, keep_last=1)
        if kind == "tie" and one.chain_id != other.chain_id:
            return lambda store: store.connect(one.chain_id, other.chain_id, metadata={"t": text})
        return lambda store: store.update(one.id, text)

    def _text(self) -> str:
        self._texts += 1
        size = self._random.choice((1, 1, 10, 10, 60, 600))
        # No two have a part in common, which a torn page could join to a third.
        word = hashlib.blake2b(str(self._texts).encode(), digest_size=6).hexdigest()
        return f"{word} " * size


def _block(store: MemoryStore, acts: list[Act]) -> None:
    """A block of calls; one that the others leave nothing to do for is undone alone."""
    with store.transaction() as tx:
        for act in acts:
            try:
                act(tx)
            except StorageError:
                raise
            except MemoryStoreError:
                continue


def _deleted(twin: MemoryStore, contact: str) -> list[Any]:
    return list(twin.versions(contact, status=Status.DELETED, limit=1000).items)


def _versions(twin: MemoryStore, contact: str, status: Status | None) -> list[str]:
    found = twin.versions(contact, status=status, limit=1000).items
    return [each.content for each in found]
