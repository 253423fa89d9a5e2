"""What a line of facts may say, and which id it gets: without a store or a file."""

import json

import pytest

from versionchain.cli.facts import BadLineError, Fact, read

TEA = {"contact_id": "ada", "content": "Prefers tea"}


def line(**fields):
    return json.dumps({**TEA, **fields}).encode()


def facts(*lines):
    found = list(read(lines))
    assert all(isinstance(each, Fact) for each in found), found
    return found


def ids(*lines):
    return [fact.id for fact in facts(*lines)]


def problem(raw):
    (bad,) = read([raw])
    assert isinstance(bad, BadLineError)
    return bad.problem


def test_a_line_is_a_fact():
    """Every field comes in, times in UTC or another zone, with its line's number."""
    (fact,) = facts(
        line(
            key="drink",
            categories=["taste"],
            metadata={"source": [1, None]},
            session_id="monday",
            event_start="2026-01-04T10:00:00Z",
            event_end="2026-01-04T12:00:00.5+01:00",
        )
    )
    said = fact.said
    assert (fact.line, fact.key, said.contact_id, said.content) == (
        1,
        "drink",
        "ada",
        TEA["content"],
    )
    assert (said.categories, said.metadata, said.session_id) == (
        ["taste"],
        {"source": [1, None]},
        "monday",
    )
    assert said.event_start.isoformat() == "2026-01-04T10:00:00+00:00"
    assert said.event_end.isoformat() == "2026-01-04T12:00:00.500000+01:00"


def test_blank_lines_count_and_are_nothing():
    """They are passed over, and the next line keeps its number."""
    assert [fact.line for fact in facts(b"\n", line(), b"  \r\n", line(content="x"), b"")] == [2, 4]


def test_a_mark_at_the_beginning_is_passed_over():
    """A byte order mark is no part of the first line, and a fault on another."""
    assert ids(b"\xef\xbb\xbf" + line()) == ids(line())
    second = list(read([line(), b"\xef\xbb\xbf" + line()]))[1]
    assert second.problem.startswith("line is not JSON")


def test_null_is_as_if_left_out():
    """For every field that may be left out."""
    names = ("key", "categories", "metadata", "session_id", "event_start", "event_end")
    assert ids(line(**dict.fromkeys(names))) == ids(line())


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"contact_id": "ada"', "line is not JSON: Expecting ',' delimiter (column 21)"),
        (b"tea", "line is not JSON: Expecting value (column 1)"),
        (line() + line(), "line is not JSON: Extra data (column 48)"),
        (b"\xff", "line is not UTF-8"),
        (b"[1]", "line is not a JSON object"),
        (b"null", "line is not a JSON object"),
        (b"[" * 100_000, "line is nested too deep, or has too long a number"),
        (b'{"a": ' + b"1" * 5000 + b"}", "line is nested too deep, or has too long a number"),
        (b'{"content": "a", "content": "b"}', "line has a field twice"),
        (b'{"metadata": {"a": NaN}}', "line has NaN, which is no JSON"),
        (b'{"metadata": {"a": -Infinity}}', "line has -Infinity, which is no JSON"),
        (line(contnet="x"), "line has an unknown field 'contnet'"),
        (line(id="x"), "line has an unknown field 'id'"),
        (line(content=None), "content is missing"),
        (b'{"content": "x"}', "contact_id is missing"),
        (line(content=""), "content must not be empty or blank"),
        (line(content=5), "content must be a str, not int"),
        (line(content="a\0"), "content must hold no NUL character"),
        (line(content="\ud800"), "content must hold no lone surrogate"),
        (line(content="x" * (1 << 20) + "y"), "content must be at most 1,048,576 bytes"),
        (line(contact_id=" "), "contact_id must not be empty or blank"),
        (line(contact_id=["ada"]), "contact_id must be a str, not list"),
        (line(contact_id="a" * 513), "contact_id must be at most 512 characters"),
        (line(key=""), "key must not be empty or blank"),
        (line(key=1), "key must be a str, not int"),
        (line(categories="taste"), "categories must be a list or tuple of strings, not str"),
        (line(categories=["taste", ""]), "categories[1] must not be empty or blank"),
        (line(metadata=[1]), "metadata must be a dict, not list"),
        (line(metadata={"n": 1 << 64}), "metadata must hold no integer beyond 64 bits"),
        (line(session_id=True), "session_id must be a str, not bool"),
        (line(event_start="2026-01-04T10:00:00"), "event_start must be a time in ISO 8601 with"),
        (line(event_start="yesterday"), "event_start must be a time in ISO 8601 with an offset"),
        (line(event_end=1767520800), "event_end must be a time in ISO 8601 with an offset"),
        (line(event_start="0001-01-01T00:00:00+10:00"), "event_start must lie in the years"),
        (
            line(event_start="2026-01-04T10:00:00Z", event_end="2026-01-04T09:59:59Z"),
            "event_end must not be before event_start",
        ),
    ],
    ids=range(35),
)
def test_a_bad_line_says_what_is_wrong(raw, said):
    """By the field, without the text; it comes as a value, and its number with it."""
    assert problem(raw).startswith(said)


def test_reading_goes_on_after_a_bad_line():
    """The next lines keep their numbers."""
    found = list(read([b"x", line(), b"y", line(content="z")]))
    assert [type(each).__name__ for each in found] == ["BadLineError", "Fact"] * 2
    assert [each.number if isinstance(each, BadLineError) else each.line for each in found] == [
        1,
        2,
        3,
        4,
    ]


def test_ids_are_the_same_for_ever():
    """A changed id would take in everything a second time, so they are written down here."""
    assert ids(line(), line(), line(key="drink")) == [
        "63d2ba9b-8009-5d66-ae34-2504bbebde64",
        "d7d30e83-e965-5ff2-aea9-87918a728b60",
        "d7674d3a-1d99-56df-bb10-de0d1121a55d",
    ]


@pytest.mark.parametrize(
    "other",
    [
        b'{"content":"Prefers tea","contact_id":"ada"}',
        b'  {"contact_id": "ada",\t"content": "Prefers te\\u0061"}\r\n',
        line(categories=[], metadata={}),
    ],
)
def test_how_a_line_is_written_does_not_matter(other):
    """Order, blanks, escapes and empty fields are not what it says."""
    assert ids(other) == ids(line())


def test_equal_times_are_equal():
    """An offset is how a time is written; so is a label given twice."""
    utc, other = "2026-01-04T10:00:00Z", "2026-01-04T11:00:00.000+01:00"
    assert ids(line(event_start=utc)) == ids(line(event_start=other))
    assert ids(line(categories=["a", "a"])) == ids(line(categories=["a"]))


@pytest.mark.parametrize(
    "fields",
    [
        {"contact_id": "grace"},
        {"content": "Prefers mate"},
        {"key": "drink"},
        {"categories": ["taste"]},
        {"metadata": {"a": 1}},
        {"session_id": "monday"},
        {"event_start": "2026-01-04T10:00:00Z"},
        {"event_end": "2026-01-04T10:00:00Z"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_every_field_is_in_the_id(fields):
    """What says something else is another fact."""
    assert ids(line(**fields)) != ids(line())


def test_equal_lines_are_several_facts():
    """The ordinal counts equal lines, so each has an id of its own."""
    found = ids(line(), line(), line(key="drink"), line(key="drink"), line())
    assert len(set(found)) == 5


def test_a_line_more_changes_no_other_id():
    """Lines put in or mended before, between and after leave the ids as they are."""
    towns = [line(content=town, key="home") for town in ("Bonn", "Kiel", "Bonn", "Rome")]
    more = [line(content="Oslo", key="home"), *towns[:2], b"x", line(), *towns[2:], line()]
    found = [each.id for each in read(more) if isinstance(each, Fact)]
    assert set(ids(*towns)) < set(found)
