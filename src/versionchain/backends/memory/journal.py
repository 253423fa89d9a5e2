"""How a change in memory is taken back.

May live here: mutations that remember their inverse. May not be known here: what is changed.
"""

from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, TypeVar, cast

from sortedcontainers import SortedDict

K = TypeVar("K")
V = TypeVar("V")


class Journal:
    """Does mutations one by one and can undo them, last first. O(1) each.

    Each can be undone twice, and before it was done; so an undoing that was interrupted is ended
    by whoever comes next.

    Attributes:
        undoing_to: the mark to which an undoing goes back, until it is there. Whoever calls `undo`
            in a handler sets it before, since an interrupt can come into the call but not there.
    """

    def __init__(self) -> None:
        self._undo: list[tuple[Callable[..., object], Any, Any, Any]] = []
        self.undoing_to: int | None = None

    def put(self, mapping: MutableMapping[K, V], key: K, value: V) -> None:
        """Sets a key."""
        if key in mapping:
            self._undo.append((_set, mapping, key, mapping[key]))
        else:
            self._undo.append((_pop, mapping, key, None))
        _set(mapping, key, value)

    def put_all(self, mapping: dict[K, V], values: dict[K, V]) -> None:
        """Sets keys."""
        old = {key: mapping[key] for key in mapping.keys() & values.keys()}
        self._undo.append((_put_all_back, mapping, values.keys(), old))
        mapping.update(values)

    def drop_all(self, mapping: dict[K, V], keys: list[K]) -> None:
        """Removes keys that are all there."""
        old = {key: mapping[key] for key in keys}
        self._undo.append((_put_all_back, mapping, keys, old))
        for key in keys:
            del mapping[key]

    def drop(self, mapping: MutableMapping[K, V], key: K) -> None:
        """Removes a key that is there."""
        self._undo.append((_set, mapping, key, mapping[key]))
        _pop(mapping, key)

    def splice(self, items: list[Any], start: int, stop: int, values: list[Any]) -> None:
        """Puts values into a place of a list, in the place of those from `start` to `stop`.

        O(those), and O(n) of moving pointers.
        """
        before, old = len(items), items[start:stop]
        self._undo.append((_put_back, items, (before, start, start + len(values)), old))
        items[start:stop] = values

    def append(self, items: list[V], value: V) -> None:
        """Adds to a list's end."""
        self._undo.append((_cut, items, len(items), None))
        items.append(value)

    def set(self, record: object, name: str, value: Any) -> None:
        """Sets an attribute."""
        self._undo.append((setattr, record, name, getattr(record, name)))
        setattr(record, name, value)

    def mark(self) -> int:
        """Where it stands, for `undo`."""
        return len(self._undo)

    def undo(self, mark: int = 0) -> None:
        """Takes back what was done since `mark`. O(that)."""
        self.undoing_to = mark
        while len(self._undo) > mark:
            # Undone first and forgotten then: where an exception comes between, it is undone again.
            step, where, which, old = self._undo[-1]
            step(where, which, old)
            self._undo.pop()
        self.undoing_to = None

    def settle(self) -> None:
        """Ends an undoing that was interrupted, where one was. O(what is left of it)."""
        if self.undoing_to is not None:
            self.undo(self.undoing_to)

    def forget(self) -> None:
        """Makes what was done final. O(1)."""
        self._undo.clear()


def _set(mapping: MutableMapping[K, V], key: K, value: V) -> None:
    try:
        mapping[key] = value
    except BaseException:
        _mend(mapping)
        raise


def _put_back(items: list[Any], where: tuple[int, int, int], old: list[Any]) -> None:
    before, start, stop = where
    if len(items) != before or stop - start == len(old):
        items[start:stop] = old


def _put_all_back(mapping: dict[K, V], keys: Iterable[K], old: dict[K, V]) -> None:
    for key in keys:
        if key not in old:
            mapping.pop(key, None)
    mapping.update(old)


def _cut(items: list[Any], length: int, _: None) -> None:
    del items[length:]


def _pop(mapping: MutableMapping[K, V], key: K, _: None = None) -> None:
    try:
        mapping.pop(key, None)
    except BaseException:
        _mend(mapping)
        raise


def _mend(mapping: MutableMapping[K, V]) -> None:
    """Makes the order of a sorted dict anew, since a change that stops halfway spoils it. O(n)."""
    if isinstance(mapping, SortedDict):
        items = list(dict.items(cast("dict[K, V]", mapping)))
        mapping.clear()
        mapping.update(items)
