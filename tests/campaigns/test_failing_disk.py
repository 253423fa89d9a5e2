"""What the campaigns with failing disks found: each fault once more, by itself."""

import sqlite3
from contextlib import contextmanager

import pytest

from versionchain import ErasureIncompleteError, MemoryStore, StorageError, StoreBusyError
from versionchain.backends.sqlite.turns import Turns

from .vfs import watched

WRITE_FAILED = 778  # SQLITE_IOERR_WRITE


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.db"


class Disk:
    """Fails every write, sync, truncate and delete from the first that `fails` says."""

    def __init__(self, fails):
        self.fails = fails
        self.broken = False

    def __call__(self, call):
        changes = call.kind in ("write", "sync", "truncate", "delete")
        self.broken = self.broken or (changes and self.fails(call))
        return WRITE_FAILED if self.broken and changes else call.go(call)


def test_an_erasure_that_can_not_note_its_end_is_incomplete(path):
    """Its rows are gone when the file was written anew, so no error may say that nothing was."""
    emptied = False

    def fails(call):
        nonlocal emptied
        emptied = emptied or (call.kind == "truncate" and call.role == "log")
        return emptied and call.kind == "write"

    disk = Disk(fails)
    with watched(disk), MemoryStore.open(path) as store:
        store.add("ada", "Prefers tea")
        with pytest.raises(ErasureIncompleteError):
            store.erase_contact("ada")
        assert disk.broken
        disk.fails, disk.broken = lambda call: False, False
        assert store.erase_contact("ada").revision is None
        assert store.count("ada").versions == 0


def test_an_erasure_that_gets_no_second_turn_is_incomplete(path, monkeypatch):
    """Another process may be writing when the file is to be written anew."""
    held, turns = Turns.held, []

    @contextmanager
    def busy(self):
        turns.append(self)
        if len(turns) == 2:
            raise StoreBusyError("Another process is writing.")
        with held(self):
            yield

    with MemoryStore.open(path) as store:
        store.add("ada", "Prefers tea")
        monkeypatch.setattr(Turns, "held", busy)
        with pytest.raises(ErasureIncompleteError):
            store.erase_contact("ada")
        assert store.count("ada").versions == 0
        assert store.erase_contact("ada").revision is None


def test_a_backup_that_fails_leaves_no_journal(path):
    """One that can't even be undone leaves nothing that would spoil the next of its name."""
    copy = path.with_name("copy.db")
    with MemoryStore.open(path) as store:
        store.add("ada", "Prefers tea")
        with (
            watched(Disk(lambda call: call.kind == "write" and call.role == "file")),
            pytest.raises(StorageError),
        ):
            store.backup(copy)
        assert list(path.parent.glob("copy.db*")) == []
        store.backup(copy)
    with MemoryStore.open(copy) as store:
        assert store.count("ada").versions == 1


def test_a_check_that_can_not_be_made_is_a_storage_error(path):
    """verify() raises no error of SQLite's own."""

    def refuses(action, name, *_):
        checks = action == sqlite3.SQLITE_PRAGMA and name == "integrity_check"
        return sqlite3.SQLITE_DENY if checks else sqlite3.SQLITE_OK

    with MemoryStore.open(path) as store:
        store.add("ada", "Prefers tea")
        with store._backend._process.pool.lent() as connection:
            connection.set_authorizer(refuses)
        with pytest.raises(StorageError):
            store.verify()
