"""The contract: what a backend keeps when it is closed and opened again. SPEC sections 2 and 4."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from ...backends.base import Backend
from ...errors import DuplicateIdError, NotFoundError
from ...model import Page
from ...store import MemoryStore
from ..looking import drawn, everything, refuses, walk
from ..repeatable import Clock, Ids
from .base import ContractBase, assert_sound, chain, newest, undone
from .log import story
from .threads import Task

Reopen = Callable[[MemoryStore], MemoryStore]


class ReopeningContract(ContractBase):
    """Needs a fixture `make_backend`: a function that opens the test's one storage."""

    @pytest.fixture
    def make_backend(self) -> Callable[[], Backend]:
        """Opens the same storage at each call, empty before the first; a subclass gives it."""
        raise NotImplementedError("give your test class a fixture `make_backend`")

    @pytest.fixture
    def backend(self, make_backend: Callable[[], Backend]) -> Iterator[Backend]:
        """The first opening."""
        with closing(make_backend()) as backend:
            yield backend

    @pytest.fixture
    def reopen(
        self, make_backend: Callable[[], Backend], clock: Clock, ids: Ids
    ) -> Iterator[Reopen]:
        """Closes a store and gives another on the same storage; sound at the end."""
        opened: list[MemoryStore] = []

        def again(store: MemoryStore) -> MemoryStore:
            store.close()
            opened.append(MemoryStore(make_backend(), clock=clock, ids=ids))
            return opened[-1]

        yield again
        for store in opened:
            with store:
                assert_sound(store)

    def test_nothing_is_lost_by_reopening(self, store: MemoryStore, reopen: Reopen) -> None:
        """Everything reads as before, the past too."""
        seen = story(store)
        before, report = everything(store), store.verify()
        again = reopen(store)
        assert everything(again) == before
        assert again.verify() == report
        for revision, state in enumerate(seen):
            view = everything(again.at(revision), ("ada", "grace"))
            assert {**view, "revisions": []} == state

    def test_a_cursor_stays_good_after_reopening(self, store: MemoryStore, reopen: Reopen) -> None:
        """It holds a position, not a place in a process."""
        for n in range(6):
            store.add("ada", f"v{n}")
            store.add(f"contact {n}", "Sails")
        pages: list[Page[Any]] = [
            store.memories("ada", limit=2),
            store.versions("ada", limit=2),
            store.contacts(limit=2),
            store.revisions(limit=2),
        ]
        again = reopen(store)
        assert [
            again.memories("ada", after=pages[0].next_cursor).items,
            again.versions("ada", after=pages[1].next_cursor).items,
            again.contacts(after=pages[2].next_cursor).items,
            again.revisions(after=pages[3].next_cursor).items,
        ] == [
            again.memories("ada").items[2:],
            again.versions("ada").items[2:],
            again.contacts().items[2:],
            again.revisions().items[2:],
        ]

    def test_numbers_and_ids_go_on_after_reopening(
        self, store: MemoryStore, reopen: Reopen
    ) -> None:
        """Neither a version's number nor an id nor a revision's number comes again."""
        versions = chain(store, 3)
        gone = store.delete(versions[2].id)
        again = reopen(store)
        for id in (versions[2].id, versions[0].chain_id):
            with refuses(DuplicateIdError, again):
                again.add("ada", "Taken", id=id)
        v4 = again.update(versions[1].id, "v4")
        assert (v4.number, v4.revision) == (4, 5)
        assert gone.revision is not None
        assert again.restore(gone.revision).count == 1
        assert drawn(again, v4.id) == "v1 ← v2 ← v3 ← v4"

    def test_an_undone_block_is_nowhere_after_reopening(
        self, store: MemoryStore, reopen: Reopen
    ) -> None:
        """In memory and on disk: nothing of it is there."""
        versions = chain(store, 3)
        before = everything(store)
        with undone(store) as tx:
            tx.delete_contact("ada")
            tx.add("grace", "Sails")
        again = reopen(store)
        assert everything(again) == before
        with refuses(NotFoundError, again):
            again.delete_contact("grace")
        assert drawn(again, versions[0].id) == "v1 ← v2 ← v3"

    def test_every_tenant_is_there_after_reopening(
        self, store: MemoryStore, reopen: Reopen
    ) -> None:
        """Each with its own, by its name."""
        other = store.for_tenant("another")
        chain(store, 2)
        chain(other, 3)
        before = [everything(store), everything(other)]
        again = reopen(store)
        assert [everything(again), everything(again.for_tenant("another"))] == before
        assert everything(again.for_tenant("a third"))["contacts"] == []

    def test_two_openings_share_one_storage(
        self, store: MemoryStore, make_backend: Callable[[], Backend]
    ) -> None:
        """Each sees what the other committed, and they write in turn."""
        versions = chain(store, 2)
        with MemoryStore(make_backend(), ids=Ids(1)) as second:
            v3 = second.update(versions[1].id, "v3")
            assert store.latest(versions[0].id) == v3
            with store.transaction() as tx:
                task = Task(lambda: second.delete(v3.id))
                tx.update(v3.id, "v4")
                assert task.waits()
                assert second.latest(v3.id) == v3
            assert task.result().count == 1
            assert drawn(store, versions[0].id) == "v1 ← v2 ← v4"
            assert second.verify().ok

    def test_two_openings_lose_nothing(
        self, store: MemoryStore, make_backend: Callable[[], Backend]
    ) -> None:
        """Numbers of revisions rise by one without a gap, whoever writes."""
        with MemoryStore(make_backend(), ids=Ids(1)) as second:
            tasks = [
                Task(lambda handle=handle: [handle.add("ada", f"{n}") for n in range(10)])  # type: ignore[misc]
                for handle in (store, second)
            ]
            for task in tasks:
                task.result()
            assert second.count("ada").memories == newest(second) == 20
            assert [entry.number for entry in walk(store.revisions)] == [*range(1, 21)]
