"""The commands that erase for good: a contact, or what was deleted."""

from datetime import UTC, datetime

import pytest

from versionchain import ErasureIncompleteError, MemoryStore
from versionchain.cli import change

WARNING = "Erasing can't be taken back, restore won't help.\n"
CONTACT = ("erase-contact", "ada")
DELETED = ("erase-deleted", "--before", "2999-01-01")


@pytest.fixture
def answered(monkeypatch):
    """Somebody is there to be asked; what they say comes from stdin."""
    monkeypatch.setattr(change, "is_interactive", lambda: True)


@pytest.fixture
def gone(moved, opened):
    """Two of four versions deleted, with a reason."""
    with opened() as store:
        store.delete(moved[1].id, delete_previous_versions=True, reason="moved away")
    return moved


def test_a_contact_is_erased_once_its_name_is_typed(run, gone, db, opened, answered, facts, sound):
    """Its overview, a warning, a question; then nothing of it is in the file."""
    result = run(*CONTACT, "--db", db, "--reason", "asked to", "--actor", "me", stdin="ada\n")
    assert result.stderr == WARNING + "To erase all 4 versions, type ada: "
    shown = result.stdout.splitlines()
    assert shown[0] == "ada: 1 memory, 2 versions, 2 deleted already"
    assert "in Oslo" in result.stdout
    assert shown[-1] == (
        "Erased 4 versions of ada as revision 7. "
        "It can't be taken back; backups made before keep what was erased."
    )
    assert b'"ada"' not in facts()
    assert not any(b"in Oslo" in path.read_bytes() for path in db.parent.iterdir())
    with opened() as store:
        made = store.revisions().items[-1]
        assert (made.operation, made.actor, made.reason) == ("erase_contact", "me", "asked to")
        assert store.contacts().items == ("grace",)
    assert sound()


@pytest.mark.parametrize("typed", ["2\n", " 2 \n"])
def test_the_deleted_are_erased_once_their_number_is_typed(
    run, gone, db, opened, answered, sound, typed
):
    """What is left stays as it is."""
    result = run(*DELETED, "--db", db, stdin=typed)
    assert result.stderr == WARNING + "To erase 2 versions, type 2: "
    assert result.stdout == (
        "Deleted before 2999-01-01 00:00: 2 versions\n"
        "Ended connections go with them.\n\n"
        "Erased 2 versions as revision 7. "
        "It can't be taken back; backups made before keep what was erased.\n"
    )
    with opened() as store:
        kept = store.history(gone[3].id, include_deleted=True)
        assert [(v.number, v.content) for v in kept] == [(3, "in Rome"), (4, "in Oslo")]
    assert sound()


@pytest.mark.parametrize("command", [CONTACT, DELETED])
def test_a_yes_is_not_enough(run, ask, gone, db, facts, monkeypatch, sound, command):
    """Nor is a program's silence; each refusal has its exit code."""
    before = facts()
    failed = run(*command, "--db", db, stdin="ada\n", code=2)
    assert failed.stderr == "versionchain: There is nobody to ask: give --yes or --dry-run.\n"
    assert "--json asks nothing" in ask(*command, "--db", db, code=2)["message"]
    monkeypatch.setattr(change, "is_interactive", lambda: True)
    for answer in ("y\n", "yes\n", "ADA\n", "3\n", "\n", ""):
        failed = run(*command, "--db", db, stdin=answer, code=7)
        assert failed.stderr.endswith("versionchain: Nothing was erased.\n")
    assert facts() == before
    assert sound()


def test_a_dry_run_erases_nothing(run, ask, gone, db, facts, sound):
    """It shows what there is and how much would go."""
    before = facts()
    shown = run(*CONTACT, "--dry-run", "--db", db)
    assert shown.stderr == ""
    assert shown.stdout.startswith("ada: 1 memory, 2 versions, 2 deleted already\n")
    assert shown.stdout.endswith(
        "A dry run: 4 versions of ada would be erased, nothing was changed.\n"
    )
    shown = run(*DELETED, "--dry-run", "--db", db).stdout
    assert shown.endswith("A dry run: 2 versions would be erased, nothing was changed.\n")
    assert ask(*CONTACT, "--dry-run", "--db", db) == {
        "dry_run": True,
        "contact_id": "ada",
        "revision": None,
        "count": 4,
    }
    assert ask(*DELETED, "--dry-run", "--db", db) == {
        "dry_run": True,
        "before": "2999-01-01T00:00:00Z",
        "revision": None,
        "count": 2,
    }
    assert facts() == before
    assert sound()


def test_yes_asks_nothing_and_says_one_line(run, gone, db, facts, sound):
    """What is erased is not shown once more; later it is not there."""
    result = run(*DELETED, "--yes", "--db", db)
    assert result.stderr == ""
    assert result.stdout.startswith("Erased 2 versions as revision 7. ")
    result = run(*CONTACT, "--yes", "--db", db)
    assert (result.stdout.count("\n"), result.stderr) == (1, "")
    assert result.stdout.startswith("Erased 2 versions of ada as revision 8. ")
    before = facts()
    assert "no such contact here: ada." in run(*CONTACT, "--yes", "--db", db, code=3).stderr
    assert facts() == before
    assert sound()


def test_json_with_yes(ask, gone, db, sound):
    """What the library answered."""
    answer = ask(*DELETED, "--yes", "--db", db)
    assert (answer["dry_run"], answer["revision"], answer["count"]) == (False, 7, 2)
    answer = ask(*CONTACT, "--yes", "--db", db)
    assert (answer["contact_id"], answer["revision"], answer["count"]) == ("ada", 8, 2)
    assert sound()


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["erase-contact", "bob"], 3, "There is no such contact here: bob."),
        (["erase-contact", ""], 5, "contact_id"),
        (["erase-contact", "ada", "--reason", " "], 5, "reason"),
        (["erase-contact", "ada", "--tenant", "acme"], 3, "There is no such contact here: ada."),
        (["erase-deleted"], 2, "Missing option '--before'."),
        (["erase-deleted", "--before", "ever"], 2, "Invalid value for '--before'"),
    ],
)
def test_what_can_not_be_erased(run, gone, db, facts, answered, sound, command, code, said):
    """One line, an exit code that tells why, nothing changed; asked, rehearsed and not."""
    before = facts()
    for options in ([], ["--dry-run"], ["--yes"]):
        failed = run(*command, *options, "--db", db, stdin="ada\n", code=code)
        assert failed.stderr.startswith(f"versionchain: {said}")
        assert failed.stderr.count("\n") == 1
    assert facts() == before
    assert sound()


def test_a_file_that_is_not_there(run, db):
    """No erasure makes one."""
    for command in (CONTACT, DELETED):
        assert "There is no database" in run(*command, "--yes", "--db", db, code=6).stderr
    assert not db.exists()


def test_only_what_was_deleted_before(run, gone, db, facts, answered, sound):
    """Nothing was then: it asks for the zero, and makes no revision."""
    before = facts()
    result = run("erase-deleted", "--before", "2020-01-01", "--db", db, stdin="0\n")
    assert result.stderr.endswith("To erase 0 versions, type 0: ")
    assert result.stdout.endswith(
        "Nothing was there to erase; an erasure begun before is complete now.\n"
    )
    assert facts() == before
    assert sound()


@pytest.mark.parametrize(("command", "typed"), [(CONTACT, "ada\n"), (DELETED, "2\n")])
def test_what_was_shown_is_what_is_erased(
    run, gone, db, opened, facts, monkeypatch, sound, command, typed
):
    """If more would go than was shown, nothing does."""
    held = []

    def somebody():
        with opened() as store:
            made = store.update(gone[3].id, "in Lima")
            store.delete(made.id)
        held.append(facts())
        return True

    monkeypatch.setattr(change, "is_interactive", somebody)
    failed = run(*command, "--db", db, stdin=typed, code=4).stderr
    assert failed.endswith(
        "versionchain: Another number of versions would go now than you were shown. "
        "Nothing was erased. Look again.\n"
    )
    assert facts() == held[0]
    assert sound()


def test_an_erasure_is_finished_by_the_same_command(
    run, ask, gone, db, facts, monkeypatch, answered, sound
):
    """Where a reader held the bytes: exit code 6; and again, without the contact to show."""
    purge = MemoryStore._purge

    def held(self):
        raise ErasureIncompleteError("A reader holds the file. Call it again.")

    monkeypatch.setattr(MemoryStore, "_purge", held)
    # Left undone, and the note of that with it, as the backend itself would leave it.
    failed = run(*CONTACT, "--db", db, stdin="ada\n", code=6).stderr
    assert failed.endswith("versionchain: A reader holds the file. Call it again.\n")
    monkeypatch.setattr(MemoryStore, "_purge", purge)
    shown = run(*CONTACT, "--db", db).stdout
    assert shown == "Nothing was there to erase; an erasure begun before is complete now.\n"
    assert not any(b"in Oslo" in path.read_bytes() for path in db.parent.iterdir())
    assert sound()


@pytest.mark.parametrize("typed", ["a\\x1b[31m b", "a\x1b[31m b"])
def test_no_escape_reaches_the_terminal(run, db, opened, answered, sound, typed):
    """A name is typed as it is shown, or as it is."""
    with opened() as store:
        store.add("a\x1b[31m b", "\x1b]0;title\x07")
    result = run("erase-contact", "a\x1b[31m b", "--db", db, stdin=f"{typed}\n")
    assert not set("\x1b\x07") & set(result.stdout + result.stderr)
    assert result.stderr.endswith(r"type a\x1b[31m b: ")
    assert sound()


@pytest.mark.parametrize("width", [80, 40])
def test_a_contact_of_deleted_versions_alone(run, gone, db, opened, monkeypatch, sound, width):
    """It is erased as well; its overview is one line, whatever the width."""
    monkeypatch.setenv("COLUMNS", str(width))
    with opened() as store:
        store.delete_contact("ada")
    shown = run(*CONTACT, "--dry-run", "--db", db).stdout.splitlines()
    assert shown[:2] == ["ada: 0 memories, 0 versions, 4 deleted already", ""]
    shown = run(*DELETED, "--dry-run", "--db", db).stdout.splitlines()
    assert max(map(len, shown[1:-1])) <= width
    assert sound()


def test_now_is_a_time(run, gone, db, opened, sound):
    """What was deleted up to this moment goes."""
    run("erase-deleted", "--before", "now", "--yes", "--db", db)
    with opened() as store:
        assert store.count("ada").deleted == 0
        assert store.revisions().items[-1].created_at <= datetime.now(UTC)
    assert sound()
