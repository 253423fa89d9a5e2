"""Bad input that came out raw once, or came in: each with the error that it must have."""

import io
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from test_transfer import dumped, rewritten
from versionchain import InvalidInputError, MemoryStore, NewMemory, StorageError
from versionchain.chain import INHERIT
from versionchain.testing import Clock, Ids

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Zone(tzinfo):
    """A zone that answers with what it is told."""

    def __init__(self, answer):
        self.answer = answer

    def utcoffset(self, moment):
        return self.answer


class Mute(str):
    """A string that does not want to be one."""

    __slots__ = ()

    def __str__(self):
        raise RuntimeError


class Closed(list):
    """A list that nobody may look into."""

    def __iter__(self):
        raise RuntimeError


def refused(call, *args, **given):
    """The field that a call is refused for."""
    with pytest.raises(InvalidInputError) as raised:
        call(*args, **given)
    return raised.value.field


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    """An empty store on either backend."""
    clock, ids = Clock(), Ids()
    if request.param == "memory":
        made = MemoryStore(clock=clock, ids=ids)
    else:
        made = MemoryStore.open(tmp_path / "a.db", durability="normal", clock=clock, ids=ids)
    with closing(made):
        yield made
        assert made.verify().ok


@pytest.mark.parametrize("zone", [tzinfo(), Zone("x"), Zone(timedelta(2))])
def test_a_zone_that_gives_no_offset_is_refused(store, zone):
    """The zone's own TypeError, ValueError or NotImplementedError stays inside."""
    assert refused(store.add, "ada", "x", event_start=NOON.replace(tzinfo=zone)) == "event_start"
    assert refused(store.erase_deleted, before=NOON.replace(tzinfo=zone)) == "before"


@pytest.mark.parametrize(
    "field", ["categories", "metadata", "session_id", "event_start", "event_end"]
)
def test_a_new_memory_inherits_nothing(store, field):
    """What stands for "as before" in an update has nothing before it here."""
    assert refused(store.add, "ada", "x", **{field: INHERIT}) == field
    item = NewMemory("ada", "x", **{field: INHERIT})
    assert refused(store.add_many, [item]) == f"items[0].{field}"
    first = store.add("ada", "x")
    assert store.update(first.id, "y", **{field: INHERIT}).number == 2


def test_categories_of_a_subclass_are_refused(store):
    """As metadata of one are: its own methods are never asked."""
    assert refused(store.add, "ada", "x", categories=Closed(["a"])) == "categories"
    assert refused(store.memories, "ada", categories=Closed(["a"])) == "categories"


@pytest.mark.parametrize("bad", [7, "now", None])
def test_a_clock_and_an_id_source_can_be_called(tmp_path, bad):
    """They are refused where they are given, not where they are first asked."""
    assert refused(MemoryStore, clock=bad) == "clock"
    assert refused(MemoryStore.open, tmp_path / "a.db", clock=bad) == "clock"
    if bad is not None:
        assert refused(MemoryStore, ids=bad) == "ids"


@pytest.mark.parametrize("bad", ["agent.db", Path("agent.db"), 7, object()])
def test_a_backend_is_one(bad):
    """A path above all is told where to go."""
    with pytest.raises(InvalidInputError, match=r"MemoryStore\.open") as raised:
        MemoryStore(bad)
    assert raised.value.field == "backend"


@pytest.mark.parametrize("bad", ["\ud800", Path("a\udfff"), Mute("a"), b"a", 7, None], ids=ascii)
def test_a_path_that_the_system_can_t_write_is_refused(store, bad):
    """A lone surrogate, and a str that is not quite one."""
    assert refused(MemoryStore.open, bad) == "path"
    assert refused(store.backup, bad) == "path"
    assert refused(store.dump, bad) == "target"
    assert refused(store.load, bad) == "source"


def test_a_name_too_long_is_the_storages_fault(store, tmp_path):
    """It names nothing that could be there already."""
    path = tmp_path / ("x" * 400)
    for call in (store.dump, store.backup, store.load, MemoryStore.open):
        with pytest.raises(StorageError):
            call(path)
    assert not list(tmp_path.glob("x*"))


class NoLines:
    """A file whose lines are text."""

    def readline(self, size):
        return "{}\n"


@pytest.mark.parametrize("bad", [io.BytesIO, NoLines(), type("F", (), {"readline": 7})()])
def test_a_source_that_is_no_binary_file_is_refused(store, bad):
    """A class, lines that are text, an attribute that can't be called."""
    assert refused(store.load, bad) in ("source", "line 1:")


def test_a_closed_file_is_refused(store):
    """It could be neither written nor read."""
    file = io.BytesIO()
    file.close()
    assert refused(store.dump, file) == "target"
    assert refused(store.load, file) == "source"


@pytest.mark.parametrize("durability", [Mute("full"), ["full"], None])
def test_a_durability_is_one_of_two_words(tmp_path, durability):
    """And nothing that only equals one."""
    assert refused(MemoryStore.open, tmp_path / "a.db", durability=durability) == "durability"


def chained() -> bytes:
    """A dump of a chain of two, and of another memory."""
    store = MemoryStore(clock=Clock(), ids=Ids())
    store.update(store.add("ada", "v1").id, "v2")
    store.add("ada", "other")
    return dumped(store)


def versions(values):
    """The lines of versions."""
    return [line for line in values if line["kind"] == "version"]


def test_an_id_twice_in_one_chain_is_refused_by_its_line(store):
    """On a file too, where it was an error of SQLite's."""

    def twice(values):
        last = next(i for i, line in enumerate(values) if line.get("versions") == 2)
        values[last + 2]["id"] = values[last + 1]["id"]

    assert refused(store.load, io.BytesIO(rewritten(chained(), twice))).startswith("line ")
    assert store.revisions().items == ()


@pytest.mark.parametrize("field", ["ordinal", "last_number", "counts"])
def test_a_number_beyond_64_bits_is_refused_by_its_line(store, field):
    """On a file too, where it was an OverflowError."""

    def bent(values):
        line = next(line for line in values if field in line)
        far = 1 << 63
        line[field] = {**line["counts"], "erased": far} if field == "counts" else far

    assert refused(store.load, io.BytesIO(rewritten(chained(), bent))).startswith("line ")


def test_two_versions_in_one_place_are_refused_by_their_line(store):
    """They would be one in a listing in memory, and a page of a file could pass over one."""

    def together(values):
        first, *_, last = versions(values)
        for name in ("revision", "created_at", "ordinal"):
            last[name] = first[name]

    with pytest.raises(InvalidInputError, match="place in its revision"):
        store.load(io.BytesIO(rewritten(chained(), together)))
    assert json.loads(dumped(store).splitlines()[-1])["counts"]["versions"] == 0
