"""What is erased is nowhere: not in an answer, not in the file."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from versionchain import ErasureIncompleteError, MemoryStore, NotFoundError

FAR = datetime(2999, 1, 1, tzinfo=UTC)

# Reads every file of a folder as bytes and prints how often the words occur.
SEARCH = """
import pathlib, sys
folder, *words = sys.argv[1:]
files = [path.read_bytes() for path in pathlib.Path(folder).iterdir()]
print(sum(each.count(word.encode()) for each in files for word in words))
"""

WORDS = ("SECRETTEXT", "SECRETMETA", "SECRETLABEL", "SECRETSESSION", "SECRETWHY", "secret-contact")


def found(folder, *words) -> int:
    """How often another process finds the words in a folder's files."""
    done = subprocess.run(
        [sys.executable, "-c", SEARCH, folder, *words], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def churn(store: MemoryStore, contact: str, mark: str, rounds: int = 60) -> None:
    """Memories of a contact, revised, deleted and connected, long and short."""
    for n in range(rounds):
        memory = store.add(
            contact,
            f"{mark}TEXT {n} " * (1 + n % 40),
            metadata={"note": f"{mark}META {n}"},
            categories=[f"{mark}LABEL"],
            session_id=f"{mark}SESSION",
        )
        later = store.update(memory.id, f"{mark}TEXT revised {n}")
        if n % 3 == 0:
            store.delete(later.id, reason=f"{mark}WHY {n}")
        if n % 7 == 0:
            store.connect(memory.chain_id, store.memories(contact).items[-1].chain_id) if n else 0


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.db"


def test_an_erased_contacts_bytes_are_nowhere(path):
    """Text, metadata, labels, sessions, reasons and the contact's id are in no file any more."""
    with MemoryStore.open(path, durability="normal") as store:
        churn(store, "ada", "PUBLIC")
        churn(store, "secret-contact", "SECRET")
        churn(store, "ada", "PUBLIC")
        assert found(path.parent, *WORDS) > 100
        store.erase_contact("secret-contact")
        assert found(path.parent, *WORDS) == 0
        assert found(path.parent, "PUBLICTEXT") > 100
        assert store.verify().ok


def test_what_was_deleted_is_erased_from_the_file(path):
    """Erasing the deleted leaves the living, and nothing of the deleted."""
    with MemoryStore.open(path, durability="normal") as store:
        churn(store, "ada", "PUBLIC")
        churn(store, "grace", "SECRET")
        store.delete_contact("grace")
        store.erase_deleted(before=FAR)
        assert found(path.parent, "SECRETTEXT", "SECRETMETA", "SECRETLABEL", "SECRETSESSION") == 0
        assert found(path.parent, "PUBLICTEXT") > 0
        assert store.delete_contact("grace").count == 0
        assert store.verify().ok


def test_a_reader_in_the_way_is_told_and_a_second_call_finishes(path):
    """With a reader open no read sees the erased, bytes may remain, and the same call ends it."""
    with MemoryStore.open(path, durability="normal", busy_timeout=0.05) as store:
        churn(store, "ada", "PUBLIC", rounds=9)
        churn(store, "secret-contact", "SECRET", rounds=9)
        with MemoryStore.open(path) as other, other._backend.read("default") as reader:
            assert reader.newest()[0] > 0
            with pytest.raises(ErasureIncompleteError):
                store.erase_contact("secret-contact")
            assert store.count("secret-contact").versions == 0
            assert reader.count("secret-contact").versions > 0
        before = store.revisions(limit=1000).items
        assert store.erase_contact("secret-contact").revision is None
        assert found(path.parent, *WORDS) == 0
        assert store.revisions(limit=1000).items == before
        with pytest.raises(NotFoundError):
            store.erase_contact("secret-contact")
        assert store.verify().ok


def test_an_unfinished_erasure_outlives_the_process(path):
    """That bytes may remain is a row of the file: whoever erases next, after reopening, ends it."""
    with MemoryStore.open(path, durability="normal", busy_timeout=0.05) as store:
        churn(store, "secret-contact", "SECRET", rounds=9)
        with store._backend.read("default") as reader:
            reader.newest()
            with pytest.raises(ErasureIncompleteError):
                store.erase_contact("secret-contact")
    with MemoryStore.open(path) as store:
        assert store.erase_deleted(before=FAR).count == 0
        assert found(path.parent, *WORDS) == 0
        assert store.verify().ok


def test_a_rehearsal_leaves_every_byte(path):
    """A dry run says what would go and changes no file."""
    with MemoryStore.open(path) as store:
        churn(store, "ada", "SECRET", rounds=9)
    before = path.read_bytes()
    with MemoryStore.open(path) as store:
        count = store.count("ada")
        assert store.erase_contact("ada", dry_run=True).count == count.versions + count.deleted
        assert store.erase_deleted(before=FAR, dry_run=True).count == count.deleted
        assert store.verify().ok
    assert path.read_bytes() == before
