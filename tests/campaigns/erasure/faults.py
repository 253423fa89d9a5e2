"""What is planted to see that the campaign finds it.

May live here: mistakes that an erasure could have. May not be known here: how they are found.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import versionchain.backends.memory.build as build
import versionchain.backends.sqlite.erase as erase
from versionchain import ErasureIncompleteError, MemoryStore
from versionchain.backends.sqlite import SQLiteBackend

from ..campaign import Fault
from ..planting import changed
from .others import statements


def _without(word: str) -> Callable[[Any], Any]:
    """Statements without those that begin so."""
    return lambda statements: tuple(each for each in statements if not each.startswith(word))


def _skips(word: str) -> Fault:
    """Runs every statement but those that hold a word.

    Some builds of SQLite overwrite what is deleted as it goes; planted, none does.
    """

    def change(sql: str) -> str:
        if sql.startswith("PRAGMA synchronous"):
            return "PRAGMA secure_delete=OFF"
        return "SELECT 0" if word in sql else sql

    return lambda: statements(change)


def _swallows(real: Any) -> Any:
    def purge(self: Any) -> None:
        with suppress(ErasureIncompleteError):
            real(self)

    return purge


def _raises_what_it_met(_: Any) -> Any:
    """Whoever is in the way of the second half looks as if he were in the way of the first."""

    def purge(self: Any) -> None:
        process = self._here()
        with process.writing.held(), process.turns.held(), process.pool.lent() as connection:
            erase.purge(connection)

    return purge


def _remembers(real: Any) -> Any:
    """What a contact touched is kept by its id."""

    def without(state: Any, contact_id: str) -> Any:
        left = real(state, contact_id)
        left.touched[contact_id] = state.touched[contact_id]
        return left

    return without


FAULTS: Final[dict[str, Fault]] = {
    "nothing but the rows goes": changed(SQLiteBackend, "purge", lambda _: lambda self: None),
    "the file is not written anew": _skips("VACUUM"),
    "the log is not emptied": _skips("wal_checkpoint"),
    "a reader in the way is not told": changed(MemoryStore, "_purge", _swallows),
    "a writer in the way of the bytes is told of as of the rows": changed(
        SQLiteBackend, "purge", _raises_what_it_met
    ),
    "that bytes may remain is not written down": _skips("INTO purges"),
    "connections are forgotten": changed(erase, "_CONTACT", _without("DELETE FROM connections")),
    "ended connections are forgotten": changed(
        erase, "_MARKED_VERSIONS", _without("DELETE FROM connections WHERE until")
    ),
    "reasons are forgotten": changed(erase, "_CONTACT", _without("UPDATE revisions")),
    "an index in memory is forgotten": changed(build, "without_contact", _remembers),
}
