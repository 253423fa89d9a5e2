"""Faults to plant: a check left out, a value told, a write too early."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any, Final
from unittest.mock import patch

from versionchain import InvalidInputError, MemoryStore, cursor, validation
from versionchain.backends.sqlite import SQLiteBackend
from versionchain.calls import write
from versionchain.connections import ConnectionChange

from ..campaign import Fault

decode = import_module("versionchain.transfer.decode")
"""The module: its package has a function of that name."""


def _told() -> Any:
    def text(field: str, value: Any, most: int | None = validation.MAX_NAME) -> str:
        if type(value) is str and "\0" in value:
            raise InvalidInputError(field, f"must hold no NUL character, as {value!r} does")
        return _TEXT(field, value, most)

    return patch.object(validation, "text", text)


_TEXT: Final = validation.text


def _true_is_one() -> Any:
    def integer(field: str, value: Any, least: int, most: int | None = None) -> int:
        return _INTEGER(field, int(value) if type(value) is bool else value, least, most)

    return patch.object(validation, "integer", integer)


_INTEGER: Final = validation.integer


@contextmanager
def _written_first() -> Iterator[None]:
    real = write.WriteCalls.update

    @wraps(real)
    def update(self: Any, version_id: Any, content: Any, **given: Any) -> Any:
        with self._working("update") as work:
            work.connect(ConnectionChange(), ("ada",))
        return real(self, version_id, content, **given)

    with patch.object(write.WriteCalls, "update", update):
        yield


@contextmanager
def _line_by_line() -> Iterator[None]:
    real = SQLiteBackend.write

    @contextmanager
    def write(self: Any, tenant: str) -> Iterator[Any]:
        with real(self, tenant) as writer:
            load = writer.load

            def commits(fact: Any) -> None:
                load(fact)
                writer._connection.execute("COMMIT")
                writer._connection.execute("BEGIN IMMEDIATE")

            writer.load = commits
            yield writer

    with patch.object(SQLiteBackend, "write", write):
        yield


@contextmanager
def _cut_cursors() -> Iterator[None]:
    real = cursor._digest

    def digest(tenant: str, query: Any, payload: bytes) -> bytes:
        return real(tenant, query, b"")

    with patch.object(cursor, "_digest", digest):
        yield


@contextmanager
def _method() -> Iterator[None]:
    def peek(self: Any, neighbour: str) -> None:
        """Something new."""

    with patch.object(MemoryStore, "peek", peek, create=True):
        yield


FAULTS: Final[dict[str, Fault]] = {
    "surrogates not looked for": lambda: patch.object(
        validation, "_check_storable", lambda field, value: None
    ),
    "a value in the message": _told,
    "True taken for 1": _true_is_one,
    "a write before the check": _written_first,
    "a load that commits line by line": _line_by_line,
    "a load that checks no intervals": lambda: patch.object(
        decode, "_check_intervals", lambda created, absences, deleted: None
    ),
    "cursors without a digest": _cut_cursors,
    "a public method that is not covered": _method,
}
