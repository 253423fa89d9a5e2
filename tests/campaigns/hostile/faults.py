"""Faults to plant: a check of the file left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from versionchain import audit
from versionchain.backends.sqlite import check, faults, rows, schema

from ..campaign import Fault


def _without(name: str) -> Any:
    """`verify()` without the checks of the file's tables whose statement holds that name."""
    left = tuple(each for each in check._CHECKS if name not in each[2])
    return patch.object(check, "_CHECKS", left)


def _version_unchecked() -> Any:
    real = schema._pragma

    def pragma(connection: Any, name: str) -> int:
        found = real(connection, name)
        return min(found, schema.newest()) if name == "user_version" else found

    return patch.object(schema, "_pragma", pragma)


@contextmanager
def _schema_unchecked() -> Iterator[None]:
    def version_of(connection: Any) -> int:
        return int(schema._pragma(connection, "user_version"))

    with patch.object(schema, "version_of", version_of):
        yield


@contextmanager
def _raw() -> Iterator[None]:
    real = faults.translate

    def translate(error: Any) -> Any:
        return error if "malformed" in str(error) else real(error)

    with patch.object(faults, "translate", translate):
        yield


@contextmanager
def _pages_unchecked() -> Iterator[None]:
    real = check._rows

    def found(connection: Any, sql: str, *values: object) -> Any:
        return [] if "integrity_check" in sql else real(connection, sql, *values)

    with patch.object(check, "_rows", found):
        yield


def _deletions_unchecked() -> Any:
    return patch.object(audit._Audit, "_deletions", lambda self, facts: iter(()))


FAULTS: Final[dict[str, Fault]] = {
    "the schema's version not compared": _version_unchecked,
    "the schema not compared": _schema_unchecked,
    "an error of SQLite's passed on": _raw,
    "pages and types not checked": _pages_unchecked,
    "the index of ids not checked": lambda: _without("ids i"),
    "deletions not checked": _deletions_unchecked,
    "rows of nobody not looked for": lambda: patch.object(check, "_ORPHANS", ()),
    "JSON not looked at": lambda: patch.object(rows, "_object", lambda encoded: encoded),
}
