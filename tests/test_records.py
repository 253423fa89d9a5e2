"""A record that is made quickly is like one that attrs makes."""

import copy
import inspect
import pickle
from datetime import UTC, datetime

import attrs
import pytest

from versionchain import MemoryVersion, NewMemory, Page
from versionchain.records import quick

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VERSION = MemoryVersion("v", "c", "ada", 1, "Sails", (), "{}", None, None, None, NOW, 1, ordinal=3)


def slow(cls):
    """The same class, with the `__init__` that attrs gives it."""
    fields = {field.name: attrs.field(default=field.default) for field in attrs.fields(cls)}
    return attrs.make_class(cls.__name__, fields, frozen=True, slots=True)


@pytest.mark.parametrize("cls", [MemoryVersion, NewMemory, Page])
def test_it_takes_the_same_arguments(cls):
    """By place and by name, with the same defaults."""
    names = [field.alias for field in attrs.fields(cls)]
    parameters = inspect.signature(cls).parameters
    assert list(parameters) == names
    for field in attrs.fields(cls):
        default = parameters[field.alias].default
        assert default == (
            inspect.Parameter.empty if field.default is attrs.NOTHING else field.default
        )
    by_place, by_name = cls(*names), cls(**dict(zip(names, names, strict=True)))
    assert attrs.astuple(by_place) == attrs.astuple(by_name) == attrs.astuple(slow(cls)(*names))
    assert type(by_place) is cls


def test_it_is_frozen():
    """Whole, as soon as it is there."""
    for change in (
        lambda: setattr(VERSION, "number", 2),
        lambda: delattr(VERSION, "number"),
        lambda: setattr(VERSION, "more", 2),
    ):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            change()
    assert VERSION.number == 1


def test_it_is_equal_hashed_copied_and_pickled_by_what_it_holds():
    """Its private field goes along."""
    for twin in (
        attrs.evolve(VERSION),
        copy.copy(VERSION),
        copy.deepcopy(VERSION),
        pickle.loads(pickle.dumps(VERSION)),  # it was made here
    ):
        assert twin == VERSION
        assert hash(twin) == hash(VERSION)
        assert twin._ordinal == 3
        assert type(twin) is MemoryVersion
    assert attrs.evolve(VERSION, number=2) != VERSION


def test_a_missing_argument_is_named():
    """As by any function."""

    @quick
    @attrs.frozen
    class Point:
        x: int
        y: int = 0

    with pytest.raises(TypeError, match="x"):
        Point()
    with pytest.raises(TypeError, match="z"):
        Point(1, z=2)
    assert Point(1) == Point(x=1, y=0)
