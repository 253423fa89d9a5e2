"""Dumps: the same bytes from any backend, and nothing let in that is not one."""

import io
import json
import subprocess
import sys
from contextlib import ExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from versionchain import (
    ConflictError,
    InvalidInputError,
    MemoryStore,
    StorageError,
    TransactionError,
    Transfer,
)
from versionchain.testing.repeatable import Clock, Ids


def filled(store: MemoryStore) -> MemoryStore:
    """A little of everything: gaps, restorations, ended memories, connections and their past."""
    bonn = store.add(
        "ada", "Lives in Bonn ☃", metadata={"n": 1, "f": 1.0, "z": {"ü": [None, True]}}
    )
    kiel = store.update(bonn.id, "Lives in Kiel", categories=["b", "a"], session_id="s")
    rome = store.update(kiel.id, "Lives in Rome")
    store.delete(kiel.id, reason="wrong")
    store.restore(store.delete(rome.id).revision)
    tea = store.add("ada", "Prefers tea")
    store.connect(bonn.id, tea.id)
    store.connect(bonn.id, tea.id, metadata={"again": True})
    store.disconnect(bonn.id, tea.id)
    store.connect(tea.id, bonn.id, kind="why")
    with store.transaction(reason="both") as tx:
        tx.add("grace", "Sails", id="00000000-0000-7000-8000-0000000000ff")
        tx.delete(tx.add("grace", "never seen").id)
    store.delete_contact("grace")
    store.delete_memory(store.add("zoe", "Was here").id)
    return store


@pytest.fixture
def whole() -> bytes:
    return dumped(filled(MemoryStore(clock=Clock(), ids=Ids())))


def dumped(store: MemoryStore) -> bytes:
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue()


def loaded(content: bytes, store: MemoryStore | None = None) -> MemoryStore:
    store = store or MemoryStore()
    store.load(io.BytesIO(content))
    return store


def refusal(content: bytes) -> InvalidInputError:
    """The error that loading `content` raises; nothing of it was loaded."""
    store = MemoryStore()
    with pytest.raises(InvalidInputError) as caught:
        loaded(content, store)
    assert store.revisions().items == ()
    assert store.contacts().items == ()
    assert dumped(store) == dumped(MemoryStore())
    assert store.verify().ok
    return caught.value


def test_memory_to_file_to_memory_is_byte_equal(whole, tmp_path):
    """A dump loaded elsewhere dumps to the same bytes, through every backend."""
    with MemoryStore.open(tmp_path / "a.db", tenant="another") as store:
        loaded(whole, store)
        assert store.verify().ok
        again = dumped(store)
    assert again == whole
    last = loaded(again)
    assert dumped(last) == whole
    assert last.verify().ok


def test_the_same_story_gives_the_same_bytes_on_both_backends(whole, tmp_path):
    """With the same clock and ids, what happened in a file dumps as what happened in memory."""
    with MemoryStore.open(tmp_path / "a.db", clock=Clock(), ids=Ids()) as store:
        assert dumped(filled(store)) == whole
        assert store.verify().ok


def test_a_loaded_store_goes_on_where_the_other_was(whole):
    """Numbers, revisions and restorations go on; older states are there too."""
    first, second = filled(MemoryStore(clock=Clock(), ids=Ids())), loaded(whole)
    newest = first.revisions(limit=1000).items[-1].number
    assert second.add("ada", "New").revision == newest + 1
    for contact in ("ada", "grace", "zoe"):
        for number in range(newest + 1):
            old, new = first.at(number), second.at(number)
            assert old.memories(contact) == new.memories(contact)
            assert old.count(contact) == new.count(contact)
    bonn = first.versions("ada").items[0]
    assert first.connections(bonn.id) == second.connections(bonn.id)
    gone = next(r for r in second.revisions().items if r.operation == "delete_contact")
    assert second.restore(gone.number).count == 1
    assert second.verify().ok


def test_it_says_how_much_it_wrote_and_read(whole):
    """Both ends count the same."""
    store = loaded(whole)
    assert store.dump(io.BytesIO()) == MemoryStore().load(io.BytesIO(whole))
    assert store.dump(io.BytesIO()) == Transfer(
        contacts=3, revisions=15, chains=5, versions=7, connections=3
    )


def test_a_tenant_that_holds_anything_is_not_loaded_into(whole):
    """A load never mixes: a ConflictError, and the tenant is as it was."""
    store = MemoryStore()
    store.add("ada", "here first")
    before = dumped(store)
    with pytest.raises(ConflictError):
        loaded(whole, store)
    assert dumped(store) == before
    assert loaded(whole, store.for_tenant("empty")).verify().ok
    assert store.verify().ok


def test_a_dump_at_a_path_is_whole_or_not_there(whole, tmp_path):
    """A path gets a whole file; one that is there already stays, and no part is left behind."""
    store = loaded(whole)
    store.dump(tmp_path / "all.jsonl")
    assert (tmp_path / "all.jsonl").read_bytes() == whole
    with pytest.raises(InvalidInputError):
        store.dump(tmp_path / "all.jsonl")
    with pytest.raises(StorageError):
        store.dump(tmp_path / "missing" / "all.jsonl")
    assert [each.name for each in tmp_path.iterdir()] == ["all.jsonl"]
    copy = MemoryStore()
    copy.load(str(tmp_path / "all.jsonl"))
    assert dumped(copy) == whole
    with pytest.raises(StorageError):
        MemoryStore().load(tmp_path / "missing.jsonl")


@pytest.mark.parametrize("target", [None, 3, "", "a\0b", io.StringIO()])
def test_what_is_no_file_is_refused(target):
    """A target or source is a path or a binary file."""
    store = MemoryStore()
    for call in (store.dump, store.load, store.backup):
        with pytest.raises(InvalidInputError):
            call(target)
    assert store.verify().ok


def test_a_block_can_neither_dump_nor_load(whole):
    """What carries a whole tenant is no call of a block, and loading beside one is refused."""
    store = MemoryStore()
    with store.transaction() as tx:
        assert not hasattr(tx, "dump")
        assert not hasattr(tx, "load")
        with pytest.raises(TransactionError):
            loaded(whole, store)
    assert store.verify().ok


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_cut_file_is_refused_with_the_line_where_it_ends(whole, cut):
    """Without its last lines, or in the middle of one, the file is no dump."""
    lines = whole.splitlines(keepends=True)
    kept = lines[:-cut] if cut < len(lines) else []
    assert refusal(b"".join(kept)).field == f"line {len(kept) + 1}:"
    assert "cut" in str(refusal(whole[: -cut * 10]))


def test_every_flipped_bit_is_found(whole):
    """A change that leaves a line readable is found by the digest at the end."""
    for place in range(0, len(whole), 97):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        assert refusal(bytes(changed)).field.startswith("line ")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_anything_else_is_refused(content):
    """Bytes that are no dump are an InvalidInputError and nothing else."""
    refusal(content)
    refusal(b'{"kind":"header","format":"versionchain","version":1}\n' + content)


def rewritten(whole: bytes, change) -> bytes:
    """The dump with a change made to its lines as values, counts and digest made right again."""
    values = [json.loads(line) for line in whole.splitlines()][:-1]
    change(values)
    from hashlib import blake2b

    counts = {
        name: sum(each["kind"] == kind for each in values)
        for name, kind in (
            ("contacts", "contact"),
            ("revisions", "revision"),
            ("chains", "chain"),
            ("versions", "version"),
            ("connections", "connection"),
        )
    }
    body = b"".join(encoded(each) for each in values)
    digest = blake2b(body, digest_size=16).hexdigest()
    return body + encoded({"kind": "end", "counts": counts, "digest": digest})


def encoded(values: dict) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def where(values: list[dict], kind: str, nth: int = 0) -> int:
    """The nth line of a kind; chains and versions are counted from the chain of three."""
    start = 0
    if kind in ("chain", "version"):
        start = next(i for i, each in enumerate(values) if each.get("versions") == 3)
    return [i for i, each in enumerate(values) if each["kind"] == kind and i >= start][nth]


def put(kind: str, name: str, value: object, nth: int = 0):
    """A change of one field of the nth line of a kind."""

    def change(values: list[dict]) -> None:
        values[where(values, kind, nth)][name] = value

    return kind, nth, change


BENT = {
    "a foreign format": put("header", "format", "something"),
    "a newer format": put("header", "version", 2),
    "a version that is none": put("header", "version", True),
    "a blank contact": put("contact", "id", " "),
    "contacts out of order": put("contact", "id", "zz"),
    "a gap in the revisions": put("revision", "number", 7, 1),
    "a time that falls": put("revision", "created_at", "1999-01-01T00:00:00+00:00", 1),
    "a time without a zone": put("revision", "created_at", "2026-01-01T00:00:00", 1),
    "a time in another zone": put("revision", "created_at", "2026-01-01T02:00:00+02:00", 1),
    "counts that are none": put("revision", "counts", {"added": 1}),
    "a count that is negative": put("revision", "counts", None),
    "contacts that are no list": put("revision", "contacts", "ada"),
    "a revision of nobody known": put("revision", "contacts", ["nobody"]),
    "contacts twice": put("revision", "contacts", ["ada", "ada"]),
    "a chain of nobody known": put("chain", "contact_id", "nobody"),
    "a chain that is no id": put("chain", "id", "chain"),
    "a highest number too low": put("chain", "last_number", 1),
    "fewer versions than told": put("chain", "versions", 9),
    "more versions than told": put("chain", "versions", 2),
    "a number twice": put("version", "number", 1, 1),
    "a version that is no id": put("version", "id", 7),
    "an id twice": put("version", "id", "00000000-0000-7000-8000-0000000000ff"),
    "content that is blank": put("version", "content", ""),
    "categories as a string": put("version", "categories", "a"),
    "metadata that is none": put("version", "metadata", [1]),
    "a revision that is not there": put("version", "revision", 99),
    "not its revision's time": put("version", "created_at", "2999-01-01T00:00:00+00:00"),
    "an ordinal that is none": put("version", "ordinal", -1),
    "an ordinal beyond 64 bits": put("version", "ordinal", 1 << 63),
    "a highest number beyond 64 bits": put("chain", "last_number", 1 << 63),
    "a deletion before it": put("version", "absences", [[1, 1]]),
    "deletions that overlap": put("version", "absences", [[2, 5], [4, 6]]),
    "an absence that is no pair": put("version", "absences", [[2]]),
    "a mark without its time": put("version", "deleted_revision", 3),
    "a time without its mark": put("version", "deleted_at", "2026-01-01T00:00:00+00:00"),
    "a connection of nothing": put(
        "connection", "source_id", "00000000-0000-7000-8000-00000000dead"
    ),
    "a connection to itself": None,
    "a connection that ends before it begins": put("connection", "until", 1),
    "a key too many": put("contact", "note", "x"),
    "an unknown kind": put("contact", "kind", "note"),
}


@pytest.mark.parametrize("name", BENT)
def test_a_fact_that_breaks_a_rule_is_refused_with_its_line(whole, name):
    """Even with the digest made right, no line brings in what could not have happened."""
    if BENT[name] is None:

        def change(values):
            line = values[where(values, "connection")]
            line["target_id"] = line["source_id"]

        kind, nth = "connection", 0
    else:
        kind, nth, change = BENT[name]
    values = [json.loads(line) for line in whole.splitlines()]
    line = where(values, kind, nth) + 1
    error = refusal(rewritten(whole, change))
    told = int(error.field.removeprefix("line ").removesuffix(":"))
    assert line <= told <= len(values)  # at the line, or where it contradicts a later one
    assert "Bonn" not in str(error)


def test_an_unchanged_rewriting_is_let_in(whole):
    """The helper that bends lines bends nothing by itself."""
    assert rewritten(whole, lambda values: None) == whole
    assert loaded(whole).verify().ok


def test_a_dump_is_one_moment_while_others_write(tmp_path):
    """A dump of a file shows one state, whatever is written meanwhile."""
    with ExitStack() as stack:
        store = stack.enter_context(MemoryStore.open(tmp_path / "a.db", durability="normal"))
        for n in range(50):
            store.add("ada", f"text {n}")

        class Slow(io.BytesIO):
            def write(self, content):
                store.add("ada", "meanwhile") if b'"revision"' in content else None
                return super().write(content)

        file = Slow()
        assert store.dump(file).versions == 50
        assert loaded(file.getvalue()).count("ada").versions == 50
        assert store.count("ada").versions > 50
        assert store.verify().ok


def test_a_backup_is_a_store_of_its_own_while_others_write(tmp_path):
    """A backup holds every tenant as of one moment, opens as a store, and is left alone after."""
    with MemoryStore.open(tmp_path / "a.db") as store:
        filled(store)
        filled(store.for_tenant("other"))
        with store.transaction() as tx:
            tx.add("ada", "not yet")
            store.backup(tmp_path / "copy.db")
        with pytest.raises(InvalidInputError):
            store.backup(tmp_path / "copy.db")
        with pytest.raises(InvalidInputError):
            store.backup(tmp_path / "a.db")
        with pytest.raises(StorageError):
            store.backup(tmp_path / "missing" / "copy.db")
        with MemoryStore.open(tmp_path / "copy.db") as copy:
            assert copy.count("ada").versions == store.count("ada").versions - 1
            assert dumped(copy.for_tenant("other")) == dumped(store.for_tenant("other"))
            assert copy.verify().ok
        assert store.verify().ok


def test_a_store_in_memory_has_no_file_to_back_up(tmp_path):
    """A backup of nothing says what to do instead, and leaves nothing."""
    store = MemoryStore()
    with pytest.raises(StorageError, match="dump"):
        store.backup(tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []
    assert store.verify().ok


STREAM = """
import io, resource, sys
from versionchain import MemoryStore
size = int(sys.argv[2])
with MemoryStore.open(sys.argv[1] + "/a.db", durability="normal") as store:
    for start in range(0, size, 500):
        with store.transaction() as tx:
            for n in range(start, start + 500):
                tx.add(f"c{n % 50}", f"text {n} " * 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    store.dump(sys.argv[1] + "/a.jsonl")
with MemoryStore.open(sys.argv[1] + "/b.db", durability="normal") as copy:
    print(copy.load(sys.argv[1] + "/a.jsonl").versions)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.campaign
def test_a_long_dump_is_streamed(tmp_path):
    """Dump and load of 60,000 versions take no more memory than a page of them."""
    done = subprocess.run(
        [sys.executable, "-c", STREAM, tmp_path, "60000"],
        capture_output=True,
        text=True,
        check=True,
    )
    versions, grown = map(int, done.stdout.split())
    assert versions == 60_000
    assert grown < 20_000  # KiB; the dump has 30 MB
