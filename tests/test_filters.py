"""What a listing keeps, and when two JSON values are equal."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from versionchain import MemoryVersion, Status
from versionchain.filters import Filter, same_json

quick = settings(deadline=None, max_examples=200)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def version(**said):
    parts = {
        "categories": ("taste", "home"),
        "metadata_json": '{"key":"tea","n":1,"none":null,"yes":true}',
        "session_id": "monday",
    }
    return MemoryVersion(
        id="v1",
        chain_id="c1",
        contact_id="ada",
        number=1,
        content="Prefers tea",
        event_start=None,
        event_end=None,
        created_at=NOON,
        revision=1,
        **(parts | said),
    )


@pytest.mark.parametrize(
    ("sought", "kept"),
    [
        ({}, True),
        ({"categories": frozenset({"taste"})}, True),
        ({"categories": frozenset({"home"})}, True),
        ({"categories": frozenset({"home", "work"})}, True),
        ({"categories": frozenset({"work"})}, False),
        ({"categories": frozenset({"tast"})}, False),
        ({"categories": frozenset()}, False),
        ({"session_id": "monday"}, True),
        ({"session_id": "Monday"}, False),
        ({"session_id": "mon"}, False),
        ({"metadata": {}}, True),
        ({"metadata": {"key": "tea"}}, True),
        ({"metadata": {"key": "tea", "n": 1}}, True),
        ({"metadata": {"n": 1.0}}, True),
        ({"metadata": {"none": None}}, True),
        ({"metadata": {"yes": True}}, True),
        ({"metadata": {"yes": 1}}, False),
        ({"metadata": {"n": True}}, False),
        ({"metadata": {"absent": None}}, False),
        ({"metadata": {"none": False}}, False),
        ({"metadata": {"key": "tea", "n": 2}}, False),
        ({"metadata": {"key": "coffee", "n": 1}}, False),
        ({"status": Status.CURRENT}, True),
        ({"status": Status.SUPERSEDED}, False),
        ({"status": Status.DELETED}, False),
        (
            {
                "categories": frozenset({"taste"}),
                "session_id": "monday",
                "metadata": {"n": 1},
                "status": Status.CURRENT,
            },
            True,
        ),
        ({"categories": frozenset({"work"}), "session_id": "monday"}, False),
        ({"categories": frozenset({"taste"}), "session_id": "friday"}, False),
        ({"session_id": "monday", "metadata": {"n": 2}}, False),
        ({"status": Status.SUPERSEDED, "metadata": {"n": 1}}, False),
    ],
)
def test_a_filter_keeps_what_passes_all_of_it(sought, kept):
    """Each part is a condition, and all must hold; a part that is None keeps everything."""
    assert Filter(**sought).keeps(version()) is kept


@pytest.mark.parametrize(
    ("sought", "said", "kept"),
    [
        ({"session_id": "monday"}, {"session_id": None}, False),
        ({"categories": frozenset({"taste"})}, {"categories": ()}, False),
        ({"metadata": {"key": "tea"}}, {"metadata_json": "{}"}, False),
        ({"metadata": {"key": "tea"}}, {"metadata_json": '{"deep":{"key":"tea"}}'}, False),
        ({"metadata": {"a": [1]}}, {"metadata_json": '{"a":[1.0],"b":2}'}, True),
        ({"metadata": {"a": (1, 2)}}, {"metadata_json": '{"a":[1,2]}'}, True),
        ({"metadata": {"a.b": 1}}, {"metadata_json": '{"a":{"b":1}}'}, False),
        ({"metadata": {"$": 1}}, {"metadata_json": '{"$":1}'}, True),
    ],
)
def test_a_filter_looks_at_top_level_keys(sought, said, kept):
    """A key is compared whole; it is no path into the metadata."""
    assert Filter(**sought).keeps(version(**said)) is kept


@pytest.mark.parametrize(
    ("said", "status"),
    [({}, Status.CURRENT), ({"next_id": "v2"}, Status.SUPERSEDED)],
)
def test_a_filter_by_status(said, status):
    """One status is kept and the other is not."""
    for each in (Status.CURRENT, Status.SUPERSEDED):
        assert Filter(status=each).keeps(version(**said)) is (each is status)


def test_a_filter_is_frozen():
    """Nobody changes it while a listing goes on."""
    with pytest.raises(AttributeError):
        Filter().session_id = "monday"
    assert Filter(session_id="monday") == Filter(None, "monday", None, None)


class TestSameJson:
    """Equality as JSON has it."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (None, None),
            (True, True),
            (False, False),
            (1, 1.0),
            (0, 0.0),
            (0.0, -0.0),
            (2**63 - 1, 2**63 - 1),
            ("é", "é"),
            ([], []),
            ([], ()),
            ((1, [2]), [1.0, (2,)]),
            ({}, {}),
            ({"a": 1, "b": {"c": [None]}}, {"b": {"c": (None,)}, "a": 1.0}),
        ],
    )
    def test_equal(self, one, other):
        """One number, one kind of array, and objects without an order."""
        assert same_json(one, other)
        assert same_json(other, one)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (True, 1),
            (False, 0),
            (True, 1.0),
            (True, False),
            (None, False),
            (None, 0),
            (None, ""),
            (None, {}),
            (1, "1"),
            (1, 2),
            ("a", "A"),
            ("e\u0301", "\u00e9"),
            ([], {}),
            ([1], [True]),
            ([1], [1, 1]),
            ([1, 2], [2, 1]),
            ([1, 2], [1, 3]),
            ([1, 2], [3, 2]),
            ("ab", ["a", "b"]),
            ({"a": 1}, {"a": True}),
            ({"a": 1}, {"b": 1}),
            ({"a": 1}, {"a": 1, "b": 1}),
            ({"a": None}, {}),
            ({"a": 1, "b": 2}, {"a": 1, "b": 3}),
            ({"a": {"b": [0]}}, {"a": {"b": [False]}}),
            (2**63 - 1, 2.0**63),
        ],
    )
    def test_not_equal(self, one, other):
        """A bool is no number, null is no other nothing, and order counts in an array."""
        assert not same_json(one, other)
        assert not same_json(other, one)

    values = st.recursive(
        st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 0.5, "", "1"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
        max_leaves=6,
    )

    @quick
    @given(values, values)
    def test_it_agrees_with_a_typed_form(self, one, other):
        """Two values are equal when a form that names each type is."""
        assert same_json(one, other) is (typed(one) == typed(other))
        assert same_json(one, json.loads(json.dumps(one)))


def typed(value):
    """A value with its JSON type beside it, so that Python's == tells what JSON would."""
    if isinstance(value, bool):
        return "bool", value
    if isinstance(value, int | float):
        return "number", value
    if isinstance(value, dict):
        return "object", sorted((key, typed(each)) for key, each in value.items())
    if isinstance(value, list):
        return "array", [typed(each) for each in value]
    return type(value).__name__, value
