"""The store that calls are made on, in the files that it begins as and in memory.

May live here: what it holds. May not be known here: that anything fails.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from attrs import Factory, frozen

from versionchain import MemoryStore
from versionchain.testing.repeatable import Clock, Ids

from ..vfs import checkpoints_every

FILE: Final = "agent.db"
TENANTS: Final = ("default", "acme/eu", "new")
SECRET: Final = "secret-7f3a"
"""In every text that is about Ada, and so is to go with her."""
DELETED: Final = "deleted-91c2"
"""In every text that is deleted, and so is to go with what is deleted."""

State = tuple[bytes, ...]


@frozen
class Held:
    """What the calls name of the store."""

    tea: tuple[str, ...]
    town: tuple[str, ...]
    song: str
    gone: int
    dump: bytes


@frozen
class Start:
    """What a store is opened on.

    Attributes:
        files: the files by the ends of their names.
        every: how many pages of the log make a commit move it into the file.
    """

    files: dict[str, bytes]
    every: int

    def put(self, folder: Path) -> Path:
        """Writes the files; the path to open."""
        for end, content in self.files.items():
            (folder / f"{FILE}{end}").write_bytes(content)
        return folder / FILE


@frozen
class Scene:
    """A store's beginnings, and what it holds in all but one of them.

    Attributes:
        held: what calls name.
        state: all that it holds.
        starts: its beginnings.
        verified: what files with the same rows were found to hold, so that they are read and
            verified as a store only once.
    """

    held: Held
    state: State
    starts: dict[str, Start]
    verified: dict[bytes, State] = Factory(dict)


def opened(path: Path) -> MemoryStore:
    """A store on a file, whose clock and ids are the same in every run."""
    return MemoryStore.open(path, clock=_clock(), ids=Ids(7))


def twin(state: State) -> MemoryStore:
    """A store in memory that holds this, with the clock and the ids of `opened`."""
    store = MemoryStore(clock=_clock(), ids=Ids(7))
    for tenant, dump in zip(TENANTS, state, strict=True):
        store.for_tenant(tenant).load(io.BytesIO(dump))
    return store


def state_of(store: MemoryStore) -> State:
    """All that a store holds: a dump of each tenant."""
    return tuple(dumped(store.for_tenant(tenant)) for tenant in TENANTS)


def dumped(store: MemoryStore) -> bytes:
    """A tenant's dump."""
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue()


def _clock() -> Clock:
    return Clock(datetime(2026, 6, 1, tzinfo=UTC))


def make(folder: Path) -> Scene:
    """Makes the scene in an empty folder.

    The starts are: "none", no file; "file", a store that was closed; "log", one whose process
    died, so that all is in the log, and whose every commit moves the log into the file.
    """
    with _kept(folder) as store:
        held = _filled(store)
        state = state_of(store)
        log = {end: (folder / f"{FILE}{end}").read_bytes() for end in ("", "-wal")}
    closed = {"": (folder / FILE).read_bytes()}
    starts = {"none": Start({}, 1000), "file": Start(closed, 1000), "log": Start(log, 1)}
    return Scene(held, state, starts)


@contextmanager
def _kept(folder: Path) -> Iterator[MemoryStore]:
    with (
        checkpoints_every(100_000),
        MemoryStore.open(folder / FILE, clock=Clock(), ids=Ids(1)) as store,
    ):
        yield store


def _filled(store: MemoryStore) -> Held:
    """A little of everything, over more pages than one of each table."""
    taste: dict[str, Any] = {"categories": [f"{SECRET} taste"], "metadata": {"n": SECRET}}
    tea = [store.add("ada", f"{SECRET} tea {'x' * 3000}", **taste)]
    for kind in (f"{DELETED} green", "white", "mint", "red"):
        tea.append(store.update(tea[-1].id, f"{SECRET} {kind} tea {kind * 200}"))
    town = [store.add("ada", f"{SECRET} Bonn", session_id=SECRET)]
    town.append(store.update(town[0].id, f"{SECRET} Kiel"))
    song = store.add("ben", "Sings")
    for number in range(16):
        store.add("ben", f"Likes song {number} {'la ' * 60}")
    store.connect(tea[0].id, song.id, metadata={"since": SECRET})
    store.connect(song.id, town[0].id)
    store.disconnect(song.id, town[0].id)
    gone = store.delete(tea[1].id, reason=SECRET)
    store.delete_memory(store.add("ada", f"{SECRET} {DELETED} cat").chain_id)
    other = store.for_tenant(TENANTS[1])
    other.delete(other.add("ada", "Prefers coffee").id)
    other.add("ada", "Lives in Rome")
    assert gone.revision is not None
    return Held(
        tuple(each.id for each in tea),
        tuple(each.id for each in town),
        song.id,
        gone.revision,
        dumped(other),
    )
