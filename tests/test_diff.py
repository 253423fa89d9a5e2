"""What `diff` says of two versions."""

from datetime import UTC, datetime

import pytest

from versionchain import FieldChange, LineChange, MemoryStore, diff

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def pair(first: dict, second: dict):
    """Two versions of one memory: the fields of an add, and those that an update gives."""
    store = MemoryStore()
    before = store.add("ada", **first)
    after = store.update(before.id, **second)
    assert store.verify().ok
    return before, after


def test_a_version_does_not_differ_from_itself():
    """Nothing changed: the diff is false and its text empty."""
    before, _ = pair({"content": "a"}, {"content": "b"})
    assert not diff(before, before)
    assert str(diff(before, before)) == ""


def test_equal_content_in_another_version_is_no_change():
    """Ids, numbers and times are no part of what a version says."""
    assert not diff(*pair({"content": "a"}, {"content": "a"}))


def test_lines_that_went_and_came_are_told_with_their_numbers():
    """A line of the older text has its number there, one of the newer text its own."""
    found = diff(*pair({"content": "one\ntwo\nthree"}, {"content": "zero\none\nthree\nfour"}))
    assert found.lines == (
        LineChange("+", 1, "zero"),
        LineChange("-", 2, "two"),
        LineChange("+", 4, "four"),
    )
    assert str(found) == "+zero\n-two\n+four"
    assert found


@pytest.mark.parametrize(
    ("first", "second", "changes"),
    [
        ({"session_id": "s"}, {"session_id": None}, [FieldChange("session_id", '"s"', None)]),
        ({"session_id": "ü"}, {"session_id": "é"}, [FieldChange("session_id", '"ü"', '"é"')]),
        (
            {"event_start": MAY, "event_end": None},
            {"event_start": None, "event_end": MAY},
            [
                FieldChange("event_end", None, '"2026-05-01T00:00:00+00:00"'),
                FieldChange("event_start", '"2026-05-01T00:00:00+00:00"', None),
            ],
        ),
        (
            {"categories": ["a"]},
            {"categories": ["a", "b"]},
            [FieldChange("categories", '["a"]', '["a", "b"]')],
        ),
        (
            {"metadata": {"a": 1, "b": 2, "c": 3}},
            {"metadata": {"a": 1, "b": True, "d": None}},
            [
                FieldChange("metadata.b", "2", "true"),
                FieldChange("metadata.c", "3", None),
                FieldChange("metadata.d", None, "null"),
            ],
        ),
        (
            {"event_start": datetime(2026, 1, 1, tzinfo=UTC)},
            {"event_end": datetime(2026, 1, 2, tzinfo=UTC)},
            [FieldChange("event_end", None, '"2026-01-02T00:00:00+00:00"')],
        ),
    ],
)
def test_fields_that_changed_are_told_as_json(first, second, changes):
    """Each field beside the content is compared by itself, metadata by its top-level keys."""
    found = diff(*pair({"content": "x", **first}, {"content": "x", **second}))
    assert list(found.fields) == changes
    assert found.lines == ()
    assert str(found) == "\n".join(f"{c.name}: {c.before} -> {c.after}" for c in changes)


def test_it_names_the_two_versions():
    """The record carries both ids."""
    before, after = pair({"content": "a"}, {"content": "b"})
    found = diff(before, after)
    assert (found.before_id, found.after_id) == (before.id, after.id)
    assert hash(found) == hash(diff(before, after))
