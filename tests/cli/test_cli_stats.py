"""How much there is: of now, of the log, of the file."""

import shutil

import pytest

from versionchain import MemoryStore

NASTY = "\x1b[31mred\u202e"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A file of four contacts: one with a deleted version, one with nothing left, one erased."""
    path = tmp_path_factory.mktemp("stats") / "agent.db"
    with MemoryStore.open(path, durability="normal") as store:
        town = store.add("ada", "in Bonn")
        town = store.update(town.id, "in Kiel")
        store.delete(town.id)
        store.restore(3)
        store.delete(town.id)
        store.add("grace", "sails")
        store.delete_contact("grace")
        store.add("eve", "x")
        store.erase_contact("eve")
        store.add("alan", "runs")
    return path


@pytest.fixture
def made(made_once, db):
    """A copy of it."""
    shutil.copy(made_once, db)


def test_the_figures(run, made, db, facts, sound):
    """What is there, what was done how often, what that changed, and the file."""
    before = facts()
    shown = run("stats", "--db", db).stdout.splitlines()
    assert shown[:2] == [
        "Tenant default",
        "Now: 2 contacts, 2 memories, 2 versions, 2 deleted.",
    ]
    assert shown[2].startswith("Log: 10 revisions, 20")
    assert shown[3:] == [
        "",
        "revisions  operation",
        "        4  add",
        "        2  delete",
        "        1  update",
        "        1  restore",
        "        1  delete_contact",
        "        1  erase_contact",
        "",
        "changed  in all",
        "      5  written",
        "      3  deleted",
        "      1  restored",
        "      1  erased",
        "",
        f"File: {db.stat().st_size:,} bytes, of all tenants.",
    ]
    assert facts() == before
    assert sound()


def test_the_figures_as_json(ask, made, db):
    """All of them, and whether nothing was left out."""
    answer = ask("stats", "--db", db)
    assert answer["first_at"] < answer["last_at"]
    assert {name: answer[name] for name in ("tenant", "complete", "now", "revisions")} == {
        "tenant": "default",
        "complete": True,
        "now": {"contacts": 2, "memories": 2, "versions": 2, "deleted": 2},
        "revisions": 10,
    }
    assert answer["revisions_looked_at"] == 10
    assert answer["operations"]["delete"] == 2
    assert answer["totals"] == {
        "added": 5,
        "deleted": 3,
        "restored": 1,
        "connected": 0,
        "disconnected": 0,
        "erased": 1,
    }
    assert answer["file"] == {"path": str(db), "bytes": db.stat().st_size}


def test_the_figures_are_those_of_verify(ask, made, db):
    """Counted another way, they are the same."""
    now = ask("stats", "--db", db)["now"]
    with MemoryStore.open(db) as store:
        counts = store.verify().counts
    assert (now["memories"], now["versions"], now["deleted"]) == (
        counts.memories,
        counts.versions,
        counts.deleted,
    )


@pytest.mark.parametrize(("most", "looked", "contacts"), [(3, 3, 1), (9, 9, 1), (10, 10, 2)])
def test_its_work_is_bounded(run, ask, made, db, most, looked, contacts):
    """It says what it left out, and calls the figures what they are."""
    answer = ask("stats", "--most", most, "--db", db)
    assert answer["complete"] is (most == 10)
    assert (answer["revisions_looked_at"], answer["revisions"]) == (looked, 10)
    assert answer["now"]["contacts"] == contacts
    shown = run("stats", "--most", most, "--db", db).stdout
    assert ("Now: at least " in shown) is (most < 10)
    assert (f"Looked at {looked} revisions and " in shown) is (most < 10)


def test_its_work_is_bounded_where_one_revision_touches_many(ask, opened, db):
    """Contacts are bounded as revisions are."""
    with opened() as store, store.transaction() as tx:
        for n in range(5):
            tx.add(f"c{n}", "x")
    answer = ask("stats", "--most", 4, "--db", db)
    assert (answer["complete"], answer["now"]["contacts"]) == (False, 4)
    assert ask("stats", "--most", 5, "--db", db)["complete"] is True


def test_more_revisions_than_a_page_holds(ask, made, db, monkeypatch):
    """It goes on until the newest."""
    monkeypatch.setattr("versionchain.cli.stats._PAGE", 3)
    assert sum(ask("stats", "--db", db)["operations"].values()) == 10


def test_an_empty_tenant(run, ask, made, db):
    """Zeros, and no log."""
    shown = run("stats", "--db", db, "--tenant", "acme").stdout.splitlines()
    assert shown[1:3] == ["Now: 0 contacts, 0 memories, 0 versions, 0 deleted.", "No revisions."]
    answer = ask("stats", "--db", db, "--tenant", "acme")
    assert (answer["complete"], answer["first_at"], answer["operations"]) == (True, None, {})


def test_what_is_refused(run, ask, made, db, facts, monkeypatch):
    """One line, and nothing changed; a name typed wrong makes no database."""
    before = facts()
    assert ask("stats", "--most", 0, "--db", db, code=2)["type"] == "UsageError"
    assert ask("stats", "--db", db, "--tenant", " ", code=5)["type"] == "InvalidInputError"
    assert run("stats", "--db", db.with_name("no.db"), code=6).stderr.count("\n") == 1
    assert not db.with_name("no.db").exists()
    assert facts() == before
    monkeypatch.setenv("VERSIONCHAIN_DB", str(db))
    assert ask("stats")["complete"]


def test_a_narrow_terminal_and_a_nasty_tenant(run, opened, db, monkeypatch):
    """Forty columns hold every line, and nothing is obeyed."""
    monkeypatch.setenv("COLUMNS", "40")
    with opened(tenant=NASTY) as store:
        store.add("ada", "tea")
        assert store.verify().ok
    shown = run("stats", "--db", db, "--tenant", NASTY).stdout
    assert max(map(len, shown.splitlines())) <= 40
    assert shown.startswith("Tenant \\x1b[31mred\\u202e\n")
