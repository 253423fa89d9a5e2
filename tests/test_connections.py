"""The rules of connections, as pure functions."""

from datetime import UTC, datetime

import attrs
import pytest

from versionchain import Connection
from versionchain.chain import Stamp
from versionchain.connections import ConnectionChange, connect, disconnect, same

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def connection(revision=3, metadata_json="{}", **changed):
    made = Connection("c1", "c2", "related", metadata_json, NOON, revision)
    return attrs.evolve(made, **changed)


def test_a_first_connection_is_made():
    """Where none stands nothing ends."""
    assert connect(None, connection(5)) == ConnectionChange(make=connection(5))


def test_other_metadata_ends_the_record_before():
    """The old record stays readable as of before; the new one begins with this revision."""
    old, new = connection(3), connection(5, '{"a":1}')
    assert connect(old, new) == ConnectionChange(end=old, make=new)


def test_within_one_revision_the_record_before_is_forgotten():
    """A record that nobody else ever saw leaves no interval behind."""
    old, new = connection(5), connection(5, '{"a":1}')
    assert connect(old, new) == ConnectionChange(forget=old, make=new)


@pytest.mark.parametrize("revision", [4, 6])
def test_only_the_very_revision_forgets(revision):
    """One revision earlier is not the same revision, and neither is one later."""
    old = connection(revision)
    assert connect(old, connection(5)).end is old
    assert disconnect(old, Stamp(5, NOON)).end is old


def test_disconnecting_ends_the_record():
    """Nothing stands in its place, and as of before it is still there."""
    old = connection(3)
    assert disconnect(old, Stamp(5, NOON)) == ConnectionChange(end=old)


def test_disconnecting_within_one_revision_forgets():
    """Made and taken away by one block, it was never there."""
    old = connection(5)
    assert disconnect(old, Stamp(5, NOON)) == ConnectionChange(forget=old)


@pytest.mark.parametrize(
    ("held", "given", "equal"),
    [
        ("{}", "{}", True),
        ('{"a":1}', '{"a":1}', True),
        ('{"a":1}', '{"a":1.0}', True),
        ('{"a":1,"b":[2,{}]}', '{"b":[2,{}],"a":1}', True),
        ('{"a":1}', '{"a":true}', False),
        ('{"a":0}', '{"a":false}', False),
        ('{"a":null}', "{}", False),
        ('{"a":1}', '{"a":2}', False),
        ('{"a":1}', '{"a":1,"b":1}', False),
        ('{"a":[1,2]}', '{"a":[2,1]}', False),
        ('{"a":"1"}', '{"a":1}', False),
    ],
)
def test_metadata_is_the_same_as_json(held, given, equal):
    """Connecting again with the same metadata changes nothing; the same means as JSON."""
    assert same(connection(3, held), given) is equal
    assert same(connection(3, given), held) is equal


def test_a_change_is_frozen_and_empty_by_itself():
    """What it does not name is not to happen."""
    change = ConnectionChange()
    assert (change.end, change.forget, change.make) == (None, None, None)
    with pytest.raises(AttributeError):
        change.make = connection()
    assert hash(change) == hash(ConnectionChange())
