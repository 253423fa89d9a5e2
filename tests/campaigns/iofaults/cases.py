"""Every public call that writes, as it is made.

May live here: the calls with their arguments. May not be known here: that anything fails, and what
must hold then.
"""

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from versionchain import MemoryStore, NewMemory, NotFoundError, StorageError

from ..public import methods
from .scene import DELETED, SECRET, Held, dumped, state_of

BACKUP: Final = "backup.db"
LATE: Final = datetime(2999, 1, 1, tzinfo=UTC)

READS: Final = frozenset(
    {
        *("get", "latest", "history", "memories", "versions", "contacts", "count", "connections"),
        *("find_ids", "revisions", "at", "verify", "dump", "tenant", "actor", "for_tenant"),
    }
)
"""Public names that write nothing; what is new and not here has to have a case."""

Call = Callable[[Any, Held], Any]


@frozen
class Case:
    """A call, or several that belong together.

    Attributes:
        name: of the public method, or what it is a case of.
        call: makes it; its answer is compared with the one in memory.
        starts: what the store begins as.
        erases: a text that it takes away for good, so that it may say that bytes remain; or None.
        kind: "call" on an open store; "block", "open", "close" or "backup", which are judged
            otherwise.
    """

    name: str
    call: Call
    starts: tuple[str, ...] = ("file", "log")
    erases: bytes | None = None
    kind: str = "call"


def _block(store: Any, held: Held) -> None:
    with store.transaction(reason="moved") as tx:
        made = tx.add("eve", "Reads")
        tx.delete(held.tea[2])
        with suppress(NotFoundError):
            tx.delete(held.tea[2])
        tx.update(made.id, f"Reads {'a lot ' * 2000}")
        tx.connect(made.id, held.tea[0], kind="likes")
        tx.restore(held.gone)
        tx.delete_contact("ben")


_ACTS: Final[tuple[Call, ...]] = (
    lambda tx, _: tx.add("eve", f"Reads {'a lot ' * 2000}"),
    lambda tx, held: tx.delete(held.tea[2]),
    lambda tx, held: tx.connect(held.town[0], held.song, kind="near"),
    lambda tx, _: tx.delete_contact("ben"),
    lambda tx, held: tx.restore(held.gone),
)


def block_of(
    store: MemoryStore, held: Held, done: list[bool], which: Sequence[bool] = (True,) * len(_ACTS)
) -> None:
    """A block that goes on when a call in it fails.

    Args:
        store: the store.
        held: what calls name.
        done: which of the calls succeeded is noted here.
        which: which of the calls are made.
    """
    settings: Any = store._settings
    settings.clock.step = timedelta()  # however often it is asked, the block has one time
    with store.transaction() as tx:
        for number, act in enumerate(_ACTS):
            settings.ids._next.clear()
            settings.ids.push(*(str(UUID(int=number * 2 + n, version=4)) for n in (100, 101)))
            try:
                if which[number]:
                    act(tx, held)
                done.append(which[number])
            except StorageError:
                done.append(False)


def _left(store: Any, held: Held) -> None:
    with suppress(ZeroDivisionError), store.transaction() as tx:
        tx.add("eve", f"Reads {'a lot ' * 2000}")
        tx.delete_contact("ben")
        raise ZeroDivisionError


def _read(store: Any, held: Held) -> Any:
    old = store.at(9)
    return (
        [store.get(held.tea[0]), store.latest(held.song), store.history(held.tea[0])],
        [store.memories("ben", limit=7).items, store.versions("ada").items],
        [store.contacts(), store.count("ada"), store.connections(held.song)],
        [store.revisions().items, store.find_ids(held.song[:3])],
        [old.memories("ben").items, old.history(held.tea[0]), old.count("ada")],
        dumped(store),
    )


def _several(store: MemoryStore, held: Held) -> None:
    """More than a page cache's worth in one change."""
    store.add_many([NewMemory("eve", f"Reads book {n} {'word ' * 100}") for n in range(20)])


CASES: Final = (
    Case("transaction", _block),
    Case("transaction", _left),
    Case("transaction", lambda store, held: block_of(store, held, []), kind="block"),
    Case("erase_contact", lambda store, _: store.erase_contact("ada"), erases=SECRET.encode()),
    Case(
        "erase_deleted", lambda store, _: store.erase_deleted(before=LATE), erases=DELETED.encode()
    ),
    Case("add", lambda store, _: store.add("ada", "Sails", categories=["x"], metadata={"a": [1]})),
    Case("add", lambda store, _: store.for_tenant("new").add("eve", f"Reads {'long ' * 4000}")),
    Case("add_many", _several),
    Case("update", lambda store, held: store.update(held.tea[-1], "Prefers rum", metadata=None)),
    Case("delete", lambda store, held: store.delete(held.tea[-1], reason="asked to")),
    Case("delete", lambda store, held: store.delete(held.tea[3], delete_previous_versions=True)),
    Case("delete_memory", lambda store, held: store.delete_memory(held.tea[0])),
    Case("delete_contact", lambda store, _: store.delete_contact("ben")),
    Case("prune", lambda store, held: store.prune(held.tea[0], keep_last=2)),
    Case("prune_contact", lambda store, _: store.prune_contact("ada", keep_last=1, before=LATE)),
    Case("restore", lambda store, held: store.restore(held.gone)),
    Case("connect", lambda store, held: store.connect(held.town[0], held.song, kind="near")),
    Case("connect", lambda store, held: store.connect(held.tea[0], held.song, metadata={"s": 2})),
    Case("disconnect", lambda store, held: store.disconnect(held.tea[0], held.song)),
    Case("load", lambda store, held: store.for_tenant("new").load(io.BytesIO(held.dump))),
    Case("reads", _read),
    Case("verify", lambda store, _: store.verify()),
    Case("open", lambda store, _: state_of(store), ("none", "file", "log"), kind="open"),
    Case("close", lambda store, _: store.close(), ("log",), kind="close"),
    Case(
        "backup",
        lambda store, _: store.backup(store._backend._path.with_name(BACKUP)),
        kind="backup",
    ),
)


def uncovered() -> list[str]:
    """Public names of a store or a block that neither read nor have a case."""
    names = {name for handle in ("store", "block") for name in methods(handle)}
    return sorted(names - READS - {case.name for case in CASES})
