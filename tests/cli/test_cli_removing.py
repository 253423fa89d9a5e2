"""The commands that delete more than a version: a memory, a contact, the oldest of either."""

import json

import pytest

from versionchain import MemoryStore
from versionchain.cli import change

MEMORY = "00000001"
OTHERS = [
    ("delete-memory", MEMORY),
    ("delete-contact", "ada"),
    ("prune", MEMORY, "--keep-last", "2"),
    ("prune-contact", "ada", "--keep-last", "2"),
]
COUNTS = [4, 4, 2, 2]
QUESTIONS = [
    "Delete the memory, 4 versions? [y/N] ",
    "Delete all memories of ada, 4 versions? [y/N] ",
    "Delete 2 versions? [y/N] ",
    "Delete 2 versions? [y/N] ",
]


@pytest.fixture
def answered(monkeypatch):
    """Somebody is there to be asked; what they say comes from stdin."""
    monkeypatch.setattr(change, "is_interactive", lambda: True)


@pytest.fixture
def left(db):
    """What the contact's versions say, oldest first."""

    def left(contact="ada"):
        with MemoryStore.open(db) as store:
            return [version.content for version in store.versions(contact, limit=1000).items]

    return left


@pytest.fixture(scope="module")
def crowd_once(tmp_path_factory):
    """The file that `crowd` copies: 3,000 memories, a third of them revised twice."""
    path = tmp_path_factory.mktemp("crowd") / "agent.db"
    with (
        MemoryStore.open(path, durability="normal") as store,
        store.transaction() as block,
    ):
        for number in range(3000):
            made = block.add("zoe", f"fact {number} of a long line of facts")
            for again in range(2 * (number % 3 == 0)):
                made = block.update(made.id, f"fact {number} again {again}")
    return path


@pytest.fixture
def crowd(crowd_once, db):
    """A contact of many memories."""
    db.write_bytes(crowd_once.read_bytes())


@pytest.mark.parametrize(
    ("command", "count", "question"), list(zip(OTHERS, COUNTS, QUESTIONS, strict=True))
)
def test_it_shows_asks_and_deletes(
    run, moved, db, opened, left, answered, sound, command, count, question
):
    """The question is on stderr; the answer names the restore, and that does take it back."""
    options = ["--db", db, "--reason", "asked to", "--actor", "me"]
    result = run(*command, *options, stdin="y\n")
    assert result.stderr == question
    assert result.stdout.startswith("ada: ")
    assert "in Oslo" in result.stdout
    assert result.stdout.endswith(
        f"Deleted {count} versions as revision 6. Take it back: versionchain restore 6\n"
    )
    assert left() == ["in Bonn", "in Kiel", "in Rome", "in Oslo"][count:]
    with opened() as store:
        made = store.revisions().items[-1]
    operation = command[0].replace("-", "_")
    assert (made.operation, made.actor, made.reason) == (operation, "me", "asked to")
    run(*result.stdout.split()[-2:], "--db", db)
    assert left() == ["in Bonn", "in Kiel", "in Rome", "in Oslo"]
    assert sound()


@pytest.mark.parametrize(("command", "count"), list(zip(OTHERS, COUNTS, strict=True)))
def test_a_dry_run_shows_the_same_and_changes_nothing(run, moved, db, facts, sound, command, count):
    """All but the last line is what the deletion shows; nothing is asked."""
    before = facts()
    dry = run(*command, "--dry-run", "--yes", "--db", db)
    assert dry.stderr == ""
    assert facts() == before
    *shown, last = dry.stdout.splitlines()
    assert last == f"A dry run: {count} versions would go, nothing was changed."
    wet = run(*command, "--yes", "--db", db).stdout.splitlines()
    assert wet[:-1] == shown
    assert sound()


@pytest.mark.parametrize("command", OTHERS)
def test_json_says_what_the_library_said(ask, moved, db, facts, sound, command):
    """The dry run's document differs in two fields."""
    before = facts()
    dry = ask(*command, "--dry-run", "--db", db)
    assert facts() == before
    wet = ask(*command, "--yes", "--db", db)
    assert wet == {**dry, "dry_run": False, "revision": 6}
    assert (dry["dry_run"], dry["revision"]) == (True, None)
    named = {"contact_id": "ada"} if "contact" in command[0] else {"chain_id": moved[0].chain_id}
    assert named.items() <= dry.items()
    (made,) = wet["cuts"]
    assert made["removed"] == wet["count"]
    assert made["outcome"] == ("ENDED" if "delete" in command[0] else "ORPHANED")
    assert sound()


@pytest.mark.parametrize("command", OTHERS)
def test_nothing_is_deleted_without_a_yes(run, ask, moved, db, facts, monkeypatch, sound, command):
    """Another answer, nobody to ask, a program that would be asked: each has its exit code."""
    before = facts()
    failed = run(*command, "--db", db, stdin="y\n", code=2)
    assert failed.stderr == "versionchain: There is nobody to ask: give --yes or --dry-run.\n"
    assert "--json asks nothing" in ask(*command, "--db", db, code=2)["message"]
    monkeypatch.setattr(change, "is_interactive", lambda: True)
    for answer in ("n\n", "", "ada\n"):
        failed = run(*command, "--db", db, stdin=answer, code=7)
        assert failed.stderr.endswith("versionchain: Nothing was deleted.\n")
    assert facts() == before
    assert sound()


@pytest.mark.parametrize("command", OTHERS)
def test_what_was_shown_is_what_is_deleted(
    run, moved, db, opened, facts, monkeypatch, sound, command
):
    """If the memory was revised while somebody thought, nothing is deleted."""
    held = []

    def somebody():
        if not held:
            with opened() as store:
                store.update(moved[3].id, "in Lima")
            held.append(facts())
        return True

    monkeypatch.setattr(change, "is_interactive", somebody)
    failed = run(*command, "--db", db, stdin="y\n", code=4)
    assert failed.stderr.count("\n") == 1
    memory = "versionchain: The memory was revised meanwhile: its latest version is 00000101"
    others = "versionchain: Other versions would go now than you were shown. Nothing was deleted."
    assert failed.stderr.rpartition("] ")[2].startswith(
        memory if command[0] == "delete-memory" else others
    )
    assert facts() == held[0]
    assert sound()


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["delete-contact", "bob"], 3, "There is no such contact here: bob."),
        (["prune-contact", "bob", "--keep-last", "1"], 3, "There is no such contact here: bob."),
        (["delete-memory", "0000000f"], 3, "There is no such memory or version here: 0000000f."),
        (["prune", "0000000f", "--keep-last", "1"], 3, "There is no such memory or version here"),
        (["delete-memory", "0000"], 5, "Several ids begin with 0000"),
        (["delete-memory", "00000003"], 3, "v2 00000003 is deleted already. Bring it back with"),
        (["prune", "00000003", "--keep-last", "1"], 3, "v2 00000003 is deleted already."),
        (["delete-memory", "00000006"], 3, "The memory 00000006 has ended. Bring it back with:"),
        (["delete-contact", " "], 5, "contact_id"),
        (["delete-contact", "ada", "--reason", " "], 5, "reason"),
        (["prune", MEMORY], 2, "Give --keep-last, --before or both."),
        (["prune-contact", "ada"], 2, "Give --keep-last, --before or both."),
        (["prune", MEMORY, "--keep-last", "0"], 2, "Invalid value for '--keep-last'"),
        (["prune", MEMORY, "--before", "6"], 2, "Invalid value for '--before': '6' is not a time"),
    ],
)
def test_what_can_not_be_deleted(run, moved, db, opened, facts, sound, command, code, said):
    """One line, an exit code that tells why, nothing changed; a rehearsal says the same."""
    with opened() as store:
        store.delete(moved[1].id)
        store.delete_contact("grace")
    before = facts()
    failed = run(*command, "--yes", "--db", db, code=code).stderr
    assert failed.startswith(f"versionchain: {said}")
    assert failed.count("\n") == 1
    assert run(*command, "--dry-run", "--db", db, code=code).stderr == failed
    assert facts() == before
    assert sound()


def test_a_file_that_is_not_there(run, db):
    """No deletion makes one."""
    for command in OTHERS:
        assert "There is no database" in run(*command, "--yes", "--db", db, code=6).stderr
    assert not db.exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["delete-contact", "grace"], "grace has nothing left to delete."),
        (["prune", MEMORY, "--keep-last", "9"], "Nothing had to go."),
        (["prune", MEMORY, "--before", "2020-01-01"], "Nothing had to go."),
        (["prune-contact", "ada", "--keep-last", "4"], "Nothing had to go."),
    ],
)
def test_nothing_to_delete_is_no_failure(
    run, ask, moved, db, opened, facts, answered, sound, command, said
):
    """It is said without a question, and no revision is made."""
    with opened() as store:
        store.delete_contact("grace")
    before = facts()
    for options in ([], ["--yes"], ["--dry-run"]):
        result = run(*command, *options, "--db", db)
        assert (result.stdout, result.stderr) == (f"{said}\n", "")
    answer = ask(*command, "--yes", "--db", db)
    assert (answer["revision"], answer["count"], answer["cuts"]) == (None, 0, [])
    assert facts() == before
    assert sound()


@pytest.mark.parametrize("id", ["00000001", "00000003", "00000005-0000-4000-8000-000000000000"])
def test_any_id_of_a_memory_names_it(run, moved, db, left, sound, id):
    """Its own, or any version's that is not deleted."""
    run("prune", id, "--keep-last", "3", "--yes", "--db", db)
    assert left() == ["in Kiel", "in Rome", "in Oslo"]
    run("delete-memory", id, "--yes", "--db", db)
    assert left() == []
    assert left("grace") == ["sails"]
    assert sound()


def test_both_bounds_must_allow(run, moved, db, left, sound):
    """With both, and with a time that lies ahead, the count decides."""
    run("prune", MEMORY, "--keep-last", "3", "--before", "now", "--yes", "--db", db)
    assert left() == ["in Kiel", "in Rome", "in Oslo"]
    run("prune-contact", "ada", "--before", "2999-01-01", "--yes", "--db", db)
    assert left() == ["in Oslo"]
    assert sound()


def test_other_tenants_keep_theirs(run, moved, db, facts, sound):
    """A contact of the same name is another one."""
    before = facts()
    run("add", "ada", "tea", "--tenant", "acme", "--db", db)
    run("delete-contact", "ada", "--yes", "--tenant", "acme", "--db", db)
    assert facts() == before
    assert sound("acme")


@pytest.mark.parametrize("width", [80, 40])
def test_a_pruned_chain_is_drawn(run, moved, db, sound, monkeypatch, width):
    """Before and after, and no line is wider than the terminal but the sentences."""
    monkeypatch.setenv("COLUMNS", str(width))
    shown = run("prune", MEMORY, "--keep-last", "2", "--yes", "--db", db).stdout.splitlines()
    assert shown[:3] == [f"ada: memory {MEMORY}, 4 versions", "in Oslo", ""]
    assert "ORPHANED. v3 is the first now, nothing comes before it." in shown
    assert max(len(line) for line in shown[:-2]) <= width
    if width == 80:
        assert shown[3:6] == [
            "before   v1 in Bonn ← v2 in Kiel ← v3 in Rome ← v4 in Oslo (latest)",
            "after                              v3 in Rome ← v4 in Oslo (latest)",
            "         ✗1 in Bonn   ✗2 in Kiel",
        ]
    assert sound()


@pytest.mark.parametrize("width", [80, 40])
def test_many_memories_are_counted_and_a_few_shown(run, crowd, db, facts, monkeypatch, width):
    """Five of them; the rest is a number."""
    monkeypatch.setenv("COLUMNS", str(width))
    shown = run("delete-contact", "zoe", "--dry-run", "--db", db).stdout.splitlines()
    assert shown[0] == "zoe: 3,000 memories, 5,000 versions"
    assert "and 2,995 more memories" in shown
    assert shown[-1] == "A dry run: 5,000 versions would go, nothing was changed."
    assert len(shown) == (10 if width == 80 else 19)
    assert sum("fact " in line for line in shown) == 5
    assert max(len(line) for line in shown[:-1]) <= width
    shown = run("prune-contact", "zoe", "--keep-last", "1", "--dry-run", "--db", db)
    shown = shown.stdout.splitlines()
    assert shown[0] == "zoe: 2,000 versions of 1,000 memories"
    assert shown[1].split() == ["id", "go", "stay", "text"]
    assert [line.split()[1:3] for line in shown[2:7]] == [["2", "1"]] * 5
    assert shown[7] == "and 995 more memories"
    assert max(len(line) for line in shown[:-1]) <= width


def test_the_memory_that_loses_most_is_first(run, moved, db, opened, sound):
    """By the id of its latest version, with what goes and what stays."""
    with opened() as store:
        made = store.add("ada", "tea")
        store.update(made.id, "mate")
    shown = run("prune-contact", "ada", "--keep-last", "1", "--yes", "--db", db).stdout
    assert shown.splitlines()[:4] == [
        "ada: 4 versions of 2 memories",
        "id        go  stay  text",
        "00000005   3     1  in Oslo",
        "00000103   1     1  mate",
    ]
    assert sound()


def test_many_memories_are_deleted_at_once(run, crowd, db, left, sound):
    """In one revision, and one restore brings all of them back."""
    run("prune-contact", "zoe", "--keep-last", "1", "--yes", "--db", db)
    shown = run("delete-contact", "zoe", "--yes", "--db", db).stdout
    assert "3,000 memories, 3,000 versions, 2,000 deleted already\n" in shown
    assert shown.endswith(
        "Deleted 3,000 versions as revision 3. Take it back: versionchain restore 3\n"
    )
    assert left("zoe") == []
    run("restore", "3", "--db", db)
    assert len(left("zoe")) == 1000
    assert sound()


def test_no_escape_reaches_the_terminal(run, db, opened, answered, sound):
    """Neither from a text, nor from a contact's name, in a question either."""
    with opened() as store:
        made = store.add("a\x1b[31m{b}", "\x1b]0;title\x07")
        made = store.update(made.id, "\x9b2J")
    for command in (
        ["prune-contact", "a\x1b[31m{b}", "--keep-last", "1"],
        ["delete-contact", "a\x1b[31m{b}"],
    ):
        result = run(*command, "--db", db, stdin="y\n")
        assert not set("\x1b\x07\x9b") & set(result.stdout + result.stderr)
    assert result.stderr == r"Delete all memories of a\x1b[31m{b}, 1 version? [y/N] "
    assert sound()


def test_json_is_ascii(run, db, opened, sound):
    """Whatever the contact is called."""
    with opened() as store:
        store.add("ädä\u202e", "tea")
    shown = run("delete-contact", "ädä\u202e", "--yes", "--json", "--db", db).stdout
    assert shown.isascii()
    assert json.loads(shown)["contact_id"] == "ädä\u202e"
    assert sound()
