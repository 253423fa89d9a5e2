"""How a change in memory is taken back.

May live here: mutations that remember their inverse. May not be known here: what is changed.
"""

from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Journal:
    """Does mutations one by one and can undo them, last first. O(1) each."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    def put(self, mapping: MutableMapping[K, V], key: K, value: V) -> None:
        """Sets a key."""
        if key in mapping:
            old = mapping[key]
            self._undo.append(lambda: mapping.__setitem__(key, old))
        else:
            self._undo.append(lambda: mapping.pop(key, None))
        mapping[key] = value

    def drop(self, mapping: MutableMapping[K, V], key: K) -> None:
        """Removes a key that is there."""
        old = mapping[key]
        self._undo.append(lambda: mapping.__setitem__(key, old))
        del mapping[key]

    def append(self, items: list[V], value: V) -> None:
        """Adds to a list's end."""
        length = len(items)
        self._undo.append(lambda: items.__delitem__(slice(length, None)))
        items.append(value)

    def set(self, record: object, name: str, value: Any) -> None:
        """Sets an attribute."""
        old = getattr(record, name)
        self._undo.append(lambda: setattr(record, name, old))
        setattr(record, name, value)

    def mark(self) -> int:
        """Where it stands, for `undo`."""
        return len(self._undo)

    def undo(self, mark: int = 0) -> None:
        """Takes back what was done since `mark`. O(that)."""
        while len(self._undo) > mark:
            self._undo.pop()()

    def forget(self) -> None:
        """Makes what was done final. O(1)."""
        self._undo.clear()
