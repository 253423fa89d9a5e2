"""Faults to plant: one way each to forget whose something is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from versionchain import MemoryStore, NotFoundError, cursor
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.sqlite import erase, reader, writer

from ..campaign import Fault

_VERSION: Final = reader._VERSION.replace("i.tenant = ? AND", "? IS NOT NULL AND")
_ELSEWHERE: Final = "SELECT 1 FROM ids WHERE id = ? AND tenant <> ?"
_EVERYBODYS: Final = (
    "chain IN (SELECT key FROM chains WHERE chain_id = (SELECT chain_id FROM chains WHERE key = ?))"
)


@contextmanager
def _cursors() -> Iterator[None]:
    real = cursor._digest
    with patch.object(cursor, "_digest", lambda tenant, query, payload: real("", query, payload)):
        yield


@contextmanager
def _case() -> Iterator[None]:
    real = MemoryBackend.read

    def read(self: Any, tenant: str, at: int | None = None) -> Any:
        alike = [each for each in self._states if each.casefold() == tenant.casefold()]
        return real(self, alike[0] if alike else tenant, at)

    with patch.object(MemoryBackend, "read", read):
        yield


@contextmanager
def _text() -> Iterator[None]:
    real = reader.SQLiteReader.version

    def version(self: Any, version_id: str) -> Any:
        found = real(self, version_id)
        if found is None and self._rows(_ELSEWHERE, version_id, self._tenant):
            raise NotFoundError("version of yours", version_id)
        return found

    with patch.object(reader.SQLiteReader, "version", version):
        yield


@contextmanager
def _trimmed() -> Iterator[None]:
    real = MemoryStore.for_tenant

    def for_tenant(self: Any, tenant: str, *, actor: str | None = None) -> Any:
        return real(self, tenant.strip(), actor=actor)

    with patch.object(MemoryStore, "for_tenant", for_tenant):
        yield


@contextmanager
def _method() -> Iterator[None]:
    def peek(self: Any, neighbour: str) -> None:
        """Something new."""

    with patch.object(MemoryStore, "peek", peek, create=True):
        yield


def _reasons() -> Any:
    statements = tuple(
        each.replace("tenant = :tenant AND number IN", ":tenant > 0 AND number IN").replace(
            "WHERE contact = :contact AND contact > 0",
            "WHERE number IN (SELECT number FROM revisions WHERE contact = :contact)",
        )
        for each in erase._CONTACT
    )
    return patch.object(erase, "_CONTACT", statements)


FAULTS: Final[dict[str, Fault]] = {
    "a read without the tenant": lambda: patch.object(reader, "_VERSION", _VERSION),
    "a tenant in another case": _case,
    "a tenant found by LIKE": lambda: patch.object(
        reader, "_TENANT", "SELECT key FROM tenants WHERE ? LIKE name ORDER BY key"
    ),
    "a tenant's name trimmed": _trimmed,
    "a cursor without the tenant": _cursors,
    "another text for another tenant's": _text,
    "a write to another tenant's chain": lambda: patch.multiple(
        writer,
        _MARK=writer._MARK.replace("chain = ?", _EVERYBODYS),
        _MARK_ONE=writer._MARK_ONE.replace("chain = ?", _EVERYBODYS),
    ),
    "an erasure of all tenants' reasons": _reasons,
    "a public method that is not covered": _method,
}
