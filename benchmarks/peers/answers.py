"""What peers answer with.

May live here: the record and the page that workloads expect. May not be known here: any peer.
"""

from collections.abc import Callable, Sequence
from typing import Any, overload

from attrs import define


@define
class Record:
    """One version, in the words of the library.

    Attributes:
        id: what the peer's own calls find the version by.
        content: the text.
        revision: the newest revision when it was written, where the peer has one.
    """

    id: Any
    content: str
    revision: Any = None


@define
class Page:
    """A listing."""

    items: Sequence[Record]


@define
class Deleted:
    """What `restore` takes back."""

    revision: Any


class Records(Sequence[Record]):
    """A peer's own objects, each made a record when it is looked at.

    A peer has answered once it has given its objects: its time does not hold the translation.
    """

    __slots__ = ("_own", "_read")

    def __init__(self, own: Sequence[Any], read: Callable[[Any], Record]) -> None:
        self._own = own
        self._read = read

    def __len__(self) -> int:
        return len(self._own)

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        if isinstance(index, slice):
            return Records(self._own[index], self._read)
        return self._read(self._own[index])
