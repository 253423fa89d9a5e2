"""The commands that look: contacts, list, log, verify."""

import json
from datetime import UTC, datetime

import pytest

from versionchain import Invariant, MemoryStore, Report, ReportCounts, Violation

COMMANDS = (["contacts"], ["list", "ada"], ["log", "00000001"], ["verify"])
NASTY = "\x1b[31mred [bold]x[/bold]\nnext \u202eback"


@pytest.mark.parametrize("args", COMMANDS)
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_looking_changes_nothing(run, moved, db, facts, sound, args, as_json):
    """No command that looks writes anything."""
    before = facts()
    run(*args, "--db", db, *as_json)
    assert facts() == before
    assert sound()


@pytest.mark.parametrize("args", COMMANDS)
def test_a_name_typed_wrong_makes_no_database(run, ask, db, args):
    """There must be one; one line says so, and none is made."""
    said = f"versionchain: There is no database {db}. Check --db; versionchain ingest makes one.\n"
    assert run(*args, "--db", db, code=6).stderr == said
    assert ask(*args, "--db", db, code=6)["type"] == "NoDatabaseError"
    assert not db.exists()


@pytest.mark.parametrize("args", COMMANDS)
def test_what_is_no_store_is_a_storage_error(run, ask, db, args):
    """The file stays as it was."""
    db.write_text("a text", encoding="utf-8")
    assert "not a versionchain store" in run(*args, "--db", db, code=6).stderr
    assert ask(*args, "--db", db, code=6)["type"] == "CorruptStoreError"
    assert db.read_text("utf-8") == "a text"


def test_the_database_may_come_from_the_environment(run, moved, db, monkeypatch, sound):
    """VERSIONCHAIN_DB stands in for --db, which wins."""
    monkeypatch.setenv("VERSIONCHAIN_DB", str(db))
    assert "2 contacts" in run("contacts").stdout
    assert run("contacts", "--db", db.with_name("other.db"), code=6)
    assert sound()


# contacts


def test_contacts_and_their_counts(run, ask, moved, db, opened, sound):
    """A line each and the sums; who has nothing left is not among them."""
    with opened() as store:
        store.delete(moved[1].id)
        store.add("alan", "runs")
        store.delete_contact("alan")
    assert run("contacts", "--db", db).stdout.splitlines() == [
        "memories  versions  deleted  contact",
        "       1         3        1  ada",
        "       1         1        0  grace",
        "2 contacts, 2 memories, 4 versions, 1 deleted",
    ]
    assert ask("contacts", "--db", db) == {
        "items": [
            {"contact_id": "ada", "memories": 1, "versions": 3, "deleted": 1},
            {"contact_id": "grace", "memories": 1, "versions": 1, "deleted": 0},
        ],
        "next_cursor": None,
    }
    assert sound()


def test_contacts_go_on_page_by_page(run, ask, opened, db, sound):
    """More than a page of the library holds is one listing; a limit gives the cursor."""
    with opened() as store, store.transaction() as tx:
        for n in range(1005):
            tx.add(f"c{n:04}", "x")
    lines = run("contacts", "--db", db, "--limit", 1004).stdout.splitlines()
    assert (len(lines), lines[-2][-5:]) == (1006, "c1003")
    said, cursor = lines[-1].rsplit(" ", 1)
    assert said == "more: --after"
    last = run("contacts", "--db", db, "--after", cursor).stdout.splitlines()
    assert last[1:] == ["       1         1        0  c1004"]
    page = ask("contacts", "--db", db, "--limit", 2)
    assert [item["contact_id"] for item in page["items"]] == ["c0000", "c0001"]
    page = ask("contacts", "--db", db, "--limit", 1, "--after", page["next_cursor"])
    assert [item["contact_id"] for item in page["items"]] == ["c0002"]
    assert sound()


def test_no_contacts(run, ask, opened, db):
    """An empty store says so."""
    opened().close()
    assert run("contacts", "--db", db).stdout == "No contacts.\n"
    assert ask("contacts", "--db", db) == {"items": [], "next_cursor": None}


def test_a_long_contact_is_whole(run, opened, db, sound):
    """It must be typed again, so it is never cut or broken."""
    with opened() as store:
        store.add("c" * 200, "x")
    assert f"1  {'':>6}0  {'c' * 200}\n" in run("contacts", "--db", db).stdout
    assert sound()


@pytest.mark.parametrize("command", [["contacts"], ["list", "ada"]])
def test_a_cursor_of_another_listing(run, ask, moved, db, command):
    """It is refused as input."""
    assert "after is not a cursor" in run(*command, "--db", db, "--after", "x", code=5).stderr
    assert ask(*command, "--db", db, "--after", "x", code=5)["field"] == "after"


# list


def test_a_list_is_a_table(run, moved, db, opened, sound):
    """Each memory's latest version: short id, number, how many are left, day, text."""
    with opened() as store:
        store.delete(moved[0].id)
        tea = store.add("ada", "Prefers tea", categories=["taste"])
    shown = run("list", "ada", "--db", db).stdout.splitlines()
    day = tea.created_at.date().isoformat()
    assert shown == [
        "ada: 2 memories, 4 versions, 1 deleted",
        "id        no.  kept  when        categories  text",
        f"{tea.id[:8]}  v1      1  {day}  taste       Prefers tea",
        f"{moved[3].id[:8]}  v4      3  {day}              in Oslo",
    ]
    assert sound()


def test_a_list_without_categories_has_no_column_of_them(run, moved, db):
    """And the day is the event's, where a memory tells of one."""
    shown = run("list", "ada", "--db", db).stdout.splitlines()
    assert shown[1] == "id        no.  kept  when        text"


def test_when_is_the_events_day(run, opened, db, sound):
    """Where it is not said, the day when it was written stands there."""
    with opened() as store:
        store.add("ada", "moved", event_start=datetime(2023, 5, 8, 13, 56, tzinfo=UTC))
    assert "2023-05-08" in run("list", "ada", "--db", db).stdout
    assert sound()


@pytest.mark.parametrize(("width", "lines"), [(40, 3), (80, 1), (120, 1)])
def test_a_text_is_cut_to_the_terminal(run, opened, db, monkeypatch, sound, width, lines):
    """One line each where there is room, else three; none is wider than the terminal."""
    with opened() as store:
        for n in range(3):
            version = store.add("ada", f"{n} {'long ' * 40}", categories=["taste", "x" * 40])
            store.update(version.id, f"{n} {'longer ' * 40}")
    monkeypatch.setenv("COLUMNS", str(width))
    shown = run("list", "ada", "--db", db).stdout.splitlines()
    body = shown[1 if lines == 3 else 2 :]
    assert len(body) == 3 * lines
    assert all(len(line) <= width for line in shown)
    assert sum("longer" in line for line in body) == 3
    assert ("v2, 2 versions" in body[0]) is (lines == 3)
    assert sound()


def test_a_list_can_be_narrowed(run, ask, moved, db, opened, sound):
    """By categories, any of them, and by session."""
    with opened() as store:
        store.add("ada", "tea", categories=["taste"], session_id="monday")
        store.add("ada", "sails", categories=["hobby"])

    def texts(*options):
        return [item["content"] for item in ask("list", "ada", "--db", db, *options)["items"]]

    assert texts() == ["sails", "tea", "in Oslo"]
    assert texts("--category", "taste") == ["tea"]
    assert texts("--category", "taste", "--category", "hobby") == ["sails", "tea"]
    assert texts("--session", "monday") == ["tea"]
    assert texts("--limit", 1) == ["sails"]
    none = run("list", "ada", "--db", db, "--session", "sunday").stdout
    assert none.endswith("No memory is of that category or session.\n")
    assert sound()


def test_a_list_goes_on(run, moved, db, opened, sound):
    """With the cursor that it ends with."""
    with opened() as store:
        store.add("ada", "tea")
    *first, more = run("list", "ada", "--db", db, "--limit", 1).stdout.splitlines()
    assert first[-1].endswith("tea")
    rest = run("list", "ada", "--db", db, "--after", more.split()[-1]).stdout.splitlines()
    assert rest[-1].endswith("in Oslo")
    assert sound()


def test_a_list_as_json(ask, moved, db, sound):
    """Every field of each latest version, and how many the memory has left."""
    page = ask("list", "ada", "--db", db)
    (item,) = page["items"]
    assert page["next_cursor"] is None
    assert item.pop("created_at").endswith("Z")
    assert item == {
        "id": moved[3].id,
        "chain_id": moved[3].chain_id,
        "contact_id": "ada",
        "number": 4,
        "status": "CURRENT",
        "content": "in Oslo",
        "categories": [],
        "metadata": {},
        "session_id": None,
        "event_start": None,
        "event_end": None,
        "revision": 4,
        "previous_id": moved[2].id,
        "next_id": None,
        "superseded_at": None,
        "deleted_at": None,
        "deleted_revision": None,
        "versions": 4,
    }
    assert sound()


@pytest.mark.parametrize(("width", "lines"), [(40, 3), (80, 1)])
def test_deleted_versions_can_be_listed(
    run, ask, moved, db, opened, monkeypatch, sound, width, lines
):
    """With the revision that a restore would name, also of a contact who has nothing left."""
    with opened() as store:
        store.delete(moved[1].id)
        store.delete_contact("ada")
    assert run("list", "ada", "--db", db).stdout == (
        "ada: 0 memories, 0 versions, 4 deleted\n"
        "Nothing is left; --deleted lists what was deleted.\n"
    )
    monkeypatch.setenv("COLUMNS", str(width))
    shown = run("list", "ada", "--deleted", "--db", db).stdout.splitlines()
    assert len(shown) == (13 if lines == 3 else 6)
    assert moved[1].id[:8] in shown[4 if lines == 3 else 3]
    assert ("by revision 6" if lines == 3 else "6  in Kiel") in shown[5 if lines == 3 else 3]
    items = ask("list", "ada", "--deleted", "--db", db)["items"]
    assert [(item["number"], item["deleted_revision"]) for item in items] == [
        (1, 7),
        (2, 6),
        (3, 7),
        (4, 7),
    ]
    assert "versions" not in items[0]
    assert "Nothing is deleted." in run("list", "grace", "--deleted", "--db", db).stdout
    assert sound()


def test_deleted_ones_are_not_narrowed(run, moved, db):
    """The library does not, so the options exclude each other."""
    for option in ("--category", "--session"):
        assert (
            "--deleted" in run("list", "ada", "--deleted", option, "x", "--db", db, code=2).stderr
        )


def test_a_stranger_is_not_found(run, ask, moved, db):
    """A contact typed wrong is told, not shown as empty."""
    said = run("list", "adda", "--db", db, code=3).stderr
    assert (
        said == "versionchain: There is no such contact here: adda. Check it, --db and --tenant.\n"
    )
    assert ask("list", "ada", "--tenant", "acme", "--db", db, code=3)["type"] == "NotFoundError"


# log


def test_a_log_of_a_chain(run, moved, db, opened, sound):
    """Newest first, with what was deleted, why, and what a restore would bring back."""
    with opened(actor="ada herself") as store:
        store.delete(moved[2].id, reason="never was there")
    shown = run("log", moved[0].id[:8], "--db", db).stdout
    assert shown.splitlines()[:3] == [
        "Memory 00000001 of ada",
        "4 versions, 1 of them deleted. Newest first, times in UTC.",
        "",
    ]
    assert shown.index("● v4 latest") < shown.index("✗ v3 deleted") < shown.index("○ v2")
    assert "by ada herself, because: never was" in " ".join(shown.split())
    assert shown.endswith(
        "versionchain restore 6\n"
        "  brings back v3:\n"
        "  v1 in Bonn ← v2 in Kiel ← v3 in Rome ← v4 in Oslo (latest)\n"
    )
    assert sound()


@pytest.mark.parametrize("which", ["chain", "living", "deleted"])
def test_any_id_of_a_memory_serves(run, moved, db, opened, sound, which):
    """The memory's, a version's, a deleted version's: all show the same."""
    with opened() as store:
        store.delete(moved[1].id)
    ids = {"chain": moved[0].chain_id, "living": moved[3].id, "deleted": moved[1].id}
    whole = run("log", moved[0].chain_id, "--db", db).stdout
    for typed in (ids[which], ids[which][:8], ids[which].upper(), ids[which].replace("-", "")):
        assert run("log", typed, "--db", db).stdout == whole
    assert sound()


def test_a_beginning_of_ids_of_one_memory_serves(run, ask, opened, db, sound):
    """Several ids begin so, but they name one memory; those of two are told apart."""
    ids = iter(
        f"{n}-0000-4000-8000-000000000000" for n in ("aaaa0001", "aaaa0002", "aaab0001", "b" * 8)
    )
    with opened(ids=lambda: next(ids)) as store:
        store.add("ada", "tea")
        store.add("ada", "mate")
    assert "tea" in run("log", "aaaa", "--db", db).stdout
    failed = run("log", "aaa", "--db", db, code=5)
    assert failed.stderr == (
        "versionchain: Several ids begin with aaa: aaaa0001, aaaa0002, aaab0001. "
        "Type more of the one that you mean.\n"
    )
    error = ask("log", "aaa", "--db", db, code=5)
    assert error["type"] == "AmbiguousIdError"
    assert [id[:8] for id in error["candidates"]] == ["aaaa0001", "aaaa0002", "aaab0001"]
    assert sound()


def test_many_candidates_are_not_all_listed(run, ask, moved, db):
    """Five, and that there are more."""
    assert "00000005, and more. Type" in run("log", "0", "--db", db, code=5).stderr
    assert len(ask("log", "0", "--db", db, code=5)["candidates"]) == 5


@pytest.mark.parametrize("typed", ["", "zz", "-", "0" * 33, "0000_0001"])
def test_what_can_be_no_id(run, ask, moved, db, typed):
    """It is refused as input."""
    assert "is not an id or the beginning of one" in run("log", typed, "--db", db, code=5).stderr
    assert ask("log", typed, "--db", db, code=5)["type"] == "InvalidInputError"


def test_an_unknown_id(run, ask, moved, db):
    """Not found, also in another tenant."""
    said = "There is no such memory or version here: ffff."
    assert said in run("log", "ffff", "--db", db, code=3).stderr
    known = ["log", moved[0].id, "--db", db, "--tenant", "acme"]
    assert ask(*known, code=3)["type"] == "NotFoundError"


def test_a_short_id_can_be_typed_back(run, opened, db, sound):
    """Ids that differ late are shown as long as it takes, deleted ones counted."""
    tail = "0000-4000-8000-00000000000"
    ids = iter(f"00000000-{tail}{n}" for n in range(4))
    with opened(ids=lambda: next(ids)) as store:
        store.delete(store.add("ada", "tea").id)
        store.add("ada", "mate")
    shown = run("list", "ada", "--db", db).stdout
    assert f"00000000-{tail}3" in shown
    assert "mate" in run("log", f"00000000-{tail}3", "--db", db).stdout
    assert run("log", f"00000000-{tail}", "--db", db, code=5)
    assert sound()


def test_a_log_as_json(ask, moved, db, opened, sound):
    """All versions, newest first, and what each restore would bring back."""
    with opened(actor="me") as store:
        store.delete(moved[1].id, reason="why", delete_previous_versions=True)
        store.delete(moved[3].id)
    log = ask("log", moved[0].id, "--db", db)
    assert [v["number"] for v in log.pop("items")] == [4, 3, 2, 1]
    deletions = log.pop("deletions")
    assert log == {
        "chain_id": moved[0].chain_id,
        "contact_id": "ada",
        "latest_id": moved[2].id,
        "versions": 1,
        "deleted": 3,
        "next_cursor": None,
        "left_out": 0,
    }
    assert [(d["number"], d["actor"], d["reason"]) for d in deletions] == [
        (7, "me", None),
        (6, "me", "why"),
    ]
    assert [d["version_ids"] for d in deletions] == [[moved[3].id], [moved[0].id, moved[1].id]]
    short = ask("log", moved[0].id, "--db", db, "--limit", 1)
    assert [v["number"] for v in short["items"]] == [4]
    assert (short["left_out"], len(short["deletions"])) == (3, 2)
    assert sound()


def test_a_memory_that_ended_has_no_latest(ask, moved, db, opened, sound):
    """Its log is there all the same."""
    with opened() as store:
        store.delete_memory(moved[0].id)
    assert ask("log", moved[0].id, "--db", db)["latest_id"] is None
    assert sound()


def test_a_long_chain(run, ask, opened, db, monkeypatch, sound):
    """Of 3,000 versions the newest fifty are drawn, or as many as asked for, or all."""
    with opened() as store, store.transaction() as tx:
        version = tx.add("ada", "0")
        for n in range(1, 3000):
            version = tx.update(version.id, str(n))
    with opened() as store:
        store.delete(version.id, delete_previous_versions=False)

    def drawn(*options):
        return run("log", version.chain_id, "--db", db, *options).stdout

    usual = drawn()
    assert usual.count("\n○ v") + usual.count("\n● v") == 49
    assert "2,950 older versions: --all shows them" in usual
    assert "v1 0 ← … 2,997 more ← v2999 29" in usual
    assert drawn("--limit", 3).count("\n○ v") == 1
    whole = drawn("--all")
    assert whole.count("\n○ v") == 2998
    assert "older version" not in whole
    assert len(ask("log", version.chain_id, "--db", db)["items"]) == 3000
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, drawn().splitlines())) <= 40
    assert sound()


def test_all_and_a_limit_exclude_each_other(run, moved, db):
    """It would be two wishes."""
    assert "exclude" in run("log", "00000001", "--all", "--limit", 2, "--db", db, code=2).stderr


def test_a_long_text_is_whole_on_demand(run, opened, db, sound):
    """Cut with its size, or with --full all of it."""
    with opened() as store:
        id = store.add("ada", "word " * 300).id
    assert "… 1,500 characters in all" in run("log", id, "--db", db).stdout
    assert run("log", id, "--full", "--db", db).stdout.split().count("word") == 300
    assert sound()


@pytest.mark.parametrize("args", [["contacts"], ["list"], ["list", "--deleted"], ["log"]])
def test_no_text_is_obeyed(run, opened, db, sound, args):
    """Escape sequences are shown as escapes and markup as itself, wherever texts may stand."""
    with opened(actor=NASTY) as store:
        gone = store.add(NASTY, NASTY, categories=[NASTY], session_id=NASTY, metadata={"a": NASTY})
        store.update(gone.id, NASTY)
        store.delete(gone.id, reason=NASTY)
    command, *options = args
    about = {"contacts": [], "list": [NASTY], "log": [gone.id]}[command]
    shown = run(command, *about, *options, "--db", db).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b[31mred" in shown
    assert "[bold]" in shown
    document = run(command, *about, *options, "--db", db, "--json").stdout
    assert document.isascii()
    assert json.dumps(NASTY)[1:-1] in document
    assert sound()


# verify


def test_verify_says_how_much_it_looked_at(run, ask, moved, db, sound):
    """And that everything holds."""
    assert run("verify", "--db", db).stdout == (
        "Looked at 2 contacts, 2 chains, 2 memories, 5 versions, 0 deleted, 0\n"
        "connections, 5 revisions.\nEverything holds.\n"
    )
    answer = ask("verify", "--db", db)
    assert answer["ok"] is True
    assert answer["violations"] == []
    assert answer["counts"]["versions"] == 5
    assert sound()


@pytest.mark.parametrize("found", [1, 51])
def test_verify_fails_where_something_does_not_hold(run, ask, moved, db, monkeypatch, found):
    """Exit code 1, by name; a bounded number for a person, all as JSON."""
    violation = Violation(Invariant.LINKS, "0000\x1b[31m", "the history is not the order's")
    report = Report((violation,) * found, ReportCounts(1, 1, 1, 1, 0, 0, 1))
    monkeypatch.setattr(MemoryStore, "verify", lambda self: report)
    shown = run("verify", "--db", db, code=1).stdout
    assert f"{found} violation{'s' if found > 1 else ''}:\n" in shown
    assert "0000\\x1b[31m" in shown
    assert ("1 more: --json lists all" in shown) is (found > 50)
    answer = ask("verify", "--db", db, code=1)
    assert answer["ok"] is False
    assert answer["violations"] == found * [
        {
            "invariant": "links mirror each other and the order",
            "subject": "0000\x1b[31m",
            "detail": "the history is not the order's",
        }
    ]


def test_verify_finds_a_damaged_file(run, moved, db, opened, sound):
    """What was changed behind the library's back is named; nothing is repaired."""
    assert sound()
    content = db.read_bytes()
    at = content.index(b"in Oslo")
    db.write_bytes(content[:at] + b"\xff\xfe\xff\xfe\xff\xfe\xff" + content[at + 7 :])
    before = db.read_bytes()
    assert run("verify", "--db", db, code=6).stderr.startswith("versionchain: ")
    assert db.read_bytes() == before
