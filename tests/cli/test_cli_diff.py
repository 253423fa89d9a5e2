"""What changed between two versions."""

from datetime import UTC, datetime
from itertools import count

import pytest

from versionchain import MemoryStore

NASTY = "\x1b[31mred [bold]x[/bold] \u202eback"


@pytest.fixture
def opened(db):
    """Opens the store in that database; its ids begin 00000001, 00000002, …"""
    numbers = count(1)

    def ids():
        return f"{next(numbers):08x}-0000-4000-8000-000000000000"

    return lambda **options: MemoryStore.open(db, ids=ids, durability="normal", **options)


@pytest.fixture
def texts(opened):
    """Three versions of ada's, one of them deleted, and another contact's memory."""
    with opened() as store:
        one = store.add("ada", "Ada\nlives in Bonn\nby the river", session_id="monday")
        two = store.update(
            one.id,
            "Ada\nlives in Kiel\nby the river\nand sails",
            session_id=None,
            categories=["place"],
            metadata={"sure": True},
        )
        three = store.update(
            two.id, "Ada\nlives in Rome", event_start=datetime(2026, 1, 4, tzinfo=UTC)
        )
        store.add("grace", "Ada\nlives in Bonn\nby the river", session_id="monday")
        store.delete(two.id)
    return one, two, three


def test_two_versions(run, texts, db, facts, sound):
    """The lines that went and came with their numbers, then the fields; nothing changes."""
    before = facts()
    assert run("diff", "00000002", "00000003", "--db", db).stdout.splitlines() == [
        "ada: v1 00000002 to v2 00000003",
        "-2  lives in Bonn",
        "+2  lives in Kiel",
        "+4  and sails",
        "categories",
        '+ ["place"]',
        "metadata.sure",
        "+ true",
        "session_id",
        '- "monday"',
    ]
    assert facts() == before
    assert sound()


def test_the_other_way_round(run, texts, db):
    """The order is that of the command line."""
    shown = run("diff", "00000003", "00000002", "--db", db).stdout.splitlines()
    assert shown[:4] == [
        "ada: v2 00000003 to v1 00000002",
        "-2  lives in Kiel",
        "+2  lives in Bonn",
        "-4  and sails",
    ]


@pytest.mark.parametrize(("typed", "before"), [("00000003", 0), ("00000004", 0)])
def test_one_id_alone(ask, texts, db, typed, before):
    """It is compared with the nearest older version that is not deleted; it may be deleted."""
    answer = ask("diff", typed, "--db", db)
    assert answer["before_id"] == texts[before].id
    assert answer["after_id"].startswith(typed)


def test_the_first_has_none_before_it(run, ask, texts, db, facts):
    """One line says so, and nothing changed."""
    before = facts()
    said = "versionchain: No version is left before v1 to compare it with: name another.\n"
    assert run("diff", "00000002", "--db", db, code=3).stderr == said
    assert ask("diff", "00000002", "--db", db, code=3)["type"] == "NotFoundError"
    assert facts() == before


def test_versions_of_two_memories(run, ask, texts, db):
    """Both contacts are named; equal texts do not differ."""
    shown = run("diff", "00000002", "00000006", "--db", db).stdout
    assert shown == "ada and grace: v1 00000002 to v1 00000006\nNothing differs.\n"
    answer = ask("diff", "00000002", "00000006", "--db", db)
    assert (answer["lines"], answer["fields"]) == ([], [])


def test_differences_as_json(ask, texts, db):
    """As the library tells them; a field's values are JSON texts, null where it had none."""
    answer = ask("diff", "00000003", "00000004", "--db", db)
    assert answer["lines"] == [
        {"sign": "-", "number": 2, "text": "lives in Kiel"},
        {"sign": "-", "number": 3, "text": "by the river"},
        {"sign": "-", "number": 4, "text": "and sails"},
        {"sign": "+", "number": 2, "text": "lives in Rome"},
    ]
    assert answer["fields"] == [
        {"name": "event_start", "before": None, "after": '"2026-01-04T00:00:00+00:00"'}
    ]


@pytest.mark.parametrize(
    ("args", "code", "kind"),
    [
        (["00000099"], 3, "NotFoundError"),
        (["00000003", "00000099"], 3, "NotFoundError"),
        (["00000001"], 5, "NotAVersionError"),
        (["00000003", "0000000"], 5, "AmbiguousIdError"),
        (["x y"], 5, "InvalidInputError"),
        ([], 2, "UsageError"),
    ],
)
def test_what_can_not_be_compared(run, ask, texts, db, facts, args, code, kind):
    """One line, and nothing changed."""
    before = facts()
    assert ask("diff", *args, "--db", db, code=code)["type"] == kind
    assert run("diff", *args, "--db", db, code=code).stderr.count("\n") == 1
    assert facts() == before


def test_the_options_of_a_database(run, ask, texts, db, monkeypatch):
    """Another tenant has none of it; a name typed wrong makes no database."""
    assert ask("diff", "00000003", "--db", db, "--tenant", "acme", code=3)
    run("diff", "00000003", "--db", db.with_name("no.db"), code=6)
    assert not db.with_name("no.db").exists()
    monkeypatch.setenv("VERSIONCHAIN_DB", str(db))
    assert ask("diff", "00000003")["before_id"] == texts[0].id


def test_a_narrow_terminal_folds_lines(run, opened, db, monkeypatch):
    """A long line goes on below its text, and nothing is left out."""
    monkeypatch.setenv("COLUMNS", "40")
    with opened() as store:
        first = store.add("ada", "tea")
        store.update(first.id, "word " * 30 + "\n\nend", metadata={"a": "long " * 20})
    shown = run("diff", "00000003", "--db", db).stdout.splitlines()
    assert max(map(len, shown)) <= 40
    assert shown[2].startswith("+1  word")
    assert shown[3].startswith("    word")
    assert sum(line.count("word") for line in shown) == 30
    assert {"+2", "+3  end"} <= {line.strip() for line in shown}
    assert shown[-1].startswith("  long")


def test_no_text_is_obeyed(run, opened, db, sound):
    """Whatever somebody wrote reaches the terminal as text."""
    with opened() as store:
        first = store.add(NASTY, "tea")
        store.update(first.id, NASTY, session_id=NASTY, metadata={NASTY: NASTY})
    shown = run("diff", "00000003", "--db", db).stdout
    assert shown.count("[bold]x[/bold]") == 5
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert sound()
