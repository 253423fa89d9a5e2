"""The records: frozen, hashable, equal by their fields, and nobody's change reaches them."""

import copy
import pickle
from datetime import UTC, datetime

import attrs
import pytest

from versionchain import (
    Connection,
    Count,
    Cut,
    Deletion,
    Erasure,
    Invariant,
    MemoryVersion,
    NewMemory,
    Outcome,
    Page,
    Report,
    ReportCounts,
    Restoration,
    Revision,
    RevisionCounts,
    Status,
    Violation,
    model,
)
from versionchain.model import position

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 12, tzinfo=UTC)


def version(**changed):
    return attrs.evolve(
        MemoryVersion(
            id="v1",
            chain_id="c1",
            contact_id="ada",
            number=1,
            content="Prefers tea",
            categories=("taste",),
            metadata_json='{"cup":{"colour":"blue"}}',
            session_id="monday",
            event_start=NOON,
            event_end=LATER,
            created_at=NOON,
            revision=3,
        ),
        **changed,
    )


RECORDS = [
    version(),
    NewMemory("ada", "Prefers tea"),
    Connection("c1", "c2", "related", '{"why":[1]}', NOON, 3),
    Page(("a", "b"), "cursor"),
    Count(1, 2, 3),
    Cut("c1", Outcome.RELINKED, 1, "v1", "v3", "v3"),
    Deletion(3, 1, 0, (Cut("c1", Outcome.ENDED, 1, None, None, None),)),
    Restoration(3, 1, 0),
    Erasure(3, 1),
    RevisionCounts(1, 2, 3, 4, 5),
    Revision(1, NOON, "add", "importer", "because", RevisionCounts(1), ("ada",)),
    Violation(Invariant.LINKS, "c1", "is wrong"),
    ReportCounts(1, 2, 3, 4, 5, 6, 7),
    Report((Violation(Invariant.LINKS, "c1", "is wrong"),), ReportCounts(1, 2, 3, 4, 5, 6, 7)),
]
KINDS = [type(record).__name__ for record in RECORDS]


def test_this_file_forgets_no_record():
    """Every record of the module is among those looked at here."""
    records = {each for each in vars(model).values() if attrs.has(each)}
    assert records == {type(record) for record in RECORDS}


@pytest.mark.parametrize("record", RECORDS, ids=KINDS)
def test_a_record_is_frozen(record):
    """No field can be set, none taken away, and no other attribute hung on."""
    before = copy.copy(record)
    for name in [*(each.name for each in attrs.fields(type(record))), "another"]:
        with pytest.raises(AttributeError):
            setattr(record, name, "changed")
        with pytest.raises(AttributeError):
            delattr(record, name)
    assert record == before
    assert not hasattr(record, "__dict__")


@pytest.mark.parametrize("record", RECORDS, ids=KINDS)
def test_a_record_is_equal_when_every_field_is(record):
    """A record that was made anew is equal and hashes alike; one other field makes it another."""
    again = attrs.evolve(record)
    assert again is not record
    assert again == record
    assert hash(again) == hash(record)
    for each in attrs.fields(type(record)):
        other = attrs.evolve(record, **{each.alias: "another"})
        assert (other == record) is (each.name == "_ordinal")
        if each.name != "_ordinal":
            assert hash(other) != hash(record)


@pytest.mark.parametrize("record", RECORDS, ids=KINDS)
def test_a_record_is_equal_to_nothing_else(record):
    """A record isn't equal to the tuple of its fields, nor to None."""
    assert record != attrs.astuple(record, recurse=False)
    assert record is not None
    assert record != None  # noqa: E711  # the comparison is what is tested


@pytest.mark.parametrize("record", RECORDS, ids=KINDS)
def test_a_record_can_be_copied_and_pickled(record):
    """Copies, deep copies and pickles of every protocol are equal, hidden fields too."""
    protocols = range(pickle.HIGHEST_PROTOCOL + 1)
    pickled = [pickle.loads(pickle.dumps(record, protocol)) for protocol in protocols]
    for again in [copy.copy(record), copy.deepcopy(record), *pickled]:
        assert type(again) is type(record)
        assert again == record
        assert attrs.astuple(again) == attrs.astuple(record)
        assert repr(again) == repr(record)


@pytest.mark.parametrize("record", RECORDS, ids=KINDS)
def test_a_record_shows_its_public_fields(record):
    """Its repr names every field that the public may know, and those alone."""
    shown = repr(record)
    assert shown.startswith(type(record).__name__ + "(")
    for each in attrs.fields(type(record)):
        assert (f"{each.name}=" in shown) is (not each.name.startswith("_"))


def test_a_new_memory_with_metadata_has_no_hash():
    """What goes in may hold a dict, so such a record can't be hashed; Python says so."""
    with pytest.raises(TypeError):
        hash(NewMemory("ada", "Prefers tea", metadata={"a": 1}))


def test_the_ordinal_is_a_fact_that_is_not_shown():
    """It orders the versions of a revision, and counts neither for equality nor in the repr."""
    first, second = version(ordinal=1), version(ordinal=2)
    assert first == second
    assert hash(first) == hash(second)
    assert repr(first) == repr(second)
    assert "ordinal" not in repr(first)
    assert (position(first), position(second)) == ((3, 1), (3, 2))
    assert position(version()) == (3, 0)
    assert position(pickle.loads(pickle.dumps(second))) == (3, 2)


@pytest.mark.parametrize(
    "record",
    [version(), Connection("c1", "c2", "related", '{"cup":{"colour":"blue"}}', NOON, 3)],
    ids=["version", "connection"],
)
def test_metadata_is_a_fresh_dict_each_time(record):
    """Whoever changes what a record handed out changes nothing else, however deep."""
    first, second = record.metadata, record.metadata
    assert first == second == {"cup": {"colour": "blue"}}
    assert first is not second
    first["cup"]["colour"] = "red"
    first.clear()
    assert record.metadata == {"cup": {"colour": "blue"}}
    with pytest.raises(AttributeError):
        record.metadata = {}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, Status.CURRENT),
        ({"previous_id": "v0"}, Status.CURRENT),
        ({"next_id": "v2"}, Status.SUPERSEDED),
        ({"next_id": "v2", "previous_id": "v0"}, Status.SUPERSEDED),
        ({"deleted_revision": 9}, Status.DELETED),
        ({"deleted_revision": 0}, Status.DELETED),
        ({"deleted_revision": 9, "next_id": "v2"}, Status.DELETED),
        ({"deleted_at": NOON}, Status.CURRENT),
        ({"superseded_at": NOON}, Status.CURRENT),
    ],
)
def test_the_status_follows_from_the_place(changed, status):
    """A mark makes it DELETED, a next version SUPERSEDED, nothing else counts."""
    assert version(**changed).status is status


def test_a_version_stands_alone_unless_it_is_told_otherwise():
    """Without a place it has no neighbour, was not superseded and not deleted."""
    alone = version()
    assert alone.previous_id is None
    assert alone.next_id is None
    assert alone.superseded_at is None
    assert alone.deleted_at is None
    assert alone.deleted_revision is None


def test_what_a_new_memory_leaves_out():
    """Only the contact and the content must be given; the rest is empty."""
    item = NewMemory("ada", "Prefers tea")
    assert attrs.astuple(item) == ("ada", "Prefers tea", (), None, None, None, None, None)


def test_what_a_revision_counts_begins_with_nothing():
    """Every count is zero until something is counted."""
    assert set(attrs.astuple(RevisionCounts())) == {0}


def test_a_report_is_ok_without_violations():
    """One violation is enough, and none is all well."""
    counts = ReportCounts(0, 0, 0, 0, 0, 0, 0)
    assert Report((), counts).ok is True
    assert Report((Violation(Invariant.LINKS, "c1", "is wrong"),), counts).ok is False


@pytest.mark.parametrize(
    ("enum", "values"),
    [
        (Status, ["CURRENT", "SUPERSEDED", "DELETED"]),
        (Outcome, ["RELINKED", "RESURRECTED", "ORPHANED", "ENDED"]),
    ],
)
def test_the_public_enums_are_their_names(enum, values):
    """Each member's text is its name, so it reads the same in JSON and in a log."""
    assert [each.name for each in enum] == [each.value for each in enum] == values
    assert [str(each) for each in enum] == values
    assert all(copy.deepcopy(each) is each is pickle.loads(pickle.dumps(each)) for each in enum)


def test_every_invariant_says_what_holds():
    """A report is read by people and by programs, so the words stay as they are."""
    assert {each.name: each.value for each in Invariant} == {
        "NUMBERS_UNIQUE": "numbers in a chain are unique, from 1 to its highest",
        "ORDER": "revision and created_at never fall as numbers rise",
        "ONE_CONTACT": "a chain has one contact",
        "ONE_LATEST": "one latest for each chain with a version left, none for the others",
        "LINKS": "links mirror each other and the order",
        "DELETED_UNLINKED": "a deleted version is in no link",
        "COUNTERS": "kept counters and indexes equal what they stand for",
        "CONNECTIONS": "no connection without both its chains, to itself, or twice",
        "REVISIONS": "revisions have no gap",
        "DELETIONS": (
            "every deletion names a revision that exists and is not older than the version"
        ),
        "INTERVALS": "a version's deletion intervals do not overlap",
        "IDS_UNIQUE": "ids of versions and chains are unique",
        "STORAGE": "the storage itself is sound",
    }
