"""Answers from the file that may have been given before.

May live here: what is asked, and under which key its answer is kept. May not be known here: where
answers are kept, and whether they hold.
"""

from collections.abc import Callable
from typing import Any, Protocol

from ...model import MemoryVersion
from ..base import Reader

Question = Callable[[Reader], Any]


class Look(Protocol):
    """How an answer is had."""

    def __call__(self, kind: str, key: object, question: Question, at: int | None = None) -> Any:
        """The answer of a kind that is kept under a key, or else what one statement finds."""
        ...


class Glance:
    """The newest state of one tenant. `base.Glance` says what each method promises.

    Args:
        look: how an answer is had.
    """

    __slots__ = ("_look",)

    def __init__(self, look: Look) -> None:
        self._look = look

    def version(self, id: object) -> MemoryVersion | None:
        if type(id) is not str or len(id) != 36:
            return None
        found: MemoryVersion | None = self._look("versions", id, lambda reader: reader.version(id))
        return found

    def head(self, id: object) -> MemoryVersion | None:
        if type(id) is not str or len(id) != 36:
            return None
        found: MemoryVersion | None = self._look("heads", id, lambda reader: reader.head(id))
        return found

    def history(self, id: object) -> tuple[MemoryVersion, ...] | None:
        if type(id) is not str or len(id) != 36:
            return None
        found: tuple[MemoryVersion, ...] | None = self._look(
            "histories", id, lambda reader: tuple(reader.history(id, include_deleted=False))
        )
        return found

    def memories(
        self, contact_id: object, limit: int, *, at: int | None = None
    ) -> tuple[MemoryVersion, ...] | None:
        if type(contact_id) is not str or len(contact_id) > 512:
            return None
        found: tuple[MemoryVersion, ...] | None = self._look(
            "pages",
            (contact_id, limit, at),
            lambda reader: tuple(reader.memories(contact_id, before=None, limit=limit)),
            at,
        )
        return found
