"""Sentences of SPEC that no other test stands for, and that the table in README.md is true.

tests/README.md says which test stands for which sentence; the last tests here read it.
"""

import ast
import io
import re
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from versionchain import (
    CommitUnknownError,
    DuplicateIdError,
    InvalidInputError,
    Invariant,
    MemoryStore,
    NewMemory,
    NotFoundError,
    StaleVersionError,
    StorageError,
    StorageFullError,
    StoreBusyError,
    TransactionError,
)
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.sqlite import SQLiteBackend
from versionchain.testing import Clock, DurableBackendContract, Ids, contract
from versionchain.testing.contract.base import UNKNOWN, assert_sound, chain
from versionchain.testing.faults import FaultyBackend
from versionchain.testing.looking import everything, refuses

HERE = Path(__file__).parent
FAR = datetime(2999, 1, 1, tzinfo=UTC)
PHRASE = "do-not-repeat-me"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.db"


@pytest.fixture(params=["memory", "sqlite"])
def backend(request, path):
    """An empty backend of each kind."""
    kept = (
        MemoryBackend() if request.param == "memory" else SQLiteBackend(path, durability="normal")
    )
    with closing(kept):
        yield kept


@pytest.fixture
def store(backend):
    """A store on each backend, sound at the end."""
    store = MemoryStore(backend, clock=Clock(), ids=Ids())
    yield store
    assert_sound(store)


def dumped(store) -> bytes:
    """Every fact of a tenant."""
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue()


class World:
    """A little of everything: a gap, a past deletion, an ended memory, connections of all ages."""

    def __init__(self, store):
        self.store = store
        self.v1, self.v2, self.v3, self.v4 = (version.id for version in chain(store, 4))
        self.gone = store.delete(self.v2).revision
        store.restore(store.delete(self.v3).revision)
        self.tea = store.add("ada", "Prefers tea").id
        self.cup = store.add("grace", "Owns a cup").id
        self.end = store.add("grace", "Ended").id
        store.delete(self.end)
        store.connect(self.tea, self.cup, metadata={"n": 1})
        store.connect(self.tea, self.cup, metadata={"n": 2})


# Section 5: whatever raises leaves the store as it was.


def block(handle, world):
    """Several calls as one revision."""
    with handle.transaction() as tx:
        tx.update(world.v4, "v5")
        tx.delete(world.tea)
        tx.restore(world.gone)
        tx.add("linus", "Dives")


CALLS = {
    "add": lambda h, w: h.add("linus", "Dives"),
    "add_many": lambda h, w: h.add_many([NewMemory("ada", "a"), NewMemory("linus", "b")]),
    "update": lambda h, w: h.update(w.v4, "v5"),
    "delete": lambda h, w: h.delete(w.v3),
    "delete with previous": lambda h, w: h.delete(w.v3, delete_previous_versions=True),
    "delete_memory": lambda h, w: h.delete_memory(w.v1),
    "delete_contact": lambda h, w: h.delete_contact("ada"),
    "prune": lambda h, w: h.prune(w.v1, keep_last=1),
    "prune_contact": lambda h, w: h.prune_contact("ada", keep_last=1),
    "restore": lambda h, w: h.restore(w.gone),
    "connect": lambda h, w: h.connect(w.v1, w.tea),
    "connect again": lambda h, w: h.connect(w.tea, w.cup),
    "disconnect": lambda h, w: h.disconnect(w.tea, w.cup),
    "erase_contact": lambda h, w: h.erase_contact("grace"),
    "erase_deleted": lambda h, w: h.erase_deleted(before=FAR),
    "a block": block,
    "load": lambda h, w: h.for_tenant("another").load(io.BytesIO(dumped(w.store))),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_storage_that_fails_at_any_step_changes_nothing(backend, store, name):
    """A call that fails at its n-th question to the storage, for each n, leaves every fact."""
    world = World(store)
    before, other = dumped(store), store.for_tenant("another")
    empty = dumped(other)
    for step in range(1, 200):
        faulty = FaultyBackend(backend, fail_at=step)
        handle = MemoryStore(faulty, clock=Clock(FAR), ids=Ids(step))
        try:
            CALLS[name](handle, world)
        except StorageError:
            if faulty.failed == "purge":
                break  # after the commit: the one failure that may leave something done
            assert dumped(store) == before, faulty.failed
            assert dumped(other) == empty, faulty.failed
            continue
        break
    assert faulty.failed in (None, "purge")
    assert step > 2
    assert (dumped(store), dumped(other)) != (before, empty)
    assert_sound(other)


def test_a_full_disk_is_said_and_changes_nothing(path):
    """A change that finds no space is a StorageFullError, and with space the store goes on."""
    with closing(SQLiteBackend(path, durability="normal")) as backend:
        store = MemoryStore(backend)
        first = store.add("ada", "v1")
        with backend._process.pool.lent() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={pages}")
        with refuses(StorageFullError, store) as raised:
            store.update(first.id, PHRASE * 10_000)
        assert raised.value.code == "SQLITE_FULL"
        assert PHRASE not in str(raised.value)
        assert "INSERT" not in str(raised.value)
        with backend._process.pool.lent() as connection:
            connection.execute("PRAGMA max_page_count=1000000")
        assert store.update(first.id, PHRASE * 10_000).number == 2
        assert_sound(store)


def test_a_disk_that_fills_in_a_block_keeps_all_or_nothing(path):
    """SQLite may take the whole block back: then leaving it raises, and the log has no trace."""
    with closing(SQLiteBackend(path, durability="normal")) as backend:
        store = MemoryStore(backend)
        first = store.add("ada", "v1")
        with backend._process.pool.lent() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={pages}")
        kept = False
        with suppress(TransactionError), store.transaction() as tx:
            tx.add("ada", "small")
            with pytest.raises(StorageFullError):
                tx.update(first.id, PHRASE * 10_000)
            kept = tx.count("ada").versions == 2
        told = [version.content for version in store.versions("ada").items]
        assert told == ["v1", "small"][: 1 + kept]
        assert [each.number for each in store.revisions().items] == [1, 2][: 1 + kept]
        assert_sound(store)


def test_a_block_that_the_storage_undid_is_over(path):
    """Where the storage took the whole block back, whoever goes on is told, and nothing is kept."""
    with MemoryStore.open(path, durability="normal") as store:
        store.add("ada", "v1")
        with refuses(TransactionError, store), store.transaction() as tx:
            tx.add("ada", "v2")
            tx._writer._connection.execute("ROLLBACK")
            with pytest.raises(TransactionError):
                tx.add("ada", "v3")
        assert store.add("ada", "v2").revision == 2
        assert_sound(store)


class FailingCommit:
    """A connection whose COMMIT fails, after it was done or instead."""

    def __init__(self, real, code, done):
        self._real = real
        self._code = code
        self._done = done

    def __getattr__(self, name):
        return getattr(self._real, name)

    def execute(self, sql, *values):
        if sql != "COMMIT":
            return self._real.execute(sql, *values)
        if self._done:
            self._real.execute(sql)
        error = sqlite3.OperationalError(PHRASE)
        error.sqlite_errorcode, error.sqlite_errorname = self._code
        raise error


@pytest.mark.parametrize("done", [False, True])
def test_a_commit_that_fails_happened_whole_or_not_at_all(path, done):
    """It is a CommitUnknownError, and reopening tells which of the two it was."""
    with MemoryStore.open(path) as store:
        before = everything(store)
        tx = None

        def commit():
            nonlocal tx
            with store.transaction() as tx:
                made = tx.add("ada", "v1")
                tx.update(made.id, "v2")
                code = (sqlite3.SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC")
                tx._writer._connection = FailingCommit(tx._writer._connection, code, done)

        with pytest.raises(CommitUnknownError) as raised:
            commit()
    assert type(raised.value) is CommitUnknownError
    assert raised.value.code == "SQLITE_IOERR_FSYNC"
    assert PHRASE not in str(raised.value)
    with MemoryStore.open(path) as store:
        told = [version.content for version in store.versions("ada").items]
        assert told == (["v1", "v2"] if done else [])
        assert done or everything(store) == before
        assert_sound(store)


def test_a_commit_that_found_the_file_locked_did_not_happen(path):
    """A lock or a full disk at the commit is what it is anywhere else: nothing was kept."""
    codes = {
        StoreBusyError: (sqlite3.SQLITE_BUSY, "SQLITE_BUSY"),
        StorageFullError: (sqlite3.SQLITE_FULL, "SQLITE_FULL"),
    }
    with MemoryStore.open(path, durability="normal") as store:
        store.add("ada", "v1")
        for error, code in codes.items():
            with refuses(error, store), store.transaction() as tx:
                tx.add("ada", "v2")
                tx._writer._connection = FailingCommit(tx._writer._connection, code, done=False)
        assert store.add("ada", "v3").revision == 2
        assert_sound(store)


# Section 5: the order of the checks.

ORDER = {
    "input before duplicates": (
        InvalidInputError,
        lambda s, w: s.add("ada", " ", id=w.v1),
    ),
    "input of all before duplicates": (
        InvalidInputError,
        lambda s, w: s.add_many([NewMemory("ada", "a", id=w.v1), NewMemory("ada", "b", id="mine")]),
    ),
    "input before staleness": (
        InvalidInputError,
        lambda s, w: s.update(w.v1, "v5", metadata={"a": {1}}),
    ),
    "a reason before staleness": (
        InvalidInputError,
        lambda s, w: s.delete(w.v1, expected_latest=w.v1, reason=" "),
    ),
    "a reason before a memory that is not there": (
        InvalidInputError,
        lambda s, w: s.restore(999, reason=" "),
    ),
    "a reason before a contact that is not there": (
        InvalidInputError,
        lambda s, w: s.erase_contact("stranger", reason=" "),
    ),
    "existence before duplicates": (
        NotFoundError,
        lambda s, w: s.update(UNKNOWN, "v5", id=w.v1),
    ),
    "the guard before staleness": (
        NotFoundError,
        lambda s, w: s.update(w.v1, "v5", contact_id="grace"),
    ),
    "existence before being itself": (
        NotFoundError,
        lambda s, w: s.connect(UNKNOWN, UNKNOWN),
    ),
    "existence before staleness of a rehearsal": (
        NotFoundError,
        lambda s, w: s.delete_memory(UNKNOWN, expected_latest=UNKNOWN, dry_run=True),
    ),
    "stored fields before duplicates": (
        InvalidInputError,
        lambda s, w: s.update(w.moment, "b", event_end=FAR - timedelta(days=1), id=w.v1),
    ),
    "staleness before duplicates": (
        StaleVersionError,
        lambda s, w: s.update(w.v1, "v5", id=w.v4),
    ),
    "duplicates last": (
        DuplicateIdError,
        lambda s, w: s.update(w.v4, "v5", id=w.v2, contact_id="ada"),
    ),
}


IN_NO_BLOCK = {"a reason before a contact that is not there"}


@pytest.mark.parametrize("name", ORDER)
def test_checks_come_in_order(store, name):
    """Of two things that are wrong the first is told: input, existence, staleness, duplicates."""
    world = World(store)
    world.moment = store.add("ada", "a", event_start=FAR).id
    error, call = ORDER[name]
    with refuses(error, store):
        call(store, world)
    if name not in IN_NO_BLOCK:
        with store.transaction() as tx, refuses(error, store, tx):
            call(tx, world)


# Section 4: cursors, and how a store is opened.

LISTINGS = [
    lambda s, after: s.memories("ada", limit=1, after=after),
    lambda s, after: s.memories("ada", limit=1, after=after, categories=["a"]),
    lambda s, after: s.memories("ada", limit=1, after=after, categories=["a", "b"]),
    lambda s, after: s.memories("ada", limit=1, after=after, session_id="s"),
    lambda s, after: s.memories("ada", limit=1, after=after, metadata={"k": 1}),
    lambda s, after: s.memories("ada", limit=1, after=after, metadata={"m": None}),
    lambda s, after: s.versions("ada", limit=1, after=after),
    lambda s, after: s.contacts(limit=1, after=after),
    lambda s, after: s.revisions(limit=1, after=after),
    lambda s, after: s.revisions(limit=1, after=after, since=1),
    lambda s, after: s.revisions(limit=1, after=after, contact_id="ada"),
    lambda s, after: s.revisions(limit=1, after=after, contact_id="grace"),
]


def test_each_filter_has_cursors_of_its_own(store):
    """A cursor serves the very filters that it was made with, the log's too, and no others."""
    for _ in range(3):
        said = {"categories": ["a"], "session_id": "s", "metadata": {"k": 1, "m": None}}
        store.add("ada", "a", **said)
        store.add("grace", "b")
    cursors = [listing(store, None).next_cursor for listing in LISTINGS]
    assert None not in cursors
    for i, listing in enumerate(LISTINGS):
        assert listing(store, cursors[i]).items
        for cursor in cursors[:i] + cursors[i + 1 :]:
            with pytest.raises(InvalidInputError) as raised:
                listing(store, cursor)
            assert raised.value.field == "after"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_store_is_opened_with_its_options(path, kind):
    """The file is made at a text or a Path, and tenant, actor, clock and ids reach the handle."""
    clock, ids = Clock(), Ids()
    options = {"tenant": "acme", "actor": "agent", "clock": clock, "ids": ids}
    with MemoryStore.open(kind(path), **options, max_content_bytes=4) as store:
        made = store.add("ada", "Sail")
        with refuses(InvalidInputError, store):
            store.add("ada", "Sails")
        assert path.exists()
        assert (store.tenant, store.actor) == ("acme", "agent")
        assert store.revisions().items[0].actor == "agent"
        assert (clock.asked, ids.given) == (1, [made.chain_id, made.id])
        assert store.for_tenant("default").contacts().items == ()
        assert_sound(store)


# Section 3: what an erasure takes, and what a range costs.


def found(folder: Path, *words: str) -> int:
    """How often the words occur in a folder's files."""
    files = [each.read_bytes() for each in folder.iterdir()]
    return sum(each.count(word.encode()) for each in files for word in words)


@pytest.mark.parametrize("how", ["the contact", "the other end", "the deleted"])
def test_erased_connections_leave_no_byte(path, how):
    """Their metadata, what was replaced and what was taken away are nowhere in the files."""
    words = ("OLDMETA", "NEWMETA", "GONEMETA")
    with MemoryStore.open(path, durability="normal") as store:
        tea, cup = store.add("ada", "Prefers tea"), store.add("grace", "Owns a cup")
        for number in range(40):
            far = store.add("grace", f"memory {number}")
            store.connect(tea.id, far.id, metadata={"note": f"OLDMETA {number}" * 9})
            store.connect(tea.id, far.id, metadata={"note": f"NEWMETA {number}" * 9})
            store.connect(cup.id, tea.id, kind=f"k{number}", metadata={"note": "GONEMETA" * 9})
            store.disconnect(cup.id, tea.id, kind=f"k{number}")
        assert found(path.parent, *words) >= 120
        if how == "the contact":
            store.erase_contact("ada")
        elif how == "the other end":
            store.erase_contact("grace")
        else:
            store.delete_contact("grace")
            store.erase_deleted(before=FAR)
        assert found(path.parent, *words) == 0
        assert_sound(store)


def test_a_range_is_one_operation(path):
    """Deleting with all before takes as many statements for 300 versions as for three."""
    with closing(SQLiteBackend(path, durability="normal")) as backend:
        store = MemoryStore(backend)
        counts = []
        for length in (4, 301):
            with store.transaction() as tx:
                ids = [tx.add("ada", "v1").id]
                while len(ids) < length:
                    ids.append(tx.update(ids[-1], "next").id)
            said = []
            with backend._process.pool.lent() as connection:
                connection.set_trace_callback(said.append)
            gone = store.delete(ids[-2], delete_previous_versions=True)
            connection.set_trace_callback(None)
            assert gone.count == length - 1
            counts.append(len(said))
        assert counts[0] == counts[1] > 2
        assert_sound(store)


# Section 6: what is bent in a file is named.

BENT = {
    Invariant.NUMBERS_UNIQUE: [
        "UPDATE versions SET number = 1 WHERE deleted > 0 AND number = 2",
        "UPDATE chains SET last_number = 0 WHERE last_number = 1",
    ],
    Invariant.ORDER: [
        "UPDATE versions SET created_at = created_at - 1 WHERE number = 3",
        "UPDATE versions SET revision = 1 WHERE number = 3",
        "UPDATE revisions SET created_at = 0 WHERE number = 5",
    ],
    Invariant.ONE_CONTACT: [
        "UPDATE versions SET contact = 1 + contact % 2 WHERE number = 3",
        "UPDATE versions SET contact_id = 'eve' WHERE number = 3",
        "UPDATE versions SET chain_id = 'other' WHERE number = 3",
    ],
    Invariant.ONE_LATEST: [
        "UPDATE versions SET latest = number = 3 WHERE deleted = 0 AND number IN (3, 4)",
        "UPDATE versions SET latest = 0 WHERE number = 4",
        "UPDATE versions SET latest = 1 WHERE deleted > 0",
        "UPDATE versions SET latest = 2 WHERE latest = 1",
    ],
    Invariant.CONNECTIONS: [
        "UPDATE connections SET target = source",
        "UPDATE connections SET until = NULL",
        "UPDATE connections SET until = revision WHERE until IS NOT NULL",
        "UPDATE connections SET created_at = 0",
    ],
    Invariant.REVISIONS: [
        "DELETE FROM revisions WHERE number = 3",
        "UPDATE revisions SET number = 99 WHERE number = 3",
        "UPDATE revisions SET contact = 99 WHERE number = 3",
    ],
    Invariant.DELETIONS: [
        "UPDATE versions SET deleted = 99 WHERE deleted > 0 AND number = 2",
        "UPDATE versions SET deleted = 1 WHERE deleted > 0 AND number = 2",
        "UPDATE versions SET deleted_at = 0 WHERE deleted > 0",
        "UPDATE absences SET deleted = 1",
    ],
    Invariant.INTERVALS: [
        "UPDATE absences SET restored = deleted",
        "UPDATE absences SET restored = 99",
        "INSERT INTO absences SELECT chain, number, deleted - 1, restored FROM absences",
    ],
    Invariant.IDS_UNIQUE: [
        "UPDATE versions SET id = (SELECT id FROM versions WHERE number = 1) WHERE number = 3",
        "DELETE FROM ids WHERE number = 4",
        "UPDATE ids SET number = 99 WHERE number = 4",
    ],
}


@pytest.mark.parametrize(
    ("invariant", "statement"),
    [(invariant, each) for invariant, statements in BENT.items() for each in statements],
)
def test_what_is_bent_in_a_file_is_named(path, invariant, statement):
    """`verify` names the invariant that a changed row breaks, and changes nothing."""
    with MemoryStore.open(path, durability="normal") as store:
        World(store)
        assert_sound(store)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()
    with MemoryStore.open(path, durability="normal") as store:
        first = store.verify()
        assert invariant in {each.invariant for each in first.violations}
        assert store.verify() == first


# The table in README.md.

TABLE = (HERE / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d\.\d+) \| (.+?) \| (.+) \|$", TABLE, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(?:(\w+)::)?(test_\w+)`", TABLE)))


@pytest.mark.parametrize(
    ("file", "owner", "name"), NAMED, ids=["::".join(filter(None, each)) for each in NAMED]
)
def test_a_named_test_exists(file, owner, name):
    """Each test that the table names is in the file, and the class, that it names."""
    if file.startswith("contract/"):
        assert file.removeprefix("contract/") in {
            each.name for each in Path(contract.__file__).parent.glob("*.py")
        }
        assert callable(getattr(DurableBackendContract, name))
        module = getattr(DurableBackendContract, name).__module__
        assert module.rpartition(".")[2] == file.removeprefix("contract/").removesuffix(".py")
        return
    body = ast.parse((HERE / file).read_text(encoding="utf-8")).body
    if owner:
        body = next(each.body for each in body if getattr(each, "name", None) == owner)
    assert name in [getattr(each, "name", None) for each in body]


def test_no_sentence_is_without_a_test():
    """Each row names a test, or says why there is none; rows are numbered without a gap."""
    for number, sentence, tests in ROWS:
        has = re.search(r"`[\w/]+\.py::", tests) or tests.startswith(("not there yet", "no test:"))
        assert has, f"{number} {sentence}"
    for section in "3456":
        numbers = [number for number, _, _ in ROWS if number[0] == section]
        assert numbers == [f"{section}.{n}" for n in range(1, len(numbers) + 1)]
        assert len(numbers) > 10
