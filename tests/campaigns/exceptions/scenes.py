"""The prepared store, and each public write call as it is made on it.

May live here: what is in the store, and the calls with their arguments. May not be known here: that
anything fails.
"""

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from attrs import frozen

from versionchain import DuplicateIdError, MemoryStore, NewMemory, NotFoundError
from versionchain.calls import AllCalls
from versionchain.testing.repeatable import Clock, Ids
from versionchain.transaction import Transaction

HOME: Final = "home"
AWAY: Final = "away"
EMPTY: Final = "empty"
TENANTS: Final = (HOME, AWAY, EMPTY)
CONTACTS: Final = ("ada", "ben", "eve")

LATE: Final = datetime(2999, 1, 1, tzinfo=UTC)

READS: Final = {
    *("get", "latest", "history", "memories", "versions", "contacts", "count", "connections"),
    *("find_ids", "revisions", "at", "verify", "dump", "backup", "tenant", "actor"),
    *("open", "for_tenant", "close"),
}
"""Public names of a store or a block that change no memory."""

Handle = Any
Call = Callable[[Handle, "Held"], object]


@frozen
class Held:
    """What the calls name of the prepared store."""

    tea: tuple[str, ...]
    tea_chain: str
    town: tuple[str, ...]
    song: str
    gone: int
    dump: bytes


class Undone(Exception):  # noqa: N818  # it stands for a caller's own error
    """What leaves a block that is to be undone."""


def opened(backend: Any, tenant: str = HOME) -> MemoryStore:
    """A handle with a clock and ids of its own, that give the same in every run."""
    late = Clock(datetime(2026, 6, 1, tzinfo=UTC))
    return MemoryStore(backend, tenant=tenant, actor="tester", clock=late, ids=Ids(99))


def prepare(backend: Any) -> Held:
    """Fills an empty store with a little of everything."""
    store = MemoryStore(backend, tenant=HOME, clock=Clock(), ids=Ids(1))
    away = MemoryStore(backend, tenant=AWAY, clock=Clock(), ids=Ids(2))
    tea = [store.add("ada", "Prefers tea", categories=["taste"], metadata={"cups": 2})]
    for text in ("Prefers green tea", "Prefers white tea", "Prefers mint tea"):
        tea.append(store.update(tea[-1].id, text))
    town = [store.add("ada", "Lives in Bonn", session_id="monday")]
    town.append(store.update(town[0].id, "Lives in Kiel"))
    song = store.add("ben", "Sings")
    ended = store.add("ada", "Had a cat")
    store.connect(tea[0].id, song.id, metadata={"since": 1})
    store.connect(town[0].id, ended.id, kind="near")
    store.connect(song.id, town[0].id)
    store.disconnect(song.id, town[0].id)
    gone = store.delete(tea[1].id, reason="asked to")
    store.delete_memory(ended.chain_id)
    away.delete(away.add("ada", "Prefers coffee").id)
    away.add("ada", "Lives in Rome")
    dump = io.BytesIO()
    away.dump(dump)
    tea_ids = tuple(version.id for version in tea)
    town_ids = tuple(version.id for version in town)
    assert gone.revision is not None
    return Held(tea_ids, tea[0].chain_id, town_ids, song.id, gone.revision, dump.getvalue())


CALLS: Final[dict[str, tuple[Call, ...]]] = {
    "add": (
        lambda handle, _: handle.add("ada", "Sails", categories=["free"], metadata={"a": [1]}),
        lambda handle, _: handle.add("eve", "Reads", session_id="monday"),
    ),
    "add_many": (
        lambda handle, _: handle.add_many([NewMemory("ada", "Sails"), NewMemory("eve", "Reads")]),
    ),
    "update": (lambda handle, held: handle.update(held.tea[-1], "Prefers rum", metadata=None),),
    "delete": (
        lambda handle, held: handle.delete(held.tea[-1], expected_latest=held.tea[-1]),
        lambda handle, held: handle.delete(held.tea[2], delete_previous_versions=True),
    ),
    "delete_memory": (lambda handle, held: handle.delete_memory(held.tea_chain),),
    "delete_contact": (lambda handle, _: handle.delete_contact("ada"),),
    "prune": (lambda handle, held: handle.prune(held.tea_chain, keep_last=2),),
    "prune_contact": (lambda handle, _: handle.prune_contact("ada", keep_last=1, before=LATE),),
    "restore": (lambda handle, held: handle.restore(held.gone),),
    "connect": (
        lambda handle, held: handle.connect(held.town[0], held.song),
        lambda handle, held: handle.connect(held.tea[0], held.song, metadata={"since": 2}),
    ),
    "disconnect": (lambda handle, held: handle.disconnect(held.tea[0], held.song),),
    "erase_contact": (lambda handle, _: handle.erase_contact("ada"),),
    "erase_deleted": (lambda handle, _: handle.erase_deleted(before=LATE),),
}
"""Every write call on a handle, alone."""


def _load(store: MemoryStore, held: Held) -> None:
    empty = opened(store._backend, EMPTY)
    empty.load(io.BytesIO(held.dump))


def _block(store: MemoryStore, held: Held) -> None:
    """Several calls, of which one is refused after it wrote and another before."""
    with store.transaction(reason="moved") as tx:
        made = tx.add("eve", "Reads")
        tx.delete(held.town[1])
        with suppress(DuplicateIdError):
            tx.add_many([NewMemory("ada", "Paints"), NewMemory("ada", "Draws", id=made.id)])
        tx.update(made.id, "Reads a lot")
        with suppress(NotFoundError):
            tx.delete(held.town[1])
        tx.connect(made.id, held.tea[0], kind="likes")
        tx.restore(held.gone)


def _undone(store: MemoryStore, held: Held) -> None:
    """A block that its caller leaves by an error."""
    with suppress(Undone), store.transaction() as tx:
        tx.add("eve", "Reads")
        tx.delete(held.tea[2])
        tx.disconnect(held.tea[0], held.song)
        tx.delete_contact("ada")
        raise Undone


def _caught(call: Call, caught: tuple[type[BaseException], ...]) -> Call:
    """The call in a block that goes on whatever comes out of the call."""

    def block(store: Handle, held: Held) -> None:
        with store.transaction() as tx, suppress(*caught):
            call(tx, held)

    return block


def scenes(caught: tuple[type[BaseException], ...]) -> dict[str, Call]:
    """Every scene by name: each call alone, each that a block has in a block, and blocks.

    Args:
        caught: what a block around one call goes on after.
    """
    named: dict[str, Call] = {"load": _load, "block": _block, "undone block": _undone}
    for name, calls in CALLS.items():
        for number, call in enumerate(calls):
            about = f"{name} {number}" if number else name
            named[about] = call
            if hasattr(Transaction, name):
                named[f"{about} in a block"] = _caught(call, caught)
    return named


def uncovered() -> set[str]:
    """Public names of a store or a block that are neither read nor tried."""
    names = {name for face in (MemoryStore, Transaction, AllCalls) for name in dir(face)}
    public = {name for name in names if not name.startswith("_")}
    return public - READS - CALLS.keys() - {"load", "transaction"}
