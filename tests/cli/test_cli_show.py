"""One version, every field of it, and its place."""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from versionchain import MemoryStore

NASTY = "\x1b[31mred [bold]x[/bold]\nnext \u202eback"


@pytest.fixture
def opened(db):
    """Opens the store in that database; its ids begin 00000001, 00000002, …"""
    numbers = count(1)

    def ids():
        return f"{next(numbers):08x}-0000-4000-8000-000000000000"

    return lambda **options: MemoryStore.open(db, ids=ids, durability="normal", **options)


def minutes():
    numbers = count()
    return lambda: datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=next(numbers))


@pytest.fixture
def towns(opened):
    """Four versions, a minute apart: the second says all, the third is deleted."""
    with opened(clock=minutes(), actor="helper") as store:
        made = [store.add("ada", "in Bonn")]
        made.append(
            store.update(
                made[0].id,
                "in Kiel\nby the sea",
                categories=["place", "sea"],
                metadata={"source": "mail", "sure": 0.5},
                session_id="monday",
                event_start=datetime(2026, 1, 4, 10, tzinfo=UTC),
                event_end=datetime(2026, 1, 4, 11, 30, 5, 250000, tzinfo=UTC),
            )
        )
        for town in ("in Rome", "in Oslo"):
            made.append(store.update(made[-1].id, town))
        store.delete(made[2].id, reason="wrong town")
    return made


def test_a_version_is_shown_whole(run, towns, db, facts, sound):
    """Its text, its ids and times whole, and the chain that it stands in; nothing changes."""
    before = facts()
    assert run("show", "00000003", "--db", db).stdout.splitlines() == [
        "v2 superseded  00000003",
        "v1 in Bonn ← v2 in Kiel by the… ←───────────── v4 in Oslo (latest)",
        "                                  ✗3 in Rome",
        "",
        "in Kiel",
        "by the sea",
        "",
        "contact     ada",
        "id          00000003-0000-4000-8000-000000000000",
        "memory      00000001-0000-4000-8000-000000000000",
        "place       2 of 3, after v1 00000002, before v4 00000005",
        "written     2026-01-05T09:01:00Z by revision 2",
        "superseded  2026-01-05T09:03:00Z",
        "session     monday",
        "categories  place, sea",
        "event       2026-01-04T10:00:00Z",
        "event end   2026-01-04T11:30:05.250000Z",
        'metadata    {"source":"mail","sure":0.5}',
    ]
    assert facts() == before
    assert sound()


def test_a_deleted_version_says_how_it_comes_back(run, towns, db, sound):
    """By which revision, whose, why; it has no place."""
    shown = run("show", "00000004", "--db", db).stdout
    assert shown.startswith("v3 deleted  00000004\n")
    assert "place       none: it is deleted; 3 versions left\n" in shown
    why = "2026-01-05T09:04:00Z by revision 5, by helper, because: wrong town"
    assert f"deleted     {why}\n" in shown
    assert "to restore  versionchain restore 5\n" in shown
    assert sound()


def test_an_unsaid_reason_is_left_out(run, moved, db, opened, sound):
    """Who deleted it without a name or a reason is told by the revision alone."""
    with opened() as store:
        store.delete(moved[3].id)
    shown = run("show", moved[3].id, "--db", db).stdout
    assert re.search(r"^deleted +\S+Z by revision 6$", shown, re.MULTILINE)
    assert sound()


def test_what_a_version_lacks_is_said(run, moved, db):
    """No session, no categories, no event: none of each; an end has a line where there is one."""
    shown = run("show", "00000005", "--db", db).stdout.splitlines()
    assert shown[0] == "v4 latest  00000005"
    assert "place       4 of 4, after v3 00000004" in shown
    assert [line for line in shown if line.endswith("none")] == [
        "session     none",
        "categories  none",
        "event       none",
    ]
    assert not [line for line in shown if line.startswith(("event end", "superseded", "deleted"))]


def test_a_version_as_json(ask, towns, db, opened, sound):
    """The version as everywhere, its place, and the revision that deleted it."""
    two, three = (ask("show", f"0000000{n}", "--db", db) for n in (3, 4))
    assert (two["number"], two["status"], two["content"]) == (2, "SUPERSEDED", towns[1].content)
    assert (two["position"], two["of"], two["deletion"]) == (2, 3, None)
    assert (two["previous_id"], two["next_id"]) == (towns[0].id, towns[3].id)
    assert (three["position"], three["of"], three["deleted_revision"]) == (None, 3, 5)
    assert (three["deletion"]["number"], three["deletion"]["reason"]) == (5, "wrong town")
    listed = ask("log", "00000003", "--db", db)["items"][2]
    assert {name: two[name] for name in listed} == listed
    assert sound()


@pytest.mark.parametrize(
    ("typed", "code", "kind"),
    [
        ("00000099", 3, "NotFoundError"),
        ("00000001", 5, "NotAVersionError"),
        ("0000000", 5, "AmbiguousIdError"),
        ("x", 5, "InvalidInputError"),
    ],
)
def test_what_names_no_version(run, ask, towns, db, facts, typed, code, kind):
    """One line, and nothing changed."""
    before = facts()
    assert ask("show", typed, "--db", db, code=code)["type"] == kind
    said = run("show", typed, "--db", db, code=code)
    assert (said.stdout, said.stderr.count("\n")) == ("", 1)
    assert facts() == before


def test_the_options_of_a_database(run, ask, moved, db, opened, monkeypatch):
    """Another tenant has other versions; a name typed wrong makes no database."""
    assert ask("show", "00000002", "--db", db, "--tenant", "acme", code=3)
    with opened(tenant="acme") as store:
        only = store.add("eve", "x")
    assert ask("show", only.id, "--db", db, "--tenant", "acme")["contact_id"] == "eve"
    run("show", "00000002", "--db", db.with_name("no.db"), code=6)
    assert not db.with_name("no.db").exists()
    monkeypatch.setenv("VERSIONCHAIN_DB", str(db))
    assert ask("show", "00000002")["content"] == "in Bonn"


def test_an_id_stays_whole_in_a_narrow_terminal(run, towns, db, monkeypatch):
    """Forty columns hold every line, and an id that can be marked and copied."""
    monkeypatch.setenv("COLUMNS", "40")
    for id in ("00000003", "00000004"):
        shown = run("show", id, "--db", db).stdout.splitlines()
        assert max(map(len, shown)) <= 40
        assert f"  {id}-0000-4000-8000-000000000000" in shown


def test_a_long_chain_is_drawn_in_part(run, ask, opened, db):
    """Of 3,000 versions it draws the one that is meant, the ends, and how many lie between."""
    with opened() as store, store.transaction() as tx:
        version = tx.add("ada", "1")
        for n in range(2, 3001):
            version = tx.update(version.id, str(n))
    shown = run("show", "000005dc", "--db", db).stdout.splitlines()
    assert len(shown) < 16
    assert shown[1] == "v1 1 ← … 1,497 more ← v1499 1499 ← … 1,500 more ← v3000 3000 (latest)"
    assert "place       1,499 of 3,000, after v1498 000005db, before v1500 000005dd" in shown
    assert ask("show", "000005dc", "--db", db)["position"] == 1499


def test_a_chain_with_many_holes_is_not_drawn(run, opened, db, monkeypatch):
    """Every other version of 300 is gone: a drawing would fill screens, so words say it."""
    monkeypatch.setenv("COLUMNS", "40")
    with opened() as store, store.transaction() as tx:
        made = [tx.add("ada", "0")]
        for n in range(1, 300):
            made.append(tx.update(made[-1].id, str(n)))
    with opened() as store:
        for version in made[1:80:2]:
            store.delete(version.id)
    shown = run("show", "00000004", "--db", db).stdout.splitlines()
    assert shown[:3] == ["v3 superseded  00000004", "", "2"]
    shown = run("log", "00000001", "--db", db, "--limit", 2).stdout
    assert "  brings back v80, the latest is v300\n  then\n" in shown
    assert len(shown.splitlines()) < 40


def test_no_field_is_obeyed(run, ask, opened, db, sound):
    """Whatever somebody wrote reaches the terminal as text."""
    with opened(actor=NASTY) as store:
        store.add(
            NASTY, NASTY, categories=[NASTY], session_id=NASTY, metadata={"a": NASTY, "\u202e": 1}
        )
        gone = store.update(f"{2:08x}-0000-4000-8000-000000000000", NASTY)
        store.delete(gone.id, reason=NASTY)
    for id in ("00000002", "00000003"):
        shown = run("show", id, "--db", db).stdout
        assert "\\x1b[31mred [bold]x[/bold]" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    document = json.dumps(ask("show", "00000003", "--db", db), ensure_ascii=False)
    assert "\x1b" not in document
    assert ask("show", "00000003", "--db", db)["deletion"]["reason"] == NASTY
    assert sound()
