"""The commands that write a version: add, update, revert."""

import json
from datetime import UTC, datetime

import pytest

from versionchain import MemoryStore
from versionchain.cli.inputs import content, typed_metadata, typed_time

FIELDS = [
    *("--category", "taste", "--category", "drinks", "--metadata", '{"a": [1, null]}'),
    *(
        "--session",
        "monday",
        "--event-start",
        "2026-01-04",
        "--event-end",
        "2026-01-04T11:00+01:00",
    ),
]
ID = "0123abcd-0000-4000-8000-000000000000"
FAR = 1 << 20


@pytest.fixture
def latest(db):
    """The latest version of the contact's newest memory."""

    def latest(contact="ada"):
        with MemoryStore.open(db) as store:
            return store.memories(contact).items[0]

    return latest


@pytest.fixture
def newest(db):
    """The newest revision's operation, actor and reason."""

    def newest():
        with MemoryStore.open(db) as store:
            made = store.revisions().items[-1]
            return made.operation, made.actor, made.reason

    return newest


def test_add_says_what_happened_and_how_to_take_it_back(run, moved, db, latest, sound):
    """One line; the command in it does take it back."""
    shown = run("add", "ada", "Prefers tea", "--db", db).stdout
    made = latest()
    assert made.content == "Prefers tea"
    head, _, back = shown.rstrip("\n").partition(" Take it back: versionchain ")
    assert head.startswith("Added v1 ")
    assert head.endswith(" of ada as revision 6.")
    assert back == f"delete {made.id}"
    run(*back.split(), "--yes", "--db", db)
    assert latest().content == "in Oslo"
    assert sound()


def test_add_makes_the_database_and_says_so(run, db, latest, sound):
    """A first memory needs nothing before it."""
    shown = run("add", "ada", "Prefers tea", "--db", db).stdout.splitlines()
    assert shown[0] == f"Made the database {db}."
    assert len(shown) == 2
    assert latest().content == "Prefers tea"
    assert sound()


def test_add_takes_every_field(ask, db, latest, sound):
    """A time without an offset is in UTC; the document holds what the store holds."""
    answer = ask("add", "ada", "Prefers tea", *FIELDS, "--id", ID, "--db", db)
    made = latest()
    assert answer["revision"] == 1
    assert answer["version"]["id"] == made.id == ID
    assert made.categories == ("taste", "drinks")
    assert made.metadata == answer["version"]["metadata"] == {"a": [1, None]}
    assert made.session_id == "monday"
    assert made.event_start == datetime(2026, 1, 4, tzinfo=UTC)
    assert made.event_end == datetime(2026, 1, 4, 10, tzinfo=UTC)
    assert answer["version"]["event_end"] == "2026-01-04T10:00:00Z"
    assert sound()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tea\n", "tea"),
        ("tea\r\n", "tea"),
        ("tea\n\n", "tea\n"),
        ("\ufefftea", "tea"),
        ("two\nlines\n", "two\nlines"),
        ("x" * FAR + "\n", "x" * FAR),
        ("é" * (FAR // 2), "é" * (FAR // 2)),
    ],
)
def test_a_hyphen_reads_the_text(run, db, latest, sound, typed, said):
    """From stdin, less its last line end."""
    run("add", "ada", "-", "--db", db, stdin=typed)
    assert latest().content == said
    assert sound()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (b"\xff\xfe", "stdin is not UTF-8."),
        (b"x" * (FAR + 1), "content"),
        ("\ufeff".encode() + b"x" * (FAR + 1), "content"),
        (b"x" + "é".encode() * FAR, "content"),
        (b"\n", "content"),
    ],
)
def test_a_text_that_may_not_come_in(run, db, typed, said):
    """It is refused whole, never cut, and makes no database."""
    failed = run("add", "ada", "-", "--db", db, stdin=typed, code=5)
    assert failed.stderr.startswith(f"versionchain: {said}")
    assert failed.stderr.count("\n") == 1
    assert not db.exists()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--metadata", "{"], 2, "--metadata': not JSON"),
        (["--metadata", "[1]"], 2, "not a JSON object"),
        (["--metadata", '{"a": NaN}'], 2, "NaN is no JSON"),
        (["--metadata", '{"a": 1, "a": 2}'], 2, "a field is there twice"),
        (["--metadata", "[" * 9000], 2, "'--metadata'"),
        (["--metadata", json.dumps({"a": 1 << 70})], 5, "metadata"),
        (["--event-start", "soon"], 2, "'soon' is not a time"),
        (["--event-end", "12"], 2, "'12' is not a time"),
        (["--event-start", "2026-01-02", "--event-end", "2026-01-01"], 5, "event_end"),
        (["--category", " "], 5, "categories"),
        (["--session", ""], 5, "session_id"),
        (["--id", "0123"], 5, "id"),
        (["--id", "00000002-0000-4000-8000-000000000000"], 4, "is taken"),
        (["--reason", " "], 5, "reason"),
        (["--tenant", " "], 5, "tenant"),
        (["--actor", ""], 5, "actor"),
    ],
)
def test_a_field_that_may_not_come_in(run, moved, db, facts, sound, options, code, said):
    """One line says which, from either command, and nothing is written."""
    before = facts()
    for command in (["add", "ada"], ["update", "00000005"]):
        failed = run(*command, "tea", *options, "--db", db, code=code)
        assert said in failed.stderr
        assert failed.stderr.count("\n") == 1
        assert failed.stdout == ""
    assert facts() == before
    assert sound()


@pytest.mark.parametrize("options", [["--session", ""], ["--reason", " "], ["--tenant", " "]])
def test_what_may_not_come_in_makes_no_database(run, db, options):
    """A slip at the first try leaves nothing behind."""
    failed = run("add", "ada", "tea", *options, "--db", db, code=5)
    assert failed.stdout == ""
    assert not db.exists()


def test_add_cannot_make_a_folder(run, tmp_path):
    """A database in a folder that is not there is a failure of the storage."""
    failed = run("add", "ada", "tea", "--db", tmp_path / "no" / "agent.db", code=6)
    assert failed.stderr.count("\n") == 1
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("command", [["update", "00000005", "tea"], ["revert", "00000002"]])
def test_these_make_no_database(run, db, command):
    """A name typed wrong is no new file."""
    assert "There is no database" in run(*command, "--db", db, code=6).stderr
    assert not db.exists()


@pytest.mark.parametrize(
    "command", [["add", "ada", "tea"], ["update", "00000005", "tea"], ["revert", "00000002"]]
)
def test_who_and_why_are_recorded(run, moved, db, newest, sound, command):
    """With a reason the change is a block, as the calls themselves take none."""
    run(*command, "--actor", "me", "--db", db)
    assert newest() == (command[0].replace("revert", "update"), "me", None)
    command = ["add", "ada", "tea"] if command[0] != "add" else command
    run(*command, "--actor", "me", "--reason", "told so", "--db", db)
    assert newest() == ("transaction", "me", "told so")
    assert sound()


def test_tenants_are_apart(run, moved, db, facts, sound):
    """What is written for one is nowhere in another."""
    before = facts()
    run("add", "ada", "tea", "--tenant", "acme", "--db", db)
    run("update", "00000005", "tea", "--tenant", "acme", "--db", db, code=3)
    assert facts() == before
    assert sound("acme")


@pytest.mark.parametrize("id", ["00000005", "00000005-0000-4000-8000-000000000000", "00000001"])
def test_update_goes_on_the_latest(run, moved, db, latest, sound, id):
    """It is named by its id, the beginning of it, or as the memory's; the answer undoes it."""
    shown = run("update", id, "in Lima", "--db", db).stdout
    made = latest()
    assert (made.content, made.number, made.previous_id) == ("in Lima", 5, moved[3].id)
    assert shown.startswith("Updated as revision 6: v5 ")
    assert " follows v4 00000005. Take it back: versionchain delete " in shown
    run("delete", shown.split()[-1], "--yes", "--db", db)
    assert latest().content == "in Oslo"
    assert sound()


def test_update_inherits_replaces_and_clears(run, ask, db, latest, sound):
    """Each field on its own; the document names the version before."""
    run("add", "ada", "one", *FIELDS, "--db", db)
    first = latest()
    answer = ask("update", first.id, "two", "--category", "new", "--id", ID, "--db", db)
    assert (answer["revision"], answer["replaced_id"], answer["version"]["id"]) == (2, first.id, ID)
    made = latest()
    assert made.categories == ("new",)
    assert (made.metadata, made.session_id) == (first.metadata, "monday")
    assert (made.event_start, made.event_end) == (first.event_start, first.event_end)
    cleared = ["categories", "metadata", "session", "event-start", "event-end"]
    options = [word for field in cleared for word in ("--clear", field)]
    run("update", made.id, "-", *options, "--db", db, stdin="three")
    made = latest()
    assert (made.content, made.categories, made.metadata, made.session_id) == (
        "three",
        (),
        {},
        None,
    )
    assert (made.event_start, made.event_end) == (None, None)
    assert sound()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--clear", "session", "--session", "x"], "session is to be cleared and has a value"),
        (["--clear", "categories", "--category", "x"], "categories is to be cleared"),
        (["--clear", "metadata", "--metadata", "{}"], "metadata is to be cleared"),
        (["--clear", "text"], "'text' is not one of"),
    ],
)
def test_a_field_is_cleared_or_given(run, moved, db, facts, sound, options, said):
    """Not both, and only a field."""
    before = facts()
    assert said in run("update", "00000005", "x", *options, "--db", db, code=2).stderr
    assert facts() == before
    assert sound()


def test_a_stale_version_is_named(run, ask, moved, db, facts, sound):
    """With the version that is the latest; nothing is written."""
    before = facts()
    said = run("update", "00000003", "x", "--db", db, code=4).stderr
    assert said == (
        "versionchain: v2 00000003 is stale: the latest version is v4 00000005. "
        "Nothing was written. Read it: versionchain log 00000005\n"
    )
    error = ask("update", "00000003", "x", "--db", db, code=4)
    assert error["type"] == "StaleVersionError"
    assert (error["stale_id"], error["latest_id"]) == (moved[1].id, moved[3].id)
    assert facts() == before
    assert sound()


@pytest.mark.parametrize("command", [["update", "00000005", "x"], ["revert", "00000003"]])
def test_somebody_was_faster(run, moved, db, opened, facts, sound, monkeypatch, command):
    """The latest version that was read is what is compared when it is written."""
    update = MemoryStore.update
    held = []

    def slow(self, *args, **options):
        if not held:
            held.append(None)
            with opened() as store:
                update(store, moved[3].id, "in Lima")
            held.append(facts())
        return update(self, *args, **options)

    monkeypatch.setattr(MemoryStore, "update", slow)
    failed = run(*command, "--db", db, code=4).stderr
    assert "v4 00000005 is stale: the latest version is v5 00000101." in failed
    assert facts() == held[1]
    assert sound()


@pytest.mark.parametrize(
    ("id", "code", "said"),
    [
        ("0000000f", 3, "There is no such memory or version here: 0000000f."),
        ("0000", 5, "Several ids begin with 0000"),
        ("tea", 5, "'tea' is not an id"),
        ("00000003", 3, "v2 00000003 is deleted already. Bring it back with"),
    ],
)
def test_an_id_that_names_no_version(run, moved, db, facts, opened, sound, id, code, said):
    """One line, an exit code that tells which, nothing written."""
    with opened() as store:
        store.delete(moved[1].id)
    before = facts()
    for command in (["update", id, "x"], ["revert", id]):
        failed = run(*command, "--db", db, code=code)
        assert failed.stderr.startswith(f"versionchain: {said}")
        assert failed.stderr.count("\n") == 1
    assert facts() == before
    assert sound()


def test_a_memory_that_has_ended_is_not_updated(run, moved, db, opened, facts, sound):
    """Its own id names nothing that is the latest."""
    with opened() as store:
        store.delete_memory(moved[0].chain_id)
    before = facts()
    failed = run("update", "00000001", "x", "--db", db, code=3).stderr
    assert "The memory 00000001 has ended. Bring it back with: versionchain restore 6" in failed
    assert facts() == before
    assert sound()


def test_revert_writes_an_older_version_anew(run, ask, db, opened, latest, sound):
    """Its text and every field; what lies between stays."""
    run("add", "ada", "one", *FIELDS, "--db", db)
    first = latest()
    clear = [word for field in ("metadata", "session") for word in ("--clear", field)]
    run("update", first.id, "two", *clear, "--category", "x", "--db", db)
    second = latest()
    answer = ask("revert", first.id, "--db", db)
    made = latest()
    assert answer["version"]["id"] == made.id
    assert (answer["reverted_to"], answer["replaced_id"]) == (first.id, second.id)
    assert answer["revision"] == 3
    assert (made.content, made.categories, made.metadata) == (
        "one",
        first.categories,
        {"a": [1, None]},
    )
    assert (made.session_id, made.event_start, made.event_end) == (
        *("monday", first.event_start),
        first.event_end,
    )
    with opened() as store:
        assert [v.content for v in store.history(first.id)] == ["one", "two", "one"]
    assert sound()


def test_revert_says_how_to_take_it_back(run, moved, db, latest, sound):
    """One line, with all three versions in it."""
    shown = run("revert", "00000003", "--if-latest", "00000005", "--db", db).stdout
    made = latest()
    name = made.id[: len(shown.split()[5])]
    assert shown == (
        f"Reverted as revision 6: v5 {name} says what v2 00000003 said, after v4 00000005. "
        f"Take it back: versionchain delete {made.id}\n"
    )
    assert sound()


def test_revert_to_the_latest_changes_nothing(run, ask, moved, db, facts, sound):
    """It says so, and that is no failure."""
    before = facts()
    shown = run("revert", "00000005", "--db", db).stdout
    assert shown == "v4 00000005 is the latest already: nothing was changed.\n"
    answer = ask("revert", "00000005", "--db", db)
    assert (answer["revision"], answer["version"]["id"]) == (None, moved[3].id)
    assert facts() == before
    assert sound()


@pytest.mark.parametrize(
    ("expected", "code", "said"),
    [
        ("00000004", 4, "v3 00000004 is stale: the latest version is v4 00000005."),
        ("00000007", 5, "--if-latest: 00000007 is a version of another memory."),
        ("00000001", 5, "00000001 is a memory"),
        ("0000000f", 3, "There is no such memory or version"),
    ],
)
def test_revert_only_from_what_was_seen(run, moved, db, facts, sound, expected, code, said):
    """--if-latest names it; another latest version is left alone."""
    before = facts()
    failed = run("revert", "00000002", "--if-latest", expected, "--db", db, code=code)
    assert failed.stderr.startswith(f"versionchain: {said}")
    assert facts() == before
    assert sound()


def test_revert_needs_a_version(run, moved, db, facts, sound):
    """A memory's id says not which."""
    before = facts()
    assert "is a memory" in run("revert", "00000001", "--db", db, code=5).stderr
    assert facts() == before
    assert sound()


@pytest.mark.parametrize("width", ["40", "80"])
def test_no_escape_reaches_the_terminal(run, db, monkeypatch, sound, width):
    """A contact is shown in one line, as escapes."""
    monkeypatch.setenv("COLUMNS", width)
    shown = run("add", "a\x1b[31m\nb", "\x1b]0;x\x07", "--db", db).stdout
    assert "\x1b" not in shown
    assert r" of a\x1b[31m b as revision 1." in shown
    assert len(shown.splitlines()) == 2
    assert sound()


def test_what_is_typed_becomes_a_value():
    """Times in their forms, JSON, and a text as it is."""
    assert typed_time("2026-01-04T01:00+01:00") == datetime(2026, 1, 4, tzinfo=UTC)
    assert abs((typed_time("now") - datetime.now(UTC)).total_seconds()) < 5
    assert typed_metadata('{"a": [true, null]}') == {"a": [True, None]}
    assert content("tea") == "tea"
