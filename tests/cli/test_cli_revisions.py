"""The audit log as a screen and as JSON."""

import shutil
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from versionchain import MemoryStore
from versionchain.cli import options

NASTY = "\x1b[31mred [bold]x[/bold]\nnext \u202eback"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A file of six revisions, a minute apart, from 9 o'clock."""
    path = tmp_path_factory.mktemp("revisions") / "agent.db"
    minutes = count()

    def clock():
        return datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=next(minutes))

    with MemoryStore.open(path, durability="normal", clock=clock, actor="helper") as store:
        town = store.add("ada", "in Bonn")
        town = store.update(town.id, "in Kiel")
        store.delete(town.id, reason="wrong town")
    with MemoryStore.open(path, durability="normal", clock=clock) as store:
        store.restore(3)
        with store.transaction(reason="all at once") as tx:
            others = [tx.add(f"c{n}", "x") for n in range(5)]
            tx.connect(others[0].id, others[1].id)
        store.erase_contact("c4")
    return path


@pytest.fixture
def made(made_once, db):
    """A copy of it."""
    shutil.copy(made_once, db)


def test_the_log(run, made, db, facts, sound):
    """Each revision with its number, time, operation and counts, and below it whose and why."""
    before = facts()
    assert run("revisions", "--db", db).stdout.splitlines() == [
        "no.  when                  operation      changed",
        "  1  2026-01-05T09:00:00Z  add            1 written",
        "     of ada, by helper",
        "  2  2026-01-05T09:01:00Z  update         1 written",
        "     of ada, by helper",
        "  3  2026-01-05T09:02:00Z  delete         1 deleted",
        "     of ada, by helper, because: wrong town",
        "  4  2026-01-05T09:03:00Z  restore        1 restored",
        "     of ada",
        "  5  2026-01-05T09:04:00Z  transaction    5 written, 1 connected",
        "     of c0, c1, c2 and 1 more",
        "  6  2026-01-05T09:05:00Z  erase_contact  1 erased",
    ]
    assert facts() == before
    assert sound()


def test_the_log_as_json(ask, made, db):
    """Every field of a revision, all its contacts, and where to go on."""
    answer = ask("revisions", "--db", db, "--limit", 3)
    assert answer["items"][2] == {
        "number": 3,
        "created_at": "2026-01-05T09:02:00Z",
        "operation": "delete",
        "actor": "helper",
        "reason": "wrong town",
        "counts": {
            "added": 0,
            "deleted": 1,
            "restored": 0,
            "connected": 0,
            "disconnected": 0,
            "erased": 0,
        },
        "contacts": ["ada"],
    }
    rest = ask("revisions", "--db", db, "--after", answer["next_cursor"])
    assert [item["number"] for item in rest["items"]] == [4, 5, 6]
    assert rest["items"][1]["contacts"] == ["c0", "c1", "c2", "c3"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("args", "numbers"),
    [
        (["--since", "4"], [5, 6]),
        (["--since", "0", "--limit", "2"], [1, 2]),
        (["--since", "99"], []),
        (["--since", "2026-01-05T09:03:00Z"], [5, 6]),
        (["--since", "2026-01-05 10:02+01:00"], [4, 5, 6]),
        (["--since", "2026-01-05"], [1, 2, 3, 4, 5, 6]),
        (["--contact", "c1"], [5]),
        (["--contact", "ada", "--since", "2"], [3, 4]),
        (["--contact", "c4"], []),
        (["--last", "2"], [5, 6]),
        (["--last", "99"], [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_part_of_the_log(ask, run, made, db, args, numbers):
    """From a revision or a time on, of one contact, or the newest ones."""
    answer = ask("revisions", "--db", db, *args)
    assert [item["number"] for item in answer["items"]] == numbers
    shown = run("revisions", "--db", db, *args).stdout
    assert shown.startswith("no." if numbers else "No revisions.\n")


def test_the_screen_says_how_it_goes_on(run, made, db):
    """The cursor serves on the next call, of the same listing alone."""
    shown = run("revisions", "--db", db, "--limit", 5).stdout.splitlines()
    more, cursor = shown[-1].rsplit(" ", 1)
    assert more == "more: --after"
    rest = run("revisions", "--db", db, "--after", cursor).stdout.splitlines()
    assert len(rest) == 2
    assert rest[1].startswith("  6")
    said = run("revisions", "--db", db, "--after", cursor, "--since", 1, code=5).stderr
    assert "not a cursor of this listing" in said


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--since", "yesterday"], 2),
        (["--since", "-1"], 2),
        (["--since", "9" * 30], 2),
        (["--limit", "0"], 2),
        (["--last", "0"], 2),
        (["--last", "2", "--since", "1"], 2),
        (["--last", "2", "--contact", "ada"], 2),
        (["--last", "2", "--after", "x"], 2),
        (["--after", "x"], 5),
        (["--contact", " "], 5),
    ],
)
def test_what_is_refused(run, ask, made, db, facts, args, code):
    """One line, and nothing changed."""
    before = facts()
    assert run("revisions", "--db", db, *args, code=code).stderr.count("\n") == 1
    assert ask("revisions", "--db", db, *args, code=code)["message"]
    assert facts() == before


def test_the_options_of_a_database(run, ask, made, db, monkeypatch):
    """Another tenant has a log of its own; a name typed wrong makes no database."""
    assert ask("revisions", "--db", db, "--tenant", "acme")["items"] == []
    assert ask("revisions", "--db", db, "--tenant", "acme", "--last", 2)["items"] == []
    run("revisions", "--db", db.with_name("no.db"), code=6)
    assert not db.with_name("no.db").exists()
    monkeypatch.setenv("VERSIONCHAIN_DB", str(db))
    assert len(ask("revisions")["items"]) == 6


def test_a_narrow_terminal_stacks_it(run, made, db, monkeypatch):
    """Forty columns hold every line, and nothing is left out."""
    monkeypatch.setenv("COLUMNS", "40")
    shown = run("revisions", "--db", db, "--limit", 5).stdout.splitlines()
    assert max(map(len, shown[:-1])) <= 40
    assert shown[6:10] == [
        "3  delete",
        "   2026-01-05T09:02:00Z · 1 deleted",
        "   of ada, by helper, because: wrong",
        "   town",
    ]


def test_a_limit_above_a_page(ask, made, db, monkeypatch):
    """As many pages are read as it takes."""
    monkeypatch.setattr(options, "_MOST", 2)
    assert len(ask("revisions", "--db", db, "--limit", 5)["items"]) == 5
    assert len(ask("revisions", "--db", db, "--last", 3)["items"]) == 3


def test_no_reason_is_obeyed(run, opened, db, monkeypatch, sound):
    """Whatever somebody wrote reaches the terminal as text."""
    monkeypatch.setenv("COLUMNS", "300")
    with opened(actor=NASTY) as store:
        store.delete(store.add(NASTY, "tea").id, reason=NASTY)
    shown = run("revisions", "--db", db).stdout
    assert shown.count("\\x1b[31mred [bold]x[/bold] next") == 5
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert sound()
