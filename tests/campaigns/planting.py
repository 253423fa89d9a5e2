"""How a fault is planted: an attribute of the library is another for as long as a block lasts."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from .campaign import Fault


def instead(owner: Any, name: str, value: Any) -> Fault:
    """The fault that an attribute of a class or module is another."""
    return lambda: patch.object(owner, name, value)


def changed(owner: Any, name: str, change: Callable[[Any], Any]) -> Fault:
    """The fault that it is what `change` makes of what it was."""
    return lambda: patch.object(owner, name, change(getattr(owner, name)))
