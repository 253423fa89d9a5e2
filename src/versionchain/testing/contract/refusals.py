"""The contract: what may not come in, and what an error says. SPEC section 5."""

# ruff: noqa: ARG005  # every call of the table takes the store, a version and the bad value

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import pytest

from ...errors import InvalidInputError, MemoryStoreError, NotFoundError
from ...model import MemoryVersion, NewMemory
from ...store import MemoryStore
from ..looking import changes_nothing, refuses
from .base import ContractBase, chain

Call = Callable[[MemoryStore, MemoryVersion, Any], object]

PHRASE: Final = "do-not-repeat-me"


class _Text(StrEnum):
    TEXT = "a text that is none"


class _Dict(dict[str, Any]):
    pass


def _nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


_circle: dict[str, Any] = {}
_circle["again"] = _circle

_AWARE = datetime(2026, 1, 1, tzinfo=UTC)

_TEXTS: Final = [None, 1, b"bytes", True, _Text.TEXT, "", " ", "\t\n\u2003", "a\0b", "a\ud800"]
_LONG: Final = ["x" * 513]
_METADATA: Final = [
    "text",
    [("a", 1)],
    _Dict(a=1),
    {1: "a"},
    {None: "a"},
    {_Text.TEXT: 1},
    {"a": float("nan")},
    {"a": [float("inf")]},
    {"a": {"b": -float("inf")}},
    {"a": 1 << 63},
    {"a": -(1 << 63) - 1},
    {"a": {1, 2}},
    {"a": b"bytes"},
    {"a": _AWARE},
    {"a": _Dict()},
    {"a": _Text.TEXT},
    {"a": object()},
    {"a\0": 1},
    {"a": ["b\0"]},
    {"\ud800": 1},
    {"a": {"b": "\udfff"}},
    {"a": "x" * (64 << 10)},
    {"\u20ac" * 22000: 1},
    _nested(33),
    _circle,
]
_CATEGORIES: Final = ["taste", b"taste", {"taste"}, {"taste": 1}, 1, iter(["taste"])] + [
    [bad] for bad in _TEXTS + _LONG
]
_IDS: Final = [
    1,
    b"x" * 16,
    "",
    "mine",
    "FFFFFFFF-FFFF-4FFF-8FFF-FFFFFFFFFFFF",
    "ffffffffffff4fff8fffffffffffffff",
    "{ffffffff-ffff-4fff-8fff-ffffffffffff}",
    "urn:uuid:ffffffff-ffff-4fff-8fff-ffffffffffff",
    " ffffffff-ffff-4fff-8fff-ffffffffffff",
    "ffffffff-ffff-4fff-8fff-fffffffffff",
    "gfffffff-ffff-4fff-8fff-ffffffffffff",
    "ffffffff-ffff-4fff-8fff-ffffffffffff\n",
    "f" * 35 + "\uff46",
]
_TIMES: Final = [1, "2026-01-01", _AWARE.date(), datetime(2026, 1, 1)]
_FLAGS: Final = [None, 0, 1, "yes"]
_LIMITS: Final = [None, True, 0, -1, 1001, 1.0, "10"]
_NUMBERS: Final = [None, True, 1.0, "1"]

_REFUSED: Final[dict[str, tuple[list[Any], str, Call]]] = {
    "add contact_id": (_TEXTS + _LONG, "contact_id", lambda s, v, x: s.add(x, "a")),
    "add content": (_TEXTS, "content", lambda s, v, x: s.add("ada", x)),
    "add categories": (_CATEGORIES, "categories", lambda s, v, x: s.add("a", "a", categories=x)),
    "add metadata": (_METADATA, "metadata", lambda s, v, x: s.add("a", "a", metadata=x)),
    "add session_id": (
        _TEXTS[1:] + _LONG,
        "session_id",
        lambda s, v, x: s.add("a", "a", session_id=x),
    ),
    "add event_start": (_TIMES, "event_start", lambda s, v, x: s.add("a", "a", event_start=x)),
    "add event_end": (_TIMES, "event_end", lambda s, v, x: s.add("a", "a", event_end=x)),
    "add order": (
        [_AWARE - timedelta(microseconds=1)],
        "event_end",
        lambda s, v, x: s.add("a", "a", event_start=_AWARE, event_end=x),
    ),
    "add id": (_IDS, "id", lambda s, v, x: s.add("a", "a", id=x)),
    "add_many items": ([None, 1, NewMemory("a", "a")], "items", lambda s, v, x: s.add_many(x)),
    "add_many item": (
        [None, ("a", "a"), {"contact_id": "a", "content": "a"}],
        "items[1]",
        lambda s, v, x: s.add_many([NewMemory("a", "a"), x]),
    ),
    "add_many content": (
        _TEXTS,
        "items[0].content",
        lambda s, v, x: s.add_many([NewMemory("a", x), NewMemory("a", "a")]),
    ),
    "add_many metadata": (
        _METADATA,
        "items[1].metadata",
        lambda s, v, x: s.add_many([NewMemory("a", "a"), NewMemory("a", "a", metadata=x)]),
    ),
    "update version_id": ([None, *_IDS], "version_id", lambda s, v, x: s.update(x, "a")),
    "update content": (_TEXTS, "content", lambda s, v, x: s.update(v.id, x)),
    "update categories": (
        _CATEGORIES,
        "categories",
        lambda s, v, x: s.update(v.id, "a", categories=x),
    ),
    "update metadata": (_METADATA, "metadata", lambda s, v, x: s.update(v.id, "a", metadata=x)),
    "update event_end": (_TIMES, "event_end", lambda s, v, x: s.update(v.id, "a", event_end=x)),
    "update id": (_IDS, "id", lambda s, v, x: s.update(v.id, "a", id=x)),
    "update contact_id": (
        _TEXTS[1:],
        "contact_id",
        lambda s, v, x: s.update(v.id, "a", contact_id=x),
    ),
    "get version_id": ([None, *_IDS], "version_id", lambda s, v, x: s.get(x)),
    "latest id": ([None, *_IDS], "id", lambda s, v, x: s.latest(x)),
    "history id": ([None, *_IDS], "id", lambda s, v, x: s.history(x)),
    "history include_deleted": (
        _FLAGS,
        "include_deleted",
        lambda s, v, x: s.history(v.id, include_deleted=x),
    ),
    "memories contact_id": (_TEXTS + _LONG, "contact_id", lambda s, v, x: s.memories(x)),
    "memories categories": (
        _CATEGORIES,
        "categories",
        lambda s, v, x: s.memories("ada", categories=x),
    ),
    "memories session_id": (
        _TEXTS[1:] + _LONG,
        "session_id",
        lambda s, v, x: s.memories("ada", session_id=x),
    ),
    "memories metadata": (_METADATA, "metadata", lambda s, v, x: s.memories("ada", metadata=x)),
    "memories limit": (_LIMITS, "limit", lambda s, v, x: s.memories("ada", limit=x)),
    "memories after": ([1, b"a", "a"], "after", lambda s, v, x: s.memories("ada", after=x)),
    "versions contact_id": (_TEXTS + _LONG, "contact_id", lambda s, v, x: s.versions(x)),
    "versions status": (
        ["CURRENT", "gone", 1, True],
        "status",
        lambda s, v, x: s.versions("ada", status=x),
    ),
    "versions limit": (_LIMITS, "limit", lambda s, v, x: s.versions("ada", limit=x)),
    "contacts limit": (_LIMITS, "limit", lambda s, v, x: s.contacts(limit=x)),
    "count contact_id": (_TEXTS + _LONG, "contact_id", lambda s, v, x: s.count(x)),
    "revisions since": ([*_NUMBERS, -1], "since", lambda s, v, x: s.revisions(since=x)),
    "revisions limit": (_LIMITS, "limit", lambda s, v, x: s.revisions(limit=x)),
    "revisions contact_id": (
        _TEXTS[1:] + _LONG,
        "contact_id",
        lambda s, v, x: s.revisions(contact_id=x),
    ),
    "find_ids prefix": ([*_TEXTS, "f" * 37], "prefix", lambda s, v, x: s.find_ids(x)),
    "delete version_id": ([None, *_IDS], "version_id", lambda s, v, x: s.delete(x)),
    "delete with previous": (
        _FLAGS,
        "delete_previous_versions",
        lambda s, v, x: s.delete(v.id, delete_previous_versions=x),
    ),
    "delete expected_latest": (
        _IDS,
        "expected_latest",
        lambda s, v, x: s.delete(v.id, expected_latest=x),
    ),
    "delete dry_run": (_FLAGS, "dry_run", lambda s, v, x: s.delete(v.id, dry_run=x)),
    "delete reason": (
        [*_TEXTS[1:], "x" * 4097],
        "reason",
        lambda s, v, x: s.delete(v.id, reason=x),
    ),
    "delete_memory id": ([None, *_IDS], "id", lambda s, v, x: s.delete_memory(x)),
    "delete_contact contact_id": (
        _TEXTS + _LONG,
        "contact_id",
        lambda s, v, x: s.delete_contact(x),
    ),
    "delete_contact dry_run": (
        _FLAGS,
        "dry_run",
        lambda s, v, x: s.delete_contact("ada", dry_run=x),
    ),
    "prune id": ([None, *_IDS], "id", lambda s, v, x: s.prune(x, keep_last=1)),
    "prune keep_last": (
        [*_NUMBERS, 0, -1],
        "keep_last",
        lambda s, v, x: s.prune(v.id, keep_last=x),
    ),
    "prune before": (_TIMES, "before", lambda s, v, x: s.prune(v.id, before=x)),
    "prune_contact keep_last": (
        [*_NUMBERS, 0],
        "keep_last",
        lambda s, v, x: s.prune_contact("ada", keep_last=x),
    ),
    "restore revision": (_NUMBERS, "revision", lambda s, v, x: s.restore(x)),
    "restore reason": (_TEXTS[1:], "reason", lambda s, v, x: s.restore(1, reason=x)),
    "connect source_id": ([None, *_IDS], "source_id", lambda s, v, x: s.connect(x, v.id)),
    "connect target_id": ([None, *_IDS], "target_id", lambda s, v, x: s.connect(v.id, x)),
    "connect kind": (_TEXTS + _LONG, "kind", lambda s, v, x: s.connect(v.id, _OTHER, kind=x)),
    "connect metadata": (
        _METADATA,
        "metadata",
        lambda s, v, x: s.connect(v.id, _OTHER, metadata=x),
    ),
    "disconnect kind": (_TEXTS + _LONG, "kind", lambda s, v, x: s.disconnect(v.id, _OTHER, kind=x)),
    "connections kind": (
        _TEXTS[1:] + _LONG,
        "kind",
        lambda s, v, x: s.connections(v.id, kind=x),
    ),
}
_OTHER = "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"


class RefusalContract(ContractBase):
    """Refused before anything is written, the same on every backend."""

    @pytest.mark.parametrize("name", _REFUSED)
    def test_a_bad_value_is_refused(self, store: MemoryStore, name: str) -> None:
        """It raises, names the field, and nothing changed."""
        values, field, call = _REFUSED[name]
        v1, v2 = chain(store, 2)
        store.connect(v1.id, store.add("ada", "other", id=_OTHER).id)
        with refuses(InvalidInputError, store) as raised:
            call(store, v2, values[0])
        for value in values:
            with pytest.raises(InvalidInputError) as raised:
                call(store, v2, value)
            assert raised.value.field.startswith(field)
        with refuses(InvalidInputError, store):
            call(store, v2, values[-1])

    @pytest.mark.parametrize("name", sorted(n for n in _REFUSED if not n.startswith("add_many")))
    def test_a_bad_value_is_refused_in_a_block(self, store: MemoryStore, name: str) -> None:
        """There too, and the block goes on."""
        values, _, call = _REFUSED[name]
        v1, v2 = chain(store, 2)
        store.connect(v1.id, store.add("ada", "other", id=_OTHER).id)
        with store.transaction() as tx:
            with refuses(InvalidInputError, tx, store):
                call(tx, v2, values[-1])  # type: ignore[arg-type]
            tx.update(v2.id, "v3")
        assert store.latest(v1.id).content == "v3"

    def test_what_just_fits_comes_in(self, store: MemoryStore) -> None:
        """The longest names, the deepest and the largest metadata."""
        name = "\U0001f469" * 512
        data = {"a": "x" * ((64 << 10) - len('{"a":""}'))}
        made = store.add(name, "a", categories=[name], session_id=name, metadata=data)
        assert store.get(made.id).metadata == data
        deep = store.update(made.id, "b", metadata=_nested(32))
        assert store.get(deep.id).metadata == _nested(32)
        other = store.add(name, "c", metadata={"a": [(1 << 63) - 1, -(1 << 63), 1e308]})
        assert store.connect(made.id, other.id, kind=name).kind == name
        assert store.memories(name, limit=1000, categories=[name]).items == (deep,)
        assert store.delete(deep.id, reason="x" * 4096).count == 1

    def test_an_event_may_be_a_moment(self, store: MemoryStore) -> None:
        """It ends when it starts, at the earliest; each side may be open."""
        for start, end in ((_AWARE, _AWARE), (None, _AWARE), (_AWARE, None)):
            made = store.add("ada", "a", event_start=start, event_end=end)
            assert (made.event_start, made.event_end) == (start, end)

    @pytest.mark.parametrize("source", ["mine", None, 7, "FFFFFFFF-FFFF-4FFF-8FFF-FFFFFFFFFFFF"])
    def test_a_bad_id_source_is_refused(self, store: MemoryStore, source: Any) -> None:
        """What the source gives is checked like any id."""
        made = store.add("ada", "v1")
        broken = MemoryStore(store._backend, ids=lambda: source)
        calls: list[Callable[[], object]] = [
            lambda: broken.add("ada", "a"),
            lambda: broken.update(made.id, "v2"),
        ]
        for call in calls:
            with refuses(InvalidInputError, store):
                call()

    @pytest.mark.parametrize("time", [None, 1.0, datetime(2026, 1, 1)])
    def test_a_bad_clock_is_refused(self, store: MemoryStore, time: Any) -> None:
        """What the clock gives is checked like any time."""
        made = store.add("ada", "v1")
        broken = MemoryStore(store._backend, clock=lambda: time)
        calls: list[Callable[[], object]] = [
            lambda: broken.add("ada", "a"),
            lambda: broken.delete(made.id),
        ]
        for call in calls:
            with refuses(InvalidInputError, store):
                call()

    def test_no_error_repeats_a_text(self, store: MemoryStore) -> None:
        """None quotes a value, and each is a MemoryStoreError with a builtin parent."""
        v1, v2 = chain(store, 2)
        calls: list[Callable[[], object]] = [
            lambda: store.add("ada", f"{PHRASE}\0"),
            lambda: store.add("ada", "a", metadata={PHRASE: float("nan")}),
            lambda: store.add("ada", "a", metadata={PHRASE: {PHRASE}}),
            lambda: store.add("ada", "a", categories=PHRASE),  # type: ignore[arg-type]
            lambda: store.add("ada", "a", session_id=PHRASE * 40),
            lambda: store.update(v1.id, PHRASE),
            lambda: store.update(v2.id, PHRASE, contact_id=PHRASE),
            lambda: store.get(PHRASE),
            lambda: store.delete_contact(PHRASE),
            lambda: store.memories(PHRASE, after=PHRASE),
            lambda: store.disconnect(v1.id, v2.id, kind=PHRASE),
        ]
        for call in calls:
            with changes_nothing(store), pytest.raises(MemoryStoreError) as raised:
                call()
            assert PHRASE not in str(raised.value)
            assert str(raised.value).endswith(".")

    def test_not_found_reads_alike(self, store: MemoryStore, other: MemoryStore) -> None:
        """Unknown, deleted, another contact's and another tenant's: one text for all."""
        v1, v2 = chain(store, 2)
        store.delete(v2.id)
        theirs = other.add("ada", "Theirs")
        told = set()
        for id, guard in ((_OTHER, None), (v2.id, None), (v1.id, "grace"), (theirs.id, None)):
            with refuses(NotFoundError, store, other) as raised:
                store.get(id, contact_id=guard)
            assert isinstance(raised.value, LookupError)
            assert raised.value.id == id
            told.add(str(raised.value))
        assert len(told) == 1

    def test_a_uuid_of_any_version_is_an_id(self, store: MemoryStore) -> None:
        """Only its text must be canonical."""
        for number in (0, 1, (1 << 128) - 1):
            assert store.add("ada", "a", id=UUID(int=number)).id == str(UUID(int=number))
