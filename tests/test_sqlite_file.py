"""The SQLite file itself: how it is made, opened, migrated, refused."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from versionchain import (
    CorruptStoreError,
    InvalidInputError,
    MemoryStore,
    ReadOnlyError,
    SchemaVersionError,
    StorageError,
    StoreClosedError,
)
from versionchain.backends.sqlite import SQLiteBackend, schema, tables
from versionchain.backends.sqlite.pool import Pool


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.db"


def made(path: Path) -> bytes:
    """A store with two versions at `path`, closed; the file's bytes."""
    with MemoryStore.open(path) as store:
        first = store.add("ada", "Lives in Bonn", metadata={"n": 1})
        store.update(first.id, "Lives in Kiel")
    return path.read_bytes()


def raw(path: Path, *statements: str) -> list:
    """What plain SQLite answers to the last of these statements."""
    with closing(sqlite3.connect(path)) as connection:
        rows = [connection.execute(statement).fetchall() for statement in statements]
        connection.commit()
    return rows[-1]


@pytest.mark.parametrize(("durability", "level"), [("full", 2), ("normal", 1)])
def test_durability_is_a_log_ahead_and_the_named_sync(path, durability, level):
    """A file keeps a write-ahead log, and every connection syncs as its option says."""
    with MemoryStore.open(path, durability=durability):
        assert raw(path, "PRAGMA journal_mode") == [("wal",)]
    with closing(Pool(path, durability, 1)) as pool, pool.lent() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (level,)
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA cell_size_check").fetchone() == (1,)


def test_full_is_the_default(path):
    """What is acknowledged survives a power loss unless the caller asks otherwise."""
    with closing(SQLiteBackend(path)) as backend, backend.read("default") as reader:
        assert reader._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_what_was_written_is_there_after_reopening(path):
    """Closing and opening again changes nothing that can be read."""
    made(path)
    with MemoryStore.open(str(path)) as store:
        assert [v.content for v in store.versions("ada").items] == [
            "Lives in Bonn",
            "Lives in Kiel",
        ]
        assert store.verify().ok


def test_closing_leaves_one_file_and_the_places_to_queue(path):
    """The log is moved into the file when the last handle closes."""
    made(path)
    names = {each.name for each in path.parent.iterdir()}
    assert names == {"agent.db", "agent.db-gate", "agent.db-lock"}


@pytest.mark.parametrize(
    "bad", [":memory:", "", "  ", "a\0b", 7, None, b"x.db", "postgresql://localhost/agent"]
)
def test_a_path_that_is_none_is_refused(bad):
    """A path that names no file is refused, with the way to a store in memory where it is meant."""
    with pytest.raises(InvalidInputError) as caught:
        MemoryStore.open(bad)
    assert caught.value.field == "path"
    if bad == ":memory:":
        assert "MemoryStore()" in str(caught.value)


@pytest.mark.parametrize(
    "bad", [{"durability": "off"}, {"busy_timeout": -1}, {"busy_timeout": True}]
)
def test_an_option_that_is_none_is_refused_and_makes_no_file(path, bad):
    """A wrong option is refused before the file is made."""
    with pytest.raises(InvalidInputError):
        MemoryStore.open(path, **bad)
    assert not path.exists()


def test_a_wrong_tenant_closes_the_file_again(path):
    """A handle that can't be made leaves no connection behind."""
    with pytest.raises(InvalidInputError):
        MemoryStore.open(path, tenant=" ")
    assert not Path(f"{path}-wal").exists()


def test_a_missing_folder_is_named_and_not_made(tmp_path):
    """Opening makes the file, not its folder."""
    with pytest.raises(StorageError, match="folder"):
        MemoryStore.open(tmp_path / "missing" / "agent.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_store(tmp_path):
    """A folder's path is a StorageError."""
    with pytest.raises(StorageError):
        MemoryStore.open(tmp_path)


def test_a_newer_file_is_refused_by_name_and_left_as_it_was(path):
    """A file of a newer schema says which version it has and which is supported."""
    made(path)
    raw(path, "PRAGMA user_version=99")
    before = path.read_bytes()
    with pytest.raises(SchemaVersionError) as caught:
        MemoryStore.open(path)
    assert (caught.value.found, caught.value.supported) == (99, schema.newest())
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE notes (text)", "INSERT INTO notes VALUES ('mine')"),
        ("PRAGMA application_id=77",),
        ("PRAGMA user_version=1",),
    ],
)
def test_another_programs_file_is_refused_and_left_as_it_was(path, statements):
    """A database that versionchain did not make is not touched."""
    raw(path, *statements)
    before = path.read_bytes()
    with pytest.raises(CorruptStoreError):
        MemoryStore.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough" * 40, b"SQLite format 3\0", b"S", b"x"]
)
def test_a_file_that_is_no_database_is_refused(path, content):
    """A text, and a header without a body, are CorruptStoreError and stay as they were."""
    path.write_bytes(content)
    with pytest.raises(CorruptStoreError):
        MemoryStore.open(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER bad AFTER INSERT ON ids BEGIN DELETE FROM versions; END",
        "CREATE VIEW bad AS SELECT * FROM versions",
        "DROP INDEX versions_by_contact",
        "ALTER TABLE tenants ADD COLUMN note TEXT",
    ],
)
def test_an_altered_schema_is_refused(path, statement):
    """A planted trigger or view, or a lost index, is found before anything is asked of the file."""
    made(path)
    raw(path, statement)
    before = path.read_bytes()
    with pytest.raises(CorruptStoreError, match="altered"):
        MemoryStore.open(path)
    assert path.read_bytes() == before


def test_a_truncated_file_is_refused(path):
    """A file cut in the middle is a CorruptStoreError, at opening or at the first read."""
    whole = made(path)
    path.write_bytes(whole[: len(whole) // 2])

    def read_all():
        with MemoryStore.open(path) as store:
            if not store.verify().ok:
                raise CorruptStoreError("named by verify")

    with pytest.raises(CorruptStoreError):
        read_all()


def test_a_row_bent_by_hand_is_named(path):
    """A latest version that a row denies is a violation that verify() names."""
    made(path)
    raw(path, "UPDATE versions SET latest = 1 - latest")
    with MemoryStore.open(path) as store:
        violations = store.verify().violations
    assert {each.invariant.name for each in violations} >= {"ONE_LATEST"}


def test_a_row_that_is_no_version_is_corrupt(path):
    """Categories that are no JSON are a CorruptStoreError that does not quote them."""
    made(path)
    raw(path, "UPDATE versions SET categories = 'secret'")
    with MemoryStore.open(path) as store, pytest.raises(CorruptStoreError) as caught:
        store.memories("ada")
    assert "secret" not in str(caught.value)


NOTES = "CREATE TABLE notes (key INTEGER PRIMARY KEY) STRICT"


def next_schema(monkeypatch, *step):
    """One more version of the schema, with one more table."""
    monkeypatch.setattr(schema, "VERSIONS", (*schema.VERSIONS, {**tables.TABLES, "notes": NOTES}))
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, step))


def test_an_older_file_is_migrated_when_it_is_opened(path, monkeypatch):
    """The steps that a file lacks are taken, and what it held stays."""
    made(path)
    older = schema.newest()
    next_schema(monkeypatch, NOTES)
    with MemoryStore.open(path) as store:
        assert store.count("ada").versions == 2
        assert store.verify().ok
    assert raw(path, "PRAGMA user_version") == [(older + 1,)]
    assert raw(path, "SELECT count(*) FROM notes") == [(0,)]


def test_a_migration_that_fails_changes_nothing(path, monkeypatch):
    """A step that fails half-way leaves the file with its old schema and all its rows."""
    made(path)
    before = raw(path, "SELECT name FROM sqlite_schema ORDER BY name")
    older = schema.newest()
    with monkeypatch.context() as patch:
        next_schema(patch, NOTES, "CREATE TABLE notes (again)")
        connection = sqlite3.connect(path, isolation_level=None)
        with closing(connection), pytest.raises(sqlite3.OperationalError):
            schema.migrate(connection)
    assert raw(path, "SELECT name FROM sqlite_schema ORDER BY name") == before
    assert raw(path, "PRAGMA user_version") == [(older,)]
    with MemoryStore.open(path) as store:
        assert store.verify().ok


def test_a_read_only_folder_can_be_no_place_to_write(path, monkeypatch):
    """Where the queue's files can't be made, a write is a ReadOnlyError and nothing changed."""
    made(path)

    def refuse(*args):
        raise PermissionError

    with MemoryStore.open(path) as store:
        monkeypatch.setattr("versionchain.backends.sqlite.turns.os.open", refuse)
        with pytest.raises(ReadOnlyError):
            store.add("ada", "Prefers tea")
        monkeypatch.undo()
        assert store.count("ada").versions == 2
        assert store.verify().ok


def test_a_store_that_can_only_be_read_closes(path, monkeypatch):
    """Where nobody may write, closing needs no turn."""
    made(path)

    def refuse(*args):
        raise PermissionError

    monkeypatch.setattr("versionchain.backends.sqlite.turns.os.open", refuse)
    with MemoryStore.open(path) as store:
        assert store.count("ada").versions == 2
        assert store.verify().ok


def test_a_closed_store_says_so(path):
    """Every call after close() is a StoreClosedError; closing again is nothing."""
    store = MemoryStore.open(path)
    other = store.for_tenant("acme/eu")
    store.close()
    store.close()
    for call in (store.contacts, other.contacts, lambda: store.add("ada", "x"), other.verify):
        with pytest.raises(StoreClosedError):
            call()


def test_a_handle_of_another_tenant_closes_alone(path):
    """Closing a handle that for_tenant gave leaves the store open."""
    with MemoryStore.open(path) as store:
        store.for_tenant("acme/eu").close()
        store.add("ada", "Prefers tea")
        assert store.verify().ok


def test_the_file_is_the_owners_to_share(path):
    """The queue's files can be opened by everybody who can read, and written by the owner."""
    made(path)
    assert stat.S_IMODE(Path(f"{path}-lock").stat().st_mode) & 0o600 == 0o600


PLANTED = "CREATE TRIGGER {} AFTER INSERT ON ids BEGIN DELETE FROM versions; END"


@pytest.mark.parametrize("name", ["sqlitex", "SQLITEx", "sqlite_x"])
def test_a_trigger_named_like_sqlites_own_is_refused(path, name):
    """No name hides it; the last can only be written by hand."""
    made(path)
    raw(
        path,
        PLANTED.format("bad"),
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_schema SET name = '{name}', sql = replace(sql, 'bad', '{name}')"
        " WHERE name = 'bad'",
    )
    before = path.read_bytes()
    with pytest.raises(CorruptStoreError, match="altered"):
        MemoryStore.open(path)
    assert path.read_bytes() == before


def test_what_analyze_leaves_is_let_in(path):
    """Statistics alter nothing."""
    made(path)
    raw(path, "ANALYZE")
    with MemoryStore.open(path) as store:
        assert store.count("ada").versions == 2
        assert store.verify().ok


def test_a_schema_of_bytes_that_are_no_text_is_corrupt(path):
    """SQLite quotes it in a message that is no text either."""
    whole = made(path)
    at = whole.index(b"last_number INTEGER")
    path.write_bytes(whole[: at + 13] + b"\xce" + whole[at + 14 :])
    with pytest.raises(CorruptStoreError):
        MemoryStore.open(path)


BENT = {
    "metadata that is no JSON": ("UPDATE versions SET metadata = 'secret'",),
    "metadata that is no object": ("UPDATE versions SET metadata = '[\"secret\"]'",),
    "categories that are no list": ("UPDATE versions SET categories = '\"secret\"'",),
    "categories that are no text": ("UPDATE versions SET categories = '[1]'",),
    "a revision's time beyond all": ("UPDATE revisions SET created_at = 1 << 62",),
    "a revision's time before all": ("UPDATE revisions SET created_at = -(1 << 62)",),
    "a version's time beyond all": ("UPDATE versions SET created_at = 1 << 62",),
    "a chain's id twice": ("UPDATE chains SET chain_id = (SELECT min(chain_id) FROM chains)",),
    "a tenant lost": ("DELETE FROM tenants",),
    "a contact of no tenant": ("UPDATE contacts SET tenant = 99",),
    "a version of no chain": ("UPDATE versions SET chain = 99 WHERE number = 2",),
}


@pytest.mark.parametrize("name", BENT)
def test_rows_bent_by_hand_are_noticed_by_verify(path, name):
    """Named, or refused as corrupt; never an error of Python's own, nor a walk without end."""
    made(path)
    with MemoryStore.open(path) as store:
        store.add("ada", "Prefers tea")
    raw(path, *BENT[name])

    def noticed() -> bool:
        with MemoryStore.open(path) as store:
            try:
                return not store.verify().ok
            except CorruptStoreError as error:
                return "secret" not in str(error)

    assert noticed()


def test_a_value_of_another_type_is_corrupt(path):
    """A column that lost its type is read by nobody, and verify() names it."""
    made(path)
    strict = raw(path, "SELECT sql FROM sqlite_schema WHERE name = 'versions'")[0][0]
    loose = strict.replace("STRICT, ", "")
    rewrite = "UPDATE sqlite_schema SET sql = '{}' WHERE name = 'versions'"
    raw(path, "PRAGMA writable_schema=ON", rewrite.format(loose))
    raw(path, "UPDATE versions SET created_at = 'x' WHERE number = 2")
    raw(path, "PRAGMA writable_schema=ON", rewrite.format(strict))
    with MemoryStore.open(path) as store:
        with pytest.raises(CorruptStoreError):
            store.memories("ada")
        with pytest.raises(CorruptStoreError):
            store.at(2).memories("ada")
        assert {each.invariant.name for each in store.verify().violations} >= {"STORAGE"}


def test_a_connection_that_no_revision_ended_is_named(path):
    """Its end is a revision, like every other."""
    made(path)
    with MemoryStore.open(path) as store:
        (first, second) = store.add("ada", "Sails"), store.add("ada", "Reads")
        store.connect(first.id, second.id)
    raw(path, "UPDATE connections SET until = 99")
    with MemoryStore.open(path) as store:
        assert [each.invariant.name for each in store.verify().violations] == ["CONNECTIONS"]
