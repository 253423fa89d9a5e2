"""Cursors: they come back as they went, and every other text is refused."""

import base64
import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from versionchain import InvalidInputError
from versionchain.cursor import decode, encode

quick = settings(deadline=None, max_examples=200)
QUERY = ("memories", None, "ada", ["taste"], None, "{}")
FOREIGN = (
    "after is not a cursor of this listing: it was cut, altered, or made for another tenant or "
    "query. Start again without it."
)
TYPE = "after must be a page's next_cursor or None."
ALPHABET = string.ascii_letters + string.digits + "-_"

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
positions = st.lists(st.integers(0, 1 << 63) | texts, min_size=1, max_size=2)
queries = st.lists(st.none() | texts | st.integers() | st.lists(texts, max_size=2), min_size=1)


def refused(cursor, tenant="default", query=QUERY):
    with pytest.raises(InvalidInputError) as raised:
        decode(tenant, query, cursor)
    assert raised.value.field == "after"
    return str(raised.value)


@quick
@given(texts, queries, positions)
def test_a_position_comes_back(tenant, query, position):
    """What was encoded for a tenant and a query is decoded for them, typed as it was."""
    cursor = encode(tenant, query, position)
    assert decode(tenant, query, cursor) == position
    assert list(map(type, decode(tenant, tuple(query), cursor))) == list(map(type, position))
    assert encode(tenant, query, tuple(position)) == cursor


@quick
@given(texts, queries, positions)
def test_a_cursor_is_plain_text_for_a_url(tenant, query, position):
    """It is of letters, digits, - and _ alone, without padding."""
    assert set(encode(tenant, query, position)) <= set(ALPHABET)


def test_a_cursor_stays_good():
    """A cursor of today is good in another process tomorrow: its form is fixed."""
    cursor = "SsxtBZ4vOfCcWzcsM10"
    assert encode("default", QUERY, [7, 3]) == cursor
    assert decode("default", QUERY, cursor) == [7, 3]


@pytest.mark.parametrize("position", [[7, 3], [17, 3], ["ada"], ["Ünïcödé 🙂"]], ids=str)
def test_no_single_character_may_change(position):
    """Each of a cursor's characters, changed to any other of its alphabet, makes it refused."""
    cursor = encode("default", QUERY, position)
    for i, old in enumerate(cursor):
        for new in ALPHABET + "+/= é":
            if new != old:
                assert refused(cursor[:i] + new + cursor[i + 1 :]) == FOREIGN


@pytest.mark.parametrize("position", [[7, 3], [17, 3], ["ada"], ["Ünïcödé 🙂"]], ids=str)
def test_nothing_may_be_cut_off_or_put_on(position):
    """Every cut, every character that is missing, and every extension makes it refused."""
    cursor = encode("default", QUERY, position)
    for i in range(len(cursor)):
        assert refused(cursor[:i]) == FOREIGN
        assert refused(cursor[i + 1 :]) == FOREIGN
        assert refused(cursor[:i] + cursor[i + 1 :]) == FOREIGN
    for extra in [*ALPHABET, "=", "==", "\n", " ", "\0", "AAAA", cursor]:
        assert refused(cursor + extra) == FOREIGN
        assert refused(extra + cursor) == FOREIGN


@quick
@given(st.tuples(texts, queries), st.tuples(texts, queries), positions)
def test_a_cursor_of_another_tenant_or_query_is_refused(ours, theirs, position):
    """A cursor is good where it was made, and nowhere else."""
    cursor = encode(*theirs, position)
    if ours == theirs:
        assert decode(*ours, cursor) == position
    else:
        assert refused(cursor, *ours) == FOREIGN


@pytest.mark.parametrize(
    ("tenant", "query"),
    [
        ("acme", QUERY),
        ("default", ("versions", *QUERY[1:])),
        ("default", (QUERY[0], 3, *QUERY[2:])),
        ("default", (*QUERY[:2], "grace", *QUERY[3:])),
        ("default", (*QUERY[:3], ["place"], *QUERY[4:])),
        ("default", (*QUERY[:4], "monday", QUERY[5])),
        ("default", (*QUERY[:5], '{"a":1}')),
        ("default", QUERY[:-1]),
        ("default", (*QUERY, None)),
        ("memories", QUERY),
    ],
)
def test_each_part_of_the_query_counts(tenant, query):
    """One other argument of the call is another listing."""
    assert refused(encode("default", QUERY, [7, 3]), tenant, query) == FOREIGN
    assert refused(encode(tenant, query, [7, 3])) == FOREIGN


def test_tenant_and_query_do_not_run_together():
    """Moving a character from the tenant into the query makes another cursor."""
    assert encode("ab", ["c"], [1]) != encode("a", ["bc"], [1])
    assert encode("a", ["b", "c"], [1]) != encode("a", ["b,c"], [1])


class Text(str):
    """A string that is not quite one."""


@pytest.mark.parametrize("cursor", [None, 7, True, b"-Gny8fIf", ["a"], Text("a"), object()])
def test_what_is_no_string_is_refused(cursor):
    """A cursor is a str, and nothing that looks like one."""
    assert refused(cursor) == TYPE


@pytest.mark.parametrize(
    "cursor",
    ["", "A", "AA", "AAAA", "=", "====", "Ä", "\ud800", "🙂" * 4, "\0", " ", "A" * 1_000_001],
    ids=lambda text: ascii(text[:8]),
)
def test_a_strange_text_is_refused(cursor):
    """Empty, short, huge, non-ASCII and lone surrogates all read alike."""
    assert refused(cursor) == FOREIGN


@settings(deadline=None, max_examples=500)
@given(
    st.text(max_size=60)
    | st.text(ALPHABET, max_size=60)
    | st.text("\ud800\udfffA=é\0", max_size=20)
    | st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))
)
def test_random_text_is_refused_and_nothing_else_happens(cursor):
    """Whatever somebody types as a cursor, the answer is one and the same error."""
    assert refused(cursor) == FOREIGN


def test_the_error_does_not_quote_the_cursor():
    """A cursor may hold a contact's name; an error never does."""
    cursor = encode("acme", QUERY, ["secret-contact"])
    with pytest.raises(InvalidInputError) as raised:
        decode("default", QUERY, cursor)
    assert cursor not in repr(raised.value.args)
    assert "secret" not in repr(raised.value.args)
    assert raised.value.__cause__ is None


def test_the_payload_is_compact_json():
    """Behind nine bytes of digest stands the position, in as few characters as it takes."""
    cursor = encode("default", QUERY, [7, "é"])
    token = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert token[9:] == b'[7,"\\u00e9"]'
    assert json.loads(token[9:]) == [7, "é"]
