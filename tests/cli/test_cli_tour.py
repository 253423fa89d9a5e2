"""The tour: what it shows, where it writes, and what it leaves alone."""

import json

import pytest

from versionchain import Invariant, MemoryStore, Report, ReportCounts, Violation
from versionchain.cli.story import repeatable_store, steps

NAMES = [
    "A memory, a chain",
    "RELINKED",
    "RESURRECTED",
    "ORPHANED",
    "A dry run",
    "ENDED",
    "Restored",
    "A contact deleted, softly",
    "Restored",
    "Verified",
]


DRAWINGS = [
    """
before   v1 in Bonn ← v2 in Kiel ← v3 in Rome ← v4 in Oslo ← v5 in Lima (latest)
after    v1 in Bonn ←───────────── v3 in Rome ← v4 in Oslo ← v5 in Lima (latest)
                      ✗2 in Kiel
""",
    """
after    v1 in Bonn ←───────────── v3 in Rome ← v4 in Oslo (latest)
                      ✗2 in Kiel                             ✗5 in Lima
""",
    """
after                                           v4 in Oslo (latest)
         ✗1 in Bonn   ✗2 in Kiel   ✗3 in Rome                ✗5 in Lima
""",
    """
after    nothing left
""",
]


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """The test stands in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_tour_needs_nothing_and_leaves_nothing(run, empty):
    """In memory, without an argument; the same text each time."""
    shown = run("tour").stdout
    assert run("tour").stdout == shown
    assert list(empty.iterdir()) == []
    blocks = [block.split("  ")[0] for block in shown.split("\n\n")[:-1]]
    assert blocks == [f"{number} {name}" for number, name in enumerate(NAMES, 1)]


def test_the_tour_fits_two_screens(run, empty):
    """No line is wider than 80 columns, and there are no more than twice 40."""
    lines = run("tour").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 80


@pytest.mark.parametrize("width", [40, 60, 100])
def test_the_tour_fits_the_terminal(run, empty, monkeypatch, width):
    """Its drawings wrap; the hint at the end is to be copied, and is not broken."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("tour").stdout.splitlines()[:-1]
    assert max(map(len, lines)) <= width


def test_the_tour_draws_each_outcome(run, empty):
    """Before and after lie under each other, what is deleted drops out of the line."""
    shown = run("tour").stdout
    for drawing in DRAWINGS:
        assert drawing in shown
    assert shown.endswith(
        "Everything holds.\n\nTo keep one and look around in it: versionchain tour tour.db\n"
    )


def test_the_story_holds_what_the_library_answers():
    """Each outcome, a dry run without a revision, restores, and a clean report at the end."""
    store = repeatable_store()
    told = list(steps(store))
    assert [step.name for step in told] == NAMES
    assert [step.answer.get("revision") for step in told] == [
        *(5, 10, 11, 12, None, 13),
        *(14, 15, 16, None),
    ]
    assert told[4].pictures[0].versions == told[5].pictures[0].versions
    assert told[-1].report.ok
    assert store.verify().ok


def test_the_tour_as_json(ask, empty):
    """Every step with its answer and the chains around it."""
    document = ask("tour")
    assert (document["database"], document["tenant"]) == (None, "default")
    assert [step["name"] for step in document["steps"]] == NAMES
    relinked = document["steps"][1]
    assert relinked["answer"]["cuts"][0]["outcome"] == "RELINKED"
    assert [picture["title"] for picture in relinked["pictures"]] == ["before", "after"]
    assert [v["status"] for v in relinked["pictures"][1]["versions"]] == [
        "SUPERSEDED",
        "DELETED",
        "SUPERSEDED",
        "SUPERSEDED",
        "CURRENT",
    ]
    assert document["steps"][-1]["answer"]["ok"] is True


def test_a_tour_to_look_around_in(run, ask, empty, sound, db):
    """A new file, under a tenant of its own; the other commands work on it."""
    shown = run("tour", "agent.db").stdout
    assert shown.endswith("Look around: versionchain list ada --db agent.db --tenant tour\n")
    assert "in Oslo" in run("list", "ada", "--db", "agent.db", "--tenant", "tour").stdout
    assert ask("contacts", "--db", "agent.db")["items"] == []
    assert ask("verify", "--db", "agent.db", "--tenant", "tour")["ok"]
    assert sound("tour")


def test_the_drawings_do_not_depend_on_where_it_writes(run, empty):
    """In memory and in a file it answers the same."""
    memory, file = (run("tour", *args).stdout.splitlines()[:-1] for args in ([], ["agent.db"]))
    assert memory == file


def test_a_tour_of_another_tenant(ask, empty, sound, db):
    """The tenant may be named."""
    assert ask("tour", "agent.db", "--tenant", "acme")["tenant"] == "acme"
    known = ask("contacts", "--db", "agent.db", "--tenant", "acme")["items"]
    assert [contact["contact_id"] for contact in known] == ["ada", "grace"]
    assert ask("contacts", "--db", "agent.db", "--tenant", "tour")["items"] == []
    assert sound("acme")


@pytest.mark.parametrize("tenant", ["default", "tour"])
def test_a_file_that_is_there_is_left_alone(run, ask, moved, db, facts, sound, tenant):
    """A store, toured already or not: the tour refuses, and nothing was changed."""
    before = db.read_bytes(), facts(), facts("tour")
    failed = run("tour", db, "--tenant", tenant, code=4)
    assert failed.stdout == ""
    assert failed.stderr == (
        f"versionchain: {db} is there already, and the tour makes a file of its own: "
        "name a new one.\n"
    )
    assert ask("tour", db, code=4)["type"] == "DatabaseExistsError"
    assert (db.read_bytes(), facts(), facts("tour")) == before
    assert sound()


def test_no_other_file_is_touched(run, empty):
    """Neither a text nor a folder."""
    text = empty / "notes.txt"
    text.write_text("mine", encoding="utf-8")
    run("tour", text, code=4)
    run("tour", empty, code=4)
    assert text.read_text("utf-8") == "mine"
    assert list(empty.iterdir()) == [text]


def test_an_empty_file_may_be_used(run, empty, db, sound):
    """Nothing in it can be lost; `mktemp` makes such."""
    db.touch()
    run("tour", db)
    assert sound("tour")


def test_a_folder_that_is_not_there(run, empty):
    """A storage error in one line."""
    assert run("tour", "missing/tour.db", code=6).stderr.count("\n") == 1
    assert list(empty.iterdir()) == []


def test_a_tour_that_finds_a_fault_says_so(run, empty, monkeypatch):
    """Its exit code is that of verify."""
    violation = Violation(Invariant.LINKS, "x", "y")
    report = Report((violation,), ReportCounts(1, 1, 1, 1, 0, 0, 1))
    monkeypatch.setattr(MemoryStore, "verify", lambda self: report)
    assert "1 violation:\n  links mirror each" in run("tour", code=1).stdout
    assert json.loads(run("tour", "--json", code=1).stdout)["steps"][-1]["answer"]["ok"] is False
