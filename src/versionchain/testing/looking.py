"""Looking at a store from outside: everything that it answers, in a form that compares.

May live here: walks over the public calls. May not be known here: how an answer comes about. What
looks like a store will do: a transaction, a view of an older state, the model.
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, Final, TypeVar

import attrs
import pytest

from ..errors import MemoryStoreError, NotFoundError
from ..model import Status
from .answers import Refused

_SIMPLE: Final = frozenset({str, int, bool, type(None), datetime})

GONE: Final = "NotFoundError"
"""Stands in `everything` for what a read of an id that it knows could not find."""

E = TypeVar("E", bound=MemoryStoreError)


def walk(listing: Callable[..., Any], *args: object, limit: int = 1000, **sought: object) -> Any:
    """All items of a listing, page by page.

    Args:
        listing: a call that answers with a page.
        args: what it is asked for.
        limit: how many a page holds.
        sought: its filters.

    Returns:
        A list of the items.

    Example:
        >>> from versionchain import MemoryStore
        >>> store = MemoryStore()
        >>> for text in ("Sails", "Reads", "Sings"):
        ...     _ = store.add("ada", text)
        >>> [memory.content for memory in walk(store.memories, "ada", limit=2)]
        ['Sings', 'Reads', 'Sails']
    """
    items: list[Any] = []
    after = None
    while True:
        page = listing(*args, limit=limit, after=after, **sought)
        items += page.items
        if page.next_cursor is None:
            return items
        assert len(page.items) == limit, "a page with another after it is full"
        after = page.next_cursor


def everything(handle: Any, contacts: Iterable[str] = ()) -> dict[str, Any]:
    """Whatever can be read through a handle: equal before and after means that nothing changed.

    Args:
        handle: a store, a transaction, or what reads like one.
        contacts: contacts to look at beyond those that the handle names.

    Returns:
        The answers by what was asked.
    """
    log = walk(handle.revisions) if hasattr(handle, "revisions") else []
    living = walk(handle.contacts)
    known = {*contacts, *living, *(id for revision in log for id in revision.contacts)}
    ids = [id for digit in "0123456789abcdef" for id in handle.find_ids(digit, limit=1000)]
    about = {contact_id: _about(handle, contact_id) for contact_id in sorted(known)}
    return {"revisions": log, "contacts": living, "ids": ids, "about": about}


def _about(handle: Any, contact_id: str) -> dict[str, Any]:
    listed = {
        str(status): walk(handle.versions, contact_id, status=status) for status in (None, *Status)
    }
    chains = {version.chain_id for versions in listed.values() for version in versions}
    return {
        "count": handle.count(contact_id),
        "memories": walk(handle.memories, contact_id),
        "versions": listed,
        "chains": {chain_id: _chain(handle, chain_id) for chain_id in sorted(chains)},
    }


def _chain(handle: Any, chain_id: str) -> dict[str, Any]:
    whole = handle.history(chain_id, include_deleted=True)
    return {
        "whole": whole,
        "history": _if_there(handle.history, chain_id),
        "latest": _if_there(handle.latest, chain_id),
        "connections": _if_there(handle.connections, chain_id),
        "single": {version.id: _if_there(handle.get, version.id) for version in whole},
    }


def _if_there(call: Callable[..., Any], id: str) -> Any:
    try:
        return call(id)
    except (NotFoundError, Refused):
        return GONE


def named(error: Exception) -> tuple[str, object]:
    """An error as its name, and the id that it holds for the caller to go on with. O(1)."""
    if isinstance(error, Refused):
        return error.name, error.fact
    name = type(error).__name__
    attribute = {"StaleVersionError": "latest_id", "DuplicateIdError": "id"}.get(name, "")
    return name, getattr(error, attribute, None)


def plain(answer: Any) -> Any:
    """An answer as dicts, lists and simple values: a record's public fields, and its status.

    Example:
        >>> from versionchain import MemoryStore
        >>> plain(MemoryStore().count("ada"))
        {'memories': 0, 'versions': 0, 'deleted': 0}
    """
    if type(answer) in _SIMPLE:
        return answer
    if isinstance(answer, list | tuple):
        return [plain(each) for each in answer]
    if isinstance(answer, dict):
        return {key: plain(value) for key, value in answer.items()}
    if isinstance(answer, SimpleNamespace):
        return plain(vars(answer))
    if isinstance(answer, Enum):
        return answer.name
    kind: Any = type(answer)
    shown = {name: plain(getattr(answer, name)) for name in _public(kind)}
    return shown | ({"status": answer.status.name} if hasattr(answer, "status") else {})


@functools.cache
def _public(record: type[Any]) -> tuple[str, ...]:
    names = (field.name for field in attrs.fields(record))
    return tuple(name for name in names if not name.startswith("_"))


def difference(one: Any, other: Any, path: str = "") -> str | None:
    """Where two plain answers differ first, or None where they are equal.

    Example:
        >>> difference({"a": [1, 2]}, {"a": [1, 3]})
        '.a[1]: 2 is not 3'
    """
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        parts = [(f".{key}", one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        parts = [(f"[{i}]", *both) for i, both in enumerate(zip(one, other, strict=True))]
    else:
        return None if one == other else f"{path}: {one!r} is not {other!r}"
    found = (difference(a, b, path + name) for name, a, b in parts)
    return next(filter(None, found), None)


def drawn(handle: Any, id: str) -> str:
    """A chain as the documents draw it, `v1 ← v2 ← v3`: the texts, by its links from the latest.

    On the way it asserts that the links mirror each other, that status and `superseded_at` follow
    from the place, and that the history is the same chain.

    Args:
        handle: what to read through.
        id: the memory's.

    Raises:
        AssertionError: the chain is not one.
    """
    version = handle.latest(id)
    assert version.next_id is None, "nothing follows the latest"
    assert version.superseded_at is None, "nothing superseded the latest"
    assert version.status is Status.CURRENT
    chain = [version]
    while version.previous_id is not None:
        version = handle.get(version.previous_id)
        chain.insert(0, version)
    for before, after in pairwise(chain):
        assert before.next_id == after.id, "links mirror each other"
        assert before.number < after.number, "numbers rise"
        assert before.superseded_at == after.created_at
        assert before.status is Status.SUPERSEDED
    assert handle.history(id) == tuple(chain)
    assert all(handle.latest(each.id) == chain[-1] for each in chain)
    return " ← ".join(each.content for each in chain)


@contextmanager
def changes_nothing(*handles: Any) -> Iterator[None]:
    """Asserts that nothing that these handles read is other after the block than before."""
    before = [everything(handle) for handle in handles]
    yield
    assert [everything(handle) for handle in handles] == before


@contextmanager
def refuses(error: type[E], *handles: Any) -> Iterator[pytest.ExceptionInfo[E]]:
    """Asserts twice that the block is refused: it raises, and nothing changed.

    Args:
        error: the error's very class.
        handles: whatever the block might have changed.

    Yields:
        What pytest knows of the error, once the block has ended.
    """
    with changes_nothing(*handles):
        with pytest.raises(error) as raised:
            yield raised
        assert type(raised.value) is error
