"""What a writer of the SQLite file keeps at hand in its block, and what it does at once."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from versionchain import MemoryStore, NewMemory
from versionchain.backends.sqlite import SQLiteBackend
from versionchain.chain import Draft, Stamp, append, cut

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def backend(tmp_path):
    with closing(SQLiteBackend(tmp_path / "agent.db", durability="normal")) as made:
        yield made


@pytest.fixture
def store(backend):
    return MemoryStore(backend)


def contents(store, contact_id):
    return [memory.content for memory in store.memories(contact_id).items]


def undone(block, call):
    """Makes a call of a block, and then takes it back."""
    with pytest.raises(ZeroDivisionError), block._writer.savepoint():
        call()
        raise ZeroDivisionError


def test_a_contact_of_a_call_that_was_undone_is_written_again(store):
    """Its key went with the call."""
    with store.transaction() as block:
        block.add("grace", "text")
        undone(block, lambda: block.add("ada", "undone"))
        block.add("ada", "kept")
    assert contents(store, "ada") == ["kept"]
    assert store.verify().ok


def test_a_chain_of_a_call_that_was_undone_is_found_no_more(store):
    """Nor is the number that was its highest meanwhile."""
    first = store.add("ada", "v1")
    with store.transaction() as block:
        undone(block, lambda: block.update(first.id, "undone"))
        assert block.update(first.id, "v2").number == 2
        undone(block, lambda: block.delete_contact("ada"))
        assert block.delete_contact("ada").count == 2
    assert store.verify().ok


def test_a_tenant_of_a_call_that_was_undone_is_written_again(backend):
    """The tenant's key too, and the store's own memory of it."""
    with MemoryStore(backend, tenant="new").transaction() as block:
        undone(block, lambda: block.add("ada", "undone"))
        block.add("ada", "kept")
    store = MemoryStore(backend, tenant="new")
    assert contents(store, "ada") == ["kept"]
    assert store.verify().ok


def test_the_highest_number_is_what_it_is_when_it_is_asked_for(backend, store):
    """Whichever version was read before, and whatever was done since."""
    first = store.add("ada", "v1")
    second = store.update(first.id, "v2")
    with backend.write("default") as writer:
        assert writer.version(first.id).next_id == second.id
        assert writer.last_number(first.chain_id) == 2
        latest = writer.version(second.id)
        assert writer.last_number(first.chain_id) == 2
        draft = Draft("v3", (), "{}", None, None, None)
        stamp = Stamp(3, NOW)
        change = append(
            draft,
            id="00000000-0000-4000-8000-000000000003",
            chain_id=latest.chain_id,
            contact_id="ada",
            previous=latest,
            last_number=2,
            stamp=stamp,
            ordinal=0,
        )
        writer.apply([change], stamp)
        assert writer.last_number(first.chain_id) == 3
        assert writer.last_number("00000000-0000-4000-8000-000000000009") == 0


def test_a_latest_that_comes_back_is_the_only_one(store):
    """Above the one that led meanwhile, and below one that came since."""
    first = store.add("ada", "v1")
    second = store.update(first.id, "v2")
    gone = store.delete(second.id).revision
    store.restore(gone)
    assert contents(store, "ada") == ["v2"]
    assert store.count("ada").memories == 1
    gone = store.delete(second.id).revision
    store.update(first.id, "v3")
    store.restore(gone)
    assert contents(store, "ada") == ["v3"]
    assert store.count("ada").memories == 1
    assert store.verify().ok


def test_numbers_rise_where_the_latest_goes_in_the_same_block(store):
    """The highest number is not what it was when the latest was read."""
    with store.transaction() as block:
        first = block.add("ada", "v1")
        second = block.update(first.id, "v2")
        assert block.delete(second.id).count == 1
        assert block.update(first.id, "v3").number == 3
    assert [version.number for version in store.history(first.id)] == [1, 3]
    assert store.verify().ok


def test_a_number_of_a_deleted_end_is_never_used_again(store):
    """Not after a memory ended and came back in parts, either."""
    first = store.add("ada", "v1")
    second = store.update(first.id, "v2")
    gone = store.delete(second.id).revision
    third = store.update(first.id, "v3")
    assert third.number == 3
    store.delete(third.id)
    store.delete(first.id)
    store.restore(gone)
    assert store.update(second.id, "v4").number == 4
    assert store.verify().ok


def test_a_rehearsal_leaves_nothing_at_hand_that_a_call_changes(store):
    """A contact is marked whole by what it has then."""
    with store.transaction() as block:
        first = block.add("ada", "one")
        assert block.delete_contact("ada", dry_run=True).count == 1
        block.update(first.id, "one, again")
        block.add("ada", "two")
        assert block.delete_contact("ada", dry_run=True).count == 3
        assert block.delete(first.id).count == 1
        assert block.delete_contact("ada").count == 2
    assert contents(store, "ada") == []
    assert store.count("ada").deleted == 3
    assert store.verify().ok


@pytest.mark.parametrize("most", [0, 1, 2])
def test_some_of_a_contacts_cuts_mark_those_alone(backend, store, most):
    """All is marked at once where the cuts are all; a part of them is a part."""
    for n in range(3):
        memory = store.add("ada", f"text {n}")
    store.update(memory.id, "newer")
    store.add("grace", "text")
    with backend.write("default") as writer:
        cuts = [cut(span) for span in writer.spans("ada")]
        writer.apply(cuts[:most], Stamp(6, NOW))
    assert len(store.memories("ada").items) == 3 - most
    assert len(store.memories("grace").items) == 1


def test_all_of_a_contacts_cuts_mark_nobody_elses(backend, store):
    """The contact's, all of them, and each as deleted."""
    for n in range(3):
        store.update(store.add("ada", f"text {n}").id, "newer")
    store.add("grace", "text")
    other = store.for_tenant("other")
    other.add("ada", "text")
    gone = store.delete_contact("ada")
    assert (gone.count, gone.memories) == (6, 3)
    assert [each.items for each in (store.memories("ada"), store.versions("ada"))] == [(), ()]
    assert contents(store, "grace") == contents(other, "ada") == ["text"]
    assert store.restore(gone.revision).count == 6
    assert contents(store, "ada") == ["newer"] * 3
    assert store.verify().ok


def test_a_contacts_revisions_are_those_it_was_alone_in_and_those_it_was_not(store):
    """In order, and a page of them at a time."""
    for n in range(4):
        store.add("ada", f"alone {n}")
        store.add_many([NewMemory("ada", "both"), NewMemory("grace", "both")])
        store.add("grace", "without her")
    numbers = [each.number for each in store.revisions(contact_id="ada").items]
    assert numbers == [1, 2, 4, 5, 7, 8, 10, 11]
    found, after = [], None
    while True:
        page = store.revisions(contact_id="ada", limit=3, after=after)
        found += [each.number for each in page.items]
        after = page.next_cursor
        if after is None:
            break
    assert found == numbers
    assert [each.contacts for each in store.revisions(limit=2).items] == [
        ("ada",),
        ("ada", "grace"),
    ]
