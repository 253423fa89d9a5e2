"""The contract: listings, their filters, and their pages. SPEC section 4."""

from collections.abc import Callable
from typing import Any

import pytest

from ...errors import InvalidInputError
from ...model import Count, MemoryVersion, NewMemory, Page, Status
from ...store import MemoryStore
from ..looking import walk
from .base import ContractBase, chain


def texts(found: Page[MemoryVersion]) -> list[str]:
    """What the versions of a page say."""
    return [version.content for version in found.items]


class ListingContract(ContractBase):
    """What is listed, in which order."""

    def test_memories_are_listed_newest_first(self, store: MemoryStore) -> None:
        """Each as its latest version, by the revision that wrote that, and the order in it."""
        first = store.add("ada", "a")
        store.add_many([NewMemory("ada", text) for text in "bcd"])
        assert texts(store.memories("ada")) == ["d", "c", "b", "a"]
        latest = store.update(first.id, "a2")
        assert texts(store.memories("ada")) == ["a2", "d", "c", "b"]
        assert store.memories("ada").items[0] == store.latest(first.id)
        store.delete(latest.id)
        assert texts(store.memories("ada")) == ["d", "c", "b", "a"]

    def test_a_resurrected_memory_is_listed_by_its_own_revision(self, store: MemoryStore) -> None:
        """Not by the revision that resurrected or restored it."""
        first, second = chain(store, 3), chain(store, 2)
        gone = store.delete(second[1].id)
        assert [v.id for v in store.memories("ada").items] == [second[0].id, first[2].id]
        store.update(first[2].id, "v4")
        assert gone.revision is not None
        store.restore(gone.revision)
        assert texts(store.memories("ada")) == ["v4", "v2"]

    def test_an_ended_memory_is_not_listed(self, store: MemoryStore) -> None:
        """Only what has a living version is there."""
        kept, ended = store.add("ada", "a"), store.add("ada", "b")
        store.delete(ended.id)
        assert store.memories("ada").items == (kept,)

    def test_versions_are_listed_oldest_first(self, store: MemoryStore) -> None:
        """Of all the contact's memories, in the order in which they were written."""
        one, two = store.add("ada", "a1"), store.add("ada", "b1")
        store.update(two.id, "b2")
        store.update(one.id, "a2")
        store.add("grace", "c1")
        assert texts(store.versions("ada")) == ["a1", "b1", "b2", "a2"]
        assert store.versions("ada").items[:2] == (store.get(one.id), store.get(two.id))

    def test_versions_are_listed_by_status(self, store: MemoryStore) -> None:
        """None means all but the deleted."""
        first, second = chain(store, 3), chain(store, 2)
        store.delete(second[1].id)
        store.delete(first[0].id)
        by = {
            status: [version.id for version in store.versions("ada", status=status).items]
            for status in (None, *Status)
        }
        assert by == {
            None: [first[1].id, first[2].id, second[0].id],
            Status.CURRENT: [first[2].id, second[0].id],
            Status.SUPERSEDED: [first[1].id],
            Status.DELETED: [first[0].id, second[1].id],
        }

    def test_contacts_are_listed_by_code_point(self, store: MemoryStore) -> None:
        """Those with a living version, in order of their ids."""
        names = ["b", "a", "B", "\u00e9", "e\u0301", "\U0001f469", "\uffff", "a b", "10", "9"]
        for name in names:
            store.add(name, "Sails")
        assert store.contacts().items == tuple(sorted(names))
        gone = store.delete_contact("b")
        assert "b" not in store.contacts().items
        assert gone.revision is not None
        store.restore(gone.revision)
        assert store.contacts().items == tuple(sorted(names))

    def test_what_a_contact_has_is_counted(self, store: MemoryStore) -> None:
        """Chains with a version left, versions not deleted, versions deleted."""
        first, second = chain(store, 3), chain(store, 2)
        assert store.count("ada") == Count(memories=2, versions=5, deleted=0)
        store.delete(first[1].id)
        store.delete_memory(second[0].id)
        assert store.count("ada") == Count(memories=1, versions=2, deleted=3)

    def test_a_stranger_has_nothing(self, store: MemoryStore) -> None:
        """An empty page and zeros, never an error."""
        store.add("grace", "Sails")
        assert store.memories("ada") == store.versions("ada") == Page((), None)
        assert store.versions("ada", status=Status.DELETED) == Page((), None)
        assert store.revisions(contact_id="ada") == Page((), None)
        assert store.count("ada") == Count(0, 0, 0)

    def test_an_empty_store_has_nothing(self, store: MemoryStore) -> None:
        """Nor has a tenant that never wrote."""
        for page in (store.contacts(), store.revisions(), store.memories("ada")):
            assert page == Page((), None)


class FilterContract(ContractBase):
    """What `memories` keeps."""

    def test_categories_mean_any_of_them(self, store: MemoryStore) -> None:
        """A memory passes with one of the categories; exactly that text."""
        for text, labels in (("a", ["x"]), ("b", ["y", "x"]), ("c", ["X"]), ("d", [])):
            store.add("ada", text, categories=labels)
        assert texts(store.memories("ada", categories=["x"])) == ["b", "a"]
        assert texts(store.memories("ada", categories=("y", "X", "z"))) == ["c", "b"]
        assert texts(store.memories("ada", categories=["z"])) == []

    def test_a_filter_looks_at_the_latest_version(self, store: MemoryStore) -> None:
        """What an older version said does not count, until it is the latest again."""
        v1 = store.add("ada", "v1", categories=["x"], session_id="s", metadata={"k": 1})
        v2 = store.update(v1.id, "v2", categories=["y"], session_id=None, metadata={"k": 2})
        old: dict[str, Any] = {"categories": ["x"], "session_id": "s", "metadata": {"k": 1}}
        for name, value in old.items():
            assert texts(store.memories("ada", **{name: value})) == []
        store.delete(v2.id)
        for name, value in old.items():
            assert texts(store.memories("ada", **{name: value})) == ["v1"]

    def test_a_session_is_exactly_it(self, store: MemoryStore) -> None:
        """No prefix, no other case, and none without a session."""
        for text, session_id in (("a", "monday"), ("b", "Monday"), ("c", None)):
            store.add("ada", text, session_id=session_id)
        assert texts(store.memories("ada", session_id="monday")) == ["a"]
        assert texts(store.memories("ada", session_id="mon%")) == []

    @pytest.mark.parametrize(
        ("sought", "found"),
        [
            ({"k": 1}, ["int", "float"]),
            ({"k": 1.0}, ["int", "float"]),
            ({"k": True}, ["true"]),
            ({"k": "1"}, ["text"]),
            ({"k": None}, ["null"]),
            ({"k": [1, {"a": 1.0}]}, ["list"]),
            ({"k": [1, {"a": True}]}, []),
            ({"k": (1, {"a": 1})}, ["list"]),
            ({"k": {"b": 2, "a": 1}}, ["dict"]),
            ({"k": {"a": 1}}, []),
            ({"k": 1 << 62}, ["big"]),
            ({"k": (1 << 62) + 1}, []),
            ({"k": 0}, ["zero"]),
            ({"k": -0.0}, ["zero"]),
            ({"k": 1, "m": 2}, ["int"]),
            ({"k": 1, "m": None}, []),
            ({}, None),
        ],
    )
    def test_metadata_is_equal_as_json(
        self, store: MemoryStore, sought: dict[str, Any], found: list[str] | None
    ) -> None:
        """Equality of the named top-level keys: True is not 1, absent not null, 1 is 1.0."""
        kept: dict[str, dict[str, Any]] = {
            "int": {"k": 1, "m": 2},
            "float": {"k": 1.0},
            "true": {"k": True},
            "text": {"k": "1"},
            "null": {"k": None},
            "absent": {"m": 3},
            "list": {"k": [1, {"a": 1}]},
            "dict": {"k": {"a": 1, "b": 2}},
            "big": {"k": 1 << 62},
            "zero": {"k": 0},
        }
        store.add_many([NewMemory("ada", text, metadata=data) for text, data in kept.items()])
        expected = list(kept) if found is None else found
        assert sorted(texts(store.memories("ada", metadata=sought))) == sorted(expected)

    @pytest.mark.parametrize(
        "key", ["", "a.b", "$.k", "k' OR 1=1 --", '"k"', "[0]", "%", "\u00e9", "k\\"]
    )
    def test_a_filters_key_is_only_compared(self, store: MemoryStore, key: str) -> None:
        """No key is a path, a pattern or SQL."""
        store.add("ada", "other", metadata={"k": 1, "a": {"b": 1}, "0": 1})
        assert texts(store.memories("ada", metadata={key: 1})) == []
        store.add("ada", "this", metadata={key: 1})
        assert texts(store.memories("ada", metadata={key: 1})) == ["this"]

    def test_filters_add_up(self, store: MemoryStore) -> None:
        """A memory must pass each of them."""
        for n in range(8):
            store.add(
                "ada",
                f"{n}",
                categories=["x"] if n & 1 else [],
                session_id="s" if n & 2 else None,
                metadata={"k": n & 4},
            )
        both = store.memories("ada", categories=["x"], session_id="s", metadata={"k": 4})
        assert texts(both) == ["7"]


class PagingContract(ContractBase):
    """Pages of 1 to 1000, and the cursors between them."""

    @pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7, 1000])
    def test_pages_add_up(self, store: MemoryStore, limit: int) -> None:
        """Whatever the limit, the pages together are the listing; the last one has no cursor."""
        store.add_many(
            [NewMemory(f"contact {n % 6}", f"v{n}", categories=["x"] * (n % 2)) for n in range(36)]
        )
        for memory in store.memories("contact 1").items[::2]:
            store.delete(store.update(memory.id, "new").id)
        for listing, args, sought in _listings():
            whole = getattr(store, listing)(*args, limit=1000, **sought)
            assert whole.next_cursor is None
            assert len(whole.items) > 0
            assert walk(getattr(store, listing), *args, limit=limit, **sought) == list(whole.items)

    def test_a_cursor_serves_another_limit(self, store: MemoryStore) -> None:
        """It holds a position, not a page's size."""
        for n in range(6):
            store.add("ada", f"v{n}")
        first = store.memories("ada", limit=2)
        rest = store.memories("ada", limit=1000, after=first.next_cursor)
        assert texts(first) + texts(rest) == ["v5", "v4", "v3", "v2", "v1", "v0"]
        again = store.memories("ada", limit=1, after=first.next_cursor)
        assert texts(again) == ["v3"]

    def test_a_cursor_serves_a_changed_list(self, store: MemoryStore) -> None:
        """Even where the item that it stands at is gone; nothing comes twice."""
        made = [store.add("ada", f"v{n}") for n in range(6)]
        first = store.memories("ada", limit=3)
        store.delete(made[3].id)
        store.add("ada", "new")
        assert texts(store.memories("ada", after=first.next_cursor)) == ["v2", "v1", "v0"]
        contacts = [store.add(name, "Sails").contact_id for name in ("b", "c", "d")]
        page = store.contacts(limit=2)
        store.delete_contact(contacts[0])
        assert store.contacts(after=page.next_cursor).items == ("c", "d")

    def test_a_cursor_of_the_log_misses_nothing(self, store: MemoryStore) -> None:
        """What is written after a page is on a later one."""
        chain(store, 3)
        page = store.revisions(limit=2)
        chain(store, 2)
        rest = store.revisions(after=page.next_cursor).items
        assert [entry.number for entry in rest] == [3, 4, 5]

    def test_a_cursor_of_another_listing_is_refused(self, store: MemoryStore) -> None:
        """Made for another query, contact, filter or call: it says so, and reads nothing."""
        store.add_many([NewMemory(f"contact {n % 6}", f"v{n}") for n in range(36)])
        calls = _cursors(store)
        cursors = [call(None).next_cursor for call in calls]
        for i, call in enumerate(calls):
            for k, cursor in enumerate(cursors):
                if i == k:
                    assert call(cursor).items
                    continue
                with pytest.raises(InvalidInputError) as raised:
                    call(cursor)
                assert raised.value.field == "after"

    def test_a_cursor_of_another_tenant_is_refused(
        self, store: MemoryStore, other: MemoryStore
    ) -> None:
        """The same query of another tenant has other cursors."""
        for handle in (store, other):
            handle.add_many([NewMemory(f"contact {n % 6}", f"v{n}") for n in range(36)])
        for mine, theirs in zip(_cursors(store), _cursors(other), strict=True):
            cursor = theirs(None).next_cursor
            if cursor is not None:
                with pytest.raises(InvalidInputError):
                    mine(cursor)

    def test_a_cursor_that_was_cut_or_altered_is_refused(self, store: MemoryStore) -> None:
        """One character less, more or other, and it is none."""
        for n in range(3):
            store.add("ada", f"v{n}")
        good = store.memories("ada", limit=1).next_cursor
        assert good is not None
        flipped = good[:5] + ("A" if good[5] != "A" else "B") + good[6:]
        for bad in (good[:-1], good[1:], good + "A", good + "=", flipped, "", " ", "x", "\u00e9"):
            with pytest.raises(InvalidInputError) as raised:
                store.memories("ada", after=bad)
            assert raised.value.field == "after"


def _listings() -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
    return [
        ("memories", ("contact 1",), {}),
        ("memories", ("contact 1",), {"categories": ["x"]}),
        ("versions", ("contact 1",), {}),
        ("versions", ("contact 1",), {"status": Status.DELETED}),
        ("contacts", (), {}),
        ("revisions", (), {"contact_id": "contact 0"}),
    ]


def _cursors(store: MemoryStore) -> list[Callable[[str | None], Page[Any]]]:
    """Listings that differ in one thing each, with two items at least."""
    return [
        lambda after: store.memories("contact 1", limit=1, after=after),
        lambda after: store.memories("contact 2", limit=1, after=after),
        lambda after: store.memories("contact 1", limit=1, after=after, metadata={}),
        lambda after: store.versions("contact 1", limit=1, after=after),
        lambda after: store.versions("contact 1", limit=1, after=after, status=Status.CURRENT),
        lambda after: store.contacts(limit=1, after=after),
    ]
