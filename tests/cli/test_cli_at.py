"""The screens of the past: which moment is meant, what is seen from it, and the banner over it."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from versionchain import MemoryStore

NASTY = "\x1b[31mred [bold]x[/bold] \u202eback"
BANNER = "THE PAST: as it was after revision {} of 7, 2026-01-05T09:0{}:00Z"
IDS = "{:08x}-0000-4000-8000-000000000000"


def numbered():
    """An id source: 00000001…, 00000002…"""
    numbers = count(1)
    return lambda: IDS.format(next(numbers))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A file of seven revisions, a minute apart, from 9 o'clock."""
    path = tmp_path_factory.mktemp("past") / "agent.db"
    minutes = count()
    with MemoryStore.open(
        path,
        durability="normal",
        clock=lambda: datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=next(minutes)),
        ids=numbered(),
    ) as store:
        bonn = store.add("ada", "in Bonn", categories=["place"])
        kiel = store.update(bonn.id, "in Kiel")
        store.delete(kiel.id, reason="wrong town")
        store.restore(3)
        store.update(kiel.id, "in Rome", session_id="monday")
        store.add("grace", "sails")
        store.delete_contact("ada")
    return path


@pytest.fixture
def made(made_once, db):
    """A copy of it."""
    shutil.copy(made_once, db)


@pytest.mark.parametrize(
    ("moment", "revision"),
    [
        ("3", 3),
        ("7", 7),
        ("2026-01-05T09:02:00Z", 3),
        ("2026-01-05T09:02:59.999999+00:00", 3),
        ("2026-01-05 10:02+01:00", 3),
        ("2026-01-05T09:02", 3),
        ("2026-01-06", 7),
        ("0", 0),
        ("2026-01-05", 0),
    ],
)
def test_which_moment_is_meant(run, ask, made, db, moment, revision):
    """A number, or a time: the last revision at or before it, in UTC unless it says otherwise."""
    at = ask("at", moment, "contacts", "--db", db)["at"]
    shown = run("at", moment, "contacts", "--db", db).stdout.splitlines()[0]
    if revision:
        assert at == {"revision": revision, "created_at": f"2026-01-05T09:0{revision - 1}:00Z"}
        said = BANNER.format(revision, revision - 1)
        assert shown == said + (", the newest" if revision == 7 else "")
    else:
        assert at == {"revision": 0, "created_at": None}
        assert shown == "THE PAST: before the first revision, when nothing was there"


def test_a_log_of_the_past(run, ask, made, db, facts, sound):
    """What was deleted by then is; nothing is offered for a restore, which is of now."""
    before = facts()
    assert run("at", "3", "log", "00000001", "--db", db).stdout.splitlines() == [
        BANNER.format(3, 2),
        "",
        "Memory 00000001 of ada",
        "2 versions, 1 of them deleted. Newest first, times in UTC.",
        "",
        "  ✗ v2 deleted  00000003",
        "    in Kiel",
        "    2026-01-05 09:01 · place",
        "    deleted by revision 3, 2026-01-05 09:02, because: wrong town",
        "",
        "● v1 latest  00000002",
        "  in Bonn",
        "  2026-01-05 09:00 · place",
    ]
    answer = ask("at", "3", "log", "00000003", "--db", db, "--limit", 1, "--full")
    assert (answer["latest_id"], answer["left_out"]) == (IDS.format(2), 1)
    assert answer["deletions"][0]["version_ids"] == [IDS.format(3)]
    assert next(iter(answer)) == "at"
    assert facts() == before
    assert sound()


def test_each_deleted_version_tells_of_its_restore(run, opened, db, monkeypatch, sound):
    """The newest five restores are drawn; older ones stand with their versions, but in the past."""
    monkeypatch.setenv("COLUMNS", "300")
    with opened(ids=numbered()) as store:
        ids = [store.add("ada", "0").id]
        for n in range(1, 10):
            ids.append(store.update(ids[-1], str(n)).id)
        store.delete(ids[1], delete_previous_versions=True, reason="too old")
        for id in ids[2:7]:
            store.delete(id)
    shown = run("log", "00000001", "--db", db).stdout
    why = "because: too old; versionchain restore 11 brings back v1 and v2\n"
    assert shown.count(why) == 2
    assert [line for line in shown.splitlines() if line.startswith("versionchain restore")] == [
        f"versionchain restore {number}" for number in range(16, 11, -1)
    ]
    assert shown.endswith("… 1 older deletion\n")
    past = run("at", "16", "log", "00000001", "--db", db).stdout
    assert past.count("because: too old\n") == 2
    assert "versionchain restore" not in past
    assert sound()


def test_a_list_of_the_past(run, ask, made, db):
    """The latest versions of then, with the counts of then; its options are those of now."""
    shown = run("at", "5", "list", "ada", "--db", db).stdout.splitlines()
    assert shown[2:] == [
        "ada: 1 memory, 3 versions",
        "id        no.  kept  when        categories  text",
        "00000004  v3      3  2026-01-05  place       in Rome",
    ]
    answer = ask("at", "3", "list", "ada", "--db", db)
    assert [(each["number"], each["versions"]) for each in answer["items"]] == [(1, 1)]
    deleted = ask("at", "3", "list", "ada", "--deleted", "--db", db)["items"]
    assert [each["deleted_revision"] for each in deleted] == [3]
    assert ask("at", "5", "list", "ada", "--session", "friday", "--db", db)["items"] == []
    assert ask("at", "7", "list", "ada", "--db", db)["items"] == []


def test_contacts_of_the_past(run, ask, made, db):
    """Who was there then, page by page."""
    assert run("at", "5", "contacts", "--db", db).stdout.splitlines()[2:] == [
        "memories  versions  deleted  contact",
        "       1         3        0  ada",
        "1 contact, 1 memory, 3 versions, 0 deleted",
    ]
    first = ask("at", "6", "contacts", "--limit", 1, "--db", db)
    rest = ask("at", "6", "contacts", "--after", first["next_cursor"], "--db", db)
    assert [each["contact_id"] for each in first["items"] + rest["items"]] == ["ada", "grace"]
    assert ask("contacts", "--after", first["next_cursor"], "--db", db, code=5)


def test_a_version_of_the_past(run, ask, made, db):
    """With the place that it had; how it would be restored is not said."""
    answer = ask("at", "2", "show", "00000003", "--db", db)
    assert (answer["status"], answer["position"], answer["of"]) == ("CURRENT", 2, 2)
    shown = run("at", "3", "show", "00000003", "--db", db).stdout
    assert "v2 deleted  00000003\n" in shown
    assert "because: wrong town" in shown
    assert "restore" not in shown


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["8", "contacts"], 3, "There is no such revision here: 8."),
        (["4", "list", "grace"], 3, "There was no such contact after revision 4: grace."),
        (["2", "show", "00000004"], 3, "no such memory or version after revision 2: 00000004."),
        (["0", "log", "00000001"], 3, "no such memory or version after revision 0: 00000001."),
        (["5", "show", "0000000"], 5, "Several ids begin with 0000000:"),
        (["5", "log", "x"], 5, "not an id"),
        (["-1", "contacts"], 2, "No such option"),
        (["soon", "contacts"], 2, "'soon' is neither a revision's number nor a time"),
        (["9" * 40, "contacts"], 2, "is neither a revision's number nor a time"),
        (["0001-01-01T00:00+10:00", "contacts"], 2, "neither a revision's number nor a time"),
        (["3", "delete", "00000002"], 2, "No such command 'delete'"),
        (["3"], 2, "Missing command"),
        (["3", "contacts", "--after", "x"], 5, "not a cursor"),
    ],
)
def test_what_was_not_there(run, ask, made, db, facts, args, code, said):
    """One line, no banner, and nothing changed."""
    before = facts()
    more = ["--db", db] if len(args) > 1 else []
    failed = run("at", *args, *more, code=code)
    assert failed.stdout == ""
    assert said in failed.stderr
    assert failed.stderr.count("\n") == 1
    if more:
        assert said in ask("at", *args, *more, code=code)["message"]
    assert facts() == before


def test_the_options_of_a_database(run, ask, made, db, monkeypatch):
    """Another tenant has another past; a name typed wrong makes no database."""
    assert ask("at", "0", "contacts", "--db", db, "--tenant", "acme")["items"] == []
    assert ask("at", "1", "contacts", "--db", db, "--tenant", "acme", code=3)
    run("at", "1", "contacts", "--db", db.with_name("no.db"), code=6)
    assert not db.with_name("no.db").exists()
    monkeypatch.setenv("VERSIONCHAIN_DB", str(db))
    assert ask("at", "1", "contacts")["items"]


def test_a_view_of_now_says_nothing_of_the_past(run, ask, made, db):
    """Neither a banner nor "at": the screens are what they were."""
    assert "THE PAST" not in run("contacts", "--db", db).stdout
    assert "at" not in ask("contacts", "--db", db)


def test_the_help_of_each_screen(run):
    """The group and each command in it, with the way there."""
    shown = " ".join(run("at", "--help").stdout.split())
    assert "list What is known of a contact." in shown
    assert "versionchain at REVISION|TIME list" in run("at", "3", "list", "--help").stdout


def test_the_banner_in_a_narrow_terminal(run, made, db, monkeypatch):
    """It folds; forty columns hold every line."""
    monkeypatch.setenv("COLUMNS", "40")
    shown = run("at", "3", "log", "00000001", "--db", db).stdout.splitlines()
    assert shown[:3] == ["THE PAST: as it was after revision 3 of", "7, 2026-01-05T09:02:00Z", ""]
    assert max(map(len, shown)) <= 40


def test_a_short_id_of_the_past_means_it_now_too(run, ask, opened, db):
    """It is as long as what was added since makes it."""
    ids = iter(["0" * 8 + "-0000-4000-8000-000000000001", "1" * 8 + "-0000-4000-8000-000000000002"])
    with opened(ids=lambda: next(ids)) as store:
        first = store.add("ada", "tea")
    with opened(ids=lambda: "11111111-0000-4000-8000-000000000003") as store:
        store.update(first.id, "mate")
    short = run("at", "1", "list", "ada", "--db", db).stdout.splitlines()[3].split()[0]
    assert len(short) == 36
    assert ask("show", short, "--db", db)["id"] == first.id
    assert ask("at", "1", "show", "11111111", "--db", db)["id"] == first.id


def test_no_text_is_obeyed(run, opened, db, sound):
    """Whatever somebody wrote reaches the terminal as text, in errors too."""
    with opened() as store:
        gone = store.add(NASTY, NASTY, categories=[NASTY], session_id=NASTY)
        store.delete(gone.id, reason=NASTY)
    for args in (
        ["1", "contacts"],
        ["1", "list", NASTY],
        ["2", "log", gone.id],
        ["1", "show", gone.id],
    ):
        shown = run("at", *args, "--db", db).stdout
        assert "\\x1b[31mred" in shown
        assert not {"\x1b", "\u202e"} & set(shown)
        assert json.loads(run("at", *args, "--db", db, "--json").stdout)["at"]
    for args in ([NASTY, "contacts"], ["0", "list", NASTY]):
        code = 2 if args[0] == NASTY else 3
        assert not {"\x1b", "\u202e"} & set(run("at", *args, "--db", db, code=code).stderr)
    assert sound()
