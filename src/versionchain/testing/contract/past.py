"""The contract: the store as it was after any revision. SPEC section 4, `at`."""

from datetime import UTC, datetime, timedelta

import pytest

from ...errors import InvalidInputError, NotFoundError
from ...model import Status
from ...store import MemoryStore
from ..looking import drawn, everything, refuses, walk
from ..repeatable import Clock
from .base import ContractBase, chain, newest


class ViewContract(ContractBase):
    """A view of an older state answers as the store did then, whatever came since."""

    def test_a_view_answers_as_the_store_did(self, store: MemoryStore) -> None:
        """After a whole story, every older state reads as it did when it was the newest."""
        seen = {0: everything(store)}

        def remember() -> None:
            seen[newest(store)] = everything(store)

        versions = chain(store, 4)
        tea = store.add("ada", "Prefers tea")
        store.connect(versions[0].id, tea.id, metadata={"n": 1})
        remember()
        first = store.delete(versions[3].id)
        remember()
        store.connect(versions[0].id, tea.id, metadata={"n": 2})
        remember()
        store.delete(versions[1].id, delete_previous_versions=True)
        remember()
        store.restore(first.revision or 0)
        remember()
        store.delete_contact("ada")
        remember()
        store.add("grace", "Sails")
        store.restore(newest(store) - 1)
        remember()
        store.disconnect(versions[3].id, tea.id)
        remember()
        for revision, answers in seen.items():
            view = everything(store.at(revision), ["ada", "grace"])
            del view["revisions"]
            then = {name: answers[name] for name in view}
            then["about"] = {**view["about"], **answers["about"]}
            assert view == then, f"as of {revision}"

    def test_links_and_statuses_are_those_of_then(self, store: MemoryStore) -> None:
        """A version that was the latest then is CURRENT in the view, and superseded by nothing."""
        versions = chain(store, 3)
        store.delete(versions[1].id)
        view = store.at(2)
        assert view.latest(versions[0].id).status is Status.CURRENT
        assert view.get(versions[1].id).superseded_at is None
        assert drawn(view, versions[0].id) == "v1 ← v2"
        assert drawn(store.at(3), versions[0].id) == "v1 ← v2 ← v3"
        assert drawn(store.at(4), versions[0].id) == "v1 ← v3"
        with pytest.raises(NotFoundError):
            view.get(versions[2].id)

    def test_the_deleted_are_those_that_were_deleted_by_then(self, store: MemoryStore) -> None:
        """With `include_deleted`, a mark that was lifted since is there, with its time."""
        versions = chain(store, 2)
        gone = store.delete(versions[1].id)
        store.restore(gone.revision or 0)
        view = store.at(gone.revision or 0)
        marked = view.history(versions[0].id, include_deleted=True)[1]
        when = store.revisions(since=2).items[0].created_at
        assert (marked.status, marked.deleted_revision) == (Status.DELETED, gone.revision)
        assert (marked.deleted_at, marked.previous_id, marked.next_id) == (when, None, None)
        assert view.versions("ada", status=Status.DELETED).items == (marked,)
        assert view.count("ada").deleted == 1
        now = store.history(versions[0].id, include_deleted=True)[1]
        assert now.status is Status.CURRENT

    def test_connections_are_those_of_then(self, store: MemoryStore) -> None:
        """Replaced metadata, ended memories and connections taken away are seen as they were."""
        tea, cup = store.add("ada", "Prefers tea"), store.add("ada", "Owns a cup")
        one = store.connect(tea.id, cup.id, metadata={"n": 1})
        two = store.connect(tea.id, cup.id, metadata={"n": 2})
        store.delete(cup.id)
        store.restore(5)
        store.disconnect(tea.id, cup.id)
        seen = [store.at(n).connections(tea.id) for n in range(1, 8)]
        assert seen == [(), (), (one,), (two,), (), (two,), ()]

    def test_zero_and_a_time_before_the_first_are_empty(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """The empty store can be looked at too, before anything was written and after."""
        early = clock.now - timedelta(days=1)
        assert store.at(0).contacts().items == ()
        store.add("ada", "Prefers tea")
        for view in (store.at(0), store.at(early)):
            assert view.revision == 0
            assert view.contacts().items == ()
            assert view.memories("ada").items == ()
            assert view.count("ada") == store.count("nobody")

    def test_a_time_means_the_last_revision_at_or_before_it(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """At its very time a revision is in the view, a microsecond before it is not."""
        clock.step = timedelta(0)
        store.add("ada", "one")
        store.add("ada", "two")
        when = clock.now
        clock.move(timedelta(seconds=1))
        store.add("ada", "three")
        tick = timedelta(microseconds=1)
        times = [when - tick, when, when + tick, clock.now - tick, clock.now, clock.now + tick]
        assert [store.at(time).revision for time in times] == [0, 2, 2, 2, 3, 3]
        offset = when.astimezone(UTC).replace(tzinfo=None)
        assert store.at(offset.replace(tzinfo=UTC)).revision == 2

    def test_a_revision_that_is_not_there_yet_is_not_found(self, store: MemoryStore) -> None:
        """A number above the newest is NotFoundError; a negative or wrong one is refused."""
        store.add("ada", "Prefers tea")
        with refuses(NotFoundError, store):
            store.at(2)
        for bad in (-1, True, 1.0, "1", None, datetime(2026, 1, 1)):
            with refuses(InvalidInputError, store):
                store.at(bad)  # type: ignore[arg-type]

    def test_pages_of_a_view_are_stable_while_others_write(self, store: MemoryStore) -> None:
        """A walk over a view finds just what was there, whatever changes between its pages."""
        made = [store.add("ada", f"text {n}") for n in range(7)]
        view = store.at(7)
        page = view.memories("ada", limit=2)
        store.delete(made[3].id)
        store.update(made[1].id, "new")
        store.add("ada", "newer")
        found = [*page.items]
        while page.next_cursor is not None:
            page = view.memories("ada", limit=2, after=page.next_cursor)
            found += page.items
        assert [m.content for m in found] == [f"text {n}" for n in reversed(range(7))]
        assert walk(store.at(7).versions, "ada", limit=3) == walk(view.versions, "ada")

    def test_a_cursor_of_a_view_is_for_that_view(self, store: MemoryStore) -> None:
        """A cursor goes on in another view of the same revision, and in no other listing."""
        for n in range(3):
            store.add("ada", f"text {n}")
        cursor = store.at(3).memories("ada", limit=1).next_cursor
        assert len(store.at(3).memories("ada", limit=5, after=cursor).items) == 2
        for other in (store, store.at(2)):
            with refuses(InvalidInputError, store):
                other.memories("ada", after=cursor)

    def test_filters_hold_in_a_view(self, store: MemoryStore) -> None:
        """A view is filtered by what a memory said then."""
        first = store.add("ada", "one", categories=["a"], metadata={"n": 1}, session_id="s")
        store.update(first.id, "two", categories=["b"], metadata={"n": 2}, session_id="t")
        view = store.at(1)
        assert view.memories("ada", categories=["a"], metadata={"n": 1}, session_id="s").items
        assert not view.memories("ada", categories=["b"]).items

    def test_a_block_can_look_back_too(self, store: MemoryStore) -> None:
        """Inside a block, older states are what they are outside."""
        versions = chain(store, 2)
        with store.transaction() as tx:
            tx.delete(versions[1].id)
            assert tx.latest(versions[0].id).content == "v1"
            assert tx.at(2).latest(versions[0].id).content == "v2"
            assert tx.at(1).latest(versions[0].id).content == "v1"

    def test_a_view_is_of_its_tenant(self, store: MemoryStore, other: MemoryStore) -> None:
        """The same revision number in another tenant is another state."""
        mine = store.add("ada", "mine")
        other.add("ada", "theirs")
        assert [m.content for m in other.at(1).memories("ada").items] == ["theirs"]
        with pytest.raises(NotFoundError):
            other.at(1).get(mine.id)

    def test_a_view_can_not_be_written_to(self, store: MemoryStore) -> None:
        """A view has the reads alone."""
        store.add("ada", "Prefers tea")
        view = store.at(1)
        for name in ("add", "update", "delete", "restore", "connect", "revisions", "transaction"):
            assert not hasattr(view, name)
