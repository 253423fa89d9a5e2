"""Rows of the SQLite file as records: times, and texts that were decoded before."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versionchain import CorruptStoreError
from versionchain.backends.sqlite import rows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(timezones=st.just(UTC))
LAST = timedelta(microseconds=1 << 52)  # the last one that is made of a float


def version(**other):
    """A row as it is stored, but for what is named, as a record."""
    row = {
        "id": "v",
        "chain_id": "c",
        "contact_id": "ada",
        "number": 1,
        "content": "Prefers tea",
        "categories": "[]",
        "metadata": "{}",
        "session_id": None,
        "event_start": None,
        "event_end": None,
        "created_at": 0,
        "revision": 1,
        "ordinal": 0,
    }
    return rows.version(**(row | other))


@given(MOMENTS)
def test_a_time_comes_back_to_the_microsecond(moment):
    """In every year that there is."""
    assert rows.moment(rows.micros(moment)) == moment


@given(st.integers(-2_000_000, 2_000_000))
def test_a_time_comes_back_where_another_way_is_taken(distance):
    """Before 1970, and after the last that a float tells apart."""
    for turn in (EPOCH, EPOCH + LAST):
        moment = turn + timedelta(microseconds=distance)
        assert rows.moment(rows.micros(moment)) == moment


@pytest.mark.parametrize("value", ["x", b"x", None, 1 << 62, -(1 << 62)])
def test_a_time_that_is_none_is_damage(value):
    """Whatever a damaged file holds there."""
    with pytest.raises(CorruptStoreError):
        rows.moment(value)


@pytest.mark.parametrize("column", ["id", "chain_id", "contact_id", "content", "session_id"])
def test_a_text_of_another_type_is_damage(column):
    """A column that is no text."""
    for value in (1, b"x", 1.5):
        with pytest.raises(CorruptStoreError):
            version(**{column: value})


@pytest.mark.parametrize("column", ["number", "revision", "ordinal", "deleted"])
def test_a_number_of_another_type_is_damage(column):
    """A column that is no whole number."""
    for value in ("1", b"x", 1.5, None):
        with pytest.raises(CorruptStoreError):
            version(**{column: value})


@pytest.mark.parametrize("column", ["categories", "metadata"])
def test_a_text_that_is_no_json_is_damage_each_time(column):
    """What is remembered is what was sound."""
    sound = {"categories": '["a"]', "metadata": '{"a": 1}'}[column]
    for _ in range(2):
        assert version(**{column: sound})
        for value in ("x", "", "5", "null", sound[:-1], f"{sound} ", sound.encode(), None, 1):
            with pytest.raises(CorruptStoreError):
                version(**{column: value})


def test_what_is_remembered_has_an_end(monkeypatch):
    """No number of times stays for ever, and no text at all."""
    monkeypatch.setattr(rows, "_MOST", 10)
    rows._MOMENTS.clear()
    for n in range(100):
        said = version(categories=f'["{n}"]', metadata=f'{{"n": {n}}}', created_at=n)
        assert rows.columns(said, n)[4] == f'["{n}"]'
        assert len(rows._MOMENTS) <= 10
    held = {name for name, each in vars(rows).items() if type(each) in (dict, set, list)}
    assert {name for name in held if not name.startswith("__")} == {"_MOMENTS"}
