"""What every part of the contract stands on.

May live here: the fixtures, and the chains that tests begin with. May not be known here: a rule.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from ...backends.base import Backend
from ...errors import StoreClosedError
from ...model import MemoryVersion
from ...store import MemoryStore
from ...transaction import Transaction
from ..looking import walk
from ..repeatable import Clock, Ids

UNKNOWN = "ffffffff-ffff-4fff-8fff-ffffffffffff"
"""A valid id that nothing has."""


class Abort(Exception):  # noqa: N818  # it stands for a caller's own error
    """What leaves a block that is to be undone."""


class ContractBase:
    """Fixtures: `backend` is the author's, the others stand on it.

    Each test that wrote ends with `verify`: the fixtures see to it.
    """

    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        """An empty backend, closed afterwards; a subclass gives it."""
        raise NotImplementedError("give your test class a fixture `backend`")

    @pytest.fixture
    def clock(self) -> Clock:
        """The clock of `store`: a second between two revisions."""
        return Clock()

    @pytest.fixture
    def ids(self) -> Ids:
        """The id source of `store`."""
        return Ids()

    @pytest.fixture
    def store(self, backend: Backend, clock: Clock, ids: Ids) -> Iterator[MemoryStore]:
        """A store on the backend; sound at the end."""
        store = MemoryStore(backend, clock=clock, ids=ids)
        yield store
        assert_sound(store)

    @pytest.fixture
    def other(self, store: MemoryStore) -> Iterator[MemoryStore]:
        """Another tenant's handle on the same backend; sound at the end."""
        other = store.for_tenant("another")
        yield other
        assert_sound(other)


def assert_sound(store: MemoryStore) -> None:
    """Asserts that every invariant holds, unless the test closed the store."""
    with suppress(StoreClosedError):
        report = store.verify()
        assert report.ok, report.violations


def run_test(contract: type[Any], name: str, backend: Backend, **given: object) -> None:
    """Runs one test of a contract without pytest, on a backend of your own.

    Args:
        contract: the class that has the test.
        name: the test's.
        backend: an empty one.
        given: its parameters, where it is parametrized.

    Raises:
        Exception: what the test raised, or AssertionError where an invariant does not hold after.

    Example:
        >>> from versionchain.backends.memory import MemoryBackend
        >>> from versionchain.testing import BackendContract
        >>> run_test(BackendContract, "test_deleting_in_the_middle_relinks", MemoryBackend())
    """
    clock, ids = Clock(), Ids()
    store = MemoryStore(backend, clock=clock, ids=ids)
    other = store.for_tenant("another")
    ready = {"backend": backend, "clock": clock, "ids": ids, "store": store, "other": other}
    test = getattr(contract(), name)
    wanted = inspect.signature(test).parameters.keys() - given.keys()
    test(**{each: ready[each] for each in wanted}, **given)
    assert_sound(store)
    assert_sound(other)


@contextmanager
def undone(store: MemoryStore) -> Iterator[Transaction]:
    """A block that an exception leaves once the caller has done its part."""
    with suppress(Abort), store.transaction() as tx:
        yield tx
        raise Abort


def chain(store: MemoryStore, length: int, contact_id: str = "ada") -> list[MemoryVersion]:
    """A memory with `length` versions, `v1` to `vN`, as they stand."""
    version = store.add(contact_id, "v1")
    for number in range(2, length + 1):
        version = store.update(version.id, f"v{number}")
    return list(store.history(version.id))


def newest(store: MemoryStore) -> int:
    """The number of the newest revision, 0 before the first."""
    log = walk(store.revisions)
    return log[-1].number if log else 0
