"""A SQLite file's lists as of an older revision are those that rewound facts give."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from versionchain import MemoryStore
from versionchain.backends.asof import AsOfReader
from versionchain.backends.sqlite import SQLiteBackend
from versionchain.model import position

CONTACTS = ("ada", "grace")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("add", "add", "update", "update", "update", "delete", "previous", "contact", "restore")
        ),
        st.integers(0, 1_000),
    ),
    max_size=25,
)


def tell(store, steps):
    """Makes the calls that a story can make; the rest of it is left out."""
    ids, gone = [], []
    for kind, number in steps:
        if kind == "add":
            ids.append(store.add(CONTACTS[number % 2], "text").chain_id)
        elif kind == "contact":
            contact = CONTACTS[number % 2]
            if store.count(contact).versions:
                gone.append(store.delete_contact(contact).revision)
        elif kind == "restore" and gone:
            store.restore(gone.pop(number % len(gone)))
        elif kind in ("update", "delete", "previous") and ids:
            chain_id = ids[number % len(ids)]
            told = store.history(chain_id, include_deleted=True)
            living = [version for version in told if version.deleted_revision is None]
            if living and kind == "update":
                store.update(living[-1].id, "text")
            elif living:
                chosen = living[number % len(living)]
                previous = kind == "previous"
                gone.append(store.delete(chosen.id, delete_previous_versions=previous).revision)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_a_list_as_of_each_revision_is_what_rewound_facts_give(tmp_path_factory, steps):
    """Whole, and page by page."""
    path = tmp_path_factory.mktemp("past") / "agent.db"
    backend = SQLiteBackend(path, durability="normal")
    with MemoryStore(backend) as store:
        store.for_tenant("another").add("ada", "text")
        tell(store, steps)
        last = store.revisions(limit=1000).items
        for at in range(len(last) + 1):
            with backend.read("default") as now, backend.read("default", at) as past:
                rewound = AsOfReader(now, at)
                for contact in CONTACTS:
                    expected = rewound.memories(contact, before=None, limit=1000)
                    assert past.memories(contact, before=None, limit=1000) == expected
                    assert pages(past, contact) == expected


def pages(reader, contact):
    """A list, two memories a page."""
    found, before = [], None
    while page := reader.memories(contact, before=before, limit=2):
        found += page
        before = position(page[-1])
    return found


@pytest.mark.parametrize("limit", [1, 3])
def test_a_limit_keeps_the_newest(tmp_path, limit):
    """By position as it was then."""
    with MemoryStore.open(tmp_path / "a.db", durability="normal") as store:
        added = [store.add("ada", f"text {n}") for n in range(5)]
        store.update(added[0].id, "newer")
        then = store.at(5)
        store.delete_contact("ada")
        listed = then.memories("ada", limit=limit).items
        assert [each.id for each in listed] == [each.id for each in added[::-1][:limit]]
        now = [each.deleted_revision for each in listed]
        assert now == [None] * limit


def test_deleted_often_and_restored_often(tmp_path):
    """Every absence counts in its own time."""
    with MemoryStore.open(tmp_path / "a.db", durability="normal") as store:
        memory = store.add("ada", "text")
        revisions = count(1)
        shown = [(next(revisions), True)]
        for _ in range(4):
            gone = store.delete_memory(memory.id).revision
            shown.append((next(revisions), False))
            store.restore(gone)
            shown.append((next(revisions), True))
        for revision, there in shown:
            assert bool(store.at(revision).memories("ada").items) is there
