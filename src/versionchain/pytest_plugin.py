"""Fixtures for test suites of people who build on the store or on a service (extra `testing`).

May live here: fixtures, and what a failed test is told of its stores. May not be known here: any
test of this project. pytest loads this file in every run where the package is installed, so
nothing beyond the base package is imported before a fixture asks for it.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from .errors import MemoryStoreError
from .model import MemoryVersion, Status
from .store import MemoryStore

_STORES = pytest.StashKey[list[MemoryStore]]()
_MOST = 20  # so many memories of a store are drawn
_LONGEST = 60  # so many characters of a text

Factory = Callable[..., MemoryStore]


@pytest.fixture
def memory_store_factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Makes stores: in memory, or with `path=` in a file; closed after the test.

    Each has a clock of its own that goes on by a second a revision, and ids that are the same in
    every run. What else `MemoryStore` takes may be given.
    """
    from .testing.repeatable import Clock, Ids

    drawn_later = request.node.stash.setdefault(_STORES, [])
    stores: list[MemoryStore] = []

    def make(*, path: str | Path | None = None, **options: Any) -> MemoryStore:
        options = {"clock": Clock(), "ids": Ids(len(stores)), **options}
        made = MemoryStore(**options) if path is None else MemoryStore.open(path, **options)
        stores.append(made)
        drawn_later.append(made)
        return made

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def memory_store(memory_store_factory: Factory) -> MemoryStore:
    """A fresh store in memory, with repeatable ids and clock."""
    return memory_store_factory()


@pytest.fixture
def sqlite_memory_store(memory_store_factory: Factory, tmp_path: Path) -> MemoryStore:
    """A fresh store in a file of the test's own folder, with repeatable ids and clock."""
    return memory_store_factory(path=tmp_path / "memory.db")


@frozen
class FakeServer:
    """A fake service on a port of this machine, as a test sees it: empty when the test begins.

    Attributes:
        url: what its client takes as the base URL.
        key: an API key that it accepts.
        tenant: the project or organization that the key opens.
        control: what seeds it, lets requests fail, and moves the clock (`server.Control`).
        store: the memories of that project or organization.
    """

    url: str
    key: str
    tenant: str
    control: Any
    store: MemoryStore


@pytest.fixture(scope="session")
def _versionchain_servers() -> Iterator[tuple[str, Any, MemoryStore]]:
    """Both services, started once in a run: the URL, their control and their store."""
    from .server import control_of, create_app, running
    from .testing.repeatable import Clock, Ids

    clock = Clock()
    with MemoryStore(clock=clock, ids=Ids()) as store:
        app = create_app(store, clock=clock, ids=Ids(1))
        with running(app) as url:
            yield url, control_of(app), store


@pytest.fixture
def recallrai_server(
    request: pytest.FixtureRequest, _versionchain_servers: tuple[str, Any, MemoryStore]
) -> Iterator[FakeServer]:
    """A fake RecallrAI (extra `server`), empty, for the real client or any other."""
    from .server import RECALLR_KEY

    yield from _fresh(request, _versionchain_servers, RECALLR_KEY)


@pytest.fixture
def callers_server(
    request: pytest.FixtureRequest, _versionchain_servers: tuple[str, Any, MemoryStore]
) -> Iterator[FakeServer]:
    """A fake Callers.ai (extra `server`), empty."""
    from .server import CALLERS_KEY

    yield from _fresh(request, _versionchain_servers, CALLERS_KEY)


def _fresh(
    request: pytest.FixtureRequest, servers: tuple[str, Any, MemoryStore], key: str
) -> Iterator[FakeServer]:
    """What both services know is erased before the test, and drawn where the test fails."""
    url, control, store = servers
    control.reset()
    request.node.stash.setdefault(_STORES, []).append(store)
    yield FakeServer(url, key, store.tenant, control, store)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds the chains of a failed test's stores to its report."""
    report = yield
    if call.when == "call" and report.failed:
        stores: list[MemoryStore] = item.stash.get(_STORES, [])
        for number, store in enumerate(stores, 1):
            report.sections.append((f"memory store {number}", drawn(store)))
    return report


def drawn(store: MemoryStore) -> str:
    """A store's memories, a chain a line, the deleted versions in brackets. O(what is drawn).

    Example:
        >>> from versionchain import MemoryStore
        >>> store = MemoryStore()
        >>> bonn = store.add("ada", "in Bonn")
        >>> _ = store.delete(store.update(bonn.id, "in Kiel").id)
        >>> print(drawn(store))
        ada: v1 'in Bonn' ← [v2 'in Kiel', deleted by 3]
    """
    lines: list[str] = []
    with suppress(MemoryStoreError):
        touched = [id for log in store.revisions(limit=1000).items for id in log.contacts]
        for contact_id in dict.fromkeys(touched):
            lines += _chains(store, contact_id)
    left = len(lines) - _MOST
    return "\n".join(lines[:_MOST] + ([f"and {left} more"] if left > 0 else [])) or "(empty)"


def _chains(store: MemoryStore, contact_id: str) -> Iterator[str]:
    found = [
        version.chain_id
        for status in (None, Status.DELETED)
        for version in store.versions(contact_id, status=status, limit=_MOST).items
    ]
    for chain_id in dict.fromkeys(found):
        versions = store.history(chain_id, include_deleted=True)
        yield f"{contact_id}: " + " ← ".join(map(_said, versions))


def _said(version: MemoryVersion) -> str:
    text = version.content if len(version.content) <= _LONGEST else version.content[:_LONGEST] + "…"
    said = f"v{version.number} {text!r}"
    if version.deleted_revision is None:
        return said
    return f"[{said}, deleted by {version.deleted_revision}]"
