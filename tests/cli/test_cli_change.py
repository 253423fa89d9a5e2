"""The commands that change what is there: delete with its question, and restore."""

import json

import pytest

from versionchain import MemoryStore
from versionchain.cli import change
from versionchain.cli.change import marked_by

OUTCOMES = [
    (1, [], "RELINKED. v3 follows v1 now.", ["Bonn", "Rome", "Oslo"]),
    (3, [], "RESURRECTED. v3 is the latest again.", ["Bonn", "Kiel", "Rome"]),
    (0, [], "ORPHANED. v2 is the first now, nothing comes before it.", ["Kiel", "Rome", "Oslo"]),
    (1, ["--previous"], "ORPHANED. v3 is the first now, nothing", ["Rome", "Oslo"]),
    (3, ["--with-previous"], "ENDED. No version is left, the memory has ended.", []),
]


@pytest.fixture
def texts(db):
    """What the contact's memory says, oldest first, where it has not ended."""

    def texts():
        with MemoryStore.open(db) as store:
            found = store.versions("ada").items
            return [version.content.removeprefix("in ") for version in found]

    return texts


@pytest.fixture
def answered(monkeypatch):
    """Somebody is there to be asked; what they say comes from stdin."""
    monkeypatch.setattr(change, "is_interactive", lambda: True)


@pytest.mark.parametrize(("at", "options", "said", "left"), OUTCOMES)
def test_each_outcome(run, moved, db, texts, sound, at, options, said, left):
    """Drawn before and after, named, and how to take it back."""
    shown = run("delete", moved[at].id[:8], *options, "--yes", "--db", db).stdout
    assert shown.startswith(
        f"ada: v{at + 1} {moved[at].id[:8]}\n{moved[at].content}\n\nbefore   v1"
    )
    assert "\nafter  " in shown
    assert said in shown
    count = 4 - len(left)
    assert shown.endswith(
        f"Deleted {count} version{'s' * (count > 1)} as revision 6. "
        "Take it back: versionchain restore 6\n"
    )
    assert texts() == left
    assert sound()


@pytest.mark.parametrize(("at", "options", "said", "left"), OUTCOMES)
def test_a_dry_run_shows_the_same_and_changes_nothing(
    run, moved, db, facts, sound, at, options, said, left
):
    """The drawing is that of the deletion; nothing is asked."""
    before = facts()
    dry = run("delete", moved[at].id, *options, "--dry-run", "--db", db).stdout
    assert facts() == before
    assert dry.endswith(
        f"{4 - len(left)} version{'s' * (len(left) < 3)} would go, nothing was changed.\n"
    )
    wet = run("delete", moved[at].id, *options, "--yes", "--db", db).stdout
    assert (
        wet.rpartition("\n")[0].rpartition("\n")[0] == dry.rpartition("\n")[0].rpartition("\n")[0]
    )
    assert sound()


def test_it_asks_first(run, moved, db, texts, opened, answered, sound):
    """After the drawing, on stderr; a yes deletes."""
    result = run(
        "delete", moved[3].id, "--db", db, "--reason", "asked to", "--actor", "me", stdin="y\n"
    )
    assert result.stderr == "Delete 1 version? [y/N] "
    assert result.stdout.count("before ") == 1
    assert texts() == ["Bonn", "Kiel", "Rome"]
    with opened() as store:
        made = store.revisions().items[-1]
    assert (made.operation, made.actor, made.reason) == ("delete", "me", "asked to")
    assert sound()


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yess\n", "no\n"])
def test_anything_but_yes_is_no(run, moved, db, facts, answered, sound, answer):
    """Nothing is deleted, and the exit code says that."""
    before = facts()
    failed = run("delete", moved[3].id, "--db", db, stdin=answer, code=7)
    assert failed.stderr.endswith("versionchain: Nothing was deleted.\n")
    assert facts() == before
    assert sound()


def test_with_nobody_to_ask_it_refuses(run, moved, db, facts, sound):
    """A script must say --yes or --dry-run."""
    before = facts()
    failed = run("delete", moved[3].id, "--db", db, stdin="y\n", code=2)
    assert failed.stderr == "versionchain: There is nobody to ask: give --yes or --dry-run.\n"
    assert failed.stdout == ""
    assert facts() == before
    assert sound()


def test_what_was_shown_is_what_is_deleted(
    run, moved, db, opened, facts, monkeypatch, answered, sound
):
    """If the memory was revised while somebody thought, nothing is deleted."""
    rehearse = MemoryStore.delete
    held = []

    def delete(self, *args, dry_run=False, **options):
        answer = rehearse(self, *args, dry_run=dry_run, **options)
        if dry_run:
            with opened() as store:
                store.update(moved[3].id, "in Lima")
            held.append(facts())
        return answer

    monkeypatch.setattr(MemoryStore, "delete", delete)
    failed = run("delete", moved[3].id, "--db", db, code=4, stdin="y\n")
    assert "The memory was revised meanwhile" in failed.stderr
    assert facts() == held[0]
    assert sound()


def test_deleting_as_json(ask, moved, db, facts, sound):
    """A dry run and the deletion answer the same but for the revision."""
    before = facts()
    dry = ask("delete", moved[1].id[:8], "--dry-run", "--db", db)
    assert facts() == before
    wet = ask("delete", moved[1].id[:8], "--yes", "--db", db)
    assert wet == {
        "dry_run": False,
        "version_id": moved[1].id,
        "revision": 6,
        "count": 1,
        "memories": 0,
        "cuts": [
            {
                "chain_id": moved[0].chain_id,
                "outcome": "RELINKED",
                "removed": 1,
                "left_id": moved[0].id,
                "right_id": moved[2].id,
                "latest_id": moved[3].id,
            }
        ],
    }
    assert dry == {**wet, "dry_run": True, "revision": None}
    assert sound()


def test_json_asks_nothing(run, moved, db, facts, sound):
    """Without --yes or --dry-run it is refused, as JSON."""
    before = facts()
    failed = run("delete", moved[1].id, "--json", "--db", db, code=2)
    assert json.loads(failed.stderr)["error"]["type"] == "UsageError"
    assert facts() == before
    assert sound()


def test_a_memory_is_not_a_version(run, ask, moved, db, facts, opened, sound):
    """The error names the version to use; where all are deleted, that."""
    before = facts()
    said = run("delete", "00000001", "--yes", "--db", db, code=5).stderr
    assert said == (
        "versionchain: 00000001 is a memory; use a version of it: the latest is v4 00000005. "
        "See: versionchain log\n"
    )
    assert ask("delete", "00000001", "--yes", "--db", db, code=5)["type"] == "NotAVersionError"
    assert facts() == before
    with opened() as store:
        store.delete_memory(moved[0].id)
    before = facts()
    assert "all its versions are deleted already" in (
        run("delete", "00000001", "--yes", "--db", db, code=5).stderr
    )
    assert facts() == before
    assert sound()


def test_a_retry_deletes_nothing_more(run, moved, db, facts, sound):
    """The version is deleted already: not found, with the way back; its neighbour stays."""
    run("delete", "00000005", "--yes", "--db", db)
    before = facts()
    said = run("delete", "00000005", "--yes", "--db", db, code=3).stderr
    assert said == (
        "versionchain: v4 00000005 is deleted already. Bring it back with: versionchain restore 6\n"
    )
    assert facts() == before
    assert sound()


def test_a_version_is_meant_where_its_memory_begins_so_too(run, ask, opened, db, facts, sound):
    """Deleted versions count, so a beginning never comes to mean another version."""
    ids = iter(f"{n}-0000-4000-8000-000000000000" for n in ("aaaa0001", "aaaa0002", "aaaa0003"))
    with opened(ids=lambda: next(ids)) as store:
        one = store.add("ada", "tea")
    assert "1 version would go" in run("delete", "aaaa", "--dry-run", "--db", db).stdout
    with opened(ids=lambda: next(ids)) as store:
        store.delete(store.update(one.id, "mate").id)
    before = facts()
    error = ask("delete", "aaaa", "--yes", "--db", db, code=5)
    assert [id[:8] for id in error["candidates"]] == ["aaaa0002", "aaaa0003"]
    assert facts() == before
    assert sound()


def test_a_narrow_terminal(run, moved, db, monkeypatch, sound):
    """The drawing wraps; nothing drawn is wider."""
    monkeypatch.setenv("COLUMNS", "40")
    drawing = run("delete", moved[1].id, "--dry-run", "--db", db).stdout.splitlines()[:-1]
    assert max(map(len, drawing)) <= 40
    assert sound()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["delete", "00000005", "--yes", "--reason", " "], 5, "reason must not be empty"),
        (["delete", "00000005", "--yes", "--actor", ""], 5, "actor must not be empty"),
        (["delete", "ffff", "--yes"], 3, "no such memory or version here: ffff"),
        (["delete", "00000005", "--yes", "--tenant", "acme"], 3, "no such memory or version"),
        (["delete"], 2, "Missing argument 'ID'"),
        (["restore", "99"], 3, "There is no such revision here: 99."),
        (["restore", "0"], 3, "There is no such revision here: 0."),
        (["restore", "six"], 2, "'six' is not a valid integer"),
        (["restore", "5", "--reason", ""], 5, "reason must not be empty"),
        (["restore", "1", "--tenant", "acme"], 3, "There is no such revision here: 1."),
    ],
)
def test_what_is_refused(run, ask, moved, db, facts, sound, args, code, said):
    """One line, an exit code, and nothing was changed."""
    before = facts()
    failed = run(*args, "--db", db, code=code)
    assert said in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert said.split(" ")[0] in ask(*args, "--db", db, code=code)["message"]
    assert facts() == before
    assert sound()


@pytest.mark.parametrize("args", [["delete", "00000005", "--yes"], ["restore", "6"]])
def test_a_name_typed_wrong_makes_no_database(run, db, args):
    """The commands that change want a database that is there."""
    assert "There is no database" in run(*args, "--db", db, code=6).stderr
    assert not db.exists()


# restore


def test_a_restore_brings_back(run, moved, db, texts, opened, sound):
    """Drawn before and after, in their places; reason and actor are in the audit log."""
    with opened() as store:
        store.delete(moved[1].id)
        store.update(moved[3].id, "in Lima")
    shown = run("restore", 6, "--db", db, "--reason", "a slip", "--actor", "me").stdout
    assert shown.splitlines() == [
        "ada: v2 back",
        "before   v1 in Bonn ←───────────── v3 in Rome ← v4 in Oslo ← v5 in Lima (latest)",
        "                      ✗2 in Kiel",
        "after    v1 in Bonn ← v2 in Kiel ← v3 in Rome ← v4 in Oslo ← v5 in Lima (latest)",
        "",
        "Restored 1 version as revision 8.",
    ]
    assert texts() == ["Bonn", "Kiel", "Rome", "Oslo", "Lima"]
    with opened() as store:
        made = store.revisions().items[-1]
    assert (made.operation, made.actor, made.reason) == ("restore", "me", "a slip")
    assert sound()


def test_a_second_restore_changes_nothing(run, ask, moved, db, opened, facts, sound):
    """Nothing is left to restore, which is no error."""
    with opened() as store:
        store.delete(moved[1].id)
    run("restore", 6, "--db", db)
    before = facts()
    assert run("restore", 6, "--db", db).stdout == "Nothing of revision 6 was left to restore.\n"
    assert ask("restore", 6, "--db", db) == {
        "restored": 6,
        "revision": None,
        "count": 0,
        "memories": 0,
    }
    assert facts() == before
    assert sound()


def test_a_restore_as_json(ask, moved, db, opened, sound):
    """What the library answered, and which revision was named."""
    with opened() as store:
        store.delete_contact("ada")
    answer = ask("restore", 6, "--db", db)
    assert answer == {"restored": 6, "revision": 7, "count": 4, "memories": 1}
    assert sound()


def test_a_restore_of_much_draws_a_part(run, moved, db, opened, sound):
    """Three memories are drawn, the rest is counted; those that had ended are told."""
    with opened() as store:
        for n in range(4):
            store.add("ada", f"fact {n}")
        store.delete_contact("ada")
    shown = run("restore", 10, "--db", db).stdout
    assert shown.count("before ") == 3
    assert "and other memories that revision 10 touched\n" in shown
    assert shown.endswith(
        "Restored 8 versions as revision 11. 5 memories that had ended came back.\n"
    )
    assert sound()


def test_a_revision_that_deleted_nothing(run, moved, db, facts, sound):
    """It can be named, and nothing of it was left to restore."""
    before = facts()
    assert "Nothing of revision 1" in run("restore", 1, "--db", db).stdout
    assert facts() == before
    assert sound()


def test_marked_versions_are_found_over_pages():
    """Through more deleted versions than a page holds, and no further than is useful."""
    store = MemoryStore()
    with store.transaction() as tx:
        many = [tx.add("ada", str(n)) for n in range(1200)]
    with store.transaction() as tx:
        for version in many[:1100]:
            tx.delete(version.id)
    store.delete(many[1150].id)
    assert [chain[0].content for chain, _ in marked_by(store, 3)] == ["1150"]
    assert len(list(marked_by(store, 2))) == 1100
    assert list(marked_by(store, 99)) == []
    assert store.verify().ok
