"""Answers in memory without waiting for anybody.

May live here: look-ups that are made without a lock, and how they know that they saw one state.
May not be known here: writing, older states, or what a caller may pass.
"""

from ...model import MemoryVersion
from .state import State


class Glance:
    """The newest state of one tenant. `base.Glance` says what each method promises.

    A writer first sets `State.pending`, then counts `State.turns`, then changes something. So
    whoever reads the count, finds nothing pending, looks something up, and finds the count
    unchanged, looked at one committed state. Where not, or where a structure that changed meanwhile
    refused, there is no answer.

    A reader needs a lock and a block: the same look-up takes five times as long (R1, R2). For that
    gain the same few lines stand in each method.

    Args:
        state: the tenant's; one that is pending for ever has no answer.
    """

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def version(self, id: object) -> MemoryVersion | None:
        state = self._state
        turns = state.turns
        if state.pending is not None or type(id) is not str:
            return None
        found = None if id in state.marks else state.versions.get(id)
        return found if state.turns == turns else None

    def head(self, id: object) -> MemoryVersion | None:
        state = self._state
        turns = state.turns
        if state.pending is not None or type(id) is not str:
            return None
        try:
            found = state.chains[id].living[-1]
        except LookupError:
            return None
        return found if state.turns == turns else None

    def history(self, id: object) -> tuple[MemoryVersion, ...] | None:
        state = self._state
        turns = state.turns
        if state.pending is not None or type(id) is not str:
            return None
        try:
            found = tuple(state.chains[id].living)
        except LookupError:
            return None
        return found if found and state.turns == turns else None

    def memories(
        self, contact_id: object, limit: int, *, at: int | None = None
    ) -> list[MemoryVersion] | None:
        state = self._state
        turns = state.turns
        if state.pending is not None or at is not None or type(contact_id) is not str:
            return None
        contact = state.contacts.get(contact_id)
        found = None if contact is None else contact.newest(None, limit)
        return found if state.turns == turns else None
