"""Callers' 24 digits and the store's UUIDs stand for each other, without a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versionchain import InvalidInputError, MemoryStore
from versionchain.ids import UUID7
from versionchain.server.callers.ids import find, is_hex, is_ours, shortened, to_hex, to_uuid

WIRE_IDS = st.integers(0, (1 << 96) - 1).map("{:024x}".format)


@given(WIRE_IDS)
def test_there_and_back(id):
    """Any 24 digits become a version 8 UUID, and that UUID the same digits."""
    uuid = to_uuid(id)
    assert (uuid.version, uuid.variant) == (8, "specified in RFC 4122")
    assert is_ours(uuid)
    assert to_hex(uuid) == to_hex(str(uuid)) == id
    assert to_uuid(id.upper()) == uuid


@given(WIRE_IDS, WIRE_IDS)
def test_order_and_difference(one, other):
    """Two ids are equal where their UUIDs are, and stand in the same order."""
    assert (one < other) == (str(to_uuid(one)) < str(to_uuid(other)))
    assert (one == other) == (to_uuid(one) == to_uuid(other))


@given(st.uuids())
def test_any_uuid_has_a_wire_id(uuid):
    """Also one that was made elsewhere, and what is shortened from it is ours."""
    assert is_hex(to_hex(uuid))
    assert is_hex(shortened(uuid))
    if not is_ours(uuid):
        assert to_hex(uuid) == uuid.hex[:24]


def test_ids_in_order_of_time():
    """What is shortened from the default source keeps its order, and none comes twice."""
    new_id = UUID7()
    ids = [shortened(new_id()) for _ in range(1000)]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("id", ["", "0" * 23, "0" * 25, "g" * 24, "0" * 12 + "-" + "0" * 11, None])
def test_what_is_no_id(id):
    """Anything but 24 hexadecimal digits is refused."""
    assert not is_hex(id)
    with pytest.raises(InvalidInputError):
        to_uuid(id)


def test_found_in_a_store():
    """A wire id finds its version, whatever UUID it has; a deleted one and a chain's are not."""
    store = MemoryStore()
    ours = store.add("c", "Ours", id=to_uuid("ab" * 12))
    other = store.add("c", "Other")
    for version in (ours, other):
        assert find(store, to_hex(version.id)) == version.id
        assert find(store, to_hex(version.id).upper()) == version.id
        assert find(store, to_hex(version.chain_id)) is None
    store.delete(other.id)
    assert find(store, to_hex(other.id)) is None
    assert find(store, "0" * 24) is None
    with pytest.raises(InvalidInputError):
        find(store, "nonsense")
    assert store.verify().ok
