"""What is killed: a process that makes random calls on a file, and writes down each.

May live here: opening and closing, and the log. May not be known here: when it is killed.

The log is a file that each entry is appended to by one write: whatever it holds was there when the
signal came.
"""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from attrs import frozen

from versionchain import MemoryStore
from versionchain.store import Durability

from ..calling import Caller, Op, Returned
from ..machine import Pools


@frozen
class Orders:
    """What a child is told to do.

    Attributes:
        name: of the child; a number that no other of the file has.
        path: the file.
        durability: how it is opened.
        seed: where the child's chances come from.
        after: how many operations it makes before it says that it is time to kill it.
        stops: whether it ends then by itself.
        log: where it writes down what it does.
    """

    name: int
    path: Path
    durability: Durability
    seed: str
    after: int
    stops: bool
    log: Path

    def read(self) -> Iterator[Op | Returned]:
        """What the log holds, in order; what was being appended at the end is not there."""
        if not self.log.exists():  # killed before it began
            return
        with self.log.open("rb") as file:
            while True:
                try:
                    yield pickle.load(file)
                except (EOFError, pickle.UnpicklingError):
                    return


class Victim:
    """The child's life.

    Args:
        orders: what to do.
        calls: what to choose from.
        held: what there is in the file, to pick from.
        pipe: where it says that it is time.
    """

    def __init__(self, orders: Orders, calls: Pools, held: dict[str, list[Any]], pipe: int) -> None:
        self._orders = orders
        self._pipe = pipe
        self._random = Random(orders.seed)
        self._log = os.open(orders.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._caller = Caller(orders.name, self._random, calls, held, self.tell)

    def live(self) -> None:
        """Operations without end, or as many as ordered."""
        orders, number = self._orders, 0
        if not orders.after:
            os.write(self._pipe, b"!")
        store = self._opened()
        while number < orders.after or not orders.stops:
            number += 1
            if self._random.random() < 0.06:
                store.close()
                store = self._opened()
            self._caller.make(store, self._caller.chosen(number))
            if number == orders.after:
                os.write(self._pipe, b"!")
        store.close()

    def tell(self, what: Op | Returned) -> None:
        """Appends to the log."""
        os.write(self._log, pickle.dumps(what))

    def _opened(self) -> MemoryStore:
        orders = self._orders
        return MemoryStore.open(orders.path, durability=orders.durability, **self._caller.options)
